// Models ValidateCustomResourceDefinitionOpenAPISchema: what a schema in a definition may say, beyond being structural.
// Rules in CEL are read for their shape here; expressions.ts compiles them.
import { isRecord } from '../../../../model/object.ts';
import { sortedKeys } from '../common.ts';
import type { Errors, Path } from '../field.ts';
import { fieldAt } from './fieldpaths.ts';
import { asSchema, asSchemas, type Schema, type SchemaMap, TYPES } from './schemas.ts';

/** What holds for a schema because of where it stands. */
interface Place {
  readonly root: boolean;
  /** Why defaults are forbidden here. */
  readonly noDefaults?: string;
  readonly insideMeta: boolean;
}

export const ROOT: Place = { root: true, insideMeta: false };
const META_FIELDS = ['metadata', 'kind', 'apiVersion'];

export function validateOpenApi(errs: Errors, path: Path, s: Schema, place: Place = ROOT): void {
  validateStandard(errs, path, s, place);
  if (s.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errs.forbidden(path.child('uniqueItems'), detail);
  }
  const below: Place = { ...place, root: false };
  validateAdditional(errs, path, s, below);
  for (const name of sortedKeys(s.properties)) {
    const sub = (s.properties as SchemaMap)[name] ?? {};
    validateOpenApi(errs, path.child('properties').key(name), sub, placeOf(name, s, place));
  }
  validateInner(errs, path, s, below);
  if (s['x-kubernetes-preserve-unknown-fields'] === false) {
    errs.invalid(path.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined');
  }
  validateMapType(errs, path, s);
  validateListType(errs, path, s);
  for (const [i, rule] of (s['x-kubernetes-validations'] ?? []).entries()) {
    validateRule(errs, path.child('x-kubernetes-validations').index(i), rule, s);
  }
}

function placeOf(property: string, s: Schema, { root, ...place }: Place): Place {
  const meta = META_FIELDS.includes(property) && (root || s['x-kubernetes-embedded-resource'] === true);
  if (!meta) return { ...place, root: false };
  return { ...place, root: false, insideMeta: true, ...(root ? { noDefaults: `in top-level ${property}` } : {}) };
}

const UNSUPPORTED = ['patternProperties', 'definitions', 'dependencies'] as const;

function validateStandard(errs: Errors, path: Path, s: Schema, place: Place): void {
  if (s.type && !TYPES.includes(s.type)) errs.notSupported(path.child('type'), s.type, TYPES);
  if (s.default !== undefined && place.noDefaults) {
    errs.forbidden(path.child('default'), `must not be set ${place.noDefaults}`);
  }
  if (s.id) errs.forbidden(path.child('id'), 'id is not supported');
  if (s.additionalItems !== undefined)
    errs.forbidden(path.child('additionalItems'), 'additionalItems is not supported');
  for (const name of UNSUPPORTED) {
    const there = s[name] && (name === 'dependencies' || Object.keys(s[name]).length > 0);
    if (there) errs.forbidden(path.child(name), `${name} is not supported`);
  }
  if (s.$ref !== undefined) errs.forbidden(path.child('$ref'), '$ref is not supported');
  if (s.type === 'null') {
    errs.forbidden(path.child('type'), 'type cannot be set to null, use nullable as an alternative');
  }
  if (asSchemas(s.items).length > 0)
    errs.forbidden(path.child('items'), 'items must be a schema object and not an array');
  if (place.insideMeta && s['x-kubernetes-embedded-resource']) {
    errs.forbidden(path.child('x-kubernetes-embedded-resource'), 'must not be used inside of resource meta');
  }
}

function validateAdditional(errs: Errors, path: Path, s: Schema, place: Place): void {
  const { additionalProperties: more } = s;
  if (more === undefined) return;
  const at = path.child('additionalProperties');
  const sub = asSchema(more);
  if (Object.keys(s.properties ?? {}).length > 0 && (more === false || sub)) {
    errs.forbidden(at, 'additionalProperties and properties are mutual exclusive');
  }
  const noDefaults = 'inside additionalProperties applying to object metadata';
  if (sub) validateOpenApi(errs, at, sub, place.insideMeta ? { ...place, noDefaults } : place);
}

function validateInner(errs: Errors, path: Path, s: Schema, place: Place): void {
  if (s.not) validateOpenApi(errs, path.child('not'), s.not, place);
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, sub] of (s[name] ?? []).entries()) validateOpenApi(errs, path.child(name).index(i), sub, place);
  }
  for (const name of sortedKeys(s.definitions)) {
    const sub = (s.definitions as SchemaMap)[name] ?? {};
    validateOpenApi(errs, path.child('definitions').key(name), sub, place);
  }
  const items = asSchema(s.items);
  if (items) validateOpenApi(errs, path.child('items'), items, place);
  for (const [i, sub] of asSchemas(s.items).entries()) {
    validateOpenApi(errs, path.child('items').index(i), sub, place);
  }
  for (const name of sortedKeys(s.dependencies)) {
    const sub = asSchema((s.dependencies as { readonly [name: string]: unknown })[name]);
    if (sub) validateOpenApi(errs, path.child('dependencies').key(name), sub, place);
  }
}

