// What kube-apiserver will fill in where a manifest says nothing: for hints in the editor. Only defaults that are one value and
// that the server stores; each is held to recorded objects by a test.
import { isMap, isScalar, type Node } from 'yaml';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { DefaultValue } from '../knowledge/record.ts';
import { isRecord } from '../model/object.ts';
import { recordAt } from './explain.ts';
import type { Position } from './explanation.ts';
import { objectsOf } from './objects.ts';
import { type PlainObject, type PlainReader, plainReaderOf } from './plain.ts';
import { positionOf } from './positions.ts';
import type { ReadPiece } from './read-piece.ts';
import { descend, type Place, rootPlace } from './typing.ts';

export interface FilledField {
  readonly field: string;
  readonly value: unknown;
  /** `defaulting`, or the admission plugin that does it. */
  readonly step: string;
}

export interface DefaultHint {
  /** Where the hint goes: behind the key that holds the fields, or in a list behind the first thing of the item. */
  readonly at: Position;
  readonly fields: readonly FilledField[];
}

const MAX_VISITS = 100_000;
const MAX_DEPTH = 40;

/** Fields whose default is another when one beside them is set. */
const UNLESS: Readonly<Record<string, string>> = {
  'batch.v1.JobSpec.backoffLimit': 'backoffLimitPerIndex',
  'core.v1.PodSpec.priority': 'priorityClassName',
  'core.v1.PodSpec.preemptionPolicy': 'priorityClassName',
};

/** Positions count from the document's first line. */
export function defaultsOf(knowledge: Knowledge, tree: ReadPiece): DefaultHint[] {
  // Of a template, and of what is half-written, nobody knows what will be there.
  if (tree.templated || tree.problems.length > 0) return [];
  const walk = new Walk(knowledge, tree);
  for (const { node, object } of objectsOf(tree.root)) walk.root(node, rootPlace(object.apiVersion, object.kind));
  return walk.hints;
}

class Walk {
  readonly hints: DefaultHint[] = [];
  private readonly knowledge: Knowledge;
  private readonly tree: ReadPiece;
  private readonly reader: PlainReader;
  private visits = 0;

  constructor(knowledge: Knowledge, tree: ReadPiece) {
    this.knowledge = knowledge;
    this.tree = tree;
    this.reader = plainReaderOf(tree);
  }

  root(node: Node, place: Place): void {
    this.value(this.reader.read(node), place, undefined, 0);
  }

  private value(value: unknown, place: Place, key: Node | undefined, depth: number): void {
    if (depth > MAX_DEPTH || ++this.visits > MAX_VISITS) return;
    if (Array.isArray(value)) {
      const inner = descend(place, 0);
      for (const item of inner ? value : []) this.value(item, inner ?? place, undefined, depth + 1);
    } else if (isRecord(value)) this.object(value, place, key, depth);
  }

  private object(object: PlainObject, place: Place, key: Node | undefined, depth: number): void {
    if (place.value.kind === 'object') this.missing(object, place, key);
    for (const [name, held] of Object.entries(object)) {
      const inner = name === 'status' && depth === 0 ? undefined : descend(place, name);
      if (inner) this.value(held, inner, this.reader.keyNode(object, name), depth + 1);
    }
  }

  private missing(object: PlainObject, place: Place, key: Node | undefined): void {
    const fields: FilledField[] = [];
    for (const name of place.value.object?.fields.keys() ?? []) {
      if (name in object) continue;
      const inner = descend(place, name);
      const found = inner?.owner && recordAt(this.knowledge, inner)?.default;
      if (!inner?.owner || !found || !isFilledIn(found, inner)) continue;
      const beside = UNLESS[`${inner.owner.type}.${name}`];
      if (beside === undefined || !(beside in object)) {
        fields.push({ field: name, value: found.value, step: found.step ?? 'defaulting' });
      }
    }
    const offset = fields.length > 0 ? this.offsetFor(object, key) : undefined;
    if (offset !== undefined) this.hints.push({ at: positionOf(this.tree.lineStarts, offset, 0), fields });
  }

  private offsetFor(object: PlainObject, key: Node | undefined): number | undefined {
    const node = this.reader.node(object);
    if (!isMap(node) || !node.range) return undefined;
    // Before the brace that closes it.
    if (node.flow) return node.range[1] - 1;
    if (key?.range) return key.range[1] + 1;
    const first = node.items[0];
    const value = first?.value as Node | null | undefined;
    const shown = isScalar(value) && value.range ? value : (first?.key as Node | undefined);
    return shown?.range?.[1];
  }
}

/** Stored by kube-apiserver, in this kind, and as one value. */
function isFilledIn({ value, by, step, stored, on }: DefaultValue, { kind }: Place): boolean {
  if (value === undefined || value === '' || by !== 'kube-apiserver' || stored === false) return false;
  if (on !== undefined && on !== kind) return false;
  return step === 'defaulting' || (on === 'Pod' && step?.startsWith('admission ') === true);
}
