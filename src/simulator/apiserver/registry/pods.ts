// What the registry does to pods. Models pkg/registry/core/pod/strategy.go and pkg/apis/core/v1/helper/qos.
import type { Container, Pod, ResourceRequirements } from '../../../model/generated/core.v1.ts';
import { equal } from '../../../model/paths.ts';
import type { Context } from '../context.ts';
import type { DeleteOptions, Obj, Strategy } from './strategy.ts';

const QOS_RESOURCES = ['cpu', 'memory'];

function positive(q: unknown): boolean {
  return q !== undefined && !/^[+-]?0*(\.0*)?[a-zA-Z]*$/.test(String(q));
}

interface Sums {
  requests: Set<string>;
  limits: Set<string>;
  guaranteed: boolean;
}

function addContainer(resources: ResourceRequirements | undefined, sums: Sums): void {
  for (const name of QOS_RESOURCES) if (positive(resources?.requests?.[name])) sums.requests.add(name);
  const limited = QOS_RESOURCES.filter((name) => positive(resources?.limits?.[name]));
  for (const name of limited) sums.limits.add(name);
  if (limited.length !== QOS_RESOURCES.length) sums.guaranteed = false;
  for (const name of QOS_RESOURCES) {
    const { requests, limits } = resources ?? {};
    if (requests?.[name] !== undefined && String(requests[name]) !== String(limits?.[name])) sums.guaranteed = false;
  }
}

/** Guaranteed: every container's cpu and memory are limited, and requested in full. Models ComputePodQOS. */
export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const sums: Sums = { requests: new Set(), limits: new Set(), guaranteed: true };
  const whole = pod.spec?.resources;
  if (whole?.requests !== undefined || whole?.limits !== undefined) addContainer(whole, sums);
  else {
    const containers: readonly Container[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    for (const c of containers) addContainer(c.resources, sums);
  }
  if (sums.requests.size === 0 && sums.limits.size === 0) return 'BestEffort';
  return sums.guaranteed ? 'Guaranteed' : 'Burstable';
}

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
  const pod = o as Pod;
  const conditions = gatedCondition(pod, ctx);
  const status = {
    phase: 'Pending',
    ...(conditions.length > 0 ? { conditions } : {}),
    qosClass: qosClass(pod),
  };
  return { ...o, status };
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
  const { ownerReferences: _, ...rest } = next.metadata;
  const { ownerReferences } = old.metadata;
  const qos = (old as Pod).status?.qosClass;
  const status = { ...(next.status as object), ...(qos === undefined ? {} : { qosClass: qos }) };
  return { ...next, metadata: { ...rest, ...(ownerReferences ? { ownerReferences } : {}) }, status };
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