function typeMustBe(errs: Errors, path: Path, s: Schema, type: string, why: string): boolean {
  if (s.type === type) return true;
  const detail = `must be ${type} if ${why} is specified`;
  if (s.type) errs.invalid(path.child('type'), s.type, detail);
  else errs.required(path.child('type'), detail);
  return false;
}

const MAP_TYPES = ['atomic', 'granular'];
const LIST_TYPES = ['atomic', 'set', 'map'];

function validateMapType(errs: Errors, path: Path, s: Schema): void {
  const type = s['x-kubernetes-map-type'];
  if (type === undefined) return;
  typeMustBe(errs, path, s, 'object', 'x-kubernetes-map-type');
  if (!MAP_TYPES.includes(type)) errs.notSupported(path.child('x-kubernetes-map-type'), type, MAP_TYPES);
}

function validateListType(errs: Errors, path: Path, s: Schema): void {
  const type = s['x-kubernetes-list-type'];
  const keys = s['x-kubernetes-list-map-keys'] ?? [];
  const at = path.child('x-kubernetes-list-type');
  if (type !== undefined) {
    const array = typeMustBe(errs, path, s, 'array', 'x-kubernetes-list-type');
    if (array && type === 'set') validateSetItems(errs, path.child('items'), asSchema(s.items));
    if (!LIST_TYPES.includes(type)) errs.notSupported(at, type, LIST_TYPES);
  }
  if (keys.length > 0 && type !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    if (type === undefined) errs.required(at, detail);
    else errs.invalid(at, type, detail);
  }
  if (type === 'map') validateMapItems(errs, path, s, keys);
  if (type === 'map' || type === 'set') validateKeysPresent(errs, path.child('items'), asSchema(s.items), type, keys);
}

function validateSetItems(errs: Errors, path: Path, items: Schema | undefined): void {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items?.['x-kubernetes-list-type'];
  if (items?.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errs.invalid(path.child('x-kubernetes-list-type'), listType, detail);
  } else if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errs.invalid(path.child('x-kubernetes-map-type'), listType, detail);
  }
}

function validateMapItems(errs: Errors, path: Path, s: Schema, keys: readonly string[]): void {
  const at = path.child('x-kubernetes-list-map-keys');
  const under = path.child('items');
  if (keys.length === 0) errs.required(at, 'must not be empty if x-kubernetes-list-type is map');
  const items = asSchema(s.items);
  if (s.items === undefined) errs.required(under, 'must have a schema if x-kubernetes-list-type is map');
  else if (!items) errs.invalid(under, s.items, 'must only have a single schema if x-kubernetes-list-type is map');
  if (!items) return;
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errs.invalid(under.child('type'), items.type ?? '', detail);
    return;
  }
  const seen = new Set<string>();
  for (const key of keys) {
    const property = (items.properties as SchemaMap | undefined)?.[key];
    if (!property) errs.invalid(at, keys, 'entries must all be names of item properties');
    else if (property.type === 'array' || property.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errs.invalid(under.child('properties').key(key).child('type'), items.type, detail);
    }
    if (seen.has(key)) errs.invalid(at, keys, 'must not contain duplicate entries');
    seen.add(key);
  }
}

/** The keys by which items are told apart must be there in every item. */
function validateKeysPresent(
  errs: Errors,
  path: Path,
  items: Schema | undefined,
  type: string,
  keys: readonly string[],
): void {
  if (items?.nullable)
    errs.forbidden(path.child('nullable'), `cannot be nullable when x-kubernetes-list-type is ${type}`);
  if (!items || type !== 'map') return;
  for (const key of keys) {
    const property = (items.properties as SchemaMap | undefined)?.[key];
    if (!property) continue;
    const at = path.child('properties').key(key);
    const why = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!items.required?.includes(key) && property.default === undefined) {
      errs.required(at.child('default'), `${why} must have a default or be a required property`);
    }
    if (property.nullable) errs.forbidden(at.child('nullable'), `${why} cannot be nullable`);
  }
}

type Rule = NonNullable<Schema['x-kubernetes-validations']>[number];
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const hasNewline = (text: string) => /[\n\r]/.test(text);

function validateRule(errs: Errors, path: Path, rule: Rule, s: Schema): void {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const trimmed = (rule.rule ?? '').trim();
  const said = message.trim();
  const at = path.child('message');
  if (trimmed === '') errs.required(path.child('rule'), 'rule is not specified');
  else if (message !== '' && said === '') errs.invalid(at, message, 'message must be non-empty if specified');
  else if (hasNewline(said)) errs.invalid(at, message, 'message must not contain line breaks');
  else if (hasNewline(trimmed) && said === '') {
    errs.required(at, 'message must be specified if rule contains line breaks');
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errs.required(path.child('messageExpression'), 'messageExpression must be non-empty if specified');
  }
  if (reason !== undefined && !REASONS.includes(reason)) errs.notSupported(path.child('reason'), reason, REASONS);
  if (fieldPath === '') return;
  const where = path.child('fieldPath');
  if (fieldPath.trim() === '') errs.invalid(where, fieldPath, 'fieldPath must be non-empty if specified');
  if (hasNewline(fieldPath)) errs.invalid(where, fieldPath, 'fieldPath must not contain line breaks');
  const found = fieldAt(fieldPath, s, true);
  if (typeof found === 'string' || !isRecord(found.schema)) {
    errs.invalid(where, fieldPath, 'fieldPath must be a valid path');
  }
}
