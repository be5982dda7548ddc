// The part of an object that every resource shares. Models k8s.io/apiserver/pkg/registry/rest/{create,update,meta}.go.
import type { ObjectMeta } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { badRequest, failure } from '../../../model/status.ts';
import { type Context, refuse } from '../context.ts';

/** Longest prefix to which five random characters can be added. Source: apiserver/pkg/storage/names/generate.go. */
const MAX_GENERATED = 63;
const SUFFIX = 5;

export function generateName(ctx: Context, prefix: string): string {
  return prefix.slice(0, MAX_GENERATED - SUFFIX) + ctx.core.random.suffix(SUFFIX);
}

/** The namespace of the request goes into the object; another one in the object is refused. */
export function withNamespace(o: KubeObject, r: ResourceInfo, namespace: string): KubeObject {
  const given = o.metadata.namespace ?? '';
  if (!r.namespaced || given === namespace) return o;
  if (given !== '')
    refuse(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  return { ...o, metadata: { ...o.metadata, namespace } };
}

/** What only the server may set. Models FillObjectMetaSystemFields and WipeObjectMetaSystemFields. */
export function systemFields(o: KubeObject, ctx: Context): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, selfLink, resourceVersion, ...given } = o.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '')
    refuse(failure(500, '', 'resourceVersion should not be set on objects to be created'));
  const name = given.name || (given.generateName ? generateName(ctx, given.generateName) : undefined);
  const metadata: ObjectMeta = {
    ...given,
    ...(name === undefined ? {} : { name }),
    uid: ctx.core.random.uuid(),
    creationTimestamp: ctx.now,
  };
  return { ...o, metadata };
}

/** What an update cannot change in the metadata. Models rest.BeforeUpdate. */
export function keepSystemFields(next: KubeObject, old: KubeObject): KubeObject {
  const was = old.metadata;
  const metadata: Record<string, unknown> = { ...next.metadata };
  metadata.uid ||= was.uid;
  metadata.creationTimestamp = was.creationTimestamp;
  if (was.generation === undefined) delete metadata.generation;
  else metadata.generation = was.generation;
  if (was.deletionTimestamp !== undefined) {
    metadata.deletionTimestamp = was.deletionTimestamp;
    metadata.deletionGracePeriodSeconds ??= was.deletionGracePeriodSeconds;
    if (metadata.deletionGracePeriodSeconds === undefined) delete metadata.deletionGracePeriodSeconds;
  } else {
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
  }
  delete metadata.selfLink;
  return { ...next, metadata: metadata as ObjectMeta };
}
