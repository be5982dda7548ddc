// The Anatomy tree: a cluster's machines, components and objects, in the order in which one asks for them. A row's id is the
// path of segments from the top, so that a pod may stand under its node and under its owner.
import type { ResourceName } from '../resources.ts';
import { type AnatomyInput, cut, SYSTEM } from './input.ts';
import { controlPlane, machineRows, nodeRows, nodes } from './machines.ts';
import { namespaceRows, namespaces, ownedRows, workloadsIn } from './namespaces.ts';
import type { Row } from './row.ts';
import type { WorkloadResource } from './workload.ts';

export type { AnatomyInput, KnownMachine } from './input.ts';

type Segment = readonly [type: string, ...rest: string[]];

function segmentsOf(id: string): Segment {
  const last = id.slice(id.lastIndexOf('/') + 1);
  return last.split(':') as unknown as Segment;
}

export function parentOf(id: string): string | undefined {
  const slash = id.lastIndexOf('/');
  return slash < 0 ? undefined : id.slice(0, slash);
}

/** The rows under `id`, or the top where it is undefined. An id that is no longer there has none. */
export function childrenOf(id: string | undefined, input: AnatomyInput): Row[] {
  if (id === undefined) return top(input);
  const [type, a = '', b = '', c = ''] = segmentsOf(id);
  switch (type) {
    case 'control-plane':
      return controlPlane(id, input);
    case 'machine':
      return machineRows(id, a, 'control plane', input);
    case 'nodes':
      return cut(id, nodes(id, input));
    case 'node':
      return cut(id, nodeRows(id, a, input));
    case 'add-ons':
      return workloadsIn(id, SYSTEM, input);
    case 'namespaces':
      return cut(id, namespaces(id, input));
    case 'namespace':
      return cut(id, namespaceRows(id, a, input));
    case 'workload':
      return cut(id, ownedRows(id, a as WorkloadResource, `${b}/${c}`, input));
    default:
      return [];
  }
}

function top(input: AnatomyInput): Row[] {
  const { cache } = input;
  const groups: Row[] = [];
  const group = (id: string, label: string, icon: string, description: string, expand: Row['expand']): void =>
    void groups.push({ id, label, icon, tone: 'plain', description, context: id, expand });
  group('control-plane', 'Control plane', 'server-environment', '', 'expanded');
  group('nodes', 'Nodes', 'server', countText(input, 'nodes', cache.size('nodes')), 'expanded');
  const addOns = workloadsIn('add-ons', SYSTEM, input).length;
  if (addOns > 0) group('add-ons', 'Add-ons', 'extensions', String(addOns), 'collapsed');
  group(
    'namespaces',
    'Namespaces',
    'symbol-namespace',
    countText(input, 'namespaces', cache.size('namespaces')),
    'expanded',
  );
  return groups;
}

function countText({ missing }: AnatomyInput, resource: ResourceName, count: number): string {
  return missing?.has(resource) ? 'may not be listed' : String(count);
}
