// The garbage collector: deletes what has lost its owners, in the order that the deletion's propagation policy asks for.
// Models pkg/controller/garbagecollector/garbagecollector.go, v1.36.
import { all, type Process } from '../../../kernel/process.ts';
import type { OwnerReference } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { allResources, apiVersionOf } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { FOREGROUND, type Node, ORPHAN, OwnerGraph } from './graph.ts';
import { CustomMonitors, isCollectable, kindOf } from './monitors.ts';

/** Source: --concurrent-gc-syncs, v1.36. */
const WORKERS = 20;
/** Not collected, and far too many to watch. Source: GraphBuilder's DefaultIgnoredResources, v1.36. */
const IGNORED = new Set(['events']);

const WATCHED = allResources().filter((r) => r.preferred && !IGNORED.has(r.plural) && isCollectable(r));

/** `invalid`: an object of the whole cluster cannot be owned by one in a namespace, and is left alone. */
type Fate = 'solid' | 'dangling' | 'waiting' | 'invalid';

export class GarbageCollector {
  private readonly ctx: ComponentContext;
  private readonly graph: OwnerGraph;
  private readonly deletions: WorkQueue;
  private readonly orphans: WorkQueue;
  private readonly custom: CustomMonitors;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.events = new EventRecorder(ctx, 'garbage-collector-controller');
    this.deletions = new WorkQueue(ctx.kernel);
    this.orphans = new WorkQueue(ctx.kernel);
    this.graph = new OwnerGraph(
      {
        delete: (node, cause) => this.deletions.add(node.uid, [cause]),
        orphan: (node, cause) => this.orphans.add(node.uid, [cause]),
        misplaced: (node, ref, cause) => this.sayMisplaced(node, ref, cause),
      },
      (ref) => this.custom.resourceFor(ref),
    );
    this.custom = new CustomMonitors(ctx, this.graph);
    this.watchDefinitions();
    let waiting = WATCHED.length;
    for (const r of WATCHED) {
      const informer = ctx.informers.of(kindOf(r));
      informer.onChange({
        add: (o, cause) => this.graph.seen(o, r, cause),
        update: (o, _, cause) => this.graph.seen(o, r, cause),
        remove: (o, cause) => this.graph.gone(o.metadata.uid ?? '', cause),
      });
      informer.onSynced(() => {
        if (--waiting === 0) this.start();
      });
    }
  }

  private watchDefinitions(): void {
    const definitions = WATCHED.find((r) => r.kind === 'CustomResourceDefinition');
    if (definitions === undefined) return;
    const changed = (): void => this.custom.changed();
    this.ctx.informers.of(kindOf(definitions)).onChange({ add: changed, update: changed, remove: changed });
  }

  private start(): void {
    const { kernel, scope } = this.ctx;
    startWorkers(kernel, scope, this.deletions, WORKERS, (uid, causes) => this.attemptToDelete(uid, causes));
    startWorkers(kernel, scope, this.orphans, WORKERS, (uid, causes) => this.attemptToOrphan(uid, causes));
  }

  private sayMisplaced(node: Node, ref: OwnerReference, cause: StepId): void {
    if (node.resource === undefined) return;
    const { namespace, name, uid } = node;
    const apiVersion = apiVersionOf(node.resource);
    const metadata = { name, uid, ...(namespace === '' ? {} : { namespace }) };
    const subject = { apiVersion, kind: node.resource.kind, object: { metadata } };
    const owner = `[${ref.apiVersion}/${ref.kind}, namespace: ${namespace}, name: ${ref.name}, uid: ${ref.uid}]`;
    const message = `ownerRef ${owner} does not exist in namespace "${namespace}"`;
    this.events.event(subject, 'Warning', 'OwnerRefInvalidNamespace', message, [cause]);
  }

  private *live(node: Node, causes: readonly StepId[]): Process<KubeObject | 'absent' | { readonly error: string }> {
    if (node.resource === undefined) return 'absent';
    const r = yield* this.ctx.client.get(kindOf(node.resource), node.namespace, node.name, {
      causes,
      metadataOnly: true,
    });
    if (r.ok) return r.value.metadata.uid === node.uid ? r.value : 'absent';
    return r.code === 404 ? 'absent' : { error: r.status.message ?? 'get failed' };
  }

  private *attemptToDelete(uid: string, causes: readonly StepId[]): Process<SyncResult> {
    const node = this.graph.nodes.get(uid);
    if (node === undefined || (node.beingDeleted && !node.deletingDependents)) return undefined;
    // An owner of a kind that nobody knows yet: it may come to be known, and is not taken for absent.
    if (node.virtual && node.resource === undefined) return undefined;
    const latest = yield* this.live(node, causes);
    if (latest === 'absent') {
      this.graph.absent(node, causes[0] ?? 0);
      return undefined;
    }
    if (!('metadata' in latest)) return latest;
    if (node.virtual && node.resource !== undefined) this.graph.seen(latest, node.resource, causes[0] ?? 0);
    if (node.deletingDependents) return yield* this.waitForDependents(node, latest, causes);
    const owners = latest.metadata.ownerReferences ?? [];
    if (owners.length === 0) return undefined;
    const fates = new Map<OwnerReference, Fate>();
    for (const ref of owners) fates.set(ref, yield* this.fateOf(ref, node, causes));
    return yield* this.judge(node, latest, fates, causes);
  }

  private *fateOf(ref: OwnerReference, node: Node, causes: readonly StepId[]): Process<Fate> {
    const resource = this.custom.resourceFor(ref);
    if (resource === undefined) return 'solid';
    if (resource.namespaced && node.namespace === '') return 'invalid';
    const owner = yield* this.ctx.client.get(kindOf(resource), resource.namespaced ? node.namespace : '', ref.name, {
      causes,
    });
    if (!owner.ok) return owner.code === 404 ? 'dangling' : 'solid';
    if (owner.value.metadata.uid !== ref.uid) return 'dangling';
    const { deletionTimestamp, finalizers = [] } = owner.value.metadata;
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) && ref.blockOwnerDeletion
      ? 'waiting'
      : 'solid';
  }

  private *judge(
    node: Node,
    latest: KubeObject,
    fates: Map<OwnerReference, Fate>,
    causes: readonly StepId[],
  ): Process<SyncResult> {
    const of = (fate: Fate): OwnerReference[] => [...fates].filter(([, f]) => f === fate).map(([r]) => r);
    if (of('invalid').length > 0) return undefined;
    const gone = [...of('dangling'), ...of('waiting')];
    if (of('solid').length > 0) {
      if (gone.length === 0) return undefined;
      return yield* this.dropOwners(
        node,
        latest,
        gone.map((r) => r.uid),
        causes,
      );
    }
    const finalizers = latest.metadata.finalizers ?? [];
    let policy = 'Background';
    if (of('waiting').length > 0 && node.dependents.size > 0) {
      const unblocked = yield* this.breakCircle(node, latest, causes);
      if (unblocked !== undefined) return unblocked;
      policy = 'Foreground';
    } else if (finalizers.includes(ORPHAN)) policy = 'Orphan';
    else if (finalizers.includes(FOREGROUND)) policy = 'Foreground';
    return yield* this.remove(node, gone, policy, causes);
  }

  /** Owner and dependent wait for their dependents both, perhaps for each other: this one no longer holds its owners up. */
  private *breakCircle(node: Node, latest: KubeObject, causes: readonly StepId[]): Process<SyncResult> {
    if (![...node.dependents].some((d) => d.deletingDependents)) return undefined;
    const ownerReferences = latest.metadata.ownerReferences?.map((r) => ({ ...r, blockOwnerDeletion: false }));
    return yield* this.patch(node, latest, { ownerReferences }, causes);
  }

  private *remove(
    node: Node,
    owners: readonly OwnerReference[],
    policy: string,
    causes: readonly StepId[],
  ): Process<SyncResult> {
    if (node.resource === undefined) return undefined;
    const { group, plural, kind } = node.resource;
    const lost = owners.map((r) => `${r.kind} ${r.name}`).join(', ');
    const step = this.ctx.record({
      kind: 'decide',
      action: 'AttemptToDelete',
      object: { group, resource: plural, kind, namespace: node.namespace, name: node.name, uid: node.uid },
      causes,
      text: `${kind} ${node.name} has lost its owner (${lost}) → deletes it, propagation ${policy}.`,
      detail: { type: 'decide', inputs: { owners: lost, propagationPolicy: policy } },
    });
    const options = { preconditions: { uid: node.uid }, propagationPolicy: policy };
    const result = yield* this.ctx.client.delete(kindOf(node.resource), node.namespace, node.name, options, {
      causes: [step],
    });
    return result.ok || result.code === 404 || result.code === 409
      ? undefined
      : { error: result.status.message ?? 'delete failed' };
  }

  private *waitForDependents(node: Node, latest: KubeObject, causes: readonly StepId[]): Process<SyncResult> {
    const blocking = this.graph.blocking(node);
    if (blocking.length === 0) return yield* this.dropFinalizer(node, latest, FOREGROUND, causes);
    for (const d of blocking) if (!d.deletingDependents) this.deletions.add(d.uid, causes);
    return undefined;
  }

  private *attemptToOrphan(uid: string, causes: readonly StepId[]): Process<SyncResult> {
    const owner = this.graph.nodes.get(uid);
    if (owner === undefined) return undefined;
    const freed = yield* all(
      this.ctx.scope,
      [...owner.dependents].map((d) => this.free(d, uid, causes)),
    );
    const failed = freed.find((r) => r !== undefined);
    if (failed !== undefined) return failed;
    const latest = yield* this.live(owner, causes);
    if (latest === 'absent') return undefined;
    if (!('metadata' in latest)) return latest;
    return yield* this.dropFinalizer(owner, latest, ORPHAN, causes);
  }

  /** Takes one owner from its dependent. */
  private *free(dependent: Node, owner: string, causes: readonly StepId[]): Process<SyncResult> {
    const latest = yield* this.live(dependent, causes);
    if (latest === 'absent') return undefined;
    return 'metadata' in latest ? yield* this.dropOwners(dependent, latest, [owner], causes) : latest;
  }

  private *dropOwners(
    node: Node,
    latest: KubeObject,
    uids: readonly string[],
    causes: readonly StepId[],
  ): Process<SyncResult> {
    if (!latest.metadata.ownerReferences?.some((r) => uids.includes(r.uid))) return undefined;
    const ownerReferences = latest.metadata.ownerReferences.filter((r) => !uids.includes(r.uid));
    return yield* this.patch(
      node,
      latest,
      { ownerReferences: ownerReferences.length > 0 ? ownerReferences : null },
      causes,
    );
  }

  private *dropFinalizer(
    node: Node,
    latest: KubeObject,
    finalizer: string,
    causes: readonly StepId[],
  ): Process<SyncResult> {
    const finalizers = latest.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) return undefined;
    return yield* this.patch(node, latest, { finalizers: finalizers.filter((f) => f !== finalizer) }, causes);
  }

  private *patch(node: Node, latest: KubeObject, metadata: object, causes: readonly StepId[]): Process<SyncResult> {
    if (node.resource === undefined) return undefined;
    const patch = { metadata: { resourceVersion: latest.metadata.resourceVersion, uid: node.uid, ...metadata } };
    const r = yield* this.ctx.client.patch(kindOf(node.resource), node.namespace, node.name, 'merge', patch, {
      causes,
      metadataOnly: true,
    });
    return r.ok || r.code === 404 ? undefined : { error: r.status.message ?? 'patch failed' };
  }
}
