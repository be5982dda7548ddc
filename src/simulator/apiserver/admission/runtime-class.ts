// A pod's RuntimeClass brings its overhead and where it can run. Models plugin/pkg/admission/runtimeclass/admission.go.
import type { Pod, Toleration } from '../../../model/generated/core.v1.ts';
import type { RuntimeClass } from '../../../model/generated/node.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';
import { forbidden } from '../../../model/status.ts';
import { refuse } from '../context.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const PODS = { group: '', resource: 'pods' };

function mutate(r: Review): Mutation | undefined {
  const pod = r.object as Pod;
  const name = pod.spec?.runtimeClassName;
  const no = (why: string): never => refuse(forbidden(PODS, pod.metadata?.name ?? '', why));
  if (!name) {
    if (pod.spec?.overhead !== undefined)
      no('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    return undefined;
  }
  const found = r.ctx.core.store.get(`/registry/runtimeclasses/${name}`)?.value as RuntimeClass | undefined;
  if (found === undefined) return no(`pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  const fixed = found.overhead?.podFixed;
  if (pod.spec?.overhead !== undefined && !equal(pod.spec.overhead, fixed))
    no("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  const { nodeSelector, tolerations } = found.scheduling ?? {};
  for (const [k, v] of Object.entries(nodeSelector ?? {})) {
    const had = pod.spec?.nodeSelector?.[k];
    if (had !== undefined && had !== v)
      no(`conflict: runtimeClass.scheduling.nodeSelector[${k}] = ${v}; pod.spec.nodeSelector[${k}] = ${had}`);
  }
  const all: Toleration[] = [...(pod.spec?.tolerations ?? [])];
  for (const t of tolerations ?? []) if (!all.some((x) => equal(x, t))) all.push(t);
  const spec = {
    ...pod.spec,
    ...(fixed ? { overhead: fixed } : {}),
    ...(nodeSelector ? { nodeSelector: { ...pod.spec?.nodeSelector, ...nodeSelector } } : {}),
    ...(all.length > 0 ? { tolerations: all } : {}),
  };
  return { object: { ...pod, spec } as KubeObject, note: `applied RuntimeClass ${name}` };
}

export const runtimeClass: Plugin = {
  name: 'RuntimeClass',
  handles: (r) => r.operation === 'CREATE' && r.resource.plural === 'pods' && r.subresource === '',
  mutate,
};
