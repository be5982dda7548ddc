// A live object as YAML, and for each of its lines who wrote it last.
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, stringify } from 'yaml';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { isRecord, type KubeObject } from '../model/object.ts';
import { LAST_APPLIED } from '../model/redact.ts';
import type { ValueSchema } from '../model/schema.ts';
import { filledIn } from './last-applied.ts';
import { type Claims, type Owner, readManagers } from './managers.ts';
import { pathOf, type Segment } from './path.ts';
import { fieldAt, itemAt, type Place, rootOf, storedDefault } from './place.ts';
import { shown } from './shown.ts';
import { type Unowned, unowned } from './unowned.ts';
import { type Who, whoIs } from './who.ts';

export interface Writer extends Owner {
  readonly who: Who;
}

export interface LineBlame {
  /** Zero-based line, and UTF-16 columns of the key or item. */
  readonly line: number;
  readonly column: number;
  readonly end: number;
  /** `spec.containers[name="web"].image`. */
  readonly path: string;
  readonly segments: readonly Segment[];
  readonly value: unknown;
  /** The latest first; several when managers share the field. */
  readonly writers: readonly Writer[];
  /** The value was not sent: the API server filled its default in, in the request of the first writer. */
  readonly defaulted?: true;
  /** Where a field in nobody's set comes from, as far as that is known. */
  readonly unowned?: Unowned;
}

export interface Blamed {
  readonly text: string;
  /** In the order of lines; lines that only hold others, and those of block scalars, have none. */
  readonly lines: readonly LineBlame[];
  readonly problems: readonly string[];
}

const MAX_DEPTH = 100;

/** How live objects are written everywhere in the editor. */
export function objectText(object: KubeObject): string {
  return stringify(shown(object), { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false });
}

/** @param object as the API server answered it, managedFields and all; values of Secrets are hidden here. */
export function blame(knowledge: Knowledge, object: KubeObject): Blamed {
  const live = shown(object);
  const text = objectText(object);
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, uniqueKeys: false });
  const managers = readManagers(object.metadata.managedFields);
  const walk = new Walk(knowledge, object, managers.owners, lines);
  walk.node(document.contents, live, managers.root, rootOf(object.apiVersion ?? '', object.kind ?? ''), []);
  return { text, lines: walk.out, problems: managers.problems };
}

class Walk {
  readonly out: LineBlame[] = [];
  private readonly knowledge: Knowledge;
  private readonly object: KubeObject;
  private readonly owners: readonly Owner[];
  private readonly lines: LineCounter;
  private readonly sent: (segments: readonly Segment[]) => boolean | undefined;

  constructor(knowledge: Knowledge, object: KubeObject, owners: readonly Owner[], lines: LineCounter) {
    this.knowledge = knowledge;
    this.object = object;
    this.owners = owners;
    this.lines = lines;
    this.sent = filledIn(object.metadata.annotations?.[LAST_APPLIED]);
  }

  node(node: unknown, value: unknown, claims: Claims, place: Place, path: readonly Segment[]): void {
    if (path.length > MAX_DEPTH) return;
    if (isMap(node)) for (const pair of node.items) this.pair(pair, value, claims, place, path);
    else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) this.item(item, index, value, claims, place, path);
    }
  }

  private pair(
    { key, value: node }: Pair,
    parent: unknown,
    claims: Claims,
    place: Place,
    path: readonly Segment[],
  ): void {
    if (!isScalar(key) || !key.range || !isRecord(parent)) return;
    const name = String(key.value);
    const value = parent[name];
    const at = fieldAt(this.knowledge, place, name);
    const own = claims.field(name, value, at.schema);
    const segments = [...path, { field: name }];
    this.tell(key.range[0], key.range[1], segments, value, own, at);
    this.node(node, value, own, at, segments);
  }

  private item(
    node: unknown,
    index: number,
    list: unknown,
    claims: Claims,
    place: Place,
    path: readonly Segment[],
  ): void {
    const range = (node as Node | null)?.range;
    if (!Array.isArray(list) || !range) return;
    const value: unknown = list[index];
    const at = itemAt(place);
    const keys = keysOf(place.schema, value);
    const segments = [...path, { index, value, ...(keys && { keys }) }];
    const own = claims.item(index, value, at.schema);
    // The line of an item that holds fields is told of by the first of them.
    if (!isMap(node) || node.items.length === 0) this.tell(range[0], range[1], segments, value, own, at);
    this.node(node, value, own, at, segments);
  }

  private tell(
    from: number,
    to: number,
    segments: readonly Segment[],
    value: unknown,
    claims: Claims,
    at: Place,
  ): void {
    const { line, col } = this.lines.linePos(from);
    // Two fields on one line there are not: objects are written in block style, but for what is empty.
    if (this.out.at(-1)?.line === line - 1) return;
    const path = pathOf(segments);
    const holds = isFilled(value);
    const writers = claims.owners.map((owner) => ({ ...owner, who: whoIs(owner, at, this.object, path) }));
    const nobody = writers.length > 0 || holds ? undefined : unowned(path, value, at, this.object, this.owners);
    if (holds && writers.length === 0) return;
    this.out.push({
      line: line - 1,
      column: col - 1,
      end: col - 1 + to - from,
      path,
      segments,
      value,
      writers,
      ...(this.isDefaulted(segments, value, at, writers) && { defaulted: true }),
      ...(nobody && { unowned: nobody }),
    });
  }

  /** Of what client-side apply is said to own, the fields that were not in the file: its annotation tells. */
  private isDefaulted(segments: readonly Segment[], value: unknown, at: Place, writers: readonly Writer[]): boolean {
    const [first] = segments;
    // Metadata and status are filled in by others than defaulting.
    if (first && 'field' in first && (first.field === 'metadata' || first.field === 'status')) return false;
    if (!writers.every(({ manager }) => manager === 'kubectl-client-side-apply') || writers.length === 0) return false;
    return this.sent(segments) === false && (isFilled(value) || storedDefault(at) !== undefined || isEmpty(value));
  }
}

function keysOf(list: ValueSchema | undefined, item: unknown): readonly string[] | undefined {
  if (!isRecord(item)) return undefined;
  if (list?.keys) return list.keys.filter((key) => item[key] !== undefined);
  if (list?.listType === 'atomic') return undefined;
  const key = ['name', 'type', 'key'].find((name) => typeof item[name] === 'string');
  return key === undefined ? undefined : [key];
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isRecord(value) && Object.keys(value).length > 0;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isFilled(value);
}
