// metav1.Status as the API server answers it, in its words. Models k8s.io/apimachinery/pkg/api/errors.
import type { Status, StatusCause, StatusDetails } from './generated/meta.v1.ts';
import { quote } from './quote.ts';
import { qualifiedResource } from './resources.ts';

/** What a failing operation throws where a return value would hide the path; `status` is the answer. */
export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'unknown');
    this.name = 'StatusError';
    this.status = status;
  }
}

export interface GroupResource {
  readonly group: string;
  /** Plural. */
  readonly resource: string;
}

export function isStatus(x: unknown): x is Status {
  return typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'Status' && 'code' in x;
}

/** A Status of failure. */
export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  const head = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
  } as const;
  return { ...head, ...(details ? { details } : {}), code };
}

/** A Status of success, as DELETE answers. */
export function success(details?: StatusDetails): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', ...(details ? { details } : {}) };
}

function detailsOf(r: GroupResource, name: string): StatusDetails {
  return {
    ...(name ? { name } : {}),
    ...(r.group ? { group: r.group } : {}),
    ...(r.resource ? { kind: r.resource } : {}),
  };
}

const named = (r: GroupResource, name: string) => `${qualifiedResource(r.group, r.resource)} ${quote(name)}`;

export function notFound(r: GroupResource, name: string): Status {
  return failure(404, 'NotFound', `${named(r, name)} not found`, detailsOf(r, name));
}

export function alreadyExists(r: GroupResource, name: string): Status {
  return failure(409, 'AlreadyExists', `${named(r, name)} already exists`, detailsOf(r, name));
}

/** The answer when a name generated from generateName was taken. */
export function generateNameConflict(r: GroupResource, name: string, retryAfterSeconds = 1): Status {
  const message = `${named(r, name)} already exists, the server was not able to generate a unique name for the object`;
  return failure(409, 'AlreadyExists', message, { ...detailsOf(r, name), retryAfterSeconds });
}

export const OPTIMISTIC_LOCK =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(
  r: GroupResource,
  name: string,
  why: string = OPTIMISTIC_LOCK,
  causes?: readonly StatusCause[],
): Status {
  const details = { ...detailsOf(r, name), ...(causes?.length ? { causes } : {}) };
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${named(r, name)}: ${why}`, details);
}

/** A refusal by server-side apply; `message` is the whole sentence. */
export function applyConflict(message: string, causes: readonly StatusCause[]): Status {
  return failure(409, 'Conflict', message, { causes });
}

export function unauthorized(message = 'Unauthorized'): Status {
  return failure(401, 'Unauthorized', message);
}

export function forbidden(r: GroupResource, name: string, why: string): Status {
  const what = name ? named(r, name) : qualifiedResource(r.group, r.resource);
  return failure(
    403,
    'Forbidden',
    r.resource ? `${what} is forbidden: ${why}` : `forbidden: ${why}`,
    detailsOf(r, name),
  );
}

/** One thing that validation found wrong. `message` is without the field: `Invalid value: 7: must be a string`. */
export interface InvalidCause {
  /** `FieldValueInvalid`, `FieldValueRequired`, … */
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** One message as it is, several in brackets, each once. Models k8s.io/apimachinery/pkg/util/errors.Aggregate. */
export function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

export function invalid(
  k: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly InvalidCause[],
): Status {
  const kind = k.group ? `${k.kind}.${k.group}` : k.kind;
  const list = aggregate(causes.map((c) => `${c.field}: ${c.message}`));
  const details: StatusDetails = {
    ...(name ? { name } : {}),
    ...(k.group ? { group: k.group } : {}),
    ...(k.kind ? { kind: k.kind } : {}),
    ...(causes.length ? { causes } : {}),
  };
  return failure(422, 'Invalid', `${kind} ${quote(name)} is invalid${causes.length ? `: ${list}` : ''}`, details);
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

export function methodNotAllowed(r: GroupResource, action: string): Status {
  const message = `${action} is not supported on resources of kind "${qualifiedResource(r.group, r.resource)}"`;
  return failure(405, 'MethodNotAllowed', message, detailsOf(r, ''));
}

/** A resource version that etcd has compacted away. */
export function expired(message = 'The resourceVersion for the provided list is too old.'): Status {
  return failure(410, 'Expired', message);
}

export function gone(message: string): Status {
  return failure(410, 'Gone', message);
}

export function tooManyRequests(message: string, retryAfterSeconds = 0, causes?: readonly StatusCause[]): Status {
  return failure(429, 'TooManyRequests', message, {
    ...(causes?.length ? { causes } : {}),
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  });
}

export function timeout(message: string, retryAfterSeconds = 0): Status {
  return failure(504, 'Timeout', `Timeout: ${message}`, retryAfterSeconds ? { retryAfterSeconds } : undefined);
}

export function serviceUnavailable(message: string): Status {
  return failure(503, 'ServiceUnavailable', message);
}

export function internalError(why: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

export function requestEntityTooLarge(message: string): Status {
  return failure(413, 'RequestEntityTooLarge', `Request entity is too large: ${message}`);
}

/** `accepted`: the media types that the endpoint can answer in. */
export function notAcceptable(accepted: readonly string[]): Status {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

/** `supported`: the content types that the endpoint can read. */
export function unsupportedMediaType(supported: readonly string[]): Status {
  const message = `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** A path that nothing serves. */
export function noSuchPath(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource');
}
