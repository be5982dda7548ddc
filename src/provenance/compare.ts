// A file and the live object that came of it: the file written in the live object's order, and each difference with whom it
// came from.
import { stringify } from 'yaml';
import { isRecord, type Json, type KubeObject } from '../model/object.ts';
import { diff, equal, formatKey } from '../model/paths.ts';
import { compareQuantities, parseQuantity } from '../model/quantity.ts';
import { redact } from '../model/redact.ts';
import { fieldOf, schemaForKind, type ValueSchema } from '../model/schema.ts';
import type { Blamed, LineBlame } from './blame.ts';
import { shown } from './shown.ts';

export interface Difference {
  /** `spec.containers[name="web"].image`. */
  readonly path: string;
  /** - `added`: only live has it. - `changed`: both, not the same. - `missing`: only the file has it. */
  readonly kind: 'added' | 'changed' | 'missing';
  readonly mine?: unknown;
  readonly live?: unknown;
  /** What is known of the line of the live object; of what is missing that of what is around it is not told. */
  readonly line?: LineBlame;
}

export interface Comparison {
  /** The file's object as YAML, keys in the order of the live object, values of Secrets hidden. */
  readonly text: string;
  readonly differences: readonly Difference[];
  /** Values of a Secret are neither shown nor compared. */
  readonly hidden: boolean;
}

export function compare(file: KubeObject, live: KubeObject, blamed: Blamed): Comparison {
  const type = schemaForKind(live.apiVersion ?? '', live.kind ?? '');
  const schema: ValueSchema | undefined = type && { kind: 'object', object: type };
  const there = shown(live);
  const mine = like(redact(withNames(file)), there, schema);
  const filled: Filled[] = [];
  const changes = diff(withKeys(mine, there, schema, '', filled), there, type);
  const all = [...changes, ...filled.map(({ path, value }) => ({ path, before: undefined, after: value }))];
  const differences = all.map(({ path, before, after }): Difference => {
    const kind = before === undefined ? 'added' : after === undefined ? 'missing' : 'changed';
    const line = kind === 'missing' ? undefined : lineOf(blamed.lines, path);
    return { path, kind, mine: before, live: after, ...(line && { line }) };
  });
  const text = stringify(mine, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false });
  return { text, differences, hidden: live.kind === 'Secret' };
}

function withNames(file: KubeObject): KubeObject {
  return isRecord(file.metadata) ? file : { ...file, metadata: {} };
}

/** The value with its keys in the order of the other, and equal quantities in the other's notation. */
function like(value: unknown, other: unknown, schema: ValueSchema | undefined): unknown {
  if (isRecord(value)) return isRecord(other) ? likeRecord(value, other, schema) : value;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = Array.isArray(other) ? other : [];
    return value.map((item: unknown, i) => like(item, partner(item, list, i, schema), schema?.items));
  }
  return isSameQuantity(value, other, schema) ? other : value;
}

function likeRecord(value: Json, other: Json, schema: ValueSchema | undefined): Json {
  const known = Object.keys(other).filter((key) => Object.hasOwn(value, key));
  const rest = Object.keys(value).filter((key) => !Object.hasOwn(other, key));
  const below = (key: string): ValueSchema | undefined =>
    schema?.object ? fieldOf(schema.object, key) : schema?.kind === 'map' ? schema.items : undefined;
  return Object.fromEntries([...known, ...rest].map((key) => [key, like(value[key], other[key], below(key))]));
}

interface Filled {
  readonly path: string;
  readonly value: unknown;
}

/** The value with the keys of list items that the file leaves to defaulting, such as a port's protocol, and those told. */
function withKeys(
  value: unknown,
  other: unknown,
  schema: ValueSchema | undefined,
  path: string,
  out: Filled[],
): unknown {
  if (isRecord(value)) {
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
      const below = schema?.object ? fieldOf(schema.object, key) : schema?.kind === 'map' ? schema.items : undefined;
      const at = path === '' ? key : `${path}.${key}`;
      return [key, withKeys(inner, isRecord(other) ? other[key] : undefined, below, at, out)];
    });
    return Object.fromEntries(entries);
  }
  if (!Array.isArray(value) || schema?.listType !== 'map' || !schema.keys) return value;
  const { keys, items } = schema;
  const list: readonly unknown[] = Array.isArray(other) ? other : [];
  return value.map((item: unknown, i) => {
    const same = partner(item, list, i, schema);
    if (!isRecord(item) || !isRecord(same)) return item;
    const at = path + formatKey(keys, same);
    const missing = keys.filter((key) => item[key] === undefined && same[key] !== undefined);
    for (const key of missing) out.push({ path: `${at}.${key}`, value: same[key] });
    const whole = { ...item, ...Object.fromEntries(missing.map((key) => [key, same[key]])) };
    return withKeys(whole, same, items, at, out);
  });
}

/** The item of the other list that has the same keys; without keys the one at the same place. */
function partner(item: unknown, list: readonly unknown[], index: number, schema: ValueSchema | undefined): unknown {
  const keys = schema?.keys ?? ['name'];
  if (!isRecord(item) || !keys.some((key) => item[key] !== undefined)) return list[index];
  return list.find(
    (other) => isRecord(other) && keys.every((key) => item[key] === undefined || equal(item[key], other[key])),
  );
}

function isSameQuantity(a: unknown, b: unknown, schema: ValueSchema | undefined): boolean {
  if (schema?.kind !== 'quantity' || !isNotation(a) || !isNotation(b)) return false;
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x !== undefined && y !== undefined && compareQuantities(x, y) === 0;
}

const isNotation = (x: unknown): x is string | number => typeof x === 'string' || typeof x === 'number';

/** The line of a path, of the first thing below it, or of what it is part of. */
function lineOf(lines: readonly LineBlame[], path: string): LineBlame | undefined {
  const below = (outer: string, inner: string): boolean =>
    inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return (
    lines.find((line) => line.path === path) ??
    lines.find((line) => below(path, line.path)) ??
    lines.findLast((line) => below(line.path, path))
  );
}
