// Reading, checking and printing custom resources. Models apiextensions-apiserver/pkg/registry/customresource.
import type { KubeObject } from '../../../model/object.ts';
import { type Cell, since } from '../table/format.ts';
import type { TableShape } from '../table/table.ts';
import { Errors, type FieldError } from '../validation/field.ts';
import { validateMeta, validateMetaUpdate } from '../validation/meta.ts';
import { nameIsDnsSubdomain } from '../validation/names.ts';
import { checkRules, type Evaluated, hasRules } from './cel/validate.ts';
import { readPath } from './jsonpath.ts';
import { prune, withSchemaDefaults } from './prune.ts';
import type { CustomResourceInfo } from './types.ts';
import { validateAgainst } from './validate.ts';

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

/** What is wrong with an object, what is only told, and the rules that were evaluated. */
export interface CustomFindings {
  readonly errors: readonly FieldError[];
  readonly warnings: readonly string[];
  readonly rules: readonly Evaluated[];
}

/** Where the object is so wrong, its rules are not looked at. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const UNCHECKED: FieldError = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/** @param old undefined for a new object. */
export function judgeCustom(r: CustomResourceInfo, o: KubeObject, old: KubeObject | undefined): CustomFindings {
  const found = new Errors();
  if (old === undefined) {
    validateMeta(found, o.metadata, { namespaced: r.namespaced, name: nameIsDnsSubdomain, anyFinalizer: true });
  } else validateMetaUpdate(found, o.metadata, old.metadata, { anyFinalizer: true });
  const { schema } = r.custom;
  const errors: FieldError[] = [...found.list, ...validateAgainst(o, schema, old)];
  if (errors.some((e) => BLOCKING.has(e.reason))) {
    if (hasRules(schema)) errors.push(UNCHECKED);
    return { errors, warnings: [], rules: [] };
  }
  const checked = checkRules(schema, o, old);
  if (checked === undefined) return { errors, warnings: [], rules: [] };
  return { errors: [...errors, ...checked.errors], warnings: checked.warnings, rules: checked.evaluated };
}

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** Empty where the value is of another type; a column of type string shows whatever is there. */
function cell(o: KubeObject, type: string, path: string, now: number): Cell {
  const values = readPath(o, path);
  const [value] = values;
  if (values.length === 0 || value === null || value === undefined) return null;
  if (type === 'date') {
    if (typeof value !== 'string') return null;
    return Number.isNaN(Date.parse(value)) ? '<invalid>' : since(value, now);
  }
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
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
