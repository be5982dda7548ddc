// AdmissionReview of admission.k8s.io/v1: what a webhook is asked, and what its answer means. Models
// k8s.io/apiserver/pkg/admission/plugin/webhook/request/admissionreview.go.

import { decodeBase64, fromUtf8 } from '../../../../model/base64.ts';
import type { Status } from '../../../../model/generated/meta.v1.ts';
import { isRecord, type Json, type KubeObject } from '../../../../model/object.ts';
import { apiVersionOf, type ResourceInfo, splitApiVersion } from '../../../../model/resources.ts';
import { toVersion } from '../../convert.ts';
import { parseJson } from '../../machinery/json.ts';
import { first, parseBool } from '../../request.ts';
import type { Review } from '../chain.ts';
import { namespaceOf } from './match.ts';

const API_VERSION = 'admission.k8s.io/v1';
const KIND = 'AdmissionReview';

/** The options of the request: `CreateOptions` and the like; a patch is an update by then. */
function optionsOf(r: Review): object | null {
  if (r.operation === 'CONNECT') return null;
  const kind = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' }[r.operation];
  const { query } = r.ctx.request;
  const manager = first(query, 'fieldManager');
  const validation = first(query, 'fieldValidation');
  const given = Object.fromEntries(Object.entries(r.options ?? {}).filter(([, value]) => value !== undefined));
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...given,
    ...(r.ctx.dryRun ? { dryRun: ['All'] } : {}),
    ...(manager && r.operation !== 'DELETE' ? { fieldManager: manager } : {}),
    ...(validation && r.operation !== 'DELETE' ? { fieldValidation: validation } : {}),
  };
}

function userOf(r: Review): object {
  const { name, uid, groups, extra } = r.ctx.user;
  return { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
}

interface Named {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The kind that the request carries: a sub-resource may have one of its own. */
function kindOf(r: Review): Named {
  const carried = r.object ?? (r.subresource === '' ? undefined : r.old);
  if (carried?.apiVersion !== undefined && carried.kind !== undefined)
    return { ...splitApiVersion(carried.apiVersion), kind: carried.kind };
  const { group, version, kind } = r.resource;
  return { group, version, kind };
}

const resourceOf = ({ group, version, plural }: ResourceInfo): object => ({ group, version, resource: plural });

/** What goes to the webhook, without its uid. `as`: the version that the webhook understands. */
export function requestFor(r: Review, as: ResourceInfo): object {
  const requestKind = kindOf(r);
  const own = requestKind.kind === r.resource.kind;
  const kind = own ? { group: as.group, version: as.version, kind: as.kind } : requestKind;
  const converted = (o: KubeObject | undefined): KubeObject | null =>
    o === undefined ? null : own ? toVersion(o, apiVersionOf(as)) : o;
  const { subresource } = r;
  const namespace = namespaceOf(r);
  const name = r.name;
  return {
    kind,
    resource: resourceOf(as),
    ...(subresource ? { subResource: subresource } : {}),
    requestKind,
    requestResource: resourceOf(r.resource),
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation: r.operation,
    userInfo: userOf(r),
    object: converted(r.object),
    oldObject: converted(r.old),
    dryRun: r.ctx.dryRun,
    options: optionsOf(r),
  };
}

export function reviewText(uid: string, request: object): string {
  return JSON.stringify({ kind: KIND, apiVersion: API_VERSION, request: { uid, ...request } });
}

export interface Verdict {
  readonly allowed: boolean;
  readonly status: Status | undefined;
  /** JSON of a JSONPatch; "" for none. */
  readonly patch: string;
  readonly patchType: string;
  readonly warnings: readonly string[];
  readonly auditAnnotations: { readonly [key: string]: string };
}

/** What is wrong with an answer, in upstream's words. */
export class BadReview extends Error {}

function parsed(text: string): Json {
  let value: unknown;
  try {
    ({ value } = parseJson(text));
  } catch (e) {
    throw new BadReview(
      `failed to call webhook: couldn't get version/kind; json parse error: ${e instanceof Error ? e.message : String(e)}`,
    );
  }
  if (!isRecord(value) || !value.kind)
    throw new BadReview(`failed to call webhook: Object 'Kind' is missing in '${text.trim()}'`);
  return value;
}

function gvkText(o: Json): string {
  return `${String(o.apiVersion ?? '')}, Kind=${String(o.kind ?? '')}`;
}

const text = (x: unknown): string => (typeof x === 'string' ? x : '');
const invalid = (why: string): never => {
  throw new BadReview(`received invalid webhook response: ${why}`);
};

/** @throws BadReview */
export function readVerdict(body: string, uid: string, mutating: boolean): Verdict {
  const review = parsed(body);
  const response = review.response;
  if (!isRecord(response)) return invalid('webhook response was absent');
  if (text(response.uid) !== uid)
    invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(text(response.uid))}`);
  if (review.apiVersion !== API_VERSION || review.kind !== KIND)
    invalid(`expected webhook response of ${API_VERSION}, Kind=${KIND}, got ${gvkText(review)}`);
  const patch = text(response.patch);
  const { patchType } = response;
  if (mutating && patch !== '' && typeof patchType !== 'string')
    invalid('webhook returned response.patch but not response.patchType');
  if (mutating && patch === '' && typeof patchType === 'string')
    invalid('webhook returned response.patchType but not response.patch');
  if (mutating && patchType === '') invalid('webhook returned invalid response.patchType of ""');
  if (!mutating && patch !== '') invalid('validating webhook may not return response.patch');
  if (!mutating && typeof patchType === 'string') invalid('validating webhook may not return response.patchType');
  const { status, warnings, auditAnnotations } = response;
  return {
    allowed: parseBool(String(response.allowed)) ?? false,
    status: isRecord(status) ? (status as unknown as Status) : undefined,
    patch: decodedPatch(patch),
    patchType: text(patchType),
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
    auditAnnotations: isRecord(auditAnnotations)
      ? Object.fromEntries(Object.entries(auditAnnotations).map(([k, v]) => [k, String(v)]))
      : {},
  };
}

function decodedPatch(base64: string): string {
  const bytes = base64 === '' ? undefined : decodeBase64(base64);
  if (base64 !== '' && bytes === undefined)
    throw new BadReview('failed to call webhook: json: illegal base64 data in response.patch');
  return bytes === undefined ? '' : (fromUtf8(bytes) ?? '');
}

/** A refusal as the caller sees it. Models webhook/errors.ToStatusErr. */
export function denial(webhook: string, status: Status | undefined): Status {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const { message = '', reason = '', code = 0, details } = status ?? {};
  const why = message || reason;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why === '' ? `${by} without explanation` : `${by}: ${why}`,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    // A refusal is never a success.
    code: code < 400 ? 400 : code,
  } as Status;
}
