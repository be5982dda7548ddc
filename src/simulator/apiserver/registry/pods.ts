// What the registry does to pods. Models pkg/registry/core/pod/strategy.go.
import type { Pod } from '../../../model/generated/core.v1.ts';
import { equal } from '../../../model/paths.ts';
import type { Context } from '../context.ts';
import { qosOf } from '../validation/pods/qos.ts';
import { withLabelKeys } from './label-keys.ts';
import type { DeleteOptions, Obj, Strategy } from './strategy.ts';

function gatedCondition(pod: Pod, ctx: Context): object[] {
  if ((pod.spec?.schedulingGates ?? []).length === 0) return [];
  return [
    {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: ctx.now,
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ];
}

function create(o: Obj, ctx: Context): Obj {
  const pod = withLabelKeys(o as Pod);
  const conditions = gatedCondition(pod, ctx);
  const status = {
    phase: 'Pending',
    ...(conditions.length > 0 ? { conditions } : {}),
    qosClass: qosOf(pod),
  };
  return { ...pod, status } as Obj;
}

/** A pod that never got to a node, or has ended, has nothing to wait for. Models podStrategy.CheckGracefulDelete. */
function grace(o: Obj, options: DeleteOptions): number {
  const pod = o as Pod;
  let period = options.gracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 0;
  if (!pod.spec?.nodeName) period = 0;
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') period = 0;
  return period < 0 ? 1 : period;
}

/** The kubelet owns most of the status; owners and the like stay. Models podStatusStrategy.PrepareForUpdate. */
function updateStatus(next: Obj, old: Obj): Obj {
  const qos = (old as Pod).status?.qosClass;
  const status = { ...(next.status as object), ...(qos === undefined ? {} : { qosClass: qos }) };
  return { ...next, metadata: withOwnersOf(old, next.metadata), status };
}

function withOwnersOf({ metadata: { ownerReferences } }: Obj, metadata: Obj['metadata']): Obj['metadata'] {
  if (metadata.ownerReferences === ownerReferences) return metadata;
  const { ownerReferences: _, ...rest } = metadata;
  return ownerReferences ? { ...rest, ownerReferences } : rest;
}

/** Removing the last scheduling gate makes the pod schedulable: its condition goes. */
function update(next: Obj, old: Obj): Obj {
  return equal(next.status, old.status) ? next : { ...next, status: old.status };
}

export const pods: Strategy = {
  create,
  update,
  updateStatus,
  grace,
  generation: ['spec'],
  returnsDeleted: true,
};
