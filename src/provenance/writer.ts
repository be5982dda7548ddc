// Who wrote an object, as far as the object itself tells: what it has now that it had not before, its managers, its owner.
import { components } from '../knowledge/components.ts';
import type { ManagedFieldsEntry } from '../model/generated/meta.v1.ts';
import { controllerOf, isRecord, type KubeObject } from '../model/object.ts';
import { equal } from '../model/paths.ts';
import type { FieldChange } from '../trace/step.ts';
import { changers } from './changers.ts';
import { MAKERS, makerFor } from './makers.ts';

export interface Writer {
  /** Id of a component, or where none is known the name that the client gave itself. */
  readonly component: string;
  readonly node?: string;
  /** What it was deduced from, to stand after `Deduced from`. */
  readonly evidence: string;
}

/** Controllers by the kind of their own object. */
const CONTROLLER: { readonly [kind: string]: string } = {
  ...MAKERS,
  Node: 'node-controller',
  Namespace: 'namespace-controller',
  EndpointSlice: 'endpointslice-controller',
  PodDisruptionBudget: 'disruption-controller',
};
/** What a pod's condition DisruptionTarget gives as its reason. Models pkg/apis/core DisruptionTarget. */
const DISRUPTION: { readonly [reason: string]: string } = {
  PreemptionByScheduler: 'kube-scheduler',
  DeletionByTaintManager: 'taint-eviction-controller',
  EvictionByEvictionAPI: 'user',
  DeletionByPodGC: 'pod-garbage-collector',
};

const MANAGERS = new Map(
  components.flatMap(({ id, fieldManager, process }) =>
    fieldManager === undefined || process !== undefined ? [] : [[fieldManager, id] as const],
  ),
);

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

export function creatorOf(object: KubeObject): Writer {
  const owner = controllerOf(object);
  const controller = owner && makerFor(owner.kind);
  if (owner && controller) return { component: controller, evidence: `its owner, ${owner.kind} ${owner.name}` };
  const entry = newest(object.metadata.managedFields ?? []);
  return entry ? managed(entry, object, []) : unknown();
}

export function modifierOf(before: KubeObject, after: KubeObject, changed: readonly FieldChange[]): Writer {
  const paths = changed.map(({ path }) => path);
  if (bound(before, after)) return { component: 'kube-scheduler', evidence: 'spec.nodeName, which was empty before' };
  const old = before.metadata.managedFields ?? [];
  const now = after.metadata.managedFields ?? [];
  const fresh = now.filter((entry) => !old.some((one) => isSame(one, entry)));
  const [entry, ...others] = fresh;
  if (entry && others.length === 0) return managed(entry, after, paths);
  const gone = old.filter((entry) => !now.some(({ manager }) => manager === entry.manager));
  const known = changers(before, after)[0] ?? newest(fresh) ?? newest(gone);
  return known ? managed(known, after, paths) : unknown();
}

/** A cache keeps entries without their sets. */
function isSame(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return equal(a.fieldsV1 || !b.fieldsV1 ? a : { ...a, fieldsV1: b.fieldsV1 }, b);
}

export function bound(before: KubeObject, after: KubeObject): boolean {
  if (after.kind !== 'Pod') return false;
  return !(before as Pod).spec?.nodeName && (after as Pod).spec?.nodeName !== undefined;
}

/** Whether what an object depends on has been deleted already. */
export interface Gone {
  owner(uid: string): boolean;
  namespace(name: string): boolean;
  /** Whether an owner has more than it wants; undefined where that is not known. */
  mayDelete(uid: string): boolean | undefined;
}

/** Who asked for an object's deletion. */
export function deleterOf(object: KubeObject, gone: Gone): Writer {
  const reason = disruptionOf(object);
  const disrupter = reason === undefined ? undefined : DISRUPTION[reason];
  if (disrupter) return { component: disrupter, evidence: `its condition DisruptionTarget with the reason ${reason}` };
  const { namespace } = object.metadata;
  if (namespace !== undefined && gone.namespace(namespace))
    return { component: 'namespace-controller', evidence: `its namespace, ${namespace}, which was to go` };
  const owner = controllerOf(object);
  if (owner && gone.owner(owner.uid))
    return {
      component: 'generic-garbage-collector',
      evidence: `its owner, ${owner.kind} ${owner.name}, which had gone`,
    };
  const controller = owner && makerFor(owner.kind);
  if (owner && gone.mayDelete(owner.uid) === false)
    return { component: 'user', evidence: `its owner, ${owner.kind} ${owner.name}, which had no more than it wants` };
  if (owner && controller)
    return { component: controller, evidence: `its owner, ${owner.kind} ${owner.name}, which is still there` };
  return { component: 'user', evidence: 'nothing but that it has no owner; deletions leave no manager' };
}

/** Who removed an object at last: of a pod on a node that was to be deleted, its kubelet. */
export function removerOf(object: KubeObject, gone: Gone): Writer {
  const node = (object as Pod).spec?.nodeName;
  if (object.kind === 'Pod' && node !== undefined && object.metadata.deletionTimestamp !== undefined)
    return { component: 'kubelet', node, evidence: `its node, where its containers had ended` };
  return deleterOf(object, gone);
}

export function disruptionOf(object: KubeObject): string | undefined {
  const conditions = (object as Pod).status?.conditions;
  if (object.kind !== 'Pod' || !Array.isArray(conditions)) return undefined;
  return conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True')?.reason;
}

function managed(
  { manager = '', subresource = '' }: Pick<ManagedFieldsEntry, 'manager' | 'subresource'>,
  object: KubeObject,
  paths: readonly string[],
): Writer {
  const evidence = `managedFields, which name ${manager}`;
  if (/^kubectl(-|$)/.test(manager)) return { component: 'user', evidence };
  if (manager === 'kube-controller-manager') {
    const component = controllerFor(object, subresource, paths) ?? 'kube-controller-manager';
    return { component, evidence: `${evidence}, and the field` };
  }
  if (/kubelet$/.test(manager)) {
    const node = object.kind === 'Node' ? object.metadata.name : (object as Pod).spec?.nodeName;
    return { component: 'kubelet', ...(node === undefined ? {} : { node }), evidence };
  }
  return { component: MANAGERS.get(manager) ?? manager, evidence };
}

/** Of the controllers behind one name, the one whose field it is. */
function controllerFor(object: KubeObject, subresource: string, paths: readonly string[]): string | undefined {
  const kind = object.kind ?? '';
  if (kind === 'ReplicaSet' && subresource === '' && controllerOf(object)?.kind === 'Deployment')
    return paths.some((path) => path.startsWith('status')) ? 'replicaset-controller' : 'deployment-controller';
  if (kind === 'Pod')
    return subresource === 'status' ? 'taint-eviction-controller' : CONTROLLER[controllerOf(object)?.kind ?? ''];
  return CONTROLLER[kind];
}

function newest(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry | undefined {
  return entries.filter(isRecord).toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0];
}

function unknown(): Writer {
  return { component: 'unknown', evidence: 'the change alone; nothing tells who wrote it' };
}
