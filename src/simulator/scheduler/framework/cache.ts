// The scheduler's own picture of nodes and their pods. A pod that was given a node is assumed to run there before the API
// server has said so, so that the next attempt already counts it. Models pkg/scheduler/backend/cache.
// Upstream copies a snapshot for each attempt because handlers run beside it; here an attempt is one instant of virtual
// time, so plugins read the cache itself.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { sameMap } from './events.ts';
import { NodeInfo } from './node-info.ts';
import { PodInfo } from './pod-info.ts';

interface PodState {
  info: PodInfo;
  node: string;
  assumed: boolean;
}

interface ImageState {
  readonly size: number;
  readonly nodes: Set<string>;
}

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
/** Old labels go first where a node still has them. Source: GetZoneKey in component-helpers/node/topology. */
const OLD = 'failure-domain.beta.kubernetes.io/';

export class Cache {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly pods = new Map<string, PodState>();
  private readonly images = new Map<string, ImageState>();
  private readonly zones = new Map<string, NodeInfo[]>();
  private ordered: readonly NodeInfo[] | undefined;
  /** Nodes with pods that state affinity of any kind, and those with required anti-affinity. */
  readonly withAffinity = new Set<NodeInfo>();
  readonly withRequiredAntiAffinity = new Set<NodeInfo>();

  /** Nodes, taken from the zones in turn so that a search that stops early has seen all zones. */
  nodes(): readonly NodeInfo[] {
    this.ordered ??= interleave([...this.zones.values()]);
    return this.ordered;
  }

  node(name: string): NodeInfo | undefined {
    const info = this.byName.get(name);
    return info?.node === undefined ? undefined : info;
  }

  /** Bytes of the image, and on how many nodes it is. */
  image(name: string): { readonly size: number; readonly nodes: number } | undefined {
    const state = this.images.get(name);
    return state === undefined ? undefined : { size: state.size, nodes: state.nodes.size };
  }

  setNode(node: Node): void {
    const info = this.infoOf(node.metadata.name ?? '');
    const before = info.node;
    if (before !== undefined) this.forgetImages(before);
    if (before === undefined || zoneOf(before) !== zoneOf(node)) {
      if (before !== undefined) this.leaveZone(info, before);
      const zone = this.zones.get(zoneOf(node));
      if (zone) zone.push(info);
      else this.zones.set(zoneOf(node), [info]);
      this.ordered = undefined;
    }
    info.setNode(node);
    this.classify(info);
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        // The first node to tell of an image says how large it is.
        const state = this.images.get(name) ?? { size: image.sizeBytes ?? 0, nodes: new Set<string>() };
        state.nodes.add(info.name);
        this.images.set(name, state);
      }
    }
  }

  removeNode(name: string): void {
    const info = this.byName.get(name);
    if (info?.node === undefined) return;
    this.forgetImages(info.node);
    this.leaveZone(info, info.node);
    info.node = undefined;
    this.classify(info);
    this.ordered = undefined;
    if (info.pods.length === 0) this.byName.delete(name);
  }

  /** The pod is taken to run on the node although nobody has confirmed it yet. */
  assume(info: PodInfo, node: string): void {
    if (this.pods.has(info.uid)) throw new Error(`pod ${info.key} is already in the scheduler's cache`);
    this.place(info, node, true);
  }

  forget(uid: string): void {
    if (this.pods.get(uid)?.assumed) this.take(uid);
  }

  isAssumed(uid: string): boolean {
    return this.pods.get(uid)?.assumed ?? false;
  }

  podNode(uid: string): string | undefined {
    return this.pods.get(uid)?.node;
  }

  /** A pod that has a node, as a watch tells of it. Confirms what was assumed. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const node = pod.spec?.nodeName ?? '';
    const known = this.pods.get(uid);
    if (known === undefined) {
      this.place(new PodInfo(pod), node, false);
      return;
    }
    if (known.node === node && sameForScheduling(known.info.pod, pod)) {
      known.assumed = false;
      known.info.pod = pod;
      return;
    }
    this.take(uid);
    this.place(new PodInfo(pod), node, false);
  }

  removePod(uid: string): void {
    this.take(uid);
  }

  private place(info: PodInfo, node: string, assumed: boolean): void {
    const target = this.infoOf(node);
    target.addPod(info);
    this.pods.set(info.uid, { info, node, assumed });
    this.classify(target);
  }

  private take(uid: string): void {
    const state = this.pods.get(uid);
    if (state === undefined) return;
    this.pods.delete(uid);
    const info = this.byName.get(state.node);
    if (info === undefined) return;
    info.removePod(uid);
    this.classify(info);
    if (info.node === undefined && info.pods.length === 0) this.byName.delete(info.name);
  }

  private classify(info: NodeInfo): void {
    const there = info.node !== undefined;
    if (there && info.hasAffinity) this.withAffinity.add(info);
    else this.withAffinity.delete(info);
    if (there && info.requiredAnti.size > 0) this.withRequiredAntiAffinity.add(info);
    else this.withRequiredAntiAffinity.delete(info);
  }

  private infoOf(name: string): NodeInfo {
    let info = this.byName.get(name);
    if (info === undefined) {
      info = new NodeInfo(name);
      this.byName.set(name, info);
    }
    return info;
  }

  private leaveZone(info: NodeInfo, before: Node): void {
    const zone = this.zones.get(zoneOf(before));
    const i = zone?.indexOf(info) ?? -1;
    if (i >= 0) zone?.splice(i, 1);
    if (zone?.length === 0) this.zones.delete(zoneOf(before));
  }

  private forgetImages(node: Node): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const state = this.images.get(name);
        state?.nodes.delete(node.metadata.name ?? '');
        if (state?.nodes.size === 0) this.images.delete(name);
      }
    }
  }
}

/** A status update of a running pod mostly changes nothing that scheduling counts. */
function sameForScheduling(a: Pod, b: Pod): boolean {
  return (
    (a.metadata.deletionTimestamp ?? '') === (b.metadata.deletionTimestamp ?? '') &&
    sameMap(a.metadata.labels, b.metadata.labels) &&
    (a.metadata.generation ?? 0) === (b.metadata.generation ?? 0) &&
    allocated(a) === allocated(b)
  );
}

/** Empty for all pods but those whose resources are being changed in place. */
function allocated(pod: Pod): string {
  let out = '';
  for (const list of [pod.status?.containerStatuses, pod.status?.initContainerStatuses]) {
    for (const s of list ?? []) {
      const requests = s.resources?.requests;
      if (requests !== undefined) out += `${s.name}${JSON.stringify(requests)}${JSON.stringify(s.allocatedResources)}`;
    }
  }
  return out;
}

function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const region = labels[`${OLD}region`] ?? labels[REGION] ?? '';
  return `${region}:${labels[`${OLD}zone`] ?? labels[ZONE] ?? ''}`;
}

function interleave(zones: readonly (readonly NodeInfo[])[]): NodeInfo[] {
  const out: NodeInfo[] = [];
  const longest = Math.max(0, ...zones.map((z) => z.length));
  for (let i = 0; i < longest; i++) {
    for (const zone of zones) {
      const info = zone[i];
      if (info !== undefined) out.push(info);
    }
  }
  return out;
}
