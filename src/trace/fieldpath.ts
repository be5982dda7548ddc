// Field paths as a step's changes carry them (`spec.containers[name="web"].image`), and writing a value at such a path
// into a JSON value without touching the original.
import { isRecord, type Json } from '../model/object.ts';
import type { FieldChange } from './step.ts';

export type Segment =
  | { readonly field: string }
  /** The element of a list with these key values. */
  | { readonly keys: Json }
  /** The element of a set of scalars that has this value. */
  | { readonly value: unknown }
  | { readonly index: number };

/** Below these, keys are free and may hold dots: `labels.app.kubernetes.io/name` is one key under `labels`. */
const FREE_KEYS = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
  'binaryData',
  'stringData',
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'used',
]);

const cache = new Map<string, readonly Segment[]>();
const CACHE_LIMIT = 10_000;

/** Splits a path; what cannot be read as a path is taken as one field name. */
export function parseFieldPath(path: string): readonly Segment[] {
  const known = cache.get(path);
  if (known) return known;
  const segments = split(path) ?? [{ field: path }];
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(path, segments);
  return segments;
}

function split(path: string): Segment[] | undefined {
  const out: Segment[] = [];
  let free = false;
  for (let i = 0; i < path.length; ) {
    if (path[i] === '[') {
      const end = closing(path, i);
      const segment = end < 0 ? undefined : bracket(path.slice(i + 1, end));
      if (segment === undefined) return undefined;
      out.push(segment);
      i = end + 1;
      continue;
    }
    const start = path[i] === '.' ? i + 1 : i;
    const end = free ? path.length : nextBreak(path, start);
    const field = path.slice(start, end);
    if (field === '') return undefined;
    out.push({ field });
    free = FREE_KEYS.has(field);
    i = end;
  }
  return out;
}

function nextBreak(path: string, from: number): number {
  for (let i = from; i < path.length; i++) if (path[i] === '.' || path[i] === '[') return i;
  return path.length;
}

/** Index of the bracket that closes the one at `open`, strings skipped; -1 where there is none. */
function closing(path: string, open: number): number {
  let quoted = false;
  for (let i = open + 1; i < path.length; i++) {
    const c = path[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (c === ']' && !quoted) return i;
  }
  return -1;
}

function bracket(inner: string): Segment | undefined {
  if (/^\d+$/.test(inner)) return { index: Number(inner) };
  if (inner.startsWith('=')) return json(inner.slice(1), (value) => ({ value }));
  const quotedKeys = inner.replace(/([A-Za-z][A-Za-z0-9]*)=(?=["\d\-tfn])/g, '"$1":');
  return json(`{${quotedKeys}}`, (keys) => (isRecord(keys) ? { keys } : undefined));
}

function json(text: string, use: (value: unknown) => Segment | undefined): Segment | undefined {
  try {
    return use(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The value with the changes made; shares everything that did not change. */
export function applyChanges(value: unknown, changes: readonly FieldChange[]): unknown {
  return changes.reduce<unknown>((v, c) => put(v, parseFieldPath(c.path), 0, c.after), value);
}

function put(value: unknown, path: readonly Segment[], depth: number, after: unknown): unknown {
  const segment = path[depth];
  if (segment === undefined) return after;
  if ('field' in segment) return putField(isRecord(value) ? value : {}, segment.field, path, depth, after);
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const found = list.findIndex((item, i) => matches(item, i, segment));
  const item = put(found < 0 ? fresh(segment) : list[found], path, depth + 1, after);
  if (item === undefined) return found < 0 ? list : list.toSpliced(found, 1);
  return found < 0 ? [...list, item] : list.with(found, item);
}

function putField(value: Json, field: string, path: readonly Segment[], depth: number, after: unknown): Json {
  const next = put(value[field], path, depth + 1, after);
  if (next !== undefined) return { ...value, [field]: next };
  if (!(field in value)) return value;
  const { [field]: _gone, ...rest } = value;
  return rest;
}

function matches(item: unknown, index: number, segment: Exclude<Segment, { readonly field: string }>): boolean {
  if ('index' in segment) return index === segment.index;
  if ('value' in segment) return item === segment.value;
  return isRecord(item) && Object.entries(segment.keys).every(([key, value]) => item[key] === value);
}

function fresh(segment: Exclude<Segment, { readonly field: string }>): unknown {
  if ('keys' in segment) return segment.keys;
  return 'value' in segment ? segment.value : undefined;
}
