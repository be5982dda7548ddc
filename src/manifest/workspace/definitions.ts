// What can be referred to in a document, and where it stands.
import type { Position, TextRange } from '../explanation.ts';
import type { DocumentFacts, KindName, LabelPlaces, ObjectFact, PodFact, PodPart, PortFact } from './facts.ts';

export interface Location {
  readonly uri: string;
  readonly range: TextRange;
}

/** A document where it stands now. */
export interface Handle {
  readonly uri: string;
  readonly facts: DocumentFacts;
  line: number;
}

export interface Held<T> {
  readonly at: Handle;
  readonly fact: T;
}

/** Something that can be referred to; the range counts from the document's first line. */
export type Definition = { readonly at: Handle; readonly range: TextRange } & (
  | { readonly is: 'object'; readonly object: ObjectFact }
  | { readonly is: 'key'; readonly object: ObjectFact; readonly key: string }
  | { readonly is: 'labels'; readonly owner: ObjectFact; readonly pod?: PodFact; readonly label?: string }
  | { readonly is: 'service-port'; readonly object: ObjectFact; readonly port: PortFact }
  | { readonly is: 'pod-port'; readonly pod: PodFact; readonly port: PortFact }
  | { readonly is: 'part'; readonly part: PodPart; readonly pod: PodFact; readonly name: string }
  | { readonly is: 'kind'; readonly defines: KindName }
);

export function objectDefinition({ at, fact }: Held<ObjectFact>): Definition {
  return { is: 'object', at, range: fact.range, object: fact };
}

/** Labels as a whole, or where none are written the name of what would carry them. */
export function labelsDefinition(
  at: Handle,
  owner: ObjectFact,
  places: LabelPlaces | undefined,
  pod?: PodFact,
): Definition {
  return { is: 'labels', at, range: places?.range ?? owner.range, owner, ...(pod && { pod }) };
}

export function podPorts({ at, fact }: Held<PodFact>, port: string | number): Definition[] {
  return portsLike(fact.ports, port).map((found) => ({
    is: 'pod-port',
    at,
    range: found.range,
    pod: fact,
    port: found,
  }));
}

export function portsLike(ports: readonly PortFact[] | undefined, wanted: string | number): PortFact[] {
  return (ports ?? []).filter(({ name, port }) => (typeof wanted === 'number' ? port === wanted : name === wanted));
}

/** Everything in a document that others may refer to. */
export function definitionsIn(at: Handle): Definition[] {
  const { objects, pods } = at.facts;
  return [...objects.flatMap((object) => inObject(at, object)), ...pods.flatMap((pod) => inPod(at, pod))];
}

function inObject(at: Handle, object: ObjectFact): Definition[] {
  const found: Definition[] = [objectDefinition({ at, fact: object })];
  for (const [key, range] of object.keys ?? []) found.push({ is: 'key', at, range, object, key });
  for (const port of object.servicePorts ?? []) {
    found.push({ is: 'service-port', at, range: port.range, object, port });
  }
  if (object.defines) found.push({ is: 'kind', at, range: object.defines.range, defines: object.defines });
  return [...found, ...inLabels(at, object, object.labelPlaces)];
}

const PARTS: readonly PodPart[] = ['volume', 'container', 'claim'];

function inPod(at: Handle, pod: PodFact): Definition[] {
  const found: Definition[] = [...inLabels(at, pod.owner, pod.labelPlaces, pod)];
  for (const port of pod.ports) found.push({ is: 'pod-port', at, range: port.range, pod, port });
  for (const part of PARTS) {
    for (const [name, range] of pod.parts[part]) found.push({ is: 'part', part, at, range, pod, name });
  }
  return found;
}

function inLabels(at: Handle, owner: ObjectFact, places: LabelPlaces | undefined, pod?: PodFact): Definition[] {
  if (!places) return [];
  const whole = labelsDefinition(at, owner, places, pod);
  const entries = [...places.entries].map(
    ([label, range]): Definition => ({ is: 'labels', at, range, owner, label, ...(pod && { pod }) }),
  );
  return [whole, ...entries];
}

/** Whether a range of a document that begins at `line` holds the place. */
export function contains({ start, end }: TextRange, { line, column }: Position, first: number): boolean {
  const at = line - first;
  if (at < start.line || at > end.line) return false;
  return !(at === start.line && column < start.column) && !(at === end.line && column > end.column);
}

/** Whether a range lies in another, or is it. */
export function isInside(inner: TextRange, outer: TextRange): boolean {
  return contains(outer, inner.start, 0) && contains(outer, inner.end, 0);
}

export function located({ uri, line }: Handle, { start, end }: TextRange): Location {
  return {
    uri,
    range: {
      start: { line: start.line + line, column: start.column },
      end: { line: end.line + line, column: end.column },
    },
  };
}

export function unique(locations: readonly Location[]): Location[] {
  const seen = new Map(locations.map((one) => [JSON.stringify(one), one]));
  return [...seen.values()];
}

/** Two namespaces that may be the same: one that is not written may be any. */
export function near(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
