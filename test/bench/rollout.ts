// A rollout in a process of its own, so that its peak memory is its own.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

export interface Rollout {
  readonly pods: number;
  readonly nodes: number;
  readonly running: number;
  /** Seconds of wall time until the nodes are there, and until all pods are Running. */
  readonly boot: number;
  readonly seconds: number;
  readonly steps: number;
  /** Seconds of the cluster's time. */
  readonly virtual: number;
  /** Peak resident memory. */
  readonly mib: number;
}

/**
 * `words`: what rollout-process.ts takes besides.
 * @throws Error when not all pods were running after an hour of virtual time
 */
export function rollOut(pods: number, nodes: number, ...words: readonly string[]): Rollout {
  const script = path.join(import.meta.dirname, 'rollout-process.ts');
  const out = execFileSync(process.execPath, [script, String(pods), String(nodes), ...words], { encoding: 'utf8' });
  const rollout = JSON.parse(out) as Rollout;
  if (rollout.running !== pods)
    throw new Error(`only ${rollout.running} of ${pods} pods were running after an hour of virtual time`);
  return rollout;
}

/** The middle one of an odd number of runs, by wall time. */
export function medianRollout(count: number, pods: number, nodes: number): Rollout {
  const runs = Array.from({ length: count }, () => rollOut(pods, nodes)).sort((a, b) => a.seconds - b.seconds);
  const middle = runs[count >> 1];
  if (middle === undefined) throw new Error('a median needs at least one run');
  return middle;
}
