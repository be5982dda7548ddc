// Pods that have lost their Job, or outlive its end: nobody will count them, so their finalizer goes. Models orphanWorker and syncOrphanPod in
// pkg/controller/job/job_controller.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { PODS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { FINALIZER, hasFinalizer } from './decide.ts';

/** Takes the finalizer away in a strategic merge patch. */
export const RELEASE = { '$deleteFromPrimitiveList/finalizers': [FINALIZER] };

export class OrphanedPods {
  private readonly ctx: ComponentContext;
  private readonly pods: Informer<Pod>;
  private readonly isCounted: (pod: Pod) => boolean;
  private readonly queue: WorkQueue;

  constructor(ctx: ComponentContext, pods: Informer<Pod>, isCounted: (pod: Pod) => boolean) {
    this.ctx = ctx;
    this.pods = pods;
    this.isCounted = isCounted;
    this.queue = new WorkQueue(ctx.kernel);
  }

  start(): void {
    startWorkers(this.ctx.kernel, this.ctx.scope, this.queue, 1, (key, causes) => this.sync(key, causes));
  }

  /** The pod is looked at when it still has the finalizer. */
  add(pod: Pod, cause: StepId): void {
    if (hasFinalizer(pod)) this.queue.add(keyOf(pod), [cause]);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const pod = this.pods.get(key);
    if (pod === undefined || !hasFinalizer(pod) || this.isCounted(pod)) return undefined;
    const owner = controllerOf(pod);
    if (owner !== undefined && owner.kind !== 'Job') return undefined;
    const { namespace = '', name = '', uid } = pod.metadata;
    const patch = { metadata: { uid, ...RELEASE } };
    const done = yield* this.ctx.client.patch(PODS, namespace, name, 'strategic', patch, { causes });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'patch failed' };
  }
}
