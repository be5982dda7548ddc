// A pod's priority comes from its PriorityClass. Models plugin/pkg/admission/priority/admission.go.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { Status } from '../../../model/generated/meta.v1.ts';
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

/** A second class for pods that name none is refused, whether it is made or becomes one. */
function validate(r: Review): Status | undefined {
  const found = (r.object as PriorityClass).globalDefault ? globalDefault(r) : undefined;
  const { name = '' } = found?.metadata ?? {};
  if (found === undefined || (r.operation === 'UPDATE' && name === r.name)) return undefined;
  const why = `PriorityClass ${name} is already marked as default. Only one default can exist`;
  return forbidden({ group: 'scheduling.k8s.io', resource: 'priorityclasses' }, r.name, why);
}

const isPod = (r: Review): boolean => r.operation === 'CREATE' && r.resource.plural === 'pods' && r.subresource === '';
const isClass = (r: Review): boolean =>
  r.resource.plural === 'priorityclasses' && (r.operation === 'CREATE' || r.operation === 'UPDATE');

export const priority: Plugin = {
  name: 'Priority',
  handles: (r) => isPod(r) || isClass(r),
  mutate: (r) => (isPod(r) ? mutate(r) : undefined),
  validate: (r) => (isClass(r) ? validate(r) : undefined),
};
