// Brings the API server's copy of a pod's status up to date: one write at a time, always the latest. Models
// pkg/kubelet/status/status_manager.go.
import { SECOND } from '../../kernel/kernel.ts';
import { type Process, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PODS } from '../runtime/kinds.ts';
import type { PodRecord } from './record.ts';
import { podStatus, statusPatch } from './status.ts';

/** How often statuses are compared with what the API server has. Source: syncPeriod in status_manager.go, v1.36. */
const ROUND = 10 * SECOND;

export class StatusWriter {
  pod: Pod;
  private readonly ctx: ComponentContext;
  private readonly record: PodRecord;
  private readonly settled: () => boolean;
  private closed = false;
  private busy = false;
  private dirty = false;
  private written = false;
  private due = false;
  private cause: StepId = 0;

  /** `settled`: nothing is under way that the kubelet has not told yet. */
  constructor(ctx: ComponentContext, pod: Pod, record: PodRecord, settled: () => boolean = () => true) {
    this.ctx = ctx;
    this.settled = settled;
    this.pod = pod;
    this.record = record;
  }

  /**
   * A newer version of the pod: another spec is acknowledged at once; what others have written over the kubelet's part of the
   * status is put right at the next round. Models needsReconcile.
   */
  seen(pod: Pod, cause: StepId): void {
    if (this.wrote(pod)) return;
    const { generation, resourceVersion } = this.pod.metadata;
    const asked = pod.metadata.generation !== generation;
    // A static pod is shown for the first time.
    const shown = resourceVersion === undefined;
    this.pod = pod;
    if (shown) {
      this.publish(cause);
      return;
    }
    if (!this.written || this.busy || this.due || !this.settled() || pod.metadata.deletionTimestamp !== undefined)
      return;
    if (this.patch() === undefined) return;
    if (asked) {
      this.publish(cause);
      return;
    }
    this.due = true;
    const { kernel, scope } = this.ctx;
    const round = (): void => {
      this.due = false;
      if (scope.alive) this.publish(cause);
    };
    kernel.schedule(ROUND - (kernel.now % ROUND), round, true);
  }

  /** Whether it comes back from the watch as the writer itself has written it. */
  wrote(pod: Pod): boolean {
    return pod.metadata.resourceVersion === this.pod.metadata.resourceVersion;
  }

  private patch(): object | undefined {
    const { wallMs } = this.ctx.kernel;
    return statusPatch(this.pod, this.pod.status, podStatus(this.pod, this.record, rfc3339(wallMs)));
  }

  /** The pod is gone: nobody is told anything more. */
  close(): void {
    this.closed = true;
  }

  publish(cause: StepId): void {
    if (this.closed) return;
    this.cause = cause;
    this.dirty = true;
    if (this.busy) return;
    this.busy = true;
    spawn(this.ctx.scope, this.drain());
  }

  private *drain(): Process<void> {
    while (this.dirty) {
      this.dirty = false;
      yield* this.write();
    }
    this.busy = false;
  }

  private *write(): Process<void> {
    // Nothing shows a static pod yet.
    if (this.pod.metadata.resourceVersion === undefined) return;
    const patch = this.patch();
    if (patch === undefined) return;
    const { namespace = '', name = '' } = this.pod.metadata;
    const result = yield* this.ctx.client.patch(PODS, namespace, name, 'strategic', patch, {
      causes: [this.cause],
      subresource: 'status',
    });
    if (!result.ok) return;
    this.pod = result.value;
    this.written = true;
  }

  /** The pod has ended on this node: the API server may forget it. */
  *remove(cause: StepId): Process<void> {
    const { namespace = '', name = '', uid } = this.pod.metadata;
    yield* this.ctx.client.delete(
      PODS,
      namespace,
      name,
      { gracePeriodSeconds: 0, preconditions: { uid } },
      { causes: [cause] },
    );
  }

  /** True while a write waits or is under way. */
  get pending(): boolean {
    return this.busy;
  }
}
