// Another name for an object, a label, a port or a part of a pod, wherever manifests of the workspace name it. Only references are
// changed: what a script, a host name or a running cluster says is out of reach, so that a name which may mean something else
// is left alone.
import type { Position } from '../explanation.ts';
import { writtenString } from '../scalar.ts';
import {
  type Definition,
  type Handle,
  type Held,
  type Location,
  located,
  objectDefinition,
  unique,
} from './definitions.ts';
import type { ObjectFact, PortFact, Reference } from './facts.ts';
import { labelRenamingAt } from './rename-label.ts';
import type { Renaming } from './renaming.ts';
import type { Workspace } from './workspace.ts';

/** What would be renamed, or a sentence that says why nothing is. */
export function renamingAt(workspace: Workspace, uri: string, position: Position): Renaming | string {
  const label = labelRenamingAt(workspace, uri, position);
  if (label !== undefined) return label;
  const held = workspace.referenceAt(uri, position);
  const first = held ? workspace.targets(held)[0] : workspace.definitionAt(uri, position);
  if (first?.is === 'part') return ofPart(workspace, first, held);
  if (first?.is === 'pod-port' || first?.is === 'service-port') {
    const renaming = ofPort(workspace, first, held, position);
    if (renaming) return renaming;
  }
  if (first?.is !== 'object' || (held && held.fact.to !== 'object') || first.object.name === '') {
    return 'Here is no name that a manifest of this workspace gives: of an object, a label, a port, or a volume, container or claim of a pod.';
  }
  return ofObject(workspace, first, held);
}

type Of<T extends Definition['is']> = Definition & { readonly is: T };

function ofObject(
  workspace: Workspace,
  { at, range, object }: Of<'object'>,
  held: Held<Reference> | undefined,
): Renaming | string {
  // A patch is of the same object, and names it so.
  const isPatch = (one: { readonly at: Handle }): boolean => workspace.isPatch(one.at.uri);
  const all = workspace.find(object).map((found) => objectDefinition(found));
  const bases = all.filter((one) => !isPatch(one));
  const meant = held ? workspace.targets(held).filter((one) => !isPatch(one)) : isPatch({ at }) ? bases : [];
  if (meant.length > 1) {
    return `More than one manifest holds a ${object.kind} ${object.name}: it is not certain which is meant.`;
  }
  const uses = workspace.namedUses(object).filter(({ fact }) => fact.to === 'object');
  if (uses.some((use) => workspace.targets(use).filter((one) => !isPatch(one)).length > 1)) {
    return `Where ${object.kind} ${object.name} is named, another of the same name may be meant.`;
  }
  const definition = located(at, range);
  const same = bases.length > 1 ? all.filter(isPatch) : all;
  return {
    placeholder: object.name,
    at: held ? located(held.at, held.fact.range) : definition,
    places: unique([
      definition,
      ...[...same, ...uses.map((use) => ({ at: use.at, range: use.fact.range }))].map((one) =>
        located(one.at, one.range),
      ),
    ]),
    fixed: [],
    problem: (name) => nameProblem(object, name) ?? takenBy(workspace, object, name),
  };
}

function takenBy(workspace: Workspace, object: ObjectFact, name: string): string | undefined {
  if (name === object.name || workspace.find({ ...object, name }).length === 0) return undefined;
  return `There is a ${object.kind} ${name} already.`;
}

function ofPart(workspace: Workspace, first: Of<'part'>, held: Held<Reference> | undefined): Renaming {
  const definition = located(first.at, first.range);
  const taken = first.pod.parts[first.part];
  return {
    placeholder: first.name,
    at: held ? located(held.at, held.fact.range) : definition,
    places: unique([definition, ...workspace.uses(first).map(({ at, fact }) => located(at, fact.range))]),
    fixed: [],
    problem: (name) =>
      name !== first.name && taken.has(name) ? `The pod has a ${first.part} ${name} already.` : labelProblem(name),
  };
}

/** Ports by name: those that a reference means, and every other that the same references mean. */
function ofPort(
  workspace: Workspace,
  first: Of<'pod-port' | 'service-port'>,
  held: Held<Reference> | undefined,
  position: Position,
): Renaming | undefined {
  const named = (port: PortFact | undefined): boolean => port?.name !== undefined && port.name === first.port.name;
  if (!named(first.port) || (held && 'port' in held.fact && held.fact.port !== first.port.name)) return undefined;
  const definitions = new Map<PortFact, Location>();
  const uses: Location[] = [];
  const queue: Definition[] = [first];
  for (const one of queue) {
    if (!('port' in one) || definitions.has(one.port) || !one.port.nameRange || !named(one.port)) continue;
    definitions.set(one.port, located(one.at, one.port.nameRange));
    for (const use of workspace.uses(one)) {
      if (!('port' in use.fact) || use.fact.port !== first.port.name) continue;
      uses.push(located(use.at, use.fact.range));
      queue.push(...workspace.targets(use));
    }
  }
  const places = unique([...definitions.values(), ...uses]);
  const here = ({ range: { start, end } }: Location): boolean =>
    start.line === position.line && start.column <= position.column && position.column <= end.column;
  const at = held ? located(held.at, held.fact.range) : places.find(here);
  if (!at) return undefined;
  return {
    placeholder: first.port.name ?? '',
    at,
    places,
    fixed: [],
    problem: first.is === 'pod-port' ? podPortProblem : labelProblem,
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

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names of volumes and of a Service's ports. */
function labelProblem(name: string): string | undefined {
  if (name.length > 63) return 'kube-apiserver would say: must be no more than 63 bytes';
  if (LABEL.test(name)) return undefined;
  return (
    "kube-apiserver would say: a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
    'and must start and end with an alphanumeric character'
  );
}

function podPortProblem(name: string): string | undefined {
  const said = (words: string): string => `kube-apiserver would say: ${words}`;
  if (name.length > 15) return said('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) return said('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) return said('must contain at least one letter (a-z)');
  if (name.includes('--')) return said('must not contain consecutive hyphens');
  return /^-|-$/.test(name) ? said('must not begin or end with a hyphen') : undefined;
}

/** A name as YAML or JSON writes it in the place of `written`, with its quotes. */
export function writtenName(written: string, name: string): string {
  const quote = /^["']/.exec(written)?.[0];
  return quote === undefined ? writtenString(name) : `${quote}${name}${quote}`;
}
