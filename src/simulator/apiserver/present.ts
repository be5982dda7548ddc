// The answer in the form that the caller asked for: as it is, as a Table, as metadata alone.
// Models transformResponseObject in k8s.io/apiserver/pkg/endpoints/handlers/response.go.
import { isRecord, type Json, type KubeList, type KubeObject } from '../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../model/resources.ts';
import { badRequest } from '../../model/status.ts';
import { type Answer, type Context, refuse } from './context.ts';
import { asRead, storedVersion, toVersion } from './convert.ts';
import { customTable } from './crd/resource.ts';
import { isCustom } from './crd/types.ts';
import { negotiate, type Wanted } from './negotiate.ts';
import { first } from './request.ts';
import {
  type IncludeObject,
  partialMetadata,
  partialMetadataList,
  shapeOf,
  type TableShape,
  tableOf,
} from './table/table.ts';

const TRANSFORMS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];

export function wantedForm(ctx: Context): Wanted {
  return negotiate(ctx.request.accept, TRANSFORMS);
}

function include(ctx: Context): IncludeObject {
  const given = first(ctx.request.query, 'includeObject') || 'Metadata';
  if (given === 'None' || given === 'Metadata' || given === 'Object') return given;
  return refuse(badRequest(`unrecognized includeObject value: ${JSON.stringify(given)}`));
}

function isList(body: Json): body is Json & KubeList {
  return Array.isArray(body.items);
}

/** In a typed list, items do not say what they are. */
function bare(list: KubeList): KubeList {
  const items = list.items.map(({ apiVersion: _, kind: __, ...rest }) => rest);
  return { ...list, items };
}

function tableShape(r: ResourceInfo): TableShape {
  return isCustom(r) ? customTable(r) : shapeOf(r);
}

function listAs(ctx: Context, r: ResourceInfo, list: KubeList, wanted: Wanted): unknown {
  if (wanted.as === 'Table')
    return tableOf(list.items, list.metadata, r, tableShape(r), include(ctx), ctx.core.kernel.wallMs);
  if (wanted.as !== undefined) return partialMetadataList(list);
  const apiVersion = apiVersionOf(r);
  const same = storedVersion(r) === apiVersion && !isCustom(r);
  const shown = same ? list : { ...list, items: list.items.map((o) => asRead(r, o)) };
  // Items of custom resources say what they are.
  return ctx.request.actor === undefined && !isCustom(r) ? bare(shown) : shown;
}

function objectAs(ctx: Context, r: ResourceInfo, o: KubeObject, wanted: Wanted): unknown {
  if (wanted.as === 'Table') {
    const { resourceVersion = '' } = o.metadata;
    return tableOf(
      [toVersion(o, storedVersion(r))],
      { resourceVersion },
      r,
      tableShape(r),
      include(ctx),
      ctx.core.kernel.wallMs,
    );
  }
  return wanted.as === undefined ? o : partialMetadata(o);
}

export function present(ctx: Context, r: ResourceInfo, answer: Answer, wanted: Wanted): Answer {
  const { body } = answer;
  if (!isRecord(body) || answer.code >= 400) return answer;
  if (isList(body)) return { ...answer, body: listAs(ctx, r, body, wanted) };
  if (body.kind === r.kind && isRecord(body.metadata) && wanted.as !== undefined)
    return { ...answer, body: objectAs(ctx, r, body as unknown as KubeObject, wanted) };
  return answer;
}

/** What watchers are shown; undefined: the objects themselves. */
export function watchView(ctx: Context, r: ResourceInfo, wanted: Wanted): ((o: KubeObject) => KubeObject) | undefined {
  if (wanted.as === undefined) {
    const apiVersion = apiVersionOf(r);
    return storedVersion(r) === apiVersion && !isCustom(r) ? undefined : (o) => asRead(r, o);
  }
  if (wanted.as !== 'Table') return (o) => partialMetadata(o) as KubeObject;
  const shape = tableShape(r);
  const included = include(ctx);
  let headers = true;
  return (o) => {
    const metadata = { resourceVersion: o.metadata.resourceVersion ?? '' };
    const table = tableOf([o], metadata, r, shape, included, ctx.core.kernel.wallMs, headers);
    headers = false;
    return table;
  };
}
