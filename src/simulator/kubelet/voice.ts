// What is told of one pod on its node: steps for the trace, Events for the API server.
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { EventRecorder } from '../runtime/recorder.ts';
import type { Say } from './images.ts';
import { mirrored, podRef } from './names.ts';
import { fieldPathOf, type PodRecord } from './record.ts';

export type Tell = (type: 'Normal' | 'Warning', reason: string, message: string, cause: StepId) => void;

export class Voice {
  private readonly ctx: ComponentContext;
  private readonly events: EventRecorder;
  private readonly record: PodRecord;
  private readonly pod: () => Pod;

  constructor(ctx: ComponentContext, events: EventRecorder, record: PodRecord, pod: () => Pod) {
    this.ctx = ctx;
    this.events = events;
    this.record = record;
    this.pod = pod;
  }

  step(action: string, text: string, cause: StepId): StepId {
    return this.ctx.record({
      kind: 'node',
      action,
      object: podRef(this.pod()),
      causes: [cause],
      text,
      detail: { type: 'node', call: action },
    });
  }

  /** Of a static pod Events name the uid that the kubelet knows it by. */
  private get object(): Pod {
    const pod = this.pod();
    const uid = mirrored(pod);
    return uid === undefined ? pod : { ...pod, metadata: { ...pod.metadata, uid } };
  }

  /** An Event about the pod. */
  readonly tell: Tell = (type, reason, message, cause) =>
    this.events.event({ apiVersion: 'v1', kind: 'Pod', object: this.object }, type, reason, message, [cause]);

  /** An Event about one of its containers. */
  readonly say: Say = (c, type, reason, message, cause) => {
    const about = { apiVersion: 'v1', kind: 'Pod', object: this.object, fieldPath: fieldPathOf(this.record, c) };
    this.events.event(about, type, reason, message, [cause]);
  };
}
