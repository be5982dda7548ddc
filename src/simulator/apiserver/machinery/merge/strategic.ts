// Strategic merge patch: lists are merged by their merge keys, and directives ($patch, $retainKeys, $deleteFromPrimitiveList,
// $setElementOrder) say what a plain value cannot. Models k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
import { isRecord, type Json } from '../../../../model/object.ts';
import type { FieldSchema, TypeSchema, ValueSchema } from '../../../../model/schema.ts';
import { goPrint, goTypeOf } from '../go-print.ts';
import { put } from '../json.ts';
import { normalizeOrder, requireOrder } from './order.ts';

/** `code` is the HTTP status that upstream answers; 500 has no reason. */
export class StrategicError extends Error {
  readonly code: 400 | 422 | 500;
  constructor(code: 400 | 422 | 500, message: string) {
    super(message);
    this.code = code;
  }
}

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList';
const SET_ORDER = '$setElementOrder';

type Mutable = Record<string, unknown>;

const own = (o: Json, key: string): unknown => (Object.hasOwn(o, key) ? o[key] : undefined);

function badType(wanted: string, got: unknown): StrategicError {
  return new StrategicError(500, `expected a ${wanted}, but received a ${goTypeOf(got)}`);
}

function sameType(a: unknown, b: unknown): boolean {
  return goTypeOf(a) === goTypeOf(b);
}

/** The field that a directive such as `$setElementOrder/containers` speaks of. */
function fieldNamed(key: string, prefix: string, what: string): string {
  const slash = key.indexOf('/');
  if (slash < 0 || key.slice(0, slash) !== prefix) throw new StrategicError(400, `invalid patch format of ${what}`);
  return key.slice(slash + 1);
}

