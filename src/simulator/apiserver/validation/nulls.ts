// Go reads null as absent, and writes it where a field has no `omitempty`. Rules see neither.

import { byObject } from '../../../model/remember.ts';
import type { FieldSchema, TypeSchema, ValueKind, ValueSchema } from '../../../model/schema.ts';
import { membersBefore, put } from '../machinery/json.ts';

type Fields = { readonly [field: string]: unknown };
const NOTHING: Fields = {};
const ANY: ValueSchema = { kind: 'any' };

/** Kinds of value whose zero is written as null. */
const ZERO_IS_NULL = new Set<ValueKind>(['time', 'microTime', 'list', 'map', 'any']);

/** Whether a decoded value of the type can have a null anywhere: most types cannot, and need no look. */
const canHold = byObject((type: TypeSchema): boolean => {
  const seen = new Set<TypeSchema>();
  const within = (t: TypeSchema): boolean => {
    if (seen.has(t)) return false;
    seen.add(t);
    return t.preserveUnknown === true || [...t.fields.values()].some((f) => isNullable(f) || inValue(f, within));
  };
  return within(type);
});

function isNullable(field: FieldSchema): boolean {
  return field.nullable || (field.presence === 'always' && ZERO_IS_NULL.has(field.kind));
}

function inValue(schema: ValueSchema, within: (type: TypeSchema) => boolean): boolean {
  if (schema.kind === 'any') return (schema as Partial<FieldSchema>).name !== 'fieldsV1';
  if (schema.object !== undefined) return within(schema.object);
  const { items } = schema;
  return items !== undefined && (ZERO_IS_NULL.has(items.kind) || inValue(items, within));
}

/**
 * The value without its nulls; the same value when it has none.
 * @param schema what the value was decoded to.
 * @param known another version of the value; what the two share is not looked at again, and stays shared.
 * @param clean what `known` was without nulls.
 */
export function withoutNulls(value: unknown, schema: ValueSchema, known?: unknown, clean?: unknown): unknown {
  if (value === known && known !== undefined) return clean;
  if (typeof value !== 'object' || value === null || !inValue(schema, canHold)) return value;
  if (Array.isArray(value)) return itemsWithoutNulls(value, schema.items ?? ANY);
  const old = (known ?? NOTHING) as Fields;
  const oldClean = (clean ?? NOTHING) as Fields;
  const object = value as Fields;
  let copy: { [field: string]: unknown } | undefined;
  for (const field in object) {
    const before = object[field];
    let after: unknown = before;
    if (before === null) after = undefined;
    else if (typeof before === 'object') {
      const inner = schema.object?.fields.get(field) ?? schema.items ?? ANY;
      after = withoutNulls(before, inner, old[field], oldClean[field]);
    }
    if (after === before && copy === undefined) continue;
    copy ??= membersBefore(object, field);
    if (after !== undefined) put(copy, field, after);
  }
  return copy ?? object;
}

function itemsWithoutNulls(list: readonly unknown[], schema: ValueSchema): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const before = list[i];
    if (typeof before !== 'object') continue;
    const after = withoutNulls(before, schema);
    if (after === before) continue;
    copy ??= [...list];
    copy[i] = after;
  }
  return copy ?? list;
}
