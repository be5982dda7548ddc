// Which pods are worth more, and which node's victims are worth least.
// Models pickOneNodeForPreemption and filterPodsWithPDBViolation of pkg/scheduler.
import type { PodDisruptionBudget } from '../../../model/generated/policy.v1.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { compileSelector } from '../framework/selectors.ts';

export interface Candidate {
  readonly node: string;
  /** The most important first; at least one. */
  readonly victims: readonly PodInfo[];
  /** How many of them a PodDisruptionBudget would have kept. */
  readonly violations: number;
}

/** RFC 3339 in UTC sorts as text; a pod that has not started counts as starting now. */
function startTime(p: PodInfo): string {
  return p.pod.status?.startTime ?? '9999';
}

/** Higher priority first, then the one that has run longer. */
export function moreImportant(a: PodInfo, b: PodInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  const [x, y] = [startTime(a), startTime(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function splitByBudget(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { violating: PodInfo[]; others: PodInfo[] } {
  const left = budgets.map((b) => ({
    budget: b,
    selector: compileSelector(b.spec?.selector),
    allowed: b.status?.disruptionsAllowed ?? 0,
  }));
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const p of pods) {
    let violated = false;
    // A pod without labels is in no budget's care.
    for (const b of Object.keys(p.labels).length === 0 ? [] : left) {
      if (b.budget.metadata.namespace !== p.namespace || b.selector.empty || !b.selector.matches(p.labels)) continue;
      if (b.budget.status?.disruptedPods?.[p.name] !== undefined) continue;
      b.allowed--;
      if (b.allowed < 0) violated = true;
    }
    (violated ? violating : others).push(p);
  }
  return { violating, others };
}

/** Of the victims with the highest priority the one that has run longest. */
function earliestStart(c: Candidate): string {
  const highest = Math.max(...c.victims.map((v) => v.priority));
  const starts = c.victims.filter((v) => v.priority === highest).map(startTime);
  return starts.sort()[0] ?? '';
}

const OFFSET = 2 ** 31;

/** Each in turn, while several candidates are equal; a negative number means that `a` is the better one. */
const CRITERIA: readonly ((a: Candidate, b: Candidate) => number)[] = [
  (a, b) => a.violations - b.violations,
  (a, b) => (a.victims[0]?.priority ?? 0) - (b.victims[0]?.priority ?? 0),
  // The offset makes many pods of negative priority count for more than few.
  (a, b) => sum(a) - sum(b),
  (a, b) => a.victims.length - b.victims.length,
  (a, b) => (earliestStart(a) > earliestStart(b) ? -1 : earliestStart(a) < earliestStart(b) ? 1 : 0),
];

function sum(c: Candidate): number {
  return c.victims.reduce((n, v) => n + v.priority + OFFSET, 0);
}

/** Among equals the first. */
export function pickCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const c of candidates) {
    if (best === undefined) {
      best = c;
      continue;
    }
    for (const criterion of CRITERIA) {
      const order = criterion(c, best);
      if (order === 0) continue;
      if (order < 0) best = c;
      break;
    }
  }
  return best;
}
