// Who owns whom, over every kind of object. Models pkg/controller/garbagecollector/graph.go and graph_builder.go, v1.36.
import type { OwnerReference } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

export interface Node {
  readonly uid: string;
  readonly resource: ResourceInfo | undefined;
  readonly namespace: string;
  readonly name: string;
  owners: readonly OwnerReference[];
  readonly dependents: Set<Node>;
  beingDeleted: boolean;
  /** Waits in foreground for its dependents. */
  deletingDependents: boolean;
  /** Known only from somebody's ownerReferences: not seen yet, perhaps not there. */
  virtual: boolean;
}

/** What the graph asks the collector to look at. */
export interface Work {
  delete(node: Node, cause: StepId): void;
  orphan(node: Node, cause: StepId): void;
  /** The node names an owner that lives in another namespace, where nobody can own it. */
  misplaced(node: Node, ref: OwnerReference, cause: StepId): void;
}

export class OwnerGraph {
  readonly nodes = new Map<string, Node>();
  private readonly work: Work;
  private readonly resourceOf: (ref: OwnerReference) => ResourceInfo | undefined;

  constructor(work: Work, resourceOf: (ref: OwnerReference) => ResourceInfo | undefined) {
    this.work = work;
    this.resourceOf = resourceOf;
  }

  seen(o: KubeObject, resource: ResourceInfo, cause: StepId): void {
    const { uid = '', namespace = '', name = '', ownerReferences = [], finalizers = [] } = o.metadata;
    const deleting = o.metadata.deletionTimestamp !== undefined;
    const foreground = deleting && finalizers.includes(FOREGROUND);
    let node = this.nodes.get(uid);
    if (node === undefined || node.virtual) {
      const dependents = node?.dependents ?? new Set<Node>();
      node = {
        uid,
        resource,
        namespace,
        name,
        owners: [],
        dependents,
        beingDeleted: deleting,
        deletingDependents: foreground,
        virtual: false,
      };
      this.nodes.set(uid, node);
    }
    const before = node.owners;
    this.setOwners(node, ownerReferences, cause);
    const wasForeground = node.deletingDependents;
    const wasDeleting = node.beingDeleted;
    node.beingDeleted = deleting;
    node.deletingDependents = foreground;
    if (deleting && finalizers.includes(ORPHAN)) this.work.orphan(node, cause);
    if (foreground && (!wasForeground || before === ownerReferences)) {
      for (const d of node.dependents) this.work.delete(d, cause);
      this.work.delete(node, cause);
    } else if (foreground) this.work.delete(node, cause);
    else if (!wasDeleting && before !== ownerReferences && ownerReferences.length > 0 && this.someOwnerGone(node))
      this.work.delete(node, cause);
  }

  gone(uid: string, cause: StepId): void {
    const node = this.nodes.get(uid);
    if (node === undefined) return;
    this.nodes.delete(uid);
    for (const ref of node.owners) this.nodes.get(ref.uid)?.dependents.delete(node);
    for (const d of node.dependents) this.work.delete(d, cause);
    for (const ref of node.owners) {
      const owner = this.nodes.get(ref.uid);
      if (owner?.deletingDependents) this.work.delete(owner, cause);
    }
  }

  /** A virtual node that turned out not to exist. */
  absent(node: Node, cause: StepId): void {
    if (this.nodes.get(node.uid) === node) this.gone(node.uid, cause);
  }

  private someOwnerGone(node: Node): boolean {
    return node.owners.some((r) => this.nodes.get(r.uid)?.virtual ?? true);
  }

  private setOwners(node: Node, owners: readonly OwnerReference[], cause: StepId): void {
    if (owners === node.owners) return;
    const kept = new Map(owners.map((r) => [r.uid, r]));
    for (const ref of node.owners) {
      const now = kept.get(ref.uid);
      const owner = this.nodes.get(ref.uid);
      if (now === undefined) owner?.dependents.delete(node);
      // An owner that waits for this dependent need not wait any longer. Models addUnblockedOwnersToDeleteQueue.
      const freed = now === undefined || (ref.blockOwnerDeletion === true && now.blockOwnerDeletion !== true);
      if (freed && owner?.deletingDependents) this.work.delete(owner, cause);
    }
    const before = new Set(node.owners.map((r) => r.uid));
    node.owners = owners;
    let doubtful = false;
    for (const ref of owners) {
      const known = this.nodes.get(ref.uid);
      this.ownerNode(ref, node.namespace, cause).dependents.add(node);
      if (known !== undefined && !before.has(ref.uid)) doubtful = this.isDoubtful(node, ref, known, cause) || doubtful;
    }
    if (doubtful) this.work.delete(node, cause);
  }

  /** Whether the reference says something else of its owner than is known of it. Models addDependentToOwners. */
  private isDoubtful(node: Node, ref: OwnerReference, owner: Node, cause: StepId): boolean {
    if (owner.namespace !== '' && owner.namespace !== node.namespace) {
      if (!owner.virtual) this.work.misplaced(node, ref, cause);
      return true;
    }
    return ref.name !== owner.name || (owner.resource !== undefined && ref.kind !== owner.resource.kind);
  }

  private ownerNode(ref: OwnerReference, dependentNamespace: string, cause: StepId): Node {
    const known = this.nodes.get(ref.uid);
    if (known !== undefined) return known;
    const resource = this.resourceOf(ref);
    const node: Node = {
      uid: ref.uid,
      resource,
      namespace: resource?.namespaced === false ? '' : dependentNamespace,
      name: ref.name,
      owners: [],
      dependents: new Set(),
      beingDeleted: false,
      deletingDependents: false,
      virtual: true,
    };
    this.nodes.set(ref.uid, node);
    this.work.delete(node, cause);
    return node;
  }

  /** Dependents that hold up their owner's foreground deletion. */
  blocking(node: Node): Node[] {
    return [...node.dependents].filter((d) =>
      d.owners.some((r) => r.uid === node.uid && r.blockOwnerDeletion === true),
    );
  }
}
