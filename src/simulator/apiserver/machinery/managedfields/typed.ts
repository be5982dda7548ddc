// What structured-merge-diff makes of a schema: which values are leaves, how list items are addressed, which fields an applied
// object sets, and what it refuses. Models sigs.k8s.io/structured-merge-diff typed/helpers.go, tofieldset.go and validate.go.
import { isRecord, type Json } from '../../../../model/object.ts';
import { byText } from '../../../../model/remember.ts';
import type { FieldSchema, TypeSchema, ValueSchema } from '../../../../model/schema.ts';
import { goPrint, goSyntax, goTypeOf } from '../go-print.ts';
import { type FieldSet, formatPath, MEMBER } from './set.ts';

export type Shape = 'leaf' | 'struct' | 'map' | 'items';

const ANY: ValueSchema = { kind: 'any' };

/** How a value is owned. Values without a schema are taken for what they look like: maps by key, lists as a whole. */
export function shapeOf(schema: ValueSchema, value: unknown): Shape {
  switch (schema.kind) {
    case 'object':
      return schema.atomic || !schema.object ? 'leaf' : 'struct';
    case 'map':
      return schema.atomic ? 'leaf' : 'map';
    case 'list':
      return schema.listType === 'map' || schema.listType === 'set' ? 'items' : 'leaf';
    case 'any':
      return isRecord(value) && !schema.atomic ? 'map' : 'leaf';
    default:
      return 'leaf';
  }
}

/** The schema of a field or map entry; undefined where a struct has no such field. */
export function childSchema(schema: ValueSchema, key: string): FieldSchema | ValueSchema | undefined {
  if (schema.kind !== 'object') return schema.kind === 'map' ? (schema.items ?? ANY) : ANY;
  return schema.object?.fields.get(key) ?? (schema.object?.preserveUnknown ? ANY : undefined);
}

export function itemSchema(schema: ValueSchema): ValueSchema {
  return schema.items ?? ANY;
}

export const rootOf = (type: TypeSchema): ValueSchema => ({ kind: 'object', object: type, atomic: false });

/** Path elements of items that one text tells apart, by that text: types of conditions, names of containers and the like. */
const elementsBy = byText(1_000, (name) => byText(1_000, (text) => `k:{"${name}":${JSON.stringify(text)}}`));

/** The path element of an item, or why it has none. Keys come in alphabetical order, absent ones as their default. */
export function elementOf(schema: ValueSchema, item: unknown): string | { error: string } {
  if (schema.listType === 'set') {
    if (item === null) return { error: "associative list without keys has an element that's an explicit null" };
    if (Array.isArray(item)) return { error: 'not supported: associative list with lists as elements' };
    if (typeof item === 'object') return { error: "associative list without keys has an element that's a map type" };
    return `v:${JSON.stringify(item)}`;
  }
  if (item === null || item === undefined) return { error: 'associative list with keys may not have a null element' };
  if (!isRecord(item)) return { error: 'associative list with keys may not have non-map elements' };
  const [only = '', ...more] = schema.keys ?? [];
  const given = more.length === 0 ? item[only] : undefined;
  if (typeof given === 'string') return elementsBy(only)(given);
  let text = '';
  for (const name of sortedKeys(schema)) {
    const value = item[name] ?? itemSchema(schema).object?.fields.get(name)?.default;
    if (value === undefined) {
      return {
        error: `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`,
      };
    }
    text += `${text ? ',' : ''}"${name}":${JSON.stringify(value)}`;
  }
  return `k:{${text}}`;
}

const sorted = new WeakMap<readonly string[], readonly string[]>();

function sortedKeys(schema: ValueSchema): readonly string[] {
  const keys = schema.keys ?? [];
  if (keys.length < 2) return keys;
  const known = sorted.get(keys) ?? [...keys].sort();
  sorted.set(keys, known);
  return known;
}

type Building = { [element: string]: FieldSet };

function mark(node: FieldSet | undefined): FieldSet {
  return node && Object.keys(node).length ? { '.': MEMBER, ...node } : MEMBER;
}

function isEmptyValue(x: unknown): boolean {
  return x === null || (isRecord(x) && Object.keys(x).length === 0);
}

/** The fields below a value, not counting itself; undefined where the value itself is the field. */
function below(value: unknown, schema: ValueSchema): FieldSet | undefined {
  switch (shapeOf(schema, value)) {
    case 'leaf':
      return undefined;
    case 'items':
      return itemsOf(value, schema);
    default:
      return membersOf(value, schema);
  }
}

