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

describe('the last words of a container', () => {
  const words = (script: string, more: Partial<Container> = {}) =>
    (commandEnd(pod, { name: 'c', command: ['sh', '-c', script], ...more } as Container) as { message?: string })
      .message;
  const fallback = { terminationMessagePolicy: 'FallbackToLogsOnError' } as const;
  it.each<[string, string, Partial<Container>, string | undefined]>([
    ['are what it wrote for it', 'echo why > /dev/termination-log; exit 1', {}, 'why\n'],
    ['are where it says', 'echo why > /tmp/end', { terminationMessagePath: '/tmp/end' }, 'why\n'],
    ['are not its log', 'echo said; exit 1', {}, undefined],
    ['are its log where it says so', 'echo said; exit 1', fallback, 'said\n'],
    ['are not its log when all went well', 'echo said', fallback, undefined],
    ['are what it wrote, rather than its log', 'echo said; echo why > /dev/termination-log; exit 1', fallback, 'why\n'],
  ])('%s', (_, script, more, message) => expect(words(script, more)).toBe(message));
});
