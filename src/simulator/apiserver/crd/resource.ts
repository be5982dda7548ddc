// Reading, checking and printing custom resources. Models apiextensions-apiserver/pkg/registry/customresource.
import type { KubeObject } from '../../../model/object.ts';
import { type Cell, since } from '../table/format.ts';
import type { TableShape } from '../table/table.ts';
import { Errors } from '../validation/field.ts';
import { validateMeta, validateMetaUpdate } from '../validation/meta.ts';
import { nameIsDnsSubdomain } from '../validation/names.ts';
import { readPath } from './jsonpath.ts';
import { prune, withSchemaDefaults } from './prune.ts';
import type { CustomResourceInfo } from './types.ts';
import { type SchemaError, validateAgainst } from './validate.ts';

export interface Cleaned {
  readonly object: KubeObject;
  /** Fields that the schema does not know. */
  readonly dropped: readonly string[];
}

/** Prunes and defaults a decoded object. */
export function cleaned(r: CustomResourceInfo, o: KubeObject): Cleaned {
  const dropped: string[] = [];
  const pruned = prune(o, r.custom.schema, dropped);
  return { object: withSchemaDefaults(pruned, r.custom.schema) as KubeObject, dropped };
}

export function customErrors(
  r: CustomResourceInfo,
  o: KubeObject,
  old: KubeObject | undefined,
): readonly SchemaError[] {
  const errors = new Errors();
  if (old === undefined) {
    validateMeta(errors, o.metadata, { namespaced: r.namespaced, name: nameIsDnsSubdomain, anyFinalizer: true });
  } else validateMetaUpdate(errors, o.metadata, old.metadata, { anyFinalizer: true });
  return [...errors.list, ...validateAgainst(o, r.custom.schema)];
}

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function cell(o: KubeObject, type: string, path: string, now: number): Cell {
  const values = readPath(o, path);
  const [value] = values;
  if (values.length === 0 || value === null || value === undefined) return null;
  if (type === 'date') return typeof value === 'string' ? since(value, now) : String(value);
  if (type === 'integer' || type === 'number') return typeof value === 'number' ? value : Number(value);
  if (type === 'boolean') return value === true;
  const text = (v: unknown): string => (typeof v === 'string' ? v : JSON.stringify(v));
  return values.length === 1 ? text(value) : values.map(text).join(' ');
}

/** Models tableconvertor.New. */
export function customTable(r: CustomResourceInfo): TableShape {
  const columns = r.custom.columns ?? [AGE];
  const name = { name: 'Name', type: 'string', format: 'name', priority: 0 };
  return {
    columns: [
      name,
      ...columns.map((c) => ({
        name: c.name,
        type: c.type,
        format: ('format' in c ? c.format : undefined) ?? '',
        priority: ('priority' in c ? c.priority : undefined) ?? 0,
        ...('description' in c && c.description ? { description: c.description } : {}),
      })),
    ],
    cells: (o, now) => [o.metadata.name ?? '', ...columns.map((c) => cell(o, c.type, c.jsonPath, now))],
  };
}
