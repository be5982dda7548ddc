// What the mutations of a policy make of an object. Models k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch.
import { toJson } from '../../../../cel/json.ts';
import { List, Struct, type Value } from '../../../../cel/values.ts';
import { isRecord, type Json, type KubeObject } from '../../../../model/object.ts';
import { schemaForKind, type TypeSchema, type ValueSchema } from '../../../../model/schema.ts';
import { cleaned } from '../../crd/resource.ts';
import { type CustomResourceInfo, isCustom } from '../../crd/types.ts';
import { conform } from '../../machinery/conform.ts';
import { applyDefaults } from '../../machinery/index.ts';
import { mergeTyped } from '../../machinery/managedfields/merge.ts';
import { childSchema, itemSchema, rootOf, typeErrors } from '../../machinery/managedfields/typed.ts';
import { applyJsonPatch, type Operation, PatchError } from '../../machinery/merge/json-patch.ts';
import type { Review } from '../chain.ts';

/** A mutation that cannot be carried out; in upstream's words. */
export class MutationError extends Error {}

/** Every `Object.a.b{…}` must stand where field a.b is. */
function checkTypes(v: Value, type: string): void {
  if (v instanceof List) for (const item of v) checkTypes(item, type);
  if (!(v instanceof Struct)) return;
  if (v.type !== type) {
    throw new MutationError(
      `type mismatch: unexpected type name ${JSON.stringify(v.type)}, expected ${JSON.stringify(type)}, which matches field name path from root Object type`,
    );
  }
  for (const [name, value] of v.fields) checkTypes(value, `${type}.${name}`);
}

function atomics(value: unknown, schema: ValueSchema, path: string): string[] {
  const here =
    (schema.kind === 'list' && Array.isArray(value) && !['map', 'set'].includes(schema.listType ?? '')) ||
    (schema.atomic === true && isRecord(value));
  const out = here ? [path] : [];
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      out.push(...atomics(item, itemSchema(schema), `${path}[${i}]`));
    });
  } else if (isRecord(value) && schema.kind === 'object') {
    for (const [key, item] of Object.entries(value)) {
      const child = childSchema(schema, key);
      if (child !== undefined) out.push(...atomics(item, child, `${path}.${key}`));
    }
  }
  return out;
}

function typeFor(r: Review, o: KubeObject): TypeSchema {
  const found = isCustom(r.resource) ? r.resource.custom.type : schemaForKind(o.apiVersion ?? '', o.kind ?? '');
  if (found === undefined) throw new MutationError(`Resource kind ${o.apiVersion}, Kind=${o.kind} not found.`);
  return found;
}

/** Merges what the expression made into the object, as server-side apply merges, without owners. */
export function applyConfiguration(r: Review, object: KubeObject, made: Value): KubeObject {
  checkTypes(made, 'Object');
  const type = typeFor(r, object);
  const patch = { ...(toJson(made) as Json), apiVersion: object.apiVersion, kind: object.kind };
  const failed = (why: string) => new MutationError(`error applying patch: ${why}`);
  const wrong = typeErrors(patch, type);
  if (wrong !== undefined) throw failed(`failed to convert patch object to typed object: ${wrong}`);
  const atomic = atomics(patch, rootOf(type), '');
  if (atomic.length > 0)
    throw failed(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`);
  return completed(r, mergeTyped(object as unknown as Json, patch, type));
}

function operation(v: Value): Operation {
  if (!(v instanceof Struct))
    throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
  const value = v.fields.get('value');
  if (value !== undefined) checkTypes(value, value instanceof Struct ? value.type : 'Object');
  const from = v.fields.get('from');
  return {
    op: v.fields.get('op') ?? '',
    path: v.fields.get('path') ?? '',
    ...(from ? { from } : {}),
    ...(value === undefined ? {} : { value: toJson(value) }),
  };
}

/** A `test` that fails leaves the object as it is. */
export function jsonPatch(r: Review, object: KubeObject, made: Value): KubeObject {
  if (!(made instanceof List))
    throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array');
  let next: unknown = object;
  for (const v of made) {
    const op = operation(v);
    try {
      next = applyJsonPatch(next, [op]);
    } catch (e) {
      if (!(e instanceof PatchError)) throw e;
      if (op.op === 'test') return object;
      throw new MutationError(`JSONPath: ${e.message}`);
    }
  }
  return completed(r, next);
}

/** Decoded and with defaults, as everything that the server goes on with. */
function completed(r: Review, next: unknown): KubeObject {
  const object = next as KubeObject;
  if (isCustom(r.resource)) return cleaned(r.resource as CustomResourceInfo, object).object;
  const type = schemaForKind(object.apiVersion ?? '', object.kind ?? '');
  const decoded = type ? conform(next, type) : { value: next };
  if ('error' in decoded && decoded.error !== undefined) throw new MutationError(decoded.error);
  return applyDefaults(decoded.value as KubeObject);
}
