// `/scale`: how many replicas, without knowing the kind. Models the ScaleREST in pkg/registry/apps and pkg/registry/core.
import { isRecord, type Json, type KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { formatSelector, selectorOf, selectorOfMap } from '../../../model/selectors.ts';
import { badRequest, conflict, invalid, isStatus, notFound, unsupportedMediaType } from '../../../model/status.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import { readPath, withPath } from '../crd/jsonpath.ts';
import { isCustom } from '../crd/types.ts';
import { writeOptions } from '../handlers/options.ts';
import { checkPatchOptions, isApply, mediaType } from '../machine.ts';
import { applyPatch, PATCH_TYPES } from '../machinery/index.ts';
import type { Registry } from '../registry/create.ts';
import { type Obj, part } from '../registry/strategy.ts';
import { type AdmittedAs, updateObject } from '../registry/update.ts';
import { find } from '../storage.ts';

const KIND = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number };
}

function selectorText(o: Obj): string {
  const { selector } = part(o, 'spec');
  if (!isRecord(selector)) return '';
  // A ReplicationController selects with plain labels.
  if (o.kind === 'ReplicationController') return formatSelector(selectorOfMap(selector as Record<string, string>));
  return formatSelector(selectorOf(selector));
}

/** Where a kind keeps its replicas; custom resources say so. */
interface Replicas {
  readonly spec: number;
  readonly status: number;
  readonly selector: string;
}

function replicasOf(o: Obj, r: ResourceInfo): Replicas {
  const paths = isCustom(r) ? r.custom.scale : undefined;
  const builtIn = (field: string): number => Number(part(o, field).replicas ?? 0);
  if (paths === undefined) return { spec: builtIn('spec'), status: builtIn('status'), selector: selectorText(o) };
  const read = (path: string | undefined): unknown => (path === undefined ? undefined : readPath(o, path)[0]);
  return {
    spec: Number(read(paths.specReplicasPath) ?? 0),
    status: Number(read(paths.statusReplicasPath) ?? 0),
    selector: String(read(paths.labelSelectorPath) ?? ''),
  };
}

function withReplicas(o: Obj, r: ResourceInfo, replicas: number): KubeObject {
  const paths = isCustom(r) ? r.custom.scale : undefined;
  if (paths !== undefined) return withPath(o, paths.specReplicasPath, replicas) as KubeObject;
  return { ...o, spec: { ...part(o, 'spec'), replicas } } as KubeObject;
}

function scaleOf(o: Obj, r: ResourceInfo): Scale {
  const { name = '', namespace = '', uid = '', resourceVersion = '', creationTimestamp } = o.metadata;
  const { spec, status, selector } = replicasOf(o, r);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, ...(creationTimestamp ? { creationTimestamp } : {}) },
    spec: spec === 0 ? {} : { replicas: spec },
    status: { replicas: status, ...(selector ? { selector } : {}) },
  } as Scale;
}

function sent(ctx: Context, registry: Registry, r: ResourceInfo, current: Obj): Scale {
  if (ctx.info.verb === 'update') {
    const { fieldValidation } = writeOptions(ctx, 'UpdateOptions');
    return registry.machine.decode(ctx, KIND, fieldValidation) as Scale;
  }
  const { fieldValidation } = writeOptions(ctx, 'PatchOptions');
  const type = (['json', 'merge', 'strategic'] as const).find((t) => PATCH_TYPES[t] === mediaType(ctx));
  if (type === undefined)
    return refuse(unsupportedMediaType([PATCH_TYPES.json, PATCH_TYPES.merge, PATCH_TYPES.strategic]));
  const patch = ctx.request.body ?? { raw: '' };
  const done = applyPatch({ type, original: scaleOf(current, r), patch, gvk: KIND, fieldValidation });
  return isStatus(done) ? refuse(done) : (done.object as Scale);
}

function admittedAs(r: ResourceInfo): AdmittedAs {
  return {
    shown: (o) => scaleOf(o, r),
    taken: (seen, o) => withReplicas(o, r, (seen as Scale).spec?.replicas ?? 0),
  };
}

/** Applies to the replicas of the scaled object, as whoever owns `/scale`. Models managedfields/scalehandler.go. */
function apply(ctx: Context, registry: Registry, r: ResourceInfo, current: Obj): Answer {
  const { manager, fieldValidation } = writeOptions(ctx, 'PatchOptions');
  checkPatchOptions(ctx);
  const { spec } = registry.machine.applied(ctx, fieldValidation);
  const replicas = isRecord(spec) ? spec.replicas : undefined;
  if (replicas !== undefined && typeof replicas !== 'number')
    ctx.refuse('decode', badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no number'));
  const { name = '', namespace } = current.metadata;
  const identity = { apiVersion: current.apiVersion ?? '', kind: r.kind, metadata: { name, namespace } } as KubeObject;
  const wanted = replicas === undefined ? identity : withReplicas(identity as Obj, r, replicas);
  checkReplicas(ctx, replicas ?? 0, name);
  const options = { subresource: 'scale', manager, fieldValidation };
  const done = updateObject(ctx, registry, r, {
    ...options,
    applied: true,
    next: () => registry.machine.merged(ctx, r, current, options, wanted as unknown as Json),
    admittedAs: admittedAs(r),
    prepare: (next) => next,
  });
  return { code: 200, body: scaleOf(done.object as Obj, r) };
}

function checkReplicas(ctx: Context, replicas: number, name: string): void {
  if (replicas >= 0) return;
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  ctx.refuse('validation', invalid(KIND, name, [{ reason: 'FieldValueInvalid', field: 'spec.replicas', message }]));
}

export function scale(ctx: Context, registry: Registry, r: ResourceInfo): Answer {
  const { namespace, name, verb } = ctx.info;
  const current = find(ctx, r, namespace, name) as Obj | undefined;
  if (current === undefined) return refuse(notFound(ctx.groupResource, name));
  if (verb === 'get') return { code: 200, body: scaleOf(current, r) };
  if (verb === 'patch' && isApply(ctx)) return apply(ctx, registry, r, current);
  const wanted = sent(ctx, registry, r, current);
  ctx.requestObject = wanted;
  const replicas = wanted.spec?.replicas ?? 0;
  checkReplicas(ctx, replicas, name);
  const { resourceVersion, uid } = wanted.metadata;
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
    refuse(conflict(ctx.groupResource, name));
  if (uid && uid !== current.metadata.uid) {
    refuse(
      conflict(
        ctx.groupResource,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      ),
    );
  }
  const { manager } = writeOptions(ctx, verb === 'update' ? 'UpdateOptions' : 'PatchOptions');
  const done = updateObject(ctx, registry, r, {
    subresource: 'scale',
    manager,
    next: () => withReplicas(current, r, replicas),
    admittedAs: admittedAs(r),
    prepare: (next) => next,
  });
  return { code: 200, body: scaleOf(done.object as Obj, r) };
}
