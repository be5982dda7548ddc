// A node with the pods on it and the sums over them, kept up to date pod by pod. Models framework.NodeInfo.
import type { Node, Taint } from '../../../model/generated/core.v1.ts';
import type { AffinityTerm, HostPort, PodInfo } from './pod-info.ts';
import { wholeValue } from './quantity.ts';
import { ResourceSum, type Resources, resourcesOf } from './resources.ts';
import { type Labels, NO_LABELS } from './selectors.ts';

const NO_TAINTS: readonly Taint[] = [];
export const ANY_ADDRESS = '0.0.0.0';

const interned = new Map<string, number>();

/** A number for a text, the same for equal texts: looked up a thousand times for each pod, it has to be cheap. */
export function internKey(text: string): number {
  let id = interned.get(text);
  if (id === undefined) {
    id = interned.size;
    interned.set(text, id);
  }
  return id;
}

/** Terms and how many pods have each. */
export class TermBag {
  private readonly byKey = new Map<string, { readonly term: AffinityTerm; count: number }>();

  get size(): number {
    return this.byKey.size;
  }

  account(terms: readonly AffinityTerm[], sign: 1 | -1): void {
    for (const term of terms) {
      const known = this.byKey.get(term.key);
      if (known === undefined) this.byKey.set(term.key, { term, count: sign });
      else {
        known.count += sign;
        if (known.count === 0) this.byKey.delete(term.key);
      }
    }
  }

  entries(): IterableIterator<{ readonly term: AffinityTerm; readonly count: number }> {
    return this.byKey.values();
  }
}

export class NodeInfo {
  readonly name: string;
  /** Absent while only pods of the node are known. */
  node: Node | undefined;
  labels: Labels = NO_LABELS;
  unschedulable = false;
  /** With effect NoSchedule or NoExecute. */
  hardTaints: readonly Taint[] = NO_TAINTS;
  /** With effect PreferNoSchedule. */
  softTaints: readonly Taint[] = NO_TAINTS;
  allocatable: Resources = new ResourceSum();
  allowedPods = 0;
  images: ReadonlySet<string> = new Set();
  readonly pods: PodInfo[] = [];
  requested = new ResourceSum();
  nonZeroRequested = new ResourceSum();
  /** Affinity terms of the pods here: many pods of one workload have the same. */
  readonly required = new TermBag();
  readonly requiredAnti = new TermBag();
  readonly preferred = new TermBag();
  readonly preferredAnti = new TermBag();
  private readonly ports = new Map<string, number>();
  private readonly claims = new Map<string, number>();
  private counts: Map<number, number> | undefined;
  /** The key that was counted last, which is mostly the one asked for next, and its count; -1 for none. */
  private countedLast = -1;
  private lastCount = 0;

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node): void {
    this.node = node;
    this.labels = node.metadata.labels ?? NO_LABELS;
    this.unschedulable = node.spec?.unschedulable ?? false;
    const taints = node.spec?.taints ?? NO_TAINTS;
    this.hardTaints = taints.filter((t) => t.effect !== 'PreferNoSchedule');
    this.softTaints = taints.filter((t) => t.effect === 'PreferNoSchedule');
    this.allocatable = resourcesOf(node.status?.allocatable);
    this.allowedPods = wholeValue(node.status?.allocatable?.pods ?? 0);
    this.images = new Set((node.status?.images ?? []).flatMap((i) => i.names ?? []));
  }

  addPod(pod: PodInfo): void {
    this.pods.push(pod);
    this.account(pod, 1);
  }

  /** False when the pod is not here. */
  removePod(uid: string): boolean {
    const i = this.pods.findIndex((p) => p.uid === uid);
    const pod = this.pods[i];
    if (pod === undefined) return false;
    this.pods.splice(i, 1);
    this.account(pod, -1);
    return true;
  }

  private account(pod: PodInfo, sign: 1 | -1): void {
    this.requested.add(pod.requests, sign);
    this.nonZeroRequested.add(pod.nonZero, sign);
    if (pod.hasAffinity) {
      this.required.account(pod.requiredAffinity, sign);
      this.requiredAnti.account(pod.requiredAntiAffinity, sign);
      this.preferred.account(pod.preferredAffinity, sign);
      this.preferredAnti.account(pod.preferredAntiAffinity, sign);
    }
    for (const p of pod.hostPorts) bump(this.ports, portKey(p), sign);
    for (const v of pod.pod.spec?.volumes ?? []) {
      const claim = v.persistentVolumeClaim?.claimName;
      if (claim !== undefined) bump(this.claims, `${pod.namespace}/${claim}`, sign);
    }
    this.counts = undefined;
    this.countedLast = -1;
  }

  /** Whether another pod here holds this port on this address, where 0.0.0.0 is every address. */
  portTaken(p: HostPort): boolean {
    if (this.ports.size === 0) return false;
    if (p.ip !== ANY_ADDRESS) return this.ports.has(portKey(p)) || this.ports.has(portKey({ ...p, ip: ANY_ADDRESS }));
    const rest = `/${p.protocol}/${p.port}`;
    for (const key of this.ports.keys()) if (key.endsWith(rest)) return true;
    return false;
  }

  /** Whether a pod here uses the PersistentVolumeClaim `namespace/name`. */
  usesClaim(key: string): boolean {
    return this.claims.has(key);
  }

  /** What `countWhere` remembers under the key. */
  knownCount(key: number): number | undefined {
    if (this.pods.length === 0) return 0;
    return key === this.countedLast ? this.lastCount : this.counts?.get(key);
  }

  /** How many pods here pass the test. Remembered under the key (see `internKey`) until a pod comes or goes. */
  countWhere(key: number, test: (pod: PodInfo) => boolean): number {
    const known = this.knownCount(key);
    if (known !== undefined) return known;
    let n = 0;
    for (const p of this.pods) if (test(p)) n++;
    this.counts ??= new Map();
    this.counts.set(key, n);
    this.countedLast = key;
    this.lastCount = n;
    return n;
  }

  get hasAffinity(): boolean {
    return this.required.size + this.requiredAnti.size + this.preferred.size + this.preferredAnti.size > 0;
  }

  clone(): NodeInfo {
    const copy = new NodeInfo(this.name);
    if (this.node !== undefined) copy.setNode(this.node);
    for (const p of this.pods) copy.addPod(p);
    return copy;
  }
}

function portKey(p: HostPort): string {
  return `${p.ip}/${p.protocol}/${p.port}`;
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  const n = (counts.get(key) ?? 0) + by;
  if (n > 0) counts.set(key, n);
  else counts.delete(key);
}
