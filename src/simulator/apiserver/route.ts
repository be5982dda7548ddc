// From what a request asks for to the handler that answers it.
import type { ResourceInfo } from '../../model/resources.ts';
import { failure, notAcceptable, serviceUnavailable } from '../../model/status.ts';
import { type RemoteVersion, remoteOf } from './aggregation/services.ts';
import type { TokenVerifier } from './authn.ts';
import { componentStatuses, type IsRunning } from './component-statuses.ts';
import { type Answer, type Context, refuse } from './context.ts';
import { isCustom } from './crd/types.ts';
import { type Served, servePath } from './discovery/paths.ts';
import { get, list, watch } from './handlers/read.ts';
import { create, patch, remove, removeCollection, update } from './handlers/write.ts';
import { METRICS_GROUP, metrics } from './metrics/api.ts';
import { JSON_TYPE, YAML_TYPE } from './negotiate.ts';
import { present, wantedForm, watchView } from './present.ts';
import type { Registry } from './registry/create.ts';
import type { Obj } from './registry/strategy.ts';
import { first } from './request.ts';
import { type Access, selfRules, selfSubject, subjectAccess } from './reviews/access.ts';
import { requestToken, reviewToken } from './reviews/tokens.ts';
import { bind } from './subresources/binding.ts';
import { connect, type Kubelets, log } from './subresources/connect.ts';
import { evict } from './subresources/eviction.ts';
import { approval, finalize } from './subresources/other.ts';
import { ephemeralContainers, resize } from './subresources/pods.ts';
import { proxy } from './subresources/proxy.ts';
import { scale } from './subresources/scale.ts';
import type { ServiceAccountTokens } from './tokens.ts';

const NOT_FOUND: Answer = { code: 404, text: '404 page not found\n' };
const NOT_ALLOWED: Answer = { code: 405, text: '405: Method Not Allowed' };

/** What routing needs of the server. */
export interface Site extends Access {
  readonly registry: Registry;
  readonly verifiers: readonly TokenVerifier[];
  readonly tokens: ServiceAccountTokens;
  readonly kubelets: Kubelets | undefined;
  served(): Served;
  readonly runsBeside: IsRunning;
  /** This server answers in place of the one behind an APIService. */
  answersFor(group: string): boolean;
}

export function route(ctx: Context, site: Site): Answer {
  const { info } = ctx;
  const remote = behindService(ctx, site);
  if (remote !== undefined) return unreachable(ctx, remote);
  if (!info.isResource) return servePath(ctx, site.served()) ?? NOT_FOUND;
  const r = ctx.core.resource(info.group, info.resource, info.version);
  if (r === undefined) return NOT_FOUND;
  ctx.resource = r;
  if (isCustom(r) && r.custom.deprecation) ctx.warn(r.custom.deprecation);
  if (r.namespaced && info.namespace === '' && !['list', 'watch'].includes(info.verb)) return NOT_ALLOWED;
  if (!ctx.core.store.available) requireEtcd(ctx);
  const wanted = wantedForm(ctx);
  if (info.subresource !== '') return present(ctx, r, subresource(ctx, site, r), wanted);
  const review = REVIEWS[`${r.group}/${r.plural}`];
  if (review !== undefined) {
    // What is not stored has no metadata to be shown as a Table.
    if (wanted.as !== undefined) refuse(notAcceptable([JSON_TYPE, YAML_TYPE]));
    return info.verb === 'create' ? review(ctx, site, r) : NOT_ALLOWED;
  }
  if (!r.verbs.includes(info.verb)) return NOT_ALLOWED;
  if (r.kind === 'ComponentStatus' && r.group === '')
    return present(ctx, r, componentStatuses(ctx, r, site.runsBeside), wanted);
  if (r.group === METRICS_GROUP) return present(ctx, r, metrics(ctx, r), wanted);
  if (info.verb === 'watch') return watch(ctx, r, watchView(ctx, r, wanted));
  return present(ctx, r, object(ctx, site.registry, r), wanted);
}

/** The server behind an APIService that the request is for. */
function behindService(ctx: Context, site: Site): RemoteVersion | undefined {
  const { isResource, path, verb } = ctx.info;
  if (!path.startsWith('/apis/') || (!isResource && verb !== 'get')) return undefined;
  const [group = '', version = ''] = isResource ? [ctx.info.group, ctx.info.version] : path.split('/', 4).slice(2);
  if (version === '' || site.answersFor(group)) return undefined;
  return remoteOf(ctx.core.store, group, version);
}

