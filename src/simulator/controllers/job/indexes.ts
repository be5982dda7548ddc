// Completion indexes of Indexed Jobs: which are done, which come next, and how a status writes them (`0,2-4`).
// Models pkg/controller/job/indexed_job_utils.go, v1.36.
import type { Job } from '../../../model/generated/batch.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';

export const INDEX = 'batch.kubernetes.io/job-completion-index';

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

/** -1 where the pod has no index. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : -1;
}

/** A pod of an Indexed Job counts only with an index that the Job has. */
export function hasPlace(job: Job, pod: Pod): boolean {
  const i = indexOf(pod);
  return !isIndexed(job) || (i >= 0 && i < (job.spec?.completions ?? 0));
}

/** `0,2-4` → 0, 2, 3, 4; what is not below `completions` is left out. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const out = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const m = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (m === null) continue;
    const last = Math.min(Number(m[2] ?? m[1]), completions - 1);
    for (let i = Number(m[1]); i <= last; i++) out.add(i);
  }
  return out;
}

export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (sorted[j + 1] === (sorted[j] ?? 0) + 1) j++;
    // Two neighbours are written one by one, three and more as a range.
    const [first, last] = [sorted[i], sorted[j]];
    if (j === i) parts.push(String(first));
    else parts.push(j === i + 1 ? `${first},${last}` : `${first}-${last}`);
    i = j + 1;
  }
  return parts.join(',');
}

export function succeededIndexes(job: Job, pods: readonly Pod[]): Set<number> {
  const completions = job.spec?.completions ?? 0;
  const done = parseIndexes(job.status?.completedIndexes, completions);
  for (const pod of pods) {
    const i = indexOf(pod);
    if (pod.status?.phase === 'Succeeded' && i >= 0 && i < completions) done.add(i);
  }
  return done;
}

/** The lowest indexes that neither are done nor have an active pod. */
export function pendingIndexes(
  job: Job,
  active: readonly Pod[],
  done: ReadonlySet<number>,
  failed: ReadonlySet<number>,
  count: number,
): number[] {
  const taken = new Set(active.map(indexOf));
  const out: number[] = [];
  for (let i = 0; i < (job.spec?.completions ?? 0) && out.length < count; i++)
    if (!taken.has(i) && !done.has(i) && !failed.has(i)) out.push(i);
  return out;
}

/** The rule of the success policy that the done indexes meet; undefined: none. */
export function metSuccessRule(job: Job, done: ReadonlySet<number>): number | undefined {
  const at = (job.spec?.successPolicy?.rules ?? []).findIndex((rule) => {
    const wanted =
      rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes, job.spec?.completions ?? 0);
    const hits = wanted === undefined ? done.size : [...wanted].filter((i) => done.has(i)).length;
    return hits >= (rule.succeededCount ?? wanted?.size ?? Number.POSITIVE_INFINITY);
  });
  return at < 0 ? undefined : at;
}
