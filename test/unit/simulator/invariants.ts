// What must hold after every single write, whatever people do to a cluster. Watches etcd, so that nothing slips between looks.
import type { Deployment, ReplicaSet } from '../../../src/model/generated/apps.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import type { Cluster } from '../../../src/simulator/cluster.ts';
import type { Change } from '../../../src/simulator/store/log.ts';

export function objects<T extends KubeObject>(cluster: Cluster, prefix: string): T[] {
  return [...cluster.store.range(prefix)].map((kv) => kv.value as T);
}

export const controllerOf = (o: KubeObject): string | undefined =>
  o.metadata?.ownerReferences?.find((r) => r.controller)?.uid;

export const isReady = (pod: Pod): boolean =>
  pod.metadata?.deletionTimestamp === undefined &&
  (pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false);

/** How far a Deployment may go from what it has been asked for since it last was as asked. */
interface Bounds {
  most: number;
  /** Undefined once something other than the Deployment took pods away, until it is whole again. */
  least: number | undefined;
}

/** Throws at the write that breaks an invariant; the kernel lets that through to whoever drives it. */
export class Witness {
  readonly bounds = new Map<string, Bounds>();
  /** What each ReplicaSet was told to have before it was told to have fewer, until it has. */
  private readonly before = new Map<string, number>();
  private readonly cluster: Cluster;
  /** Namespace → pods that its quota admits. */
  private readonly quotas: ReadonlyMap<string, number>;

  constructor(cluster: Cluster, quotas: ReadonlyMap<string, number> = new Map()) {
    this.cluster = cluster;
    this.quotas = quotas;
    cluster.store.subscribe((change) => this.see(change));
  }

  /** A person or a broken machine took pods away: how many are left is not the Deployments' doing. */
  disturbed(): void {
    for (const bounds of this.bounds.values()) bounds.least = undefined;
  }

  private see(change: Change): void {
    if (change.prefix === '/registry/deployments/') this.asked(change.current?.value);
    if (change.prefix === '/registry/replicasets/') {
      this.adopted(change);
      this.lowered(change);
    }
    if (change.prefix !== '/registry/pods/') return;
    const pod = change.current?.value as Pod | undefined;
    if (pod === undefined) return;
    this.boundOnce(pod, change.previous?.value as Pod | undefined);
    this.ordinalsDiffer(pod);
    this.withinQuota(pod.metadata?.namespace ?? '');
    this.withinBounds();
  }

  private boundOnce(pod: Pod, before: Pod | undefined): void {
    const node = before?.spec?.nodeName;
    if (node !== undefined && before?.metadata?.uid === pod.metadata?.uid && pod.spec?.nodeName !== node) {
      throw new Error(`${pod.metadata?.name} was bound to ${node}, then to ${pod.spec?.nodeName}`);
    }
  }

  private ordinalsDiffer(pod: Pod): void {
    const index = pod.metadata?.labels?.['apps.kubernetes.io/pod-index'];
    if (index === undefined) return;
    const twins = objects<Pod>(this.cluster, `/registry/pods/${pod.metadata?.namespace}/`).filter(
      (p) => controllerOf(p) === controllerOf(pod) && p.metadata?.labels?.['apps.kubernetes.io/pod-index'] === index,
    );
    if (twins.length > 1) throw new Error(`${twins.map((p) => p.metadata?.name)} share the ordinal ${index}`);
  }

  private withinQuota(namespace: string): void {
    const hard = this.quotas.get(namespace);
    if (hard === undefined) return;
    const pods = objects<Pod>(this.cluster, `/registry/pods/${namespace}/`);
    const used = pods.filter((p) => p.status?.phase !== 'Failed' && p.status?.phase !== 'Succeeded').length;
    if (used > hard) throw new Error(`${used} pods in ${namespace}, whose quota is ${hard}`);
  }

  private asked(object: KubeObject | undefined): void {
    const d = object as Deployment | undefined;
    const uid = d?.metadata?.uid;
    if (d === undefined || uid === undefined) return;
    const { most, least } = limits(d);
    const bounds = this.bounds.get(uid);
    if (bounds === undefined || isWhole(d)) this.bounds.set(uid, { most, least: isWhole(d) ? least : undefined });
    else {
      bounds.most = Math.max(bounds.most, most);
      if (bounds.least !== undefined) bounds.least = Math.min(bounds.least, least);
    }
  }