/** A new value without its nulls and without what its directives delete. Undefined where nothing is to be kept. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((v) => clean(v));
    return items.includes(undefined) ? items.filter((v) => v !== undefined) : items;
  }
  if (!isRecord(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  const out: Mutable = {};
  for (const k in value) {
    const v = value[k];
    const kept = v === null ? undefined : clean(v);
    if (kept !== undefined) put(out, k, kept);
  }
  return out;
}

function replaceOrDelete(patch: Json): Json {
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw new StrategicError(500, `unknown patch type: ${goPrint(directive)} in map: ${goPrint(patch)}`);
}

function retainKeys(original: Mutable, patch: Json): void {
  const list = patch[RETAIN_KEYS];
  if (list === undefined) return;
  const bad = new StrategicError(400, 'invalid patch format of retainKeys');
  if (!Array.isArray(list)) throw bad;
  for (const [k, v] of Object.entries(patch)) {
    if (v === null || k === RETAIN_KEYS || k.startsWith(DELETE_FROM) || k.startsWith(SET_ORDER)) continue;
    if (!list.includes(k)) throw bad;
  }
  for (const k of Object.keys(original)) if (!list.includes(k)) delete original[k];
}

function strategyOf(field: FieldSchema | undefined): string | undefined {
  return field?.patchStrategy?.find((s) => s !== 'retainKeys');
}

class Patcher {
  private fieldOf(type: TypeSchema | undefined, key: string): FieldSchema | undefined {
    const field = type?.fields.get(key);
    if (type && !field) {
      throw new StrategicError(
        500,
        `unable to find api field in struct ${type.name} for the json field ${JSON.stringify(key)}`,
      );
    }
    return field;
  }

  map(original: unknown, given: Json, schema: ValueSchema | undefined): Json {
    if (Object.hasOwn(given, PATCH)) return replaceOrDelete(given);
    const out: Mutable = isRecord(original) ? { ...original } : {};
    retainKeys(out, given);
    const ordered = this.orderedLists(out, given, schema);
    for (const key in given) {
      const done = key === RETAIN_KEYS || key.startsWith(SET_ORDER) || ordered?.includes(key);
      if (!done) this.entry(out, key, given[key], schema);
    }
    return out;
  }

  private entry(out: Mutable, key: string, value: unknown, schema: ValueSchema | undefined): void {
    const deleting = key.startsWith(DELETE_FROM);
    const name = deleting ? fieldNamed(key, DELETE_FROM, 'primitive list') : key;
    if (value === null) {
      delete out[name];
      return;
    }
    const known = own(out, name);
    if (known === undefined || !sameType(known, value)) {
      if (deleting) return;
      const fresh = clean(value);
      if (fresh === undefined) delete out[name];
      else put(out, name, fresh);
      return;
    }
    const type = schema?.object;
    if (Array.isArray(value)) {
      const field = this.fieldOf(type, name) ?? schema?.items;
      put(out, name, this.list(known as readonly unknown[], value, field, deleting));
    } else if (isRecord(value)) {
      const field = this.fieldOf(type, name);
      put(out, name, strategyOf(field) === 'replace' ? value : this.map(known, value, field ?? schema?.items));
    } else put(out, name, value);
  }

  private list(
    original: readonly unknown[],
    patch: readonly unknown[],
    field: FieldSchema | ValueSchema | undefined,
    deleting: boolean,
  ): unknown {
    const known = field as FieldSchema | undefined;
    return strategyOf(known) === 'merge' || deleting ? this.mergeLists(original, patch, known, deleting) : patch;
  }

  private mergeLists(
    original: readonly unknown[],
    patch: readonly unknown[],
    field: FieldSchema | undefined,
    deleting: boolean,
  ): unknown {
    if (original.length === 0 && patch.length === 0) return original;
    const maps = [...original, ...patch].some(isRecord);
    if (!maps) {
      if (deleting) return original.filter((x) => !patch.includes(x));
      return normalizeOrder([...new Set([...original, ...patch])], patch, original, undefined);
    }
    const key = field?.mergeKey;
    if (!key)
      throw new StrategicError(500, `cannot merge lists without merge key for ${field?.items?.object?.name ?? ''}`);
    const { kept, plain } = this.special(original, patch, key);
    const merged = this.items(kept, plain, key, field?.items);
    return normalizeOrder(merged, plain, kept, key);
  }

  /** Carries out the items that are directives; `plain` are the others. */
  private special(
    original: readonly unknown[],
    patch: readonly unknown[],
    key: string,
  ): { kept: unknown[]; plain: unknown[] } {
    let kept = [...original];
    const plain: unknown[] = [];
    let replace = false;
    for (const item of patch) {
      if (!isRecord(item)) throw badType('map[string]interface {}', item);
      const directive = item[PATCH];
      if (directive === undefined) plain.push(item);
      else if (directive === 'replace') replace = true;
      else if (directive === 'delete') {
        if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
        kept = kept.filter((o) => !isRecord(o) || o[key] !== item[key]);
      } else if (directive === 'merge')
        throw new StrategicError(500, 'merging lists cannot yet be specified in the patch');
      else throw new StrategicError(500, `unknown patch type: ${goPrint(directive)} in map: ${goPrint(item)}`);
    }
    return replace ? { kept: plain, plain: [] } : { kept, plain };
  }

  private items(
    original: readonly unknown[],
    patch: readonly unknown[],
    key: string,
    schema: ValueSchema | undefined,
  ): unknown[] {
    const out = [...original];
    const fresh: unknown[] = [];
    for (const item of patch as readonly Json[]) {
      if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
      const same = (o: unknown): boolean => isRecord(o) && o[key] === item[key];
      const at = out.findIndex(same);
      const again = at < 0 ? fresh.findIndex(same) : -1;
      if (at >= 0) out[at] = this.map(out[at], item, schema);
      else if (again >= 0) fresh[again] = this.map(fresh[again], item, schema);
      else fresh.push(clean(item) ?? {});
    }
    return fresh.length === 0 ? out : out.concat(fresh);
  }

  /** `$setElementOrder` and the list it speaks of are handled together. Returns the names of the lists that are done. */
  private orderedLists(out: Mutable, patch: Json, schema: ValueSchema | undefined): string[] | undefined {
    let done: string[] | undefined;
    for (const directive in patch) {
      if (!directive.startsWith(SET_ORDER)) continue;
      const order = patch[directive];
      if (!Array.isArray(order)) throw badType('[]interface {}', order);
      const name = fieldNamed(directive, SET_ORDER, 'setElementOrder list');
      const [original, given] = [own(out, name), own(patch, name)];
      if (original !== undefined && !Array.isArray(original)) throw badType('[]interface {}', original);
      if (given !== undefined && !Array.isArray(given)) throw badType('[]interface {}', given);
      if (!original && !given) continue;
      const field = this.fieldOf(schema?.object, name);
      if (given) {
        const wrong = requireOrder(given, order, field?.mergeKey);
        if (wrong) throw new StrategicError(500, wrong);
      }
      const merged = !given ? original : !original ? clean(given) : this.list(original, given, field, false);
      put(out, name, normalizeOrder(merged as unknown[], order, original ?? [], field?.mergeKey));
      done ??= [];
      done.push(name);
    }
    return done;
  }
}

function noMergeKey(item: Json, key: string): StrategicError {
  return new StrategicError(500, `map: ${goPrint(item)} does not contain declared merge key: ${key}`);
}

/** Throws StrategicError. */
export function applyStrategicMergePatch(original: Json, patch: Json, type: TypeSchema): Json {
  return new Patcher().map(original, patch, { kind: 'object', object: type });
}
