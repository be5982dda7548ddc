// The Anatomy tree: a cluster's machines, components and objects, in the order in which one asks for them. A row's id is the
// path of segments from the top, so that a pod may stand under its node and under its owner.
import { type ComponentGroup, components, findComponent } from '../../knowledge/components.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ObjectCache } from '../cache.ts';
import type { Explained } from '../failure.ts';
import { findResource, type ResourceName } from '../resources.ts';
import { componentOfPod, componentPodRow, componentRow, isControlPlane, nodeRow } from './node.ts';
import { podRow } from './pod.ts';
import { join, md, type Row } from './row.ts';
import { serviceRow, WORKLOADS, type WorkloadResource, workloadRow } from './workload.ts';

/** What is known of machines and components beyond the API: the simulator's own knowledge. */
export interface KnownMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly running: boolean;
  readonly components: readonly {
    readonly component: string;
    readonly running: boolean;
    readonly stoppable: boolean;
    readonly detail?: string;
  }[];
}

export interface AnatomyInput {
  readonly cache: ObjectCache;
  /** What the cluster's clocks show now, milliseconds since 1970. */
  readonly nowMs: number;
  readonly machines?: readonly KnownMachine[];
  readonly missing?: ReadonlyMap<ResourceName, Explained>;
}

/** What a row of a namespace has below it. */
const IN_NAMESPACE = [...WORKLOADS, 'pods', 'services'] as const;
const OWNED = ['replicasets', 'jobs', 'pods'] as const;
/** A list longer than this is cut, and says so. */
const MOST_ROWS = 1000;
const SYSTEM = 'kube-system';
/** The knowledge data names what a request meets first, first. */
const ORDER = components.map((c) => c.id);

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
      return cut(id, [
        ...machineRows(id, a, 'node', input),
        ...reportedComponents(id, a, input),
        ...podsOnNode(id, a, input),
      ]);
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

function note(id: string, label: string, tooltip?: string): Row {
  return { id, label, icon: 'info', tone: 'plain', context: 'note', expand: 'no', ...(tooltip ? { tooltip } : {}) };
}

/** Where a list was refused, the row says so in the place of the objects. */
function refused(id: string, resource: ResourceName, { missing }: AnatomyInput): Row[] {
  const why = missing?.get(resource);
  return why
    ? [note(`${id}/note:${resource}`, `You may not list ${resource}`, `${md(why.message)}\n\n${md(why.remedy)}`)]
    : [];
}

function cut(id: string, rows: Row[]): Row[] {
  if (rows.length <= MOST_ROWS) return rows;
  return [
    ...rows.slice(0, MOST_ROWS),
    note(`${id}/note:more`, `… and ${rows.length - MOST_ROWS} more that are not shown`),
  ];
}

const collator = new Intl.Collator('en', { numeric: true });

function byName(a: KubeObject, b: KubeObject): number {
  return collator.compare(a.metadata.name ?? '', b.metadata.name ?? '');
}

function controlPlane(id: string, input: AnatomyInput): Row[] {
  const machines = input.machines?.filter((m) => m.role === 'control-plane');
  if (machines) {
    const [only, ...others] = machines;
    if (only && others.length === 0) return machineRows(id, only.name, 'control plane', input);
    return machines.map((m) => ({
      id: `${id}/machine:${m.name}`,
      label: m.name,
      description: m.running ? '' : 'stopped',
      icon: m.running ? 'server' : 'debug-stop',
      tone: m.running ? 'ok' : 'error',
      context: m.running ? 'machine.running' : 'machine.stopped',
      expand: 'expanded',
      machine: m.name,
    }));
  }
  const pods = input.cache
    .inNamespace('pods', SYSTEM)
    .filter((p) => componentOfPod(p) !== undefined)
    .sort(byName);
  if (pods.length > 0) return pods.map((p) => componentPodRow(p, `${id}/pod:${SYSTEM}:${p.metadata.name}`));
  return [
    note(
      `${id}/note:managed`,
      'Not visible through the API',
      'No static pods of a control plane are in kube\\-system\\. A managed cluster runs its control plane out of sight; k3s and others run it as one process\\.',
    ),
  ];
}

function machineRows(id: string, name: string, group: ComponentGroup, { machines }: AnatomyInput): Row[] {
  const machine = machines?.find((m) => m.name === name);
  const own = (machine?.components ?? [])
    .filter((c) => findComponent(c.component)?.group === group)
    .sort((a, b) => ORDER.indexOf(a.component) - ORDER.indexOf(b.component));
  return own.map((c) =>
    componentRow({
      ...c,
      id: `${id}/component:${c.component}:${name}`,
      node: name,
      running: c.running && machine?.running === true,
    }),
  );
}

/** What a real node says of itself, where nothing else is known of its components. */
function reportedComponents(id: string, name: string, { cache, machines }: AnatomyInput): Row[] {
  const info = machines ? undefined : cache.get('nodes', name)?.status?.nodeInfo;
  if (!info) return [];
  const ready = cache.get('nodes', name)?.status?.conditions?.find((c) => c.type === 'Ready');
  const at = { node: name, running: true, stoppable: false };
  const silent = ready?.status === 'Unknown' ? 'not heard of' : undefined;
  return [
    componentRow({
      ...at,
      id: `${id}/component:kubelet:${name}`,
      component: 'kubelet',
      detail: join(silent, info.kubeletVersion),
    }),
    componentRow({
      ...at,
      id: `${id}/component:container-runtime:${name}`,
      component: 'container-runtime',
      detail: info.containerRuntimeVersion,
    }),
  ];
}

