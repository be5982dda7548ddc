// A pod's priority comes from its PriorityClass. Models plugin/pkg/admission/priority/admission.go.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { PriorityClass } from '../../../model/generated/scheduling.v1.ts';
import { forbidden } from '../../../model/status.ts';
import { refuse } from '../context.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const PREFIX = '/registry/priorityclasses/';

function globalDefault(r: Review): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const kv of r.ctx.core.store.range(PREFIX)) {
    const pc = kv.value as PriorityClass;
    if (pc.globalDefault && (found === undefined || (pc.value ?? 0) < (found.value ?? 0))) found = pc;
  }
  return found;
}

function classOf(r: Review, pod: Pod): PriorityClass | undefined {
  const name = pod.spec?.priorityClassName;
  if (!name) return globalDefault(r);
  const found = r.ctx.core.store.get(PREFIX + name)?.value as PriorityClass | undefined;
  if (found !== undefined) return found;
  return refuse(
    forbidden({ group: '', resource: 'pods' }, pod.metadata.name ?? '', `no PriorityClass with name ${name} was found`),
  );
}

function mutate(r: Review): Mutation | undefined {
  const pod = r.object as Pod;
  if (pod.spec === undefined) return undefined;
  const pc = classOf(r, pod);
  const value = pc?.value ?? 0;
  const policy = pc?.preemptionPolicy ?? 'PreemptLowerPriority';
  const refused = (why: string): never =>
    refuse(forbidden({ group: '', resource: 'pods' }, pod.metadata.name ?? '', why));
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    refused(
      `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
    refused(
      `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  const named = pc === undefined ? {} : { priorityClassName: pc.metadata?.name ?? '' };
  const spec = { ...pod.spec, ...named, priority: value, preemptionPolicy: policy };
  return { object: { ...pod, spec } as Pod, note: `set priority ${value}` };
}

export const priority: Plugin = {
  name: 'Priority',
  handles: (r) => r.operation === 'CREATE' && r.resource.plural === 'pods' && r.subresource === '',
  mutate,
};
