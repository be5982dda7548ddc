// What the API server would answer to a manifest, with nothing stored: `kubectl apply --dry-run=server`, object by object.
import { isRecord, type Json } from '../../model/object.ts';
import { resourceForKind } from '../../model/resources.ts';
import { apiPath } from '../resources.ts';
import { readManifest } from './text.ts';

export interface DryRunRequest {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly query: { readonly [name: string]: readonly string[] };
  readonly body: unknown;
  readonly contentType: string;
}

export interface DryRunResponse {
  /** HTTP status; 0 where nothing answers. */
  readonly code: number;
  readonly body?: unknown;
  readonly warnings?: readonly string[];
}

export interface DryRunAnswer {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** The first line of the object, from 1. */
  readonly line: number;
  /** What it refuses the object for; empty where it would take it. */
  readonly causes: readonly { readonly field?: string; readonly message: string }[];
  readonly warnings: readonly string[];
  /** Why it was not asked. */
  readonly skipped?: string;
}

export interface DryRun {
  readonly objects: readonly DryRunAnswer[];
  /** What keeps the text from being read at all. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const MANAGER = 'kubectl-client-side-apply';

export async function dryRun(
  text: string,
  namespace: string,
  send: (request: DryRunRequest) => Promise<DryRunResponse>,
): Promise<DryRun> {
  const { objects, problems } = readManifest(text);
  if (problems.length > 0) return { objects: [], problems };
  // Nothing is stored, so what the text itself brings is not there for what comes after it.
  const brought = new Set(objects.map(({ object }) => `${object.kind} ${nameOf(object)}`));
  const answers: DryRunAnswer[] = [];
  for (const { object, line } of objects) answers.push(await ask(object, line, namespace, brought, send));
  return { objects: answers, problems: [] };
}

async function ask(
  object: Json,
  line: number,
  fallback: string,
  brought: ReadonlySet<string>,
  send: (request: DryRunRequest) => Promise<DryRunResponse>,
): Promise<DryRunAnswer> {
  const apiVersion = String(object.apiVersion);
  const kind = String(object.kind);
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const name = nameOf(object);
  const resource = resourceForKind(apiVersion, kind);
  const namespace = resource?.namespaced ? String(metadata.namespace ?? fallback) : undefined;
  const at = { apiVersion, kind, name, line, ...(namespace !== undefined && { namespace }) };
  const skip = (skipped: string): DryRunAnswer => ({ ...at, causes: [], warnings: [], skipped });
  if (!resource) return skip(`${kind} of ${apiVersion} is not built in, so its schema is not known here.`);
  if (namespace !== undefined && brought.has(`Namespace ${namespace}`)) return skip(madeHere(`Namespace ${namespace}`));
  const body = namespace === undefined ? object : { ...object, metadata: { ...metadata, namespace } };
  const path = (of?: string): string =>
    apiPath({ group: resource.group, version: resource.version, name: resource.plural }, namespace, of);
  const query = { dryRun: ['All'], fieldValidation: ['Strict'], fieldManager: [MANAGER] };
  const made = await send({ method: 'POST', path: path(), query, body, contentType: 'application/json' });
  const exists = made.code === 409 && isRecord(made.body) && made.body.reason === 'AlreadyExists';
  const contentType = 'application/apply-patch+yaml';
  const answer = exists
    ? await send({ method: 'PATCH', path: path(name), query: { ...query, force: ['true'] }, body, contentType })
    : made;
  const causes = answer.code < 300 && answer.code > 0 ? [] : causesOf(answer);
  const missed = causes.map(({ message }) => missedIn(message)).find((one) => one !== undefined && brought.has(one));
  return missed === undefined ? { ...at, causes, warnings: answer.warnings ?? [] } : skip(madeHere(missed));
}

function madeHere(what: string): string {
  return `The ${what} is made by this file, and a dry run makes nothing.`;
}

/** What admission looked for and did not find, as `Kind name`. */
function missedIn(message: string): string | undefined {
  const account = /serviceaccount "([^"]+)" not found/.exec(message)?.[1];
  const priority = /no PriorityClass with name (\S+) was found/.exec(message)?.[1];
  const runtime = /RuntimeClass "([^"]+)" not found/.exec(message)?.[1];
  if (account !== undefined) return `ServiceAccount ${account}`;
  if (priority !== undefined) return `PriorityClass ${priority}`;
  return runtime === undefined ? undefined : `RuntimeClass ${runtime}`;
}

function nameOf({ metadata }: Json): string {
  return isRecord(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
}

/** A Status as what is wrong where; a refusal that names no field is one cause without it. */
function causesOf({ code, body }: DryRunResponse): DryRunAnswer['causes'] {
  if (code === 0) return [{ message: 'The connection to the API server was refused: it is stopped.' }];
  const status = isRecord(body) ? body : {};
  const message = typeof status.message === 'string' ? status.message : `the server answered ${code}`;
  const details = isRecord(status.details) ? status.details : {};
  const causes = Array.isArray(details.causes) ? details.causes : [];
  const found = causes.flatMap((cause: unknown) =>
    isRecord(cause) && typeof cause.field === 'string' && typeof cause.message === 'string'
      ? [{ field: cause.field, message: `${cause.field}: ${cause.message}` }]
      : [],
  );
  if (found.length > 0) return found;
  const [, field] = /unknown field "([^"]+)"/.exec(message) ?? [];
  return [{ message, ...(field !== undefined && { field }) }];
}
