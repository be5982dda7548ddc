import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../../src/model/generated/core.v1.ts';
import { commandEnd } from '../../../src/simulator/containers/exit.ts';

const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } };
const end = (...command: string[]) => commandEnd(pod, { name: 'c', command } as Container);

describe('how a command ends', () => {
  it('with the exit code and after the time that it has', () => {
    expect(end('sh', '-c', 'sleep 3; exit 2')).toMatchObject({ type: 'ends', code: 2 });
    const { after = 0 } = end('/bin/sh', '-c', 'sleep 3; exit 2') as { after?: number };
    expect(after).toBeGreaterThanOrEqual(3_000_000);
    expect(after).toBeLessThan(3_100_000);
    expect(end('echo', 'hi')).toMatchObject({ type: 'ends', code: 0 });
  });

  it('or not, when it waits, loops or is the image’s own', () => {
    expect(end('sleep', 'infinity')).toEqual({ type: 'runs' });
    expect(end('sh', '-c', 'while true; do echo x; sleep 5; done')).toEqual({ type: 'runs' });
    expect(end('sh', '-c', 'while true; do echo x; done')).toEqual({ type: 'runs' });
    expect(end('nginx', '-g', 'daemon off;')).toEqual({ type: 'unknown' });
    expect(end()).toEqual({ type: 'unknown' });
  });
});
