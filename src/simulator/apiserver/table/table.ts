// Lists as `kubectl get` asks for them: meta.k8s.io/v1 Table. Models k8s.io/apiserver/pkg/endpoints/handlers/response.go.
import { COLUMNS, type TableColumn } from '../../../model/generated/columns.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { KubeList, KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import { CLUSTER, isDefaultClass } from './cluster.ts';
import type { Cell } from './format.ts';
import { NETWORK } from './network.ts';
import { podCells, podRowConditions } from './pods.ts';
import type { Printer, Printers } from './printer.ts';
import { WORKLOADS } from './workloads.ts';

const PRINTERS: Printers = { ...CLUSTER, ...NETWORK, ...WORKLOADS };
const META = 'meta.k8s.io/v1';
const UNNAMED: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Created At', type: 'date', format: '', priority: 0 },
];

/** A resource's columns and how a row is made of an object. */
export interface TableShape {
  readonly columns: readonly (TableColumn & { readonly description?: string })[];
  readonly cells: (o: KubeObject, now: number) => Cell[];
}

export type IncludeObject = 'None' | 'Metadata' | 'Object';

function nameOf(o: KubeObject, r: ResourceInfo): string {
  const name = o.metadata.name ?? '';
  const marked = r.group === 'storage.k8s.io' && isDefaultClass(o) && r.plural.endsWith('classes');
  return marked ? `${name} (default)` : name;
}

export function shapeOf(r: ResourceInfo): TableShape {
  const key = `${r.group}/${r.plural}`;
  const columns = COLUMNS[`${apiVersionOf(r)}/${r.plural}`] ?? UNNAMED;
  if (key === '/pods') return { columns, cells: (o, now) => podCells(o as Pod, now) };
  const print: Printer | undefined = PRINTERS[key];
  // Events put their name last.
  if (r.kind === 'Event' && print) return { columns, cells: (o, now) => print(o as never, now) };
  if (print === undefined)
    return { columns, cells: (o) => [o.metadata.name ?? '', o.metadata.creationTimestamp ?? null] };
  return { columns, cells: (o, now) => [nameOf(o, r), ...print(o as never, now)] };
}

export function partialMetadata(o: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: META, metadata: o.metadata };
}

export function partialMetadataList(list: KubeList): object {
  const items = list.items.map(partialMetadata);
  return { kind: 'PartialObjectMetadataList', apiVersion: META, metadata: list.metadata, items };
}

function row(o: KubeObject, r: ResourceInfo, shape: TableShape, include: IncludeObject, now: number): object {
  const conditions = r.plural === 'pods' && r.group === '' ? podRowConditions(o as Pod) : [];
  const object = include === 'Object' ? o : include === 'Metadata' ? partialMetadata(o) : undefined;
  return {
    cells: shape.cells(o, now),
    ...(conditions.length > 0 ? { conditions } : {}),
    object: object ?? null,
  };
}

/** @param now milliseconds since 1970. @param headers whether the columns are described. */
export function tableOf(
  items: readonly KubeObject[],
  metadata: object,
  r: ResourceInfo,
  shape: TableShape,
  include: IncludeObject,
  now: number,
  headers = true,
): KubeObject {
  const columnDefinitions = headers ? shape.columns.map((c) => ({ ...c, description: c.description ?? '' })) : null;
  const rows = items.map((o) => row(o, r, shape, include, now));
  return { kind: 'Table', apiVersion: META, metadata, columnDefinitions, rows } as KubeObject;
}
