// A pod on a node may not ask for more than the node has. Models plugin/pkg/admission/podresize.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { equal } from '../../../model/paths.ts';
import { milliOf, quantity, unitsOf, ZERO } from '../../../model/quantity.ts';
import { forbidden } from '../../../model/status.ts';
import { podQuantities } from '../resources.ts';
import type { Plugin, Review } from './chain.ts';

const OS = 'kubernetes.io/os';

function tooMuch(pod: Pod, node: Node): string | undefined {
  const requests = podQuantities(pod, 'requests');
  const { cpu = 0, memory = 0 } = node.status?.allocatable ?? {};
  const asked = { cpu: milliOf(requests.get('cpu') ?? ZERO), memory: unitsOf(requests.get('memory') ?? ZERO) };
  const there = { cpu: milliOf(quantity(cpu)), memory: unitsOf(quantity(memory)) };
  const lacks = (['cpu', 'memory'] as const)
    .filter((k) => asked[k] > there[k])
    .map((k) => `${k}, requested: ${asked[k]}, allocatable: ${there[k]}`);
  return lacks.length === 0 ? undefined : `node didn't have enough allocatable resources: ${lacks.join('; ')}`;
}

function problem(r: Review, pod: Pod, name: string): string | undefined {
  const node = r.ctx.core.store.get(`/registry/minions/${name}`)?.value as Node | undefined;
  if (node === undefined) return `node ${JSON.stringify(name)} not found`;
  const lack = tooMuch(pod, node);
  if (lack !== undefined) return lack;
  const os = node.metadata?.labels?.[OS] ?? '';
  if (os === 'linux') return undefined;
  return `pod resize is only supported on linux nodes, node ${JSON.stringify(name)} is ${JSON.stringify(os)}`;
}

export const podResizeValidator: Plugin = {
  name: 'PodResizeValidator',
  handles: (r) => r.operation === 'UPDATE' && r.resource.plural === 'pods' && r.subresource === 'resize',
  validate: (r) => {
    const [pod, old] = [r.object as Pod, r.old as Pod];
    const name = pod.spec?.nodeName;
    if (!name || equal(pod.spec, old.spec)) return undefined;
    const why = problem(r, pod, name);
    return why === undefined ? undefined : forbidden({ group: '', resource: 'pods' }, r.name, why);
  },
};
