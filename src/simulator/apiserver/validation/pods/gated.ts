// What may change on a pod that scheduling gates hold back: its node selector and node affinity may grow narrower.
import type { Affinity, NodeAffinity, NodeSelectorTerm } from '../../../../model/generated/core.v1.ts';
import { same } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import type { StringMap } from '../labels.ts';

export function validateGatedNodeSelector(
  errs: Errors,
  path: Path,
  now: StringMap | undefined,
  old: StringMap | undefined,
): void {
  if (Object.entries(old ?? {}).every(([key, value]) => now?.[key] === value)) return;
  errs.invalid(path, now, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)');
}

/** Checks the change of node affinity and returns the new affinity with the old node affinity in it. */
export function gatedNodeAffinity(
  errs: Errors,
  path: Path,
  now: Loose<Affinity> | undefined,
  old: Loose<Affinity> | undefined,
): Loose<Affinity> | undefined {
  const before = old?.nodeAffinity;
  if (same(before, now?.nodeAffinity)) return now;
  validateMutation(errs, path, now?.nodeAffinity, before);
  if (!now) return before && { nodeAffinity: before };
  if (!old && !now.podAffinity && !now.podAntiAffinity) return undefined;
  return { ...now, nodeAffinity: before };
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

function validateMutation(
  errs: Errors,
  path: Path,
  now: Loose<NodeAffinity> | undefined,
  old: Loose<NodeAffinity> | undefined,
): void {
  const before = old?.[REQUIRED];
  if (!before) return;
  const oldTerms = before.nodeSelectorTerms ?? [];
  const terms = now?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const at = path.child(REQUIRED).child('nodeSelectorTerms');
  if (oldTerms.length > 0 && oldTerms.length !== terms.length) {
    errs.invalid(at, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed');
    return;
  }
  for (const [i, term] of oldTerms.entries()) {
    const next = terms[i] ?? {};
    if (onlyAdds(next, term)) continue;
    errs.invalid(at.index(i), next, 'only additions are allowed (no mutations or deletions)');
  }
}

function onlyAdds(now: Loose<NodeSelectorTerm>, old: Loose<NodeSelectorTerm>): boolean {
  const { matchExpressions: oldExpressions = [], matchFields: oldFields = [] } = old;
  const { matchExpressions = [], matchFields = [] } = now;
  if (oldExpressions.length + oldFields.length === 0) return matchExpressions.length + matchFields.length === 0;
  return (
    same(matchExpressions.slice(0, oldExpressions.length), oldExpressions) &&
    same(matchFields.slice(0, oldFields.length), oldFields)
  );
}
