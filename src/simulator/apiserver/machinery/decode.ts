// From a request's body to an object of the wanted kind, or the refusal. Models transformDecodeError and the JSON serializer:
// k8s.io/apiserver/pkg/endpoints/handlers/create.go, k8s.io/apimachinery/pkg/runtime/serializer/json/json.go.
import type { Status } from '../../../model/generated/meta.v1.ts';
import { isRecord, type Json, type KubeObject } from '../../../model/object.ts';
import { apiVersionOf, splitApiVersion } from '../../../model/resources.ts';
import { schemaForKind, type TypeSchema } from '../../../model/schema.ts';
import { badRequest } from '../../../model/status.ts';
import { type Conformed, conform } from './conform.ts';
import { jsonKind } from './conform-scalars.ts';
import { type JsonText, parseJson } from './json.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** Text as it came, or a value that nobody mutates afterwards. */
export type Body = { readonly raw: string } | { readonly value: unknown };

export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** The type of a custom resource; without it, the built-in type of the kind. */
  readonly type?: TypeSchema;
}

export interface Decoded {
  readonly object: KubeObject;
  /** Unknown and duplicate fields, where fieldValidation is Warn. */
  readonly warnings: readonly string[];
  /** The object with the lists and maps that were given as empty; absent where there are none. */
  readonly sent?: KubeObject;
}

/** Where Go made the scheme that knows the kinds of a group, which is how refusals name it. */
function schemeOf(group: string): string {
  if (group === 'apiextensions.k8s.io') return 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:55';
  if (group === 'apiregistration.k8s.io') return 'k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:32';
  return 'pkg/api/legacyscheme/scheme.go:30';
}

/** The first bytes of a body, as refusals quote it. */
function summary(text: string): string {
  if (text === '') return '<empty>';
  if (text.startsWith('{')) return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
  const hex = [...text.slice(0, 30)].map((c) => (c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')).join('');
  return text.length > 30 ? `${hex} ...` : hex;
}

const textOf = (body: Body) => ('raw' in body ? body.raw : (JSON.stringify(body.value) ?? ''));

/** A body that says neither what it is nor can be read. */
function unrecognized(want: GroupVersionKind, why: string, body: Body): Status {
  return badRequest(
    `the object provided is unrecognized (must be of type ${want.kind}): ${why} (${summary(textOf(body))})`,
  );
}

function cannotHandle(kind: string, version: string, want: GroupVersionKind, why: string): Status {
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${want.kind}: ${why}`);
}

/** What the body says of its kind, or why it cannot be read. */
function kindOf(value: unknown): { apiVersion: string; kind: string } | { error: string } {
  const head = "couldn't get version/kind; json parse error: json: cannot unmarshal";
  if (value === null) return { apiVersion: '', kind: '' };
  if (!isRecord(value)) {
    return {
      error: `${head} ${jsonKind(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    };
  }
  for (const name of Object.keys(value)) {
    if (name !== 'apiVersion' && name !== 'kind') continue;
    const x = value[name] ?? '';
    if (typeof x !== 'string') return { error: `${head} ${jsonKind(x)} into Go struct field .${name} of type string` };
  }
  return { apiVersion: String(value.apiVersion ?? ''), kind: String(value.kind ?? '') };
}

const NO_NOTES: JsonText['notes'] = new Map();

function parsed(body: Body): JsonText | { error: string } {
  if (!('raw' in body)) return { value: body.value, notes: NO_NOTES };
  try {
    return parseJson(body.raw);
  } catch (e) {
    return { error: `couldn't get version/kind; json parse error: ${e instanceof Error ? e.message : String(e)}` };
  }
}

/** A value decoded into the wanted kind: without errors it is complete and in canonical form. */
export function decodeValue(value: unknown, want: GroupVersionKind, given?: TypeSchema): Conformed {
  const said = kindOf(value);
  if ('error' in said) return { value, error: said.error, strict: [] };
  const type = given ?? schemaForKind(said.apiVersion || apiVersionOf(want), said.kind || want.kind);
  if (!type) return { value, error: notRegistered(said.kind, said.apiVersion, want), strict: [] };
  return conform(value, type);
}

function notRegistered(kind: string, apiVersion: string, want: GroupVersionKind): string {
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme ${JSON.stringify(schemeOf(want.group))}`;
}

/**
 * Decodes a body that should hold a `want`. A body without kind or apiVersion is taken for what is wanted. The caller still has
 * to compare apiVersion and kind of the result where other registered kinds must be refused.
 */
export function decodeBody(body: Body, want: GroupVersionKind, options: DecodeOptions): Decoded | Status {
  const doc = parsed(body);
  if ('error' in doc) return unrecognized(want, doc.error, body);
  const said = kindOf(doc.value);
  if ('error' in said) return unrecognized(want, said.error, body);
  if (said.apiVersion.split('/').length > 2)
    return unrecognized(want, `unexpected GroupVersion string: ${said.apiVersion}`, body);
  const kind = said.kind || want.kind;
  const apiVersion = said.apiVersion || apiVersionOf(want);
  const { version } = splitApiVersion(apiVersion);
  const type = options.type ?? schemaForKind(apiVersion, kind);
  if (!type) return cannotHandle(kind, version, want, notRegistered(kind, apiVersion, want));
  const { value, error, strict, kept } = conform(doc.value ?? {}, type, doc.notes);
  if (error !== undefined) return cannotHandle(kind, version, want, error);
  if (strict.length && options.fieldValidation === 'Strict') {
    return cannotHandle(kind, version, want, `strict decoding error: ${strict.join(', ')}`);
  }
  if (apiVersion !== apiVersionOf(want)) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(want)})`,
    );
  }
  if (kind !== want.kind) {
    return cannotHandle(
      kind,
      version,
      want,
      `converting (${version}.${kind}) to (${want.group || 'core'}.${want.kind}): unknown conversion`,
    );
  }
  const named = (x: unknown): KubeObject =>
    said.kind && said.apiVersion ? (x as KubeObject) : { ...(x as Json & KubeObject), kind, apiVersion };
  const warnings = options.fieldValidation === 'Warn' ? strict : [];
  return { object: named(value), warnings, ...(kept === undefined ? {} : { sent: named(kept) }) };
}
