// A field manager is a name that a client gave itself. Which component that is, and which of the controllers behind one name.
import { components, findComponent } from '../knowledge/components.ts';
import { controllerOf, type KubeObject } from '../model/object.ts';
import { makerFor } from './makers.ts';
import type { Owner } from './managers.ts';
import type { Place } from './place.ts';

export interface Who {
  /** Id of the component; undefined for clients that nothing is known of. */
  readonly component: string | undefined;
  /** As people know it: `Deployment controller`, `kubectl apply` (of whoever ran it), `my-operator`. */
  readonly name: string;
  /**
   * - `named`: the manager's name says so.
   * - `field`: of the controllers with this name it is the one that writes this field.
   * - `owner`: it is the controller of the owner, and made the object.
   */
  readonly because: 'named' | 'field' | 'owner' | undefined;
}

/** Annotations that one controller keeps for itself. */
const BY_ANNOTATION: readonly (readonly [prefix: string, component: string])[] = [
  ['deployment.kubernetes.io/', 'deployment-controller'],
  ['pv.kubernetes.io/', 'persistent-volume-binder'],
  ['node.alpha.kubernetes.io/ttl', 'ttl-controller'],
];

/** What kubectl calls itself, command by command: `kubectl-client-side-apply`, `kubectl-edit`, `kubectl`. */
const KUBECTL = /^kubectl(?:-(.+))?$/;

/** @param path of the field, as in a step's changes */
export function whoIs(owner: Owner, place: Place, object: KubeObject, path: string): Who {
  const kubectl = KUBECTL.exec(owner.manager);
  if (kubectl) return { component: 'user', name: commandOf(kubectl[1], owner), because: 'named' };
  const named = components.filter(({ fieldManager }) => fieldManager === owner.manager);
  const controllers = new Set(named.filter(({ process }) => process !== undefined).map(({ id }) => id));
  if (controllers.size > 0) {
    const maker = makerOf(owner, object, path);
    if (maker !== undefined && controllers.has(maker)) return known(maker, 'owner');
    const annotation = BY_ANNOTATION.find(([prefix]) => path.startsWith(`metadata.annotations.${prefix}`))?.[1];
    const writer = annotation ?? writerOf(place, controllers);
    if (writer) return known(writer, 'field');
  }
  const process = named.find((component) => component.process === undefined);
  if (process) return known(process.id, 'named');
  return { component: undefined, name: owner.manager, because: undefined };
}

function known(id: string, because: Who['because']): Who {
  return { component: id, name: findComponent(id)?.name ?? id, because };
}

function commandOf(command: string | undefined, { operation }: Owner): string {
  if (command === 'client-side-apply') return 'kubectl apply';
  if (command !== undefined) return `kubectl ${command}`;
  return operation === 'Apply' ? 'kubectl apply --server-side' : 'kubectl';
}

/** Of these controllers the one that is recorded as writer of the field, or of the nearest field around it. */
function writerOf({ record, around }: Place, controllers: ReadonlySet<string>): string | undefined {
  for (const one of record ? [record, ...around] : around) {
    const writers = (one.writtenBy ?? []).map(({ component }) => component).filter((id) => controllers.has(id));
    if (writers.length > 0) return new Set(writers).size === 1 ? writers[0] : undefined;
  }
  return undefined;
}

/** The controller that made the object: the one of its owner, where the entry is as old as the object. */
function makerOf({ time, subresource }: Owner, object: KubeObject, path: string): string | undefined {
  const owner = controllerOf(object);
  if (!owner || subresource !== undefined) return undefined;
  const first = time === object.metadata.creationTimestamp || path.startsWith('metadata.ownerReferences');
  return first ? makerFor(owner.kind) : undefined;
}
