// From what a request asks for to the handler that answers it.
import type { ResourceInfo } from '../../model/resources.ts';
import { serviceUnavailable } from '../../model/status.ts';
import { type Answer, type Context, refuse } from './context.ts';
import { type Served, servePath } from './discovery/paths.ts';
import { get, list, watch } from './handlers/read.ts';
import { create, patch, remove, removeCollection, update } from './handlers/write.ts';
import { present, wantedForm, watchView } from './present.ts';
import type { Registry } from './registry/create.ts';
import { bind } from './subresources/binding.ts';

export const NOT_FOUND: Answer = { code: 404, text: '404 page not found\n' };
const NOT_ALLOWED: Answer = { code: 405, text: '405: Method Not Allowed' };

/** What routing needs of the server. */
export interface Site {
  readonly registry: Registry;
  served(): Served;
}

export function route(ctx: Context, site: Site): Answer {
  const { info } = ctx;
  if (!info.isResource) return servePath(ctx, site.served()) ?? NOT_FOUND;
  const r = ctx.core.resource(info.group, info.resource, info.version);
  if (r === undefined) return NOT_FOUND;
  ctx.resource = r;
  if (r.namespaced && info.namespace === '' && !['list', 'watch'].includes(info.verb)) return NOT_ALLOWED;
  const wanted = wantedForm(ctx);
  if (info.subresource !== '') return present(ctx, r, subresource(ctx, site, r), wanted);
  if (r.plural === 'bindings' && r.group === '') return createBinding(ctx, site);
  if (!r.verbs.includes(info.verb)) return NOT_ALLOWED;
  if (info.verb === 'watch') return watch(ctx, r, watchView(ctx, r, wanted));
  return present(ctx, r, object(ctx, site.registry, r), wanted);
}

function createBinding(ctx: Context, site: Site): Answer {
  const pods = ctx.core.resource('', 'pods', 'v1');
  if (pods === undefined || ctx.info.verb !== 'create') return NOT_ALLOWED;
  return bind(ctx, site.registry, pods);
}

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
  if (info.subresource === 'status') {
    if (info.verb === 'get') return get(ctx, r);
    return info.verb === 'update' ? update(ctx, site.registry, r, 'status') : patch(ctx, site.registry, r, 'status');
  }
  if (info.subresource === 'binding') return bind(ctx, site.registry, r);
  return refuse(serviceUnavailable(`${r.plural}/${info.subresource} is not simulated yet`));
}
