// What makes a pod the n-th of a StatefulSet: its name, host name, labels and claims. Models
// pkg/controller/statefulset/stateful_set_utils.go, v1.36.
import type { StatefulSet } from '../../../model/generated/apps.v1.ts';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Volume } from '../../../model/generated/core.v1.ts';
import { controllerRef, podFromTemplate } from '../common/podcontrol.ts';

export const API = 'apps/v1';
export const KIND = 'StatefulSet';
export const REVISION_LABEL = 'controller-revision-hash';
const NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const INDEX_LABEL = 'apps.kubernetes.io/pod-index';

export function startOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0;
}

export function replicasOf(set: StatefulSet): number {
  return set.spec?.replicas ?? 1;
}

/** The number at the end of a pod's name; -1 where the pod is none of this set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const m = /^(.*)-([0-9]+)$/.exec(pod.metadata.name ?? '');
  return m !== null && m[1] === set.metadata.name ? Number(m[2]) : -1;
}

export function inRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= startOrdinal(set) && ordinal < startOrdinal(set) + replicasOf(set);
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? '';
}

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${podName(set, ordinal)}`;
}

function withClaims(set: StatefulSet, ordinal: number, volumes: readonly Volume[]): Volume[] {
  const templates = set.spec?.volumeClaimTemplates ?? [];
  const own = templates.map(
    (t): Volume => ({
      name: t.metadata.name ?? '',
      persistentVolumeClaim: { claimName: claimName(set, t, ordinal) },
    }),
  );
  return [...own, ...volumes.filter((v) => !own.some((o) => o.name === v.name))];
}

export function podFor(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const pod = podFromTemplate(template, set, controllerRef(set, API, KIND));
  const name = podName(set, ordinal);
  const volumes = withClaims(set, ordinal, pod.spec?.volumes ?? []);
  const identity = { [NAME_LABEL]: name, [INDEX_LABEL]: String(ordinal), [REVISION_LABEL]: revision };
  return {
    ...pod,
    metadata: { ...pod.metadata, name, labels: { ...pod.metadata.labels, ...identity } },
    spec: {
      containers: [],
      ...pod.spec,
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

/** The label with the ordinal comes back with that of the name, and is not missed alone. */
export function identityMatches(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(set, pod);
  return ordinal >= 0 && pod.metadata.labels?.[NAME_LABEL] === podName(set, ordinal);
}

/** The pod with the labels that make it the n-th again. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(set, pod);
  const labels = { ...pod.metadata.labels, [NAME_LABEL]: podName(set, ordinal), [INDEX_LABEL]: String(ordinal) };
  return { ...pod, apiVersion: 'v1', kind: 'Pod', metadata: { ...pod.metadata, labels } };
}

export function claimsFor(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((t): PersistentVolumeClaim => {
    const labels = { ...t.metadata.labels, ...set.spec?.selector?.matchLabels };
    const { annotations } = t.metadata;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimName(set, t, ordinal),
        namespace: set.metadata.namespace ?? '',
        ...(Object.keys(labels).length > 0 ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
      },
      ...(t.spec ? { spec: t.spec } : {}),
    };
  });
}
