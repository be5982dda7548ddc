// How many pods a PodDisruptionBudget lets go: pure. Models pkg/controller/disruption/disruption.go, v1.36.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { Condition } from '../../../model/generated/meta.v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../model/generated/policy.v1.ts';
import { isPodReady } from '../common/pods.ts';

/** ms after which an eviction that was granted and not followed by a deletion no longer counts. Source: DeletionTimeout. */
export const DELETION_TIMEOUT = 2 * 60_000;

/** True where the budget counts against the size of the pods' controllers, not against the pods that are there. */
export function needsScale(pdb: PodDisruptionBudget): boolean {
  return pdb.spec?.maxUnavailable !== undefined || typeof pdb.spec?.minAvailable === 'string';
}

function share(value: string | number, of: number): number {
  return typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) * of) / 100) : value;
}

/** `scale`: sum of the replicas that the pods' controllers want. */
export function expectation(
  pdb: PodDisruptionBudget,
  pods: number,
  scale: number,
): { readonly expected: number; readonly desiredHealthy: number } {
  const { minAvailable, maxUnavailable } = pdb.spec ?? {};
  if (maxUnavailable !== undefined)
    return { expected: scale, desiredHealthy: Math.max(0, scale - share(maxUnavailable, scale)) };
  if (typeof minAvailable === 'string') return { expected: scale, desiredHealthy: share(minAvailable, scale) };
  return minAvailable === undefined
    ? { expected: 0, desiredHealthy: 0 }
    : { expected: pods, desiredHealthy: minAvailable };
}

export interface Disrupted {
  readonly pods: { readonly [pod: string]: string };
  /** Pods whose eviction was granted and that are still there after the timeout. */
  readonly notDeleted: readonly Pod[];
  /** ms since 1970 when to look again. */
  readonly recheck: number | undefined;
}

export function disruptedPods(pdb: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): Disrupted {
  const known = pdb.status?.disruptedPods ?? {};
  const kept: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let recheck: number | undefined;
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const at = known[name];
    if (at === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const due = Date.parse(at) + DELETION_TIMEOUT;
    if (due < nowMs) notDeleted.push(pod);
    else {
      kept[name] = at;
      recheck = Math.min(recheck ?? due, due);
    }
  }
  return { pods: kept, notDeleted, recheck };
}

export function healthy(pods: readonly Pod[], disrupted: Disrupted['pods']): number {
  return pods.filter(
    (p) =>
      p.metadata.deletionTimestamp === undefined && disrupted[p.metadata.name ?? ''] === undefined && isPodReady(p),
  ).length;
}

export function nextStatus(
  pdb: PodDisruptionBudget,
  counts: { readonly expected: number; readonly desiredHealthy: number; readonly currentHealthy: number },
  disrupted: Disrupted['pods'],
  now: string,
): PodDisruptionBudgetStatus {
  const { expected, desiredHealthy, currentHealthy } = counts;
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const observedGeneration = pdb.metadata.generation ?? 0;
  return {
    observedGeneration,
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    conditions: withCondition(
      pdb.status?.conditions ?? [],
      {
        status: disruptionsAllowed > 0 ? 'True' : 'False',
        reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration,
      },
      now,
    ),
  };
}

/** Where the budget could not be worked out, no eviction is granted. */
export function failedStatus(pdb: PodDisruptionBudget, message: string, now: string): PodDisruptionBudgetStatus {
  const known = pdb.status ?? { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  const observedGeneration = known.observedGeneration ?? 0;
  const condition = { status: 'False' as const, reason: 'SyncFailed', message, observedGeneration };
  return { ...known, disruptionsAllowed: 0, conditions: withCondition(known.conditions ?? [], condition, now) };
}

function withCondition(
  known: readonly Condition[],
  next: Pick<Condition, 'status' | 'reason' | 'message' | 'observedGeneration'>,
  now: string,
): readonly Condition[] {
  const type = 'DisruptionAllowed';
  const old = known.find((c) => c.type === type);
  const lastTransitionTime = old?.status === next.status ? old.lastTransitionTime : now;
  const condition = { type, ...next, lastTransitionTime };
  return old === undefined ? [...known, condition] : known.map((c) => (c === old ? condition : c));
}

export function sameStatus(a: PodDisruptionBudgetStatus | undefined, b: PodDisruptionBudgetStatus): boolean {
  if (a === undefined) return false;
  const [c, d] = [a, b].map((s) => s.conditions?.find((x) => x.type === 'DisruptionAllowed'));
  return (
    a.currentHealthy === b.currentHealthy &&
    a.desiredHealthy === b.desiredHealthy &&
    a.expectedPods === b.expectedPods &&
    a.disruptionsAllowed === b.disruptionsAllowed &&
    a.observedGeneration === b.observedGeneration &&
    JSON.stringify(a.disruptedPods ?? {}) === JSON.stringify(b.disruptedPods ?? {}) &&
    c?.status === d?.status &&
    c?.reason === d?.reason &&
    c?.observedGeneration === d?.observedGeneration
  );
}