function itemsOf(value: unknown, schema: ValueSchema): FieldSet {
  const out: Building = {};
  for (const item of Array.isArray(value) ? value : []) {
    const e = elementOf(schema, item);
    if (typeof e === 'string') out[e] = mark(below(item, itemSchema(schema)));
  }
  return out;
}

function membersOf(value: unknown, schema: ValueSchema): FieldSet {
  const out: Building = {};
  for (const [key, v] of Object.entries(isRecord(value) ? value : {})) {
    const child = childSchema(schema, key) ?? ANY;
    const nodes = below(v, child);
    // A struct's fields are members only where they are leaves; a map's entries always.
    if (nodes === undefined || schema.kind !== 'object' || isEmptyValue(v)) out[`f:${key}`] = mark(nodes);
    else if (Object.keys(nodes).length) out[`f:${key}`] = nodes;
  }
  return out;
}

/** The fields that an applied object sets. */
export function toFieldSet(object: unknown, type: TypeSchema): FieldSet {
  return membersOf(object, rootOf(type));
}

/** Adds the struct fields on the way to each field: `EnsureNamedFieldsAreMembers`. */
export function withNamedFields(set: FieldSet, schema: ValueSchema): FieldSet {
  const out: Building = {};
  for (const e of Object.keys(set)) {
    const node = set[e] as FieldSet;
    if (e === '.') {
      out[e] = node;
      continue;
    }
    const field = e.startsWith('f:');
    const child = field ? childSchema(schema, e.slice(2)) : itemSchema(schema);
    const inner = withNamedFields(node, child ?? ANY);
    const named = field && schema.kind === 'object' && child !== undefined;
    out[e] = named && !Object.hasOwn(inner, '.') && Object.keys(inner).length ? { '.': MEMBER, ...inner } : inner;
  }
  return out;
}

const NUMBERS = new Set(['int32', 'int64', 'double']);

function scalarError(value: unknown, schema: ValueSchema): string | undefined {
  const x = typeof value;
  if (NUMBERS.has(schema.kind))
    return x === 'number' ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`;
  if (schema.kind === 'boolean') return x === 'boolean' ? undefined : `expected boolean, got ${pointer(value)}`;
  if (schema.kind === 'quantity' || schema.kind === 'intOrString') {
    return x !== 'object' ? undefined : `expected any scalar, got ${pointer(value)}`;
  }
  return x === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
}

/** A value as Go prints the wrapper around it with %v. */
const pointer = (x: unknown) => `&{${goPrint(x)}}`;

class Checker {
  readonly errors: string[] = [];

  private add(path: string, message: string): void {
    this.errors.push(`${path}: ${message}`);
  }

  check(path: string, value: unknown, schema: ValueSchema): void {
    if (value === null || value === undefined || schema.kind === 'any') return;
    switch (schema.kind) {
      case 'object':
      case 'map':
        if (isRecord(value)) this.members(path, value, schema);
        else this.add(path, `expected map, got ${pointer(value)}`);
        return;
      case 'list':
        if (Array.isArray(value)) this.items(path, value, schema);
        else this.add(path, `expected list, got ${pointer(value)}`);
        return;
      default: {
        const wrong = scalarError(value, schema);
        if (wrong) this.add(path, wrong);
      }
    }
  }

  private members(path: string, value: Json, schema: ValueSchema): void {
    for (const key of Object.keys(value)) {
      const child = childSchema(schema, key);
      if (child) this.check(`${path}.${key}`, value[key], child);
      else this.add(`${path}.${key}`, 'field not declared in schema');
    }
  }

  private items(path: string, value: readonly unknown[], schema: ValueSchema): void {
    const associative = schema.listType === 'map' || schema.listType === 'set';
    const seen = new Set<string>();
    value.forEach((item, i) => {
      const e = associative ? elementOf(schema, item) : `i:${i}`;
      if (typeof e !== 'string') {
        this.add(path, `element ${i}: ${e.error}`);
        return;
      }
      if (seen.has(e)) this.add(path, `duplicate entries for key ${formatPath([e])}`);
      seen.add(e);
      this.check(`${path}${formatPath([e])}`, item, itemSchema(schema));
    });
  }
}

/** Why an object cannot be applied, in upstream's words; undefined where it can. */
export function typeErrors(object: unknown, type: TypeSchema): string | undefined {
  const checker = new Checker();
  checker.check('', object, rootOf(type));
  const { errors } = checker;
  if (errors.length === 0) return undefined;
  return errors.length === 1 ? errors[0] : `errors:\n  ${errors.join('\n  ')}`;
}
