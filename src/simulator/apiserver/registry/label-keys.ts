// matchLabelKeys and mismatchLabelKeys become requirements of the selector beside them, with the values of the pod's own
// labels, when a pod is made. Models mutatePodAffinity and mutateTopologySpreadConstraints in
// pkg/registry/core/pod/strategy.go, v1.36.
import type { Affinity, Pod, PodAffinityTerm } from '../../../model/generated/core.v1.ts';
import type { LabelSelector } from '../../../model/generated/meta.v1.ts';

type Labels = { readonly [key: string]: string };

interface Keyed {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

function merged<T extends Keyed>(term: T, labels: Labels): T {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (labelSelector === undefined || matchLabelKeys.length + mismatchLabelKeys.length === 0) return term;
  const of = (keys: readonly string[], operator: 'In' | 'NotIn') =>
    keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const added = [...of(matchLabelKeys, 'In'), ...of(mismatchLabelKeys, 'NotIn')];
  if (added.length === 0) return term;
  const matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } };
}

type Terms = NonNullable<Affinity['podAffinity']>;

function mergedTerms(affinity: Terms, labels: Labels): Terms {
  const { requiredDuringSchedulingIgnoredDuringExecution: required } = affinity;
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred } = affinity;
  const one = (term: PodAffinityTerm): PodAffinityTerm => merged(term, labels);
  return {
    ...affinity,
    ...(required ? { requiredDuringSchedulingIgnoredDuringExecution: required.map(one) } : {}),
    ...(preferred
      ? {
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map((p) => ({
            ...p,
            podAffinityTerm: one(p.podAffinityTerm),
          })),
        }
      : {}),
  };
}

export function withLabelKeys(pod: Pod): Pod {
  const { affinity, topologySpreadConstraints } = pod.spec ?? {};
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (pod.spec === undefined || !(podAffinity ?? podAntiAffinity ?? topologySpreadConstraints)) return pod;
  const labels = pod.metadata.labels ?? {};
  const near = {
    ...affinity,
    ...(podAffinity ? { podAffinity: mergedTerms(podAffinity, labels) } : {}),
    ...(podAntiAffinity ? { podAntiAffinity: mergedTerms(podAntiAffinity, labels) } : {}),
  };
  const spread = topologySpreadConstraints?.map((c) => merged(c, labels));
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(affinity ? { affinity: near } : {}),
      ...(spread ? { topologySpreadConstraints: spread } : {}),
    },
  };
}
