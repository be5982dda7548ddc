// Brings the API server's copy of a pod's status up to date: one write at a time, always the latest. Models
// pkg/kubelet/status/status_manager.go.
import { type Process, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PODS } from '../runtime/kinds.ts';
import { type PodRecord, podStatus, statusPatch } from './status.ts';

export class StatusWriter {
  pod: Pod;
  private readonly ctx: ComponentContext;
  private readonly record: PodRecord;
  private busy = false;
  private dirty = false;
  private cause: StepId = 0;

  constructor(ctx: ComponentContext, pod: Pod, record: PodRecord) {
    this.ctx = ctx;
    this.pod = pod;
    this.record = record;
  }

  publish(cause: StepId): void {
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
    const { kernel, client } = this.ctx;
    const patch = statusPatch(this.pod, this.pod.status, podStatus(this.pod, this.record, rfc3339(kernel.wallMs)));
    if (patch === undefined) return;
    const { namespace = '', name = '' } = this.pod.metadata;
    const result = yield* client.patch(PODS, namespace, name, 'strategic', patch, {
      causes: [this.cause],
      subresource: 'status',
    });
    if (result.ok) this.pod = result.value;
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
