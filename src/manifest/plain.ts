// A parsed object as plain values, as the API server receives them, that still know where in the text they stand.
import { isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { type Anchors, aliasesIn } from './anchors.ts';
import type { Memo } from './memo.ts';
import { scalarOf } from './reading.ts';

export type PlainObject = { readonly [key: string]: unknown };

/** What nobody can know before a template is rendered. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** Aliases are read once each, so this bounds the work, not only the size. */
const MAX_NODES = 400_000;
const MAX_DEPTH = 200;
const MAX_MERGES = 20;
/** Maps with more keys get an index; nobody merges into them. */
const WIDE = 64;

export interface PlainText {
  readonly anchors: Anchors | undefined;
  readonly text: string;
  readonly templated: boolean;
  /** What is known of the nodes of a large document. */
  readonly memo?: Memo;
}

const readers = new WeakMap<PlainText, PlainReader>();

/** The reader of a document, which reads what it holds once for all who ask. */
export function plainReaderOf(source: PlainText): PlainReader {
  let reader = readers.get(source);
  if (!reader) {
    reader = new PlainReader(source);
    readers.set(source, reader);
  }
  return reader;
}

export class PlainReader {
  private readonly source: PlainText;
  private readonly known = new Map<unknown, unknown>();
  private readonly origins = new Map<object, YAMLMap | YAMLSeq>();
  private readonly wideMaps = new Map<YAMLMap, Map<string, { key: unknown; value: unknown }>>();
  private nodes = 0;

  constructor(source: PlainText) {
    this.source = source;
  }

  /** The value of a node. What is circular stays so; walk it with a limit. */
  read(node: unknown, depth = 0): unknown {
    const target = this.resolved(node);
    if (isScalar(target)) return this.isOpen(target) ? UNKNOWN : scalarOf(target);
    if (this.known.has(target)) return this.known.get(target);
    const kept = typeof target === 'object' && target !== null ? this.source.memo?.values.get(target) : undefined;
    if (kept !== undefined) return kept;
    if (depth > MAX_DEPTH || ++this.nodes > MAX_NODES) return UNKNOWN;
    if (isMap(target)) return this.map(target, depth);
    if (!isSeq(target)) return undefined;
    const list: unknown[] = [];
    this.remember(target, list);
    for (const item of target.items) list.push(this.read(item, depth + 1));
    this.keep(target, list);
    return list;
  }

  /** The node of a key, that of its value or that of an item; undefined for a value that was not read here. */
  keyNode(holder: object, key: string): Node | undefined {
    return this.pair(this.originOf(holder), key)?.key as Node | undefined;
  }

  valueNode(holder: object, key: string | number): Node | undefined {
    const origin = this.originOf(holder);
    if (typeof key === 'number') return (isSeq(origin) ? origin.items[key] : undefined) as Node | undefined;
    return (this.pair(origin, key)?.value ?? undefined) as Node | undefined;
  }

  /** Every key of a map that stands in the map itself, with its node. */
  keyNodes(holder: object): [string, Node][] {
    const origin = this.originOf(holder);
    if (!isMap(origin)) return [];
    return origin.items.flatMap(({ key }): [string, Node][] =>
      isScalar(key) && key.value !== '<<' && !this.isOpen(key) ? [[String(key.value), key]] : [],
    );
  }

  node(holder: object): Node | undefined {
    return this.originOf(holder) as Node | undefined;
  }

  private map(node: YAMLMap, depth: number): unknown {
    const object: Record<string, unknown> = {};
    this.remember(node, object);
    // A first key wins over one that is merged in; a name that JavaScript gives a meaning is no field of anything.
    const put = (key: string, value: unknown): void => {
      if (key === '__proto__' || Object.hasOwn(object, key)) return;
      object[key] = isClosed && value instanceof Scalar ? scalarOf(value) : this.read(value, depth + 1);
    };
    const isClosed = !this.source.templated;
    const merged: unknown[] = [];
    for (const { key, value } of node.items) {
      if (!isScalar(key) || this.isOpen(key)) continue;
      if (key.value === '<<') merged.push(value);
      else put(String(key.value), value);
    }
    for (const from of this.mergedMaps(merged, MAX_MERGES)) {
      for (const { key, value } of this.pairs(from, MAX_MERGES - 1)) put(key, value);
    }
    this.keep(node, object);
    return object;
  }

  private *pairs(node: YAMLMap, merges: number): Generator<{ key: string; value: unknown }> {
    const merged: unknown[] = [];
    for (const { key, value } of node.items) {
      if (!isScalar(key) || this.isOpen(key)) continue;
      if (key.value === '<<') merged.push(value);
      else yield { key: String(key.value), value };
    }
    for (const from of this.mergedMaps(merged, merges)) yield* this.pairs(from, merges - 1);
  }

  private pair(node: unknown, key: string, merges = MAX_MERGES): { key: unknown; value: unknown } | undefined {
    if (!isMap(node)) return undefined;
    if (node.items.length > WIDE) return this.wide(node).get(key);
    const merged: unknown[] = [];
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      if (pair.key.value === key) return pair;
      if (pair.key.value === '<<') merged.push(pair.value);
    }
    for (const from of this.mergedMaps(merged, merges)) {
      const found = this.pair(from, key, merges - 1);
      if (found) return found;
    }
    return undefined;
  }

  /** Keys of a map that has many: looking through all of them for each would be quadratic. */
  private wide(node: YAMLMap): Map<string, { key: unknown; value: unknown }> {
    let pairs = this.wideMaps.get(node);
    if (!pairs) {
      const last = node.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair] as const);
      pairs = new Map(last.reverse());
      this.wideMaps.set(node, pairs);
    }
    return pairs;
  }

  private mergedMaps(values: readonly unknown[], merges: number): YAMLMap[] {
    if (merges === 0) return [];
    const all = values.flatMap((value) => {
      const target = this.resolved(value);
      return isSeq(target) ? target.items.map((item) => this.resolved(item)) : [target];
    });
    return all.filter((target) => isMap(target));
  }

  private remember(node: YAMLMap | YAMLSeq, value: object): void {
    this.known.set(node, value);
    this.origins.set(value, node);
  }

  /** For the readings to come. */
  private keep(node: YAMLMap | YAMLSeq, value: object): void {
    const { memo } = this.source;
    if (!memo || aliasesIn(node).length > 0) return;
    memo.values.set(node, value);
    memo.origins.set(value, node);
  }

  private originOf(value: object): YAMLMap | YAMLSeq | undefined {
    return this.origins.get(value) ?? this.source.memo?.origins.get(value);
  }

  private resolved(node: unknown): unknown {
    return isAlias(node) && this.source.anchors ? this.source.anchors.resolve(node) : node;
  }

  /** Whether a template will put something here. */
  private isOpen(node: Node): boolean {
    if (!this.source.templated || !node.range) return false;
    return this.source.text.slice(node.range[0], node.range[1]).includes('{{');
  }
}
