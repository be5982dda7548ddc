// A pod with what scheduling needs of it, worked out once. Models framework.PodInfo of pkg/scheduler.
import type { Pod, PodAffinityTerm, Toleration, WeightedPodAffinityTerm } from '../../../model/generated/core.v1.ts';
import { keyOf, namespaceOf } from '../../../model/object.ts';
import { podRequests, podRequestsNonZero, type Resources } from './resources.ts';
import { compileSelector, type Labels, type Matcher, NO_LABELS } from './selectors.ts';

/** A term of inter-pod affinity, ready to be matched. Equal terms have equal keys. */
export interface AffinityTerm {
  readonly key: string;
  readonly topologyKey: string;
  readonly selector: Matcher;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Matcher;
  readonly selectsNamespaces: boolean;
  /** Of a preferred term; 0 for a required one. */
  readonly weight: number;
}

export interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

const NO_TERMS: readonly AffinityTerm[] = [];
const NO_TOLERATIONS: readonly Toleration[] = [];

function term(t: PodAffinityTerm, ownNamespace: string, weight: number): AffinityTerm {
  // Neither names nor a selector means the pod's own namespace.
  const names =
    (t.namespaces?.length ?? 0) === 0 && t.namespaceSelector === undefined ? [ownNamespace] : (t.namespaces ?? []);
  const selector = compileSelector(t.labelSelector);
  const namespaceSelector = compileSelector(t.namespaceSelector);
  return {
    key: JSON.stringify([t.topologyKey, selector.key, names, namespaceSelector.key, weight]),
    topologyKey: t.topologyKey,
    selector,
    namespaces: new Set(names),
    namespaceSelector,
    selectsNamespaces: t.namespaceSelector !== undefined,
    weight,
  };
}

function required(terms: readonly PodAffinityTerm[] | undefined, namespace: string): readonly AffinityTerm[] {
  return terms === undefined || terms.length === 0 ? NO_TERMS : terms.map((t) => term(t, namespace, 0));
}

function preferred(terms: readonly WeightedPodAffinityTerm[] | undefined, namespace: string): readonly AffinityTerm[] {
  return terms === undefined || terms.length === 0
    ? NO_TERMS
    : terms.map((t) => term(t.podAffinityTerm, namespace, t.weight));
}

/** Ports that the pod wants on the node itself. Source: GetHostPorts in pkg/scheduler/util. */
function hostPorts(pod: Pod): readonly HostPort[] {
  const out: HostPort[] = [];
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  for (const c of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const p of c.ports ?? []) {
      if (p.hostPort) out.push({ protocol: p.protocol ?? 'TCP', ip: p.hostIP || '0.0.0.0', port: p.hostPort });
    }
  }
  return out;
}

export class PodInfo {
  /** The newest version seen; one that differs in what is worked out below gets a PodInfo of its own. */
  pod: Pod;
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly priority: number;
  readonly tolerations: readonly Toleration[];
  readonly requests: Resources;
  readonly nonZero: Resources;
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
  readonly hostPorts: readonly HostPort[];

  constructor(pod: Pod) {
    this.pod = pod;
    this.key = keyOf(pod);
    this.uid = pod.metadata.uid ?? this.key;
    this.namespace = namespaceOf(pod);
    this.labels = pod.metadata.labels ?? NO_LABELS;
    this.priority = pod.spec?.priority ?? 0;
    this.tolerations = pod.spec?.tolerations ?? NO_TOLERATIONS;
    this.requests = podRequests(pod);
    this.nonZero = podRequestsNonZero(pod);
    const near = pod.spec?.affinity?.podAffinity;
    const away = pod.spec?.affinity?.podAntiAffinity;
    this.requiredAffinity = required(near?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.requiredAntiAffinity = required(away?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.preferredAffinity = preferred(near?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.preferredAntiAffinity = preferred(away?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace);
    this.hostPorts = hostPorts(pod);
  }

  get name(): string {
    return this.pod.metadata.name ?? '';
  }

  get nodeName(): string | undefined {
    return this.pod.spec?.nodeName || undefined;
  }

  get hasAffinity(): boolean {
    return (
      this.requiredAffinity.length +
        this.requiredAntiAffinity.length +
        this.preferredAffinity.length +
        this.preferredAntiAffinity.length >
      0
    );
  }
}

/** Where the labels of namespaces are looked up. */
export interface NamespaceLookup {
  namespaceLabels(namespace: string): Labels;
}

/** Whether the term speaks of this pod. */
export function termMatches(t: AffinityTerm, pod: PodInfo, lookup: NamespaceLookup): boolean {
  if (!t.namespaces.has(pod.namespace)) {
    if (!t.selectsNamespaces || !t.namespaceSelector.matches(lookup.namespaceLabels(pod.namespace))) return false;
  }
  return t.selector.matches(pod.labels);
}
