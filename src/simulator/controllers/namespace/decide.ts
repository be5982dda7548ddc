// What a terminating namespace's status says: pure. Models pkg/controller/namespace/deletion/status_condition_utils.go, v1.36.
import type { NamespaceCondition } from '../../../model/generated/core.v1.ts';

export interface Remaining {
  /** `pods.`, `deployments.apps` → how many are left. */
  readonly resources: ReadonlyMap<string, number>;
  /** Finalizer → how many objects carry it. */
  readonly finalizers: ReadonlyMap<string, number>;
  readonly errors: readonly string[];
}

const FINE: readonly (readonly [type: string, reason: string, message: string])[] = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  [
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
];

function counted(map: ReadonlyMap<string, number>, word: (key: string, n: number) => string): string {
  return [...map]
    .map(([key, n]) => word(key, n))
    .sort()
    .join(', ');
}

function trouble(left: Remaining): { readonly [type: string]: readonly [reason: string, message: string] } {
  const out: { [type: string]: readonly [string, string] } = {};
  if (left.errors.length > 0) {
    const list = [...left.errors].sort().join(', ');
    out.NamespaceDeletionContentFailure = [
      'ContentDeletionFailed',
      `Failed to delete all resource types, ${left.errors.length} remaining: ${list}`,
    ];
  }
  if (left.resources.size > 0) {
    const list = counted(left.resources, (key, n) => `${key} has ${n} resource instances`);
    out.NamespaceContentRemaining = ['SomeResourcesRemain', `Some resources are remaining: ${list}`];
  }
  if (left.finalizers.size > 0) {
    const list = counted(left.finalizers, (key, n) => `${key} in ${n} resource instances`);
    out.NamespaceFinalizersRemaining = [
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${list}`,
    ];
  }
  return out;
}

/** The next conditions; the same array where nothing changes. `now` is metav1.Time. */
export function nextConditions(
  known: readonly NamespaceCondition[],
  left: Remaining,
  now: string,
): readonly NamespaceCondition[] {
  const bad = trouble(left);
  const next = [...known];
  let changed = false;
  for (const [type, fineReason, fineMessage] of FINE) {
    const status = bad[type] === undefined ? 'False' : 'True';
    const [reason, message] = bad[type] ?? [fineReason, fineMessage];
    const at = next.findIndex((c) => c.type === type);
    const old = next[at];
    if (old?.status === status && old.reason === reason && old.message === message) continue;
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? now) : now;
    next.splice(at < 0 ? next.length : at, at < 0 ? 0 : 1, { type, status, lastTransitionTime, reason, message });
    changed = true;
  }
  return changed ? next : known;
}