  /** A Deployment that takes over a ReplicaSet has its pods too, however many, until it has scaled it. */
  private adopted({ previous, current }: Change): void {
    if (previous === undefined || current === undefined || controllerOf(previous.value) !== undefined) return;
    const bounds = this.bounds.get(controllerOf(current.value) ?? '');
    if (bounds !== undefined) bounds.most = Number.POSITIVE_INFINITY;
  }

  private lowered({ previous, current }: Change): void {
    const [was, is] = [previous?.value, current?.value].map((o) => (o as ReplicaSet | undefined)?.spec?.replicas ?? 0);
    const uid = current?.value.metadata.uid ?? '';
    if (was !== undefined && is !== undefined && was > is)
      this.before.set(uid, Math.max(was, this.before.get(uid) ?? 0));
  }

  /**
   * Pods of a ReplicaSet as its Deployment counts them: as many as it was told to have, as soon as it was told (NewRSNewReplicas in
   * pkg/controller/deployment/util). Its controller takes the others away when its rate limit lets it.
   */
  private counted(set: ReplicaSet, pods: number): number {
    const { uid = '' } = set.metadata;
    const told = set.spec?.replicas ?? 0;
    if (pods <= told) this.before.delete(uid);
    return pods <= (this.before.get(uid) ?? 0) ? Math.min(pods, told) : pods;
  }

  private withinBounds(): void {
    const sets = objects<ReplicaSet>(this.cluster, '/registry/replicasets/');
    const pods = objects<Pod>(this.cluster, '/registry/pods/');
    for (const d of objects<Deployment>(this.cluster, '/registry/deployments/')) {
      const bounds = this.bounds.get(d.metadata?.uid ?? '');
      if (bounds === undefined || d.metadata?.deletionTimestamp !== undefined) continue;
      const own = sets.filter((s) => controllerOf(s) === d.metadata?.uid);
      const mine = pods.filter((p) => own.some((s) => s.metadata.uid === controllerOf(p)));
      const there = mine.filter((p) => p.metadata?.deletionTimestamp === undefined && p.status?.phase !== 'Failed');
      const of = (s: ReplicaSet): number => there.filter((p) => controllerOf(p) === s.metadata.uid).length;
      const count = own.reduce((sum, s) => sum + this.counted(s, of(s)), 0);
      const name = d.metadata?.name;
      if (count > bounds.most) throw new Error(`${count} pods of ${name}, at most ${bounds.most}`);
      const ready = mine.filter(isReady).length;
      if (bounds.least !== undefined && ready < bounds.least) {
        throw new Error(`${ready} available pods of ${name}, at least ${bounds.least}`);
      }
    }
  }
}

/** `spec.strategy` in pods: maxSurge is rounded up, maxUnavailable down (pkg/controller/deployment/util). */
function limits(d: Deployment): { most: number; least: number } {
  const replicas = d.spec?.replicas ?? 1;
  if (d.spec?.strategy?.type === 'Recreate') return { most: replicas, least: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = d.spec?.strategy?.rollingUpdate ?? {};
  const surge = absolute(maxSurge, replicas, Math.ceil);
  const unavailable = absolute(maxUnavailable, replicas, Math.floor);
  // Both 0 would be a standstill: then one may be missing.
  const missing = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { most: replicas + surge, least: Math.max(0, replicas - missing) };
}

const absolute = (value: string | number, of: number, round: (n: number) => number): number =>
  typeof value === 'number' ? value : round((Number.parseInt(value, 10) * of) / 100);

/** As asked, and nothing left of what was before. */
export function isWhole(d: Deployment): boolean {
  const { replicas = 1 } = d.spec ?? {};
  const s = d.status ?? {};
  return (
    s.observedGeneration === d.metadata?.generation &&
    (s.replicas ?? 0) === replicas &&
    (s.updatedReplicas ?? 0) === replicas &&
    (s.availableReplicas ?? 0) === replicas
  );
}
