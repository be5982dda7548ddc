// The paths that are not resources: discovery, health, version, OpenAPI.
import type { ResourceInfo } from '../../../model/resources.ts';
import type { Answer, Context } from '../context.ts';
import { LIVEZ, READYZ, VERSION } from '../generated/server.ts';
import { negotiate } from '../negotiate.ts';
import { flag } from '../request.ts';
import { type OpenApi, openapi } from './openapi.ts';
import {
  aggregated,
  apiVersions,
  type Group,
  group,
  groupList,
  groupsOf,
  resourceList,
  withRemote,
} from './resources.ts';

const LIST = 'APIGroupDiscoveryList';
const AGGREGATED = `application/json;g=apidiscovery.k8s.io;v=v2;as=${LIST}`;

export type { OpenApi } from './openapi.ts';

export interface Served {
  readonly resources: readonly ResourceInfo[];
  /** Versions that another server has, which does not answer. */
  readonly remote: readonly { readonly group: string; readonly version: string }[];
  readonly openapi: OpenApi | undefined;
  /** `192.0.2.1:6443`. */
  readonly address: string;
  /** What `/metrics` answers. */
  readonly metrics: () => Answer;
  /** False while etcd does not answer. */
  readonly healthy: boolean;
}

const allGroups = (served: Served): Group[] => withRemote(groupsOf(served.resources), served.remote);

function discovery(ctx: Context, served: Served, legacyGroup: boolean): Answer {
  const wanted = negotiate(ctx.request.accept, [LIST]);
  const groups = allGroups(served).filter((g) => (g.name === '') === legacyGroup);
  if (wanted.as === LIST) return { code: 200, body: aggregated(groups), contentType: AGGREGATED };
  return { code: 200, body: legacyGroup ? apiVersions(served.address) : groupList(groups) };
}

function groupPath(served: Served, parts: readonly string[]): Answer | undefined {
  const legacy = parts[0] === 'api';
  const [name = '', version] = legacy ? ['', parts[1]] : [parts[1], parts[2]];
  const found = allGroups(served).find((g) => g.name === name);
  if (found === undefined) return undefined;
  if (version === undefined) return { code: 200, body: group(found) };
  const v = found.versions.find((x) => x.version === version);
  return v === undefined ? undefined : { code: 200, body: resourceList(v) };
}

/** Checks that fail while etcd does not answer. */
const STORAGE = new Set(['etcd', 'etcd-readiness', 'storage-readiness']);

const CHECKS: Record<string, readonly string[]> = {
  readyz: READYZ,
  livez: LIVEZ,
  healthz: LIVEZ,
};

function health(ctx: Context, served: Served, parts: readonly string[]): Answer | undefined {
  const [root = '', ...rest] = parts;
  const recorded = CHECKS[root];
  if (recorded === undefined) return undefined;
  // The recorded server was not asked about etcd when it was asked whether it is ready; a stock one is (options/etcd.go).
  const checks = served.healthy || recorded.includes('etcd') ? recorded : [...recorded, 'etcd', 'etcd-readiness'];
  const fails = (name: string): boolean => !served.healthy && STORAGE.has(name);
  if (rest.length > 0) {
    const name = rest.join('/');
    if (!checks.includes(name)) return undefined;
    return fails(name)
      ? { code: 500, text: `internal server error: ${name} failed: reason withheld\n` }
      : { code: 200, text: 'ok' };
  }
  const excluded = ctx.request.query?.exclude ?? [];
  const failed = checks.some((c) => fails(c) && !excluded.includes(c));
  if (!failed && !flag(ctx.request.query, 'verbose')) return { code: 200, text: 'ok' };
  const lines = checks.map((c) => {
    if (excluded.includes(c)) return `[+]${c} excluded: ok`;
    return fails(c) ? `[-]${c} failed: reason withheld` : `[+]${c} ok`;
  });
  lines.push(`${root} check ${failed ? 'failed' : 'passed'}`);
  return { code: failed ? 500 : 200, text: `${lines.join('\n')}\n` };
}

function rootPaths(served: Served): Answer {
  const groups = groupsOf(served.resources).filter((g) => g.name !== '');
  const apis = groups.flatMap((g) => [`/apis/${g.name}`, ...g.versions.map((v) => `/apis/${g.name}/${v.version}`)]);
  const checks = Object.entries(CHECKS).flatMap(([root, names]) => [`/${root}`, ...names.map((n) => `/${root}/${n}`)]);
  const paths = ['/api', '/api/v1', '/apis', ...apis, ...checks, '/metrics', '/openapi/v2', '/openapi/v3', '/version'];
  return { code: 200, body: { paths: ['/.well-known/openid-configuration', ...paths.sort()] } };
}

/** Undefined: nothing is served there. */
export function servePath(ctx: Context, served: Served): Answer | undefined {
  const { method, path } = ctx.request;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const parts = path.split('/').filter((p) => p !== '');
  switch (parts[0]) {
    case undefined:
      return rootPaths(served);
    case 'version':
      return parts.length === 1 ? { code: 200, body: VERSION } : undefined;
    case 'api':
    case 'apis':
      return parts.length === 1 ? discovery(ctx, served, parts[0] === 'api') : groupPath(served, parts);
    case 'metrics':
      return parts.length === 1 ? served.metrics() : undefined;
    case 'openapi':
      return openapi(ctx, served, parts);
    default:
      return health(ctx, served, parts);
  }
}