/** Models proxyHandler.ServeHTTP in kube-aggregator/pkg/apiserver/handler_proxy.go. */
function unreachable(ctx: Context, { service, available }: RemoteVersion): Answer {
  ctx.simplification = `no program runs behind Service ${service} in the simulator, so what its APIService adds cannot be had`;
  const text = available ? 'error trying to reach service: connection refused' : 'service unavailable\n';
  return { code: 503, text };
}

/** Without etcd, only what the watch cache holds can be read. The words are those of etcd's client. */
function requireEtcd(ctx: Context): void {
  const { verb } = ctx.info;
  const cached = first(ctx.request.query, 'resourceVersion') === '0' && (verb === 'get' || verb === 'list');
  if (!cached && verb !== 'watch') ctx.refuse('storage', failure(500, '', 'etcdserver: request timed out'));
}

type Handler = (ctx: Context, site: Site, r: ResourceInfo) => Answer;

/** Resources that are questions: nothing is stored. */
const REVIEWS: Record<string, Handler> = {
  '/bindings': (ctx, site) => {
    const pods = ctx.core.resource('', 'pods', 'v1');
    return pods === undefined ? NOT_FOUND : bind(ctx, site.registry, pods);
  },
  'authorization.k8s.io/subjectaccessreviews': subjectAccess,
  'authorization.k8s.io/localsubjectaccessreviews': subjectAccess,
  'authorization.k8s.io/selfsubjectaccessreviews': subjectAccess,
  'authorization.k8s.io/selfsubjectrulesreviews': selfRules,
  'authentication.k8s.io/selfsubjectreviews': selfSubject,
  'authentication.k8s.io/tokenreviews': (ctx, site, r) => reviewToken(ctx, site.registry, r, site.verifiers),
};

function object(ctx: Context, registry: Registry, r: ResourceInfo): Answer {
  switch (ctx.info.verb) {
    case 'get':
      return get(ctx, r);
    case 'list':
      return list(ctx, r);
    case 'create':
      return create(ctx, registry, r);
    case 'update':
      return update(ctx, registry, r, '');
    case 'patch':
      return patch(ctx, registry, r, '');
    case 'delete':
      return remove(ctx, registry, r);
    case 'deletecollection':
      return removeCollection(ctx, registry, r);
    default:
      return NOT_ALLOWED;
  }
}

function subresource(ctx: Context, site: Site, r: ResourceInfo): Answer {
  const { info } = ctx;
  const known = r.subresources.find((s) => s.name === info.subresource);
  if (known === undefined) return NOT_FOUND;
  if (!known.verbs.includes(info.verb)) return NOT_ALLOWED;
  const handler = SUBRESOURCES[info.subresource];
  if (handler !== undefined) return handler(ctx, site, r);
  return refuse(serviceUnavailable(`${r.plural}/${info.subresource} is not simulated yet`));
}

/** A sub-resource that stores into the same object: what is read and written has the object's kind. */
function partOf(prepare?: (ctx: Context) => (next: Obj, old: Obj) => Obj): Handler {
  return (ctx, site, r) => {
    const { verb, subresource: name } = ctx.info;
    if (verb === 'get') return get(ctx, r);
    const options = prepare === undefined ? {} : { prepare: prepare(ctx) };
    return verb === 'update'
      ? update(ctx, site.registry, r, name, options)
      : patch(ctx, site.registry, r, name, options);
  };
}

const SUBRESOURCES: Record<string, Handler> = {
  status: partOf(),
  approval: partOf((ctx) => approval(ctx.now)),
  finalize: partOf(() => finalize),
  ephemeralcontainers: partOf(() => ephemeralContainers),
  resize: partOf(() => resize),
  binding: (ctx, site, r) => bind(ctx, site.registry, r),
  eviction: (ctx, site, r) => evict(ctx, site.registry, r),
  scale: (ctx, site, r) => scale(ctx, site.registry, r),
  log: (ctx, site, r) => log(ctx, site.kubelets, r),
  exec: (ctx, site, r) => connect(ctx, site, r, 'exec'),
  attach: (ctx, site, r) => connect(ctx, site, r, 'attach'),
  portforward: (ctx, site, r) => connect(ctx, site, r, 'portforward'),
  proxy: (ctx, site, r) => proxy(ctx, site, r),
  token: (ctx, site, r) => requestToken(ctx, site.registry, r, site.tokens),
};
