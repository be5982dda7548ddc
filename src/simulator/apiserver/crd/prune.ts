// What a structural schema does to an object before it is looked at: unknown fields go, missing ones get their defaults.
// Models apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}.
import type { JSONSchemaProps } from '../../../model/generated/apiextensions.v1.ts';
import { isRecord, type Json } from '../../../model/object.ts';
import { propsOf } from './schema.ts';

const ROOT = ['apiVersion', 'kind', 'metadata'];

function at(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Drops what the schema does not know, and says what it dropped: `spec.bogus`. */
export function prune(value: unknown, s: JSONSchemaProps, dropped: string[], path = '', root = true): unknown {
  if (Array.isArray(value)) {
    const items = propsOf(s.items);
    if (items === undefined) return value;
    return mapList(value, (item, i) => prune(item, items, dropped, `${path}[${i}]`, false));
  }
  if (!isRecord(value)) return value;
  const keep = s['x-kubernetes-preserve-unknown-fields'] === true;
  const more = s.additionalProperties;
  const fixed = root || s['x-kubernetes-embedded-resource'] ? ROOT : [];
  let out: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    if (fixed.includes(key)) continue;
    const known = s.properties?.[key] ?? propsOf(more);
    if (known === undefined && (keep || more === true)) continue;
    if (known === undefined) {
      dropped.push(at(path, key));
      out ??= { ...value };
      delete out[key];
      continue;
    }
    const next = prune(value[key], known, dropped, at(path, key), false);
    if (next === value[key]) continue;
    out ??= { ...value };
    out[key] = next;
  }
  return out ?? value;
}

function mapList(list: readonly unknown[], of: (item: unknown, i: number) => unknown): readonly unknown[] {
  let out: unknown[] | undefined;
  list.forEach((item, i) => {
    const next = of(item, i);
    if (next === item) return;
    out ??= [...list];
    out[i] = next;
  });
  return out ?? list;
}

/** Fills in defaults. A null that the schema does not allow is replaced where there is a default. */
export function withSchemaDefaults(value: unknown, s: JSONSchemaProps, root = true): unknown {
  if (Array.isArray(value)) {
    const items = propsOf(s.items);
    return items === undefined ? value : mapList(value, (item) => withSchemaDefaults(item, items, false));
  }
  if (!isRecord(value)) return value;
  let out: Record<string, unknown> | undefined;
  const set = (key: string, next: unknown): void => {
    if (value[key] === next) return;
    out ??= { ...value };
    out[key] = next;
  };
  for (const [key, p] of Object.entries(s.properties ?? {})) {
    if (root && ROOT.includes(key)) continue;
    let next = value[key];
    if (p.default !== undefined && (next === undefined || (next === null && !p.nullable))) next = p.default;
    if (next !== undefined) set(key, withSchemaDefaults(next, p, false));
  }
  const more = propsOf(s.additionalProperties);
  if (more !== undefined) for (const key of Object.keys(value)) set(key, withSchemaDefaults(value[key], more, false));
  return (out ?? value) as Json;
}
