// What can be done differently from a step on: the machines, components and objects that are there after it.
import type { Change } from '../../src/protocol/futures.ts';
import { objectKey } from '../../src/trace/fold.ts';
import type { ObjectRef, Step } from '../../src/trace/step.ts';
import { objectName } from './futures.ts';
import type { Story } from './story.ts';

export type ForkKind = 'stop' | 'start' | 'cordon' | 'uncordon' | 'delete' | 'scale' | 'apply';

export interface Choice {
  readonly label: string;
  /** The change; for `scale` and `apply` what is missing is filled in by the form. */
  readonly change: Change;
}

export const FORK_KINDS: readonly (readonly [ForkKind, string])[] = [
  ['stop', 'Stop a component or a machine'],
  ['start', 'Start a component or a machine'],
  ['delete', 'Delete an object'],
  ['scale', 'Scale'],
  ['apply', 'Edit a manifest and apply it'],
  ['cordon', 'Cordon a node'],
  ['uncordon', 'Uncordon a node'],
];

const SCALED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

/** `count` steps have happened; `about` comes first where it can be chosen. */
export function forkChoices(story: Story, count: number, kind: ForkKind, about?: ObjectRef): Choice[] {
  switch (kind) {
    case 'stop':
    case 'start':
      return faults(story, count, kind);
    case 'cordon':
    case 'uncordon':
      return story.topology.nodes.map(({ name }) => ({ label: name, change: { type: kind, node: name } }));
    case 'delete':
      return objects(story, count, about, true).map((object) => ({
        label: objectName(object),
        change: { type: 'delete', object },
      }));
    case 'scale':
      return objects(story, count, about, false)
        .filter((object) => SCALED.has(object.kind))
        .map((object) => ({
          label: objectName(object),
          change: { type: 'scale', object, replicas: wanted(story, count, object) },
        }));
    case 'apply':
      return [];
  }
}

function faults(story: Story, count: number, type: 'stop' | 'start'): Choice[] {
  const wanted = type === 'start';
  const machines = story.topology.nodes.flatMap(({ name }): Choice[] =>
    story.isStopped(undefined, name, count) === wanted
      ? [{ label: `${name} (the whole machine)`, change: { type, target: { node: name } } }]
      : [],
  );
  const components = story.topology.placements.flatMap(({ component, node, stoppable }): Choice[] => {
    if (!stoppable || node === undefined || story.isStopped(component, node, count) !== wanted) return [];
    const name = story.component(component)?.name ?? component;
    return [{ label: `${name} on ${node}`, change: { type, target: { node, component } } }];
  });
  return [...components, ...machines];
}

/** Objects that are there: the one that it is about, then workloads, then pods. */
function objects(story: Story, count: number, about: ObjectRef | undefined, pods: boolean): ObjectRef[] {
  const refs = [
    ...(about && story.objectAt(objectKey(about), count) !== undefined ? [about] : []),
    ...story.workloadsAt(count).map(({ ref }) => ref),
    ...(pods ? story.podsAt(count).map(({ ref }) => ref) : []),
  ];
  return [...new Map(refs.map((ref) => [objectKey(ref), ref])).values()];
}

function wanted(story: Story, count: number, object: ObjectRef): number {
  const key = objectKey(object);
  return story.workloadsAt(count).find((view) => view.key === key)?.wanted ?? 1;
}

/** Objects whose manifest may be edited: what the steps up to here tell of, what people write first. */
export function editable(story: Story, count: number): ObjectRef[] {
  const written = story.steps.slice(0, count).filter(isApplied);
  const refs = [
    ...written.toReversed().flatMap(({ object }) => object ?? []),
    ...objects(story, count, undefined, false),
  ];
  return [...new Map(refs.map((ref) => [objectKey(ref), ref])).values()];
}

function isApplied({ actor, request }: Step): boolean {
  return actor.component === 'user' && request !== undefined && request.code < 300 && request.verb === 'create';
}

/** What the user did after a step. */
export function doneLater(story: Story, count: number): number {
  return story.steps.slice(count).filter(({ actor, routine, request, kind }) => {
    if (actor.component !== 'user' || routine) return false;
    return kind === 'fault' || (request !== undefined && request.method !== 'GET');
  }).length;
}
