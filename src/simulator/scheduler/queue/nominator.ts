// Nodes promised to pods by preemption until the pods run there. Models pkg/scheduler/backend/queue/nominator.go.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { Nominator } from '../framework/framework.ts';
import type { PodInfo } from '../framework/pod-info.ts';

const NONE: readonly PodInfo[] = [];

export class NominatedPods implements Nominator {
  private readonly byNode = new Map<string, PodInfo[]>();
  private readonly nodeOf = new Map<string, string>();

  nominatedFor(node: string): readonly PodInfo[] {
    return this.byNode.size === 0 ? NONE : (this.byNode.get(node) ?? NONE);
  }

  /** `node`: a new promise, or empty to withdraw it; absent to go by the pod's status.nominatedNodeName. */
  set(info: PodInfo, node?: string): void {
    this.delete(info.uid);
    const target = node ?? info.pod.status?.nominatedNodeName ?? '';
    if (target === '') return;
    this.nodeOf.set(info.uid, target);
    const list = this.byNode.get(target);
    if (list) list.push(info);
    else this.byNode.set(target, [info]);
  }

  /** The pod changed. A promise that is not written yet is kept; one that was taken from the status is withdrawn. */
  update(before: Pod, info: PodInfo): void {
    const unwritten = !before.status?.nominatedNodeName && !info.pod.status?.nominatedNodeName;
    const kept = unwritten ? this.nodeOf.get(info.uid) : undefined;
    this.set(info, kept);
  }

  delete(uid: string): void {
    const node = this.nodeOf.get(uid);
    if (node === undefined) return;
    this.nodeOf.delete(uid);
    const rest = (this.byNode.get(node) ?? []).filter((p) => p.uid !== uid);
    if (rest.length === 0) this.byNode.delete(node);
    else this.byNode.set(node, rest);
  }
}
