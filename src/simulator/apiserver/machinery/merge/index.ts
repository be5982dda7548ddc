// The three kinds of patch that change an object by instructions (the fourth, server-side apply, is in managedfields/apply.ts).
// Models k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
import type { Status } from '../../../../model/generated/meta.v1.ts';
import { isRecord, type Json, type KubeObject } from '../../../../model/object.ts';
import { quote } from '../../../../model/quote.ts';
import { apiVersionOf } from '../../../../model/resources.ts';
import { schemaForKind, type TypeSchema, type ValueSchema } from '../../../../model/schema.ts';
import { badRequest, failure, invalid, requestEntityTooLarge } from '../../../../model/status.ts';
import { type Conformed, conform } from '../conform.ts';
import { jsonKind } from '../conform-scalars.ts';
import { type Body, type Decoded, decodeValue, type FieldValidation, type GroupVersionKind } from '../decode.ts';
import { completed } from '../empties.ts';
import { patchedJson } from '../go-json.ts';
import { goPrint } from '../go-print.ts';
import { parseJson } from '../json.ts';
import { applyMergePatch } from './json-merge.ts';
import { applyJsonPatch, type Operation, PatchError } from './json-patch.ts';
import { applyStrategicMergePatch, StrategicError } from './strategic.ts';

export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export interface ApplyPatch {
  readonly type: 'json' | 'merge' | 'strategic';
  /** The stored object, as the requested version has it. */
  readonly original: KubeObject;
  readonly patch: Body;
  readonly gvk: GroupVersionKind;
  readonly fieldValidation: FieldValidation;
  /** Type of a custom resource. */
  readonly schema?: TypeSchema | undefined;
}

const MAX_OPERATIONS = 10_000;
const OPERATION_FIELDS = ['op', 'path', 'from', 'value'];

interface Read {
  readonly value: unknown;
  readonly strict: string[];
}

/** The patch as a value, and the fields it gives twice. */
function read(body: Body): Read | { error: string } {
  if (!('raw' in body)) return { value: body.value, strict: [] };
  try {
    const { value, notes } = parseJson(body.raw);
    return {
      value,
      strict: [...notes.values()].flatMap((n) =>
        (n.duplicates ?? []).map((d) => `duplicate field ${JSON.stringify(d)}`),
      ),
    };
  } catch (e) {
    return { error: e instanceof Error ? e.message : String(e) };
  }
}

/** The words of a client error that the server does not explain. */
function unprocessable(): Status {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function operations(value: unknown): Operation[] | Status {
  if (!Array.isArray(value)) {
    return badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  if (value.length > MAX_OPERATIONS) {
    const text = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${value.length}`;
    return requestEntityTooLarge(text);
  }
  const odd = value.find((o) => !isRecord(o));
  if (odd !== undefined) {
    return badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(odd)} into Go value of type handlers.jsonPatchOp`,
    );
  }
  return value as Operation[];
}

function unknownOperationFields(list: readonly Operation[]): string[] {
  return list.flatMap((o, i) =>
    Object.keys(o)
      .filter((k) => !OPERATION_FIELDS.includes(k))
      .map((k) => `json patch unknown field ${JSON.stringify(`[${i}].${k}`)}`),
  );
}

interface Patched {
  readonly value: unknown;
  readonly strict: readonly string[];
}

function jsonPatched(request: ApplyPatch, patch: Read): Patched | Status {
  const list = operations(patch.value);
  if (!Array.isArray(list)) return list as Status;
  try {
    return {
      value: applyJsonPatch(request.original, list),
      strict: [...patch.strict, ...unknownOperationFields(list)],
    };
  } catch (e) {
    if (e instanceof PatchError) return unprocessable();
    throw e;
  }
}

const NOT_A_MAP = 'into Go value of type map[string]interface {}';

function mergePatched(request: ApplyPatch, patch: Read): Patched | Status {
  if (!isRecord(patch.value))
    return badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(patch.value)} ${NOT_A_MAP}`);
  return { value: applyMergePatch(request.original, patch.value), strict: patch.strict };
}

function rootOf(request: ApplyPatch): ValueSchema | undefined {
  const object = request.schema ?? schemaForKind(apiVersionOf(request.gvk), request.gvk.kind);
  return object && { kind: 'object', object };
}

/** A refusal of the patched object. `shown` is what the message quotes as the patch. */
function refused(shown: string, why: string): Status {
  return invalid({ group: '', kind: '' }, '', [
    { reason: 'FieldValueInvalid', message: `Invalid value: ${quote(shown)}: ${why}`, field: 'patch' },
  ]);
}

function finish(
  request: ApplyPatch,
  decoded: Conformed,
  patchStrict: readonly string[],
  shown: () => string,
): Decoded | Status {
  if (decoded.error !== undefined) return refused(shown(), decoded.error);
  const strict = [...patchStrict, ...decoded.strict];
  if (strict.length && request.fieldValidation === 'Strict')
    return refused(shown(), `strict decoding error: ${strict.join(', ')}`);
  const done = completed(decoded.value as KubeObject, decoded.kept, request.original);
  return { ...done, warnings: request.fieldValidation === 'Warn' ? strict : [] };
}

function strategicPatched(request: ApplyPatch, patch: Read): Decoded | Status {
  const type = request.schema ?? schemaForKind(apiVersionOf(request.gvk), request.gvk.kind);
  if (!isRecord(patch.value)) return badRequest(`json: cannot unmarshal ${jsonKind(patch.value)} ${NOT_A_MAP}`);
  if (!type)
    return badRequest(
      `no kind ${quote(request.gvk.kind)} is registered for version ${quote(apiVersionOf(request.gvk))}`,
    );
  let merged: Json;
  try {
    merged = applyStrategicMergePatch(request.original as unknown as Json, patch.value, type);
  } catch (e) {
    if (!(e instanceof StrategicError)) throw e;
    if (e.code === 422) return unprocessable();
    return e.code === 400 ? badRequest(e.message) : failure(500, '', e.message);
  }
  return finish(request, conform(merged, type, undefined, 'map', request.original), patch.strict, () =>
    goPrint(patch.value),
  );
}

/** The patched object, decoded and defaulted, or the refusal. Owners, name and version are for the caller to look after. */
export function applyPatch(request: ApplyPatch): Decoded | Status {
  const patch = read(request.patch);
  if ('error' in patch)
    return badRequest(request.type === 'strategic' ? patch.error : `error decoding patch: ${patch.error}`);
  if (request.type === 'strategic') return strategicPatched(request, patch);
  const patched = request.type === 'json' ? jsonPatched(request, patch) : mergePatched(request, patch);
  if ('kind' in patched) return patched;
  const { value, strict } = patched as Patched;
  return finish(request, decodeValue(value, request.gvk, request.schema), strict, () =>
    patchedJson(request.original, value, rootOf(request)),
  );
}
