// The annotations and the hash by which a Deployment and its ReplicaSets know each other.
// Models pkg/controller/deployment/util/deployment_util.go and pkg/util/hash, v1.36.
import type { Deployment, ReplicaSet } from '../../../model/generated/apps.v1.ts';
import type { PodTemplateSpec } from '../../../model/generated/core.v1.ts';
import { sameMap } from '../common/maps.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const HASH_LABEL = 'pod-template-hash';

/** Annotations of a Deployment that its ReplicaSets do not inherit. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

export type Annotations = { readonly [key: string]: string };

/** An int64 in upstream. What is no number counts as 0. */
function revisionFrom(text: string | undefined): bigint {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : 0n;
}

export function revisionOf(o: ReplicaSet | Deployment): bigint {
  return revisionFrom(o.metadata.annotations?.[REVISION]);
}

export function maxRevision(sets: readonly ReplicaSet[]): bigint {
  return sets.map(revisionOf).reduce((most, n) => (n > most ? n : most), 0n);
}

export function sizeAnnotations(replicas: number, surge: number): Annotations {
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + surge) };
}

/** The annotations that the newest ReplicaSet should have, besides its sizes; the same object where nothing changes. */
export function newestAnnotations(d: Deployment, current: Annotations, revision: bigint): Annotations {
  const next: Record<string, string> = { ...current };
  for (const [k, v] of Object.entries(d.metadata.annotations ?? {})) if (!NOT_COPIED.has(k)) next[k] = v;
  const old = current[REVISION];
  if (revisionFrom(old) < revision) {
    next[REVISION] = String(revision);
    if (old !== undefined)
      next[REVISION_HISTORY] = [current[REVISION_HISTORY], old].filter((x) => x !== undefined).join(',');
  }
  return sameMap(current, next) ? current : next;
}

function canonical(x: unknown): string {
  if (Array.isArray(x)) return `[${x.map(canonical).join(',')}]`;
  if (typeof x !== 'object' || x === null) return JSON.stringify(x) ?? 'null';
  const o = x as { readonly [key: string]: unknown };
  return `{${Object.keys(o)
    .filter((k) => o[k] !== undefined)
    .sort()
    .map((k) => `${JSON.stringify(k)}:${canonical(o[k])}`)
    .join(',')}}`;
}

/** Templates are immutable, and compared at every sync. */
const forms = new WeakMap<PodTemplateSpec, string>();

function formOf(t: PodTemplateSpec): string {
  const known = forms.get(t);
  if (known !== undefined) return known;
  const form = canonical(withoutHash(t));
  forms.set(t, form);
  return form;
}

/** Same template, the hash label aside. */
export function sameTemplate(a: PodTemplateSpec = {}, b: PodTemplateSpec = {}): boolean {
  return formOf(a) === formOf(b);
}

function withoutHash(t: PodTemplateSpec | undefined): PodTemplateSpec {
  const labels = t?.metadata?.labels;
  if (labels?.[HASH_LABEL] === undefined) return t ?? {};
  const { [HASH_LABEL]: _, ...rest } = labels;
  return { ...t, metadata: { ...t?.metadata, labels: rest } };
}