function nodes(id: string, input: AnatomyInput): Row[] {
  const { cache, machines, nowMs } = input;
  const list = cache
    .list('nodes')
    .sort((a, b) => Number(isControlPlane(b)) - Number(isControlPlane(a)) || byName(a, b));
  const rows = list.map((n) => {
    const name = n.metadata.name ?? '';
    const machine = machines?.find((m) => m.name === name);
    return nodeRow(n, {
      id: `${id}/node:${name}`,
      nowMs,
      pods: cache.countOnNode(name),
      stopped: machine?.running === false,
      stoppable: machine !== undefined,
    });
  });
  return [...refused(id, 'nodes', input), ...rows];
}

function podsOnNode(id: string, node: string, { cache, nowMs }: AnatomyInput): Row[] {
  return cache
    .onNode(node)
    .sort((a, b) => collator.compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || byName(a, b))
    .map((p) => podRow(p, { id: podId(id, p), nowMs, underNode: true, withNamespace: true }));
}

function podId(parent: string, pod: Pod): string {
  return `${parent}/pod:${pod.metadata.namespace ?? ''}:${pod.metadata.name ?? ''}`;
}

function namespaces(id: string, input: AnatomyInput): Row[] {
  const rows = input.cache
    .list('namespaces')
    .sort((a, b) => rank(a) - rank(b) || byName(a, b))
    .map((n): Row => {
      const name = n.metadata.name ?? '';
      const pods = input.cache.countIn('pods', name);
      const filled = IN_NAMESPACE.some((r) => input.cache.countIn(r, name) > 0);
      const ending = n.status?.phase === 'Terminating';
      return {
        id: `${id}/namespace:${name}`,
        label: name,
        description: join(ending && 'Terminating', pods > 0 && `${pods} pod${pods === 1 ? '' : 's'}`),
        icon: 'symbol-namespace',
        tone: ending ? 'busy' : 'plain',
        context: 'namespace',
        expand: filled ? (rank(n) === 0 ? 'expanded' : 'collapsed') : 'no',
        object: { group: '', resource: 'namespaces', kind: 'Namespace', name },
      };
    });
  return [...refused(id, 'namespaces', input), ...rows];
}

/** What people made comes before what the system keeps for itself. */
function rank(namespace: KubeObject): number {
  return namespace.metadata.name?.startsWith('kube-') ? 1 : 0;
}

function namespaceRows(id: string, namespace: string, input: AnatomyInput): Row[] {
  const { cache, nowMs } = input;
  const bare = cache
    .inNamespace('pods', namespace)
    .filter((p) => !hasListedOwner(p, input))
    .sort(byName);
  const services = cache.inNamespace('services', namespace).sort(byName);
  return [
    ...workloadsIn(id, namespace, input),
    ...bare.map((p) => podRow(p, { id: podId(id, p), nowMs })),
    ...services.map((s) => serviceRow(s, `${id}/service:${namespace}:${s.metadata.name}`, nowMs)),
    ...refused(id, 'pods', input),
  ];
}

function hasListedOwner(object: KubeObject, { cache }: AnatomyInput): boolean {
  const owner = object.metadata.ownerReferences?.find((r) => r.controller);
  const resource = owner && WORKLOADS.find((w) => findResource(w)?.kind === owner.kind);
  return resource !== undefined && cache.get(resource, `${object.metadata.namespace}/${owner?.name}`) !== undefined;
}

/** Workloads that no other workload owns. */
function workloadsIn(id: string, namespace: string, input: AnatomyInput): Row[] {
  return WORKLOADS.flatMap((resource) =>
    input.cache
      .inNamespace(resource, namespace)
      .filter((w) => !hasListedOwner(w, input))
      .sort(byName)
      .map((w) => workload(id, resource, w, input)),
  );
}

function workload(
  id: string,
  resource: WorkloadResource,
  w: Parameters<typeof workloadRow>[1],
  input: AnatomyInput,
): Row {
  const own = `${id}/workload:${resource}:${w.metadata.namespace}:${w.metadata.name}`;
  return workloadRow(resource, w, {
    id: own,
    nowMs: input.nowMs,
    hasChildren: OWNED.some((r) => input.cache.countOwned(r, w.metadata.uid ?? '') > 0),
  });
}

function ownedRows(id: string, resource: WorkloadResource, key: string, input: AnatomyInput): Row[] {
  const { cache, nowMs } = input;
  const uid = cache.get(resource, key)?.metadata.uid;
  if (!uid) return [];
  const revision = (o: KubeObject): number =>
    Number(o.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  return [
    ...cache
      .ownedBy('replicasets', uid)
      .sort((a, b) => revision(b) - revision(a) || byName(a, b))
      .map((r) => workload(id, 'replicasets', r, input)),
    ...cache
      .ownedBy('jobs', uid)
      .sort(byName)
      .map((j) => workload(id, 'jobs', j, input)),
    ...cache
      .ownedBy('pods', uid)
      .sort(byName)
      .map((p) => podRow(p, { id: podId(id, p), nowMs })),
  ];
}
