// An object as encoding/json writes the Go struct: fields in the order of the struct, map entries sorted, <, > and & escaped.
import { isRecord, type Json } from '../../../model/object.ts';
import type { TypeSchema, ValueSchema } from '../../../model/schema.ts';

function text(x: unknown): string {
  return (JSON.stringify(x) ?? 'null').replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function member(key: string, value: string): string {
  return `${text(key)}:${value}`;
}

function keysOf(x: Json, type: TypeSchema | undefined): string[] {
  const known = type ? [...type.fields.keys()].filter((k) => Object.hasOwn(x, k)) : [];
  const others = Object.keys(x).filter((k) => !type?.fields.has(k));
  return [...known, ...others.sort()];
}

export function goJson(x: unknown, schema: ValueSchema | undefined): string {
  if (Array.isArray(x)) return `[${x.map((item) => goJson(item, schema?.items)).join(',')}]`;
  if (!isRecord(x)) return text(x);
  const type = schema?.object;
  const child = (key: string) => type?.fields.get(key) ?? schema?.items;
  return `{${keysOf(x, type)
    .map((k) => member(k, goJson(x[k], child(k))))
    .join(',')}}`;
}

/**
 * What JSON patching makes of an object's text: the objects on the way to a change are read into maps and come out sorted, the
 * rest stays as it was. `patched` shares with `original` what did not change.
 */
export function patchedJson(original: unknown, patched: unknown, schema: ValueSchema | undefined): string {
  if (original === patched) return goJson(original, schema);
  if (!isRecord(patched))
    return Array.isArray(patched) && Array.isArray(original) ? listJson(original, patched, schema) : text(patched);
  const type = schema?.object;
  const was = isRecord(original) ? original : {};
  return `{${Object.keys(patched)
    .sort()
    .map((k) =>
      member(
        k,
        patchedJson(Object.hasOwn(was, k) ? was[k] : undefined, patched[k], type?.fields.get(k) ?? schema?.items),
      ),
    )
    .join(',')}}`;
}

function listJson(original: readonly unknown[], patched: readonly unknown[], schema: ValueSchema | undefined): string {
  const items = patched.map((item, i) =>
    patchedJson(original.includes(item) ? item : original[i], item, schema?.items),
  );
  return `[${items.join(',')}]`;
}
