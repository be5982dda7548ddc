// What a request asks for, read from its method and path. Models k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
import type { ApiRequest, Query } from './api.ts';

export interface RequestInfo {
  readonly isResource: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Path segments after the sub-resource, as in `…/proxy/healthz`. */
  readonly rest: string;
}

const VERBS: Record<string, string> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  OPTIONS: 'options',
};

/** Namespaces' own sub-resources: `/api/v1/namespaces/demo/status` is not a resource named "status" in demo. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export function first(query: Query | undefined, name: string): string | undefined {
  return query?.[name]?.[0];
}

/** Go's strconv.ParseBool, as query parameters are read; undefined where the text is none of its words. */
export function parseBool(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}

/** `?watch`, `?watch=1`, `?watch=true`; what cannot be read counts as set, but for "false" and "0". */
export function flag(query: Query | undefined, name: string): boolean {
  const value = first(query, name);
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}

function nonResource(request: ApiRequest): RequestInfo {
  return {
    isResource: false,
    verb: request.method.toLowerCase(),
    path: request.path,
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    rest: '',
  };
}

/** The value that a field selector demands of metadata.name, if any. */
function selectedName(query: Query | undefined): string {
  const selector = first(query, 'fieldSelector');
  if (selector === undefined || !selector.includes('metadata.name')) return '';
  for (const term of selector.split(',')) {
    const m = /^metadata\.name={1,2}([^!=]+)$/.exec(term);
    if (m?.[1] !== undefined) return m[1];
  }
  return '';
}

/** What was asked for by writes, whose path says it all: by method and path. */
const known = new Map<string, Map<string, RequestInfo>>();
const MAX_KNOWN = 5_000;

export function requestInfo(request: ApiRequest): RequestInfo {
  const { method, path } = request;
  // What a path is read as, its query may change.
  if (method === 'GET' || method === 'HEAD') return infoOf(request);
  let paths = known.get(method);
  const hit = paths?.get(path);
  if (hit !== undefined) return hit;
  if (paths === undefined || paths.size >= MAX_KNOWN) {
    paths = new Map();
    known.set(method, paths);
  }
  const info = infoOf(request);
  paths.set(path, info);
  return info;
}

function infoOf(request: ApiRequest): RequestInfo {
  const path = request.path;
  const parts = path.split('/').filter((p) => p !== '');
  const legacy = parts[0] === 'api';
  if ((!legacy && parts[0] !== 'apis') || parts.length < (legacy ? 3 : 4)) return nonResource(request);
  let at = legacy ? 2 : 3;
  const group = legacy ? '' : (parts[1] ?? '');
  const version = (legacy ? parts[1] : parts[2]) ?? '';
  let verb = VERBS[request.method] ?? '';
  if (parts[at] === 'watch' && parts.length > at + 1) {
    verb = 'watch';
    at++;
  }
  let namespace = '';
  if (parts[at] === 'namespaces') {
    namespace = parts[at + 1] ?? '';
    if (parts.length > at + 2 && !NAMESPACE_SUBRESOURCES.has(parts[at + 2] ?? '')) at += 2;
  }
  const resource = parts[at] ?? '';
  let name = parts[at + 1] ?? '';
  const subresource = parts[at + 2] ?? '';
  const rest = parts.slice(at + 3).join('/');
  if (name === '' && verb === 'get') {
    verb = flag(request.query, 'watch') ? 'watch' : 'list';
    name = selectedName(request.query);
  } else if (name === '' && verb === 'delete') verb = 'deletecollection';
  else if (verb === 'get' && subresource === '' && name !== '' && flag(request.query, 'watch')) verb = 'watch';
  return { isResource: true, verb, path, group, version, resource, subresource, namespace, name, rest };
}
