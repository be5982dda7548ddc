// Another name for an object, wherever manifests of the workspace name it. Only references are changed: what a script, a host
// name or a running cluster says is out of reach, so that a name which may mean something else is left alone.
import type { Position } from '../explanation.ts';
import { writtenString } from '../scalar.ts';
import { type Location, located, unique } from './definitions.ts';
import type { ObjectFact } from './facts.ts';
import type { Workspace } from './workspace.ts';

export interface Renaming {
  readonly object: ObjectFact;
  /** The name at the place that was asked about. */
  readonly at: Location;
  readonly places: readonly Location[];
}

/** What would be renamed, or a sentence that says why nothing is. */
export function renamingAt(workspace: Workspace, uri: string, position: Position): Renaming | string {
  const held = workspace.referenceAt(uri, position);
  const found = held ? workspace.targets(held) : [workspace.definitionAt(uri, position)];
  const [first, other] = found;
  if (first?.is !== 'object' || (held && held.fact.to !== 'object') || first.object.name === '') {
    return 'Here is no name of an object that a manifest of this workspace holds.';
  }
  const { object } = first;
  if (other) return `More than one manifest holds a ${object.kind} ${object.name}: it is not certain which is meant.`;
  const uses = workspace.namedUses(object).filter(({ fact }) => fact.to === 'object');
  if (uses.some((use) => workspace.targets(use).length > 1)) {
    return `Where ${object.kind} ${object.name} is named, another of the same name may be meant.`;
  }
  const definition = located(first.at, first.range);
  return {
    object,
    at: held ? located(held.at, held.fact.range) : definition,
    places: unique([definition, ...uses.map(({ at, fact }) => located(at, fact.range))]),
  };
}

/** Why an object cannot be called so, in kube-apiserver's words where it has some; undefined where it can. */
export function nameProblem({ group }: ObjectFact, name: string): string | undefined {
  // Roles and bindings may be called anything that can stand in a path.
  if (group === 'rbac.authorization.k8s.io')
    return /^(?!\.{1,2}$)[^/%]+$/.test(name) ? undefined : 'It may not hold / or %.';
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return undefined;
  return (
    'kube-apiserver would say: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
    "'-' or '.', and must start and end with an alphanumeric character"
  );
}

/** A name as YAML or JSON writes it in the place of `written`, with its quotes. */
export function writtenName(written: string, name: string): string {
  const quote = /^["']/.exec(written)?.[0];
  return quote === undefined ? writtenString(name) : `${quote}${name}${quote}`;
}
