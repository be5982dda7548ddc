// What versions of a definition may have each or all in common: schema, subresources, printer columns, selectable
// fields. The messages name them under the version, or under the spec.
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresourceScale,
  SelectableField,
} from '../../../../model/generated/apiextensions.v1.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateDefaults } from './defaults.ts';
import { validateExpressions } from './expressions.ts';
import { fieldAt } from './fieldpaths.ts';
import { ROOT, validateOpenApi } from './openapi.ts';
import { printedSchema, setFields } from './printed.ts';
import { isSet, type Schema, schemaHas } from './schemas.ts';
import { structuralErrors } from './structural.ts';
import type { LooseVersion, Shared } from './versions.ts';

export function validateVersion(errs: Errors, path: Path, version: LooseVersion, status: boolean): void {
  validateDeprecation(errs, path.child('deprecationWarning'), version);
  validateSchema(errs, path.child('schema'), version.schema?.openAPIV3Schema, status);
  validateSubresources(errs, path.child('subresources'), version.subresources?.scale);
  for (const [i, column] of (version.additionalPrinterColumns ?? []).entries()) {
    validateColumn(errs, path.child('additionalPrinterColumns').index(i), column);
  }
  const { selectableFields: fields = [] } = version;
  const at = path.child('selectableFields');
  const detail = 'selectableFields may only be set when version.schema.openAPIV3Schema is not included';
  validateSelectable(errs, at, fields, version.schema?.openAPIV3Schema, detail);
}

/** The same for what all versions have in common. */
export function validateShared(errs: Errors, path: Path, common: Shared, status: boolean): void {
  validateSchema(errs, path.child('validation'), common.schema?.openAPIV3Schema, status);
  validateSubresources(errs, path.child('subresources'), common.subresources?.scale);
  for (const [i, column] of (common.additionalPrinterColumns ?? []).entries()) {
    validateColumn(errs, path.child('additionalPrinterColumns').index(i), column);
  }
  const detail = 'selectableFields may only be set when validations.schema is included';
  const at = path.child('selectableFields');
  validateSelectable(errs, at, common.selectableFields ?? [], common.schema?.openAPIV3Schema, detail);
}

function validateDeprecation(errs: Errors, path: Path, { deprecated, deprecationWarning: text }: LooseVersion): void {
  if (text === undefined) return;
  if (!deprecated) {
    errs.invalid(path, text, 'can only be set for deprecated versions');
    return;
  }
  if (text.length > 256) errs.invalid(path, text, 'must be <= 256 characters long');
  if (text === '') errs.invalid(path, text, 'must not be an empty string');
  const strange = text.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
  if (strange < 0) return;
  const detail = `must only contain printable UTF-8 characters; non-printable character found at index ${strange}`;
  errs.invalid(path, text, detail);
}

/** What a schema may say at its root while the status is a resource of its own. */
const AT_ROOT = [
  ['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum'],
  ['MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items'],
  ['Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations'],
].flat();

function validateSchema(errs: Errors, path: Path, schema: Schema | undefined, status: boolean): void {
  if (!schema) return;
  const at = path.child('openAPIV3Schema');
  const clean = errs.count;
  if (status) validateRootFields(errs, at, schema);
  if (schema.nullable) errs.forbidden(at.child('nullable'), 'nullable cannot be true at the root');
  // The one field that only the structural form refuses, and it only when nothing else is wrong.
  if (schemaHas(schema, (one) => isSet(one.$schema))) {
    validateOpenApi(errs, at, schema, ROOT);
    if (errs.count === clean) errs.invalid(at, '', "OpenAPIV3Schema 'schema' is not supported");
    return;
  }
  const before = errs.count;
  for (const error of structuralErrors(at, schema)) errs.list.push(error);
  if (errs.count === before) validateDefaults(errs, at, schema);
  validateOpenApi(errs, at, schema, ROOT);
  if (errs.count === before) validateExpressions(errs, at, schema);
}

function validateRootFields(errs: Errors, path: Path, schema: Schema): void {
  for (const name of setFields(schema)) {
    if (name === 'Type' && schema.type !== 'object') {
      const detail =
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      errs.invalid(path.child('type'), schema.type, detail);
      return;
    }
    if (AT_ROOT.includes(name)) continue;
    const detail = `only [${AT_ROOT.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
    errs.invalid(path, printedSchema(schema), detail);
    return;
  }
}

function simplePath(errs: Errors, path: Path, text: string): boolean {
  if (text.startsWith('.')) return true;
  errs.invalid(path, text, 'must be a simple json path starting with .');
  return false;
}

function validateSubresources(
  errs: Errors,
  path: Path,
  scale: Loose<CustomResourceSubresourceScale> | undefined,
): void {
  if (!scale) return;
  const at = path.child('scale');
  for (const [name, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const value = scale[name] ?? '';
    const where = at.child(name);
    if (value === '') errs.required(where);
    else if (simplePath(errs, where, value) && !value.startsWith(`${root}.`)) {
      errs.invalid(where, value, `should be a json path under ${root}`);
    }
  }
  const { labelSelectorPath: selector } = scale;
  const where = at.child('labelSelectorPath');
  if (selector && simplePath(errs, where, selector) && !/^\.(spec|status)\./.test(selector)) {
    errs.invalid(where, selector, 'should be a json path under either .spec or .status');
  }
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function validateColumn(errs: Errors, path: Path, column: Loose<CustomResourceColumnDefinition>): void {
  const { name, type, format, jsonPath } = column;
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  const at = path.child('JSONPath');
  if (!name) errs.required(path.child('name'));
  if (!type) errs.required(path.child('type'), types);
  else if (!COLUMN_TYPES.includes(type)) errs.invalid(path.child('type'), type, types);
  if (format && !COLUMN_FORMATS.includes(format)) {
    errs.invalid(path.child('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`);
  }
  if (!jsonPath) errs.required(at);
  else simplePath(errs, at, jsonPath);
}

const MAX_SELECTABLE = 8;
const SELECTABLE = ['string', 'boolean', 'integer'];

function validateSelectable(
  errs: Errors,
  path: Path,
  fields: readonly Loose<SelectableField>[],
  schema: Schema | undefined,
  noSchema: string,
): void {
  if (fields.length === 0) return;
  if (!schema) {
    errs.invalid(path, '', noSchema);
    return;
  }
  const seen = new Set<string>();
  for (const [i, { jsonPath = '' }] of fields.entries()) {
    const at = path.index(i).child('jsonPath');
    if (jsonPath === '') {
      errs.required(at);
      continue;
    }
    const found = fieldAt(jsonPath, schema, false);
    if (typeof found === 'string') {
      errs.invalid(at, jsonPath, `is an invalid path: ${found}`);
      continue;
    }
    const name = found.names.join('.');
    if (found.names[0] === 'metadata') errs.invalid(at, jsonPath, 'must not point to fields in metadata');
    if (!SELECTABLE.includes(found.schema.type ?? '')) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errs.invalid(at, jsonPath, detail);
    }
    if (seen.has(name)) errs.duplicate(at, jsonPath);
    seen.add(name);
  }
  if (seen.size > MAX_SELECTABLE) errs.tooMany(path, seen.size, MAX_SELECTABLE);
}
