import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../src/kernel/kernel.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { type ContainerRecord, newRecord, type PodRecord, restarts } from '../../../src/simulator/kubelet/record.ts';
import { Backoff, printSeconds } from '../../../src/simulator/kubelet/restart.ts';

function ended(exitCode: number, restartPolicy?: 'Always'): ContainerRecord {
  const c = newRecord({ name: 'c', ...(restartPolicy ? { restartPolicy } : {}) }, '');
  c.state = { terminated: { exitCode } };
  return c;
}

const record = (part: Partial<PodRecord>): PodRecord => ({
  init: [],
  main: [],
  hostIP: '',
  startTime: '',
  sandboxReady: true,
  ...part,
});
const pod = (restartPolicy: string): Pod => ({ spec: { restartPolicy, containers: [] } }) as never as Pod;

describe('a container that has ended', () => {
  it.each([
    ['Always', 0, true],
    ['Always', 1, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['Never', 1, false],
  ] as const)('with policy %s and exit code %i is started again: %s', (policy, code, again) => {
    const c = ended(code);
    expect(restarts(pod(policy), record({ main: [c] }), c)).toBe(again);
  });

  it('an init container is tried again only when it failed; a sidecar always', () => {
    const [well, badly, sidecar] = [ended(0), ended(1), ended(0, 'Always')];
    const r = record({ init: [well, badly, sidecar] });
    expect([well, badly, sidecar].map((c) => restarts(pod('Always'), r, c))).toEqual([false, true, true]);
    expect([well, badly, sidecar].map((c) => restarts(pod('Never'), r, c))).toEqual([false, false, true]);
  });

  it('waits twice as long each time, for five minutes at the most, and anew after a long run', () => {
    const backoff = new Backoff<string>();
    let now = 0;
    const waits = Array.from({ length: 8 }, () => {
      const ended = now;
      const wait = backoff.until('c', ended, now);
      now = wait?.at ?? now;
      backoff.next('c', ended, now);
      now += SECOND;
      return printSeconds(wait?.delay ?? 0);
    });
    expect(waits).toEqual(['0s', '10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
    expect(backoff.until('c', now + 30 * MINUTE, now + 30 * MINUTE)).toBeUndefined();
  });
});
