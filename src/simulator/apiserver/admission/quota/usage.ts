// What an object takes of a quota. Models pkg/quota/v1/evaluator/core and apiserver/pkg/quota/v1/generic.
import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
  Service,
} from '../../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import { type Quantity, quantity } from '../../../../model/quantity.ts';
import type { ResourceInfo } from '../../../../model/resources.ts';
import { podQuantities } from '../../resources.ts';

export type Usage = Map<string, Quantity>;

const ONE = quantity(1);
/** Resources that quotas also count under their plain name. */
const PLAIN = new Set([
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'resourcequotas',
]);
const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** A pod that has ended takes nothing. */
function podUsage(pod: Pod, to: Usage): void {
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') {
    to.delete('pods');
    return;
  }
  for (const [name, q] of podQuantities(pod, 'requests')) {
    if (COMPUTE.has(name)) to.set(name, q);
    if (COMPUTE.has(name) || name.includes('/') || name.startsWith('hugepages-')) to.set(`requests.${name}`, q);
    if (name.startsWith('hugepages-')) to.set(name, q);
  }
  for (const [name, q] of podQuantities(pod, 'limits')) if (COMPUTE.has(name)) to.set(`limits.${name}`, q);
}

function serviceUsage(s: Service, to: Usage): void {
  const ports = s.spec?.ports ?? [];
  if (s.spec?.type === 'NodePort') to.set('services.nodeports', quantity(ports.length));
  if (s.spec?.type !== 'LoadBalancer') return;
  const count = s.spec.allocateLoadBalancerNodePorts === false ? ports.filter((p) => p.nodePort).length : ports.length;
  to.set('services.nodeports', quantity(count));
  to.set('services.loadbalancers', ONE);
}

function claimUsage(c: PersistentVolumeClaim, to: Usage): void {
  const storageClass = c.spec?.storageClassName;
  const of = storageClass ? `${storageClass}.storageclass.storage.k8s.io/` : undefined;
  if (of) to.set(`${of}persistentvolumeclaims`, ONE);
  const storage = c.spec?.resources?.requests?.storage;
  if (storage === undefined) return;
  to.set('requests.storage', quantity(storage));
  if (of) to.set(`${of}requests.storage`, quantity(storage));
}

export function usageOf(r: Pick<ResourceInfo, 'group' | 'plural'>, o: KubeObject): Usage {
  const usage: Usage = new Map([[`count/${r.group ? `${r.plural}.${r.group}` : r.plural}`, ONE]]);
  if (r.group !== '') return usage;
  if (PLAIN.has(r.plural)) usage.set(r.plural, ONE);
  if (r.plural === 'pods') podUsage(o as Pod, usage);
  if (r.plural === 'services') serviceUsage(o as Service, usage);
  if (r.plural === 'persistentvolumeclaims') claimUsage(o as PersistentVolumeClaim, usage);
  return usage;
}

function bestEffort(pod: Pod): boolean {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return all.every((c) =>
    ['cpu', 'memory'].every((n) => c.resources?.requests?.[n] === undefined && c.resources?.limits?.[n] === undefined),
  );
}

function crossNamespace(pod: Pod): boolean {
  const { podAffinity: near, podAntiAffinity: far } = pod.spec?.affinity ?? {};
  const terms = [near, far].flatMap((a) => [
    ...(a?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(a?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((w) => w.podAffinityTerm),
  ]);
  return terms.some((t) => (t.namespaces ?? []).length > 0 || t.namespaceSelector !== undefined);
}

function inScope(s: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  const terminating = pod.spec?.activeDeadlineSeconds !== undefined;
  switch (s.scopeName) {
    case 'Terminating':
      return terminating;
    case 'NotTerminating':
      return !terminating;
    case 'BestEffort':
      return bestEffort(pod);
    case 'NotBestEffort':
      return !bestEffort(pod);
    case 'CrossNamespacePodAffinity':
      return crossNamespace(pod);
    case 'PriorityClass':
      return nameInScope(s, pod.spec?.priorityClassName ?? '');
    default:
      return false;
  }
}

function nameInScope(s: ScopedResourceSelectorRequirement, name: string): boolean {
  const listed = (s.values ?? []).includes(name);
  if (s.operator === 'In') return listed;
  if (s.operator === 'NotIn') return !listed;
  return s.operator === 'Exists' ? name !== '' : name === '';
}

/** A claim counts for each class of attributes that it has or is to get. Models getReferencedVolumeAttributesClassNames. */
function claimInScope(s: ScopedResourceSelectorRequirement, { spec, status }: PersistentVolumeClaim): boolean {
  if (s.scopeName !== 'VolumeAttributesClass') return false;
  const { currentVolumeAttributesClassName: current, modifyVolumeStatus } = status ?? {};
  const names = [spec?.volumeAttributesClassName, current, modifyVolumeStatus?.targetVolumeAttributesClassName];
  const given = names.flatMap((name) => name || []);
  return (given.length > 0 ? given : ['']).some((name) => nameInScope(s, name));
}

/** Whether the quota's scopes take in the object. Only pods and claims can be told apart by scope. */
export function matchesScopes(q: ResourceQuota, r: Pick<ResourceInfo, 'group' | 'plural'>, o: KubeObject): boolean {
  const scopes: ScopedResourceSelectorRequirement[] = [
    ...(q.spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const })),
    ...(q.spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (scopes.length === 0) return true;
  if (r.group !== '') return false;
  if (r.plural === 'persistentvolumeclaims') return scopes.every((s) => claimInScope(s, o as PersistentVolumeClaim));
  return r.plural === 'pods' && scopes.every((s) => inScope(s, o as Pod));
}

/** Compute resources that every container must set where a quota limits them. Models podEvaluator.Constraints. */
export function missingConstraints(q: ResourceQuota, pod: Pod): string[] {
  const out: string[] = [];
  for (const name of Object.keys(q.status?.hard ?? q.spec?.hard ?? {}).sort()) {
    const bare = name.replace(/^(requests|limits)\./, '');
    if (!COMPUTE.has(bare) || bare === 'ephemeral-storage') continue;
    const field = name.startsWith('limits.') ? 'limits' : 'requests';
    if (pod.spec?.resources?.[field]?.[bare] !== undefined) continue;
    const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    const without = all.filter((c) => c.resources?.[field]?.[bare] === undefined).map((c) => c.name);
    if (without.length > 0) out.push(`${name} for: ${without.join(',')}`);
  }
  return out;
}
