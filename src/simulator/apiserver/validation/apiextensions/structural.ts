// Models k8s.io/apiextensions-apiserver/pkg/apiserver/schema: a schema is structural when every field it speaks of has
// its type outside of anyOf, allOf, oneOf and not, so that pruning and defaulting know what to do.
import { regexProblem } from '../../../../cel/regex.ts';
import { sortedKeys } from '../common.ts';
import { Errors, type FieldError, type Path } from '../field.ts';
import { asSchema, isSet, type Schema, type SchemaMap } from './schemas.ts';

type Level = 'root' | 'item' | 'field';

const UNTYPED: { readonly [level in Level]: string } = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

const properties = (schema: Schema): SchemaMap => (schema.properties ?? {}) as SchemaMap;

/** What keeps a schema from being structural, sorted by its text. */
export function structuralErrors(path: Path, schema: Schema): readonly FieldError[] {
  const errs = new Errors();
  invariants(errs, path, schema, 'root');
  completeness(errs, schema, schema, path, path);
  const text = ({ field, message }: FieldError) => `${field}: ${message}`;
  return [...errs.list].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function invariants(errs: Errors, path: Path, s: Schema, level: Level): void {
  const items = asSchema(s.items);
  const values = asSchema(s.additionalProperties);
  if (s.type === 'array' && !items) errs.required(path.child('items'), 'must be specified');
  if (items) invariants(errs, path.child('items'), items, 'item');
  for (const [name, sub] of Object.entries(properties(s))) {
    invariants(errs, path.child('properties').key(name), sub, 'field');
  }
  const open = s.additionalProperties !== undefined;
  if (open && level === 'root') errs.forbidden(path.child('additionalProperties'), 'must not be used at the root');
  if (values) invariants(errs, path.child('additionalProperties'), values, 'field');
  extensions(errs, path, s);
  valueRules(errs, path, s, isIntOrString(s.anyOf), isIntOrString(s.allOf?.[0]?.anyOf));
  validateType(errs, path, s, level);
  if (s['x-kubernetes-embedded-resource'] && open) {
    errs.forbidden(path.child('additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set');
  }
  if (level === 'root' && s.type && s.type !== 'object') {
    errs.invalid(path.child('type'), s.type, 'must be object at the root');
  }
  validateMetaFields(errs, path, s, level);
}

function extensions(errs: Errors, path: Path, s: Schema): void {
  if (!s['x-kubernetes-int-or-string']) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (s[name]) errs.invalid(path.child(name), true, 'must be false if x-kubernetes-int-or-string is true');
  }
}

function validateType(errs: Errors, path: Path, s: Schema, level: Level): void {
  const at = path.child('type');
  const detail = 'must be object if x-kubernetes-embedded-resource is true';
  const embedded = s['x-kubernetes-embedded-resource'];
  if (embedded && s.type !== 'object') {
    if (s.type) errs.invalid(at, s.type, detail);
    else errs.required(at, detail);
  } else if (!s.type && !s['x-kubernetes-int-or-string'] && !s['x-kubernetes-preserve-unknown-fields']) {
    errs.required(at, UNTYPED[level]);
  }
}

/** kind, apiVersion and metadata, where the schema is that of a whole object. */
function validateMetaFields(errs: Errors, path: Path, s: Schema, level: Level): void {
  const embedded = s['x-kubernetes-embedded-resource'] === true;
  const whole = level === 'root' || embedded;
  const known = properties(s);
  for (const name of ['kind', 'apiVersion']) {
    const sub = known[name];
    if (!sub || !whole || sub.type === 'string') continue;
    errs.invalid(path.child('properties').key(name).child('type'), sub.type ?? '', 'must be string');
  }
  const { metadata } = known;
  const at = path.child('properties').key('metadata');
  if (metadata && whole && metadata.type !== 'object') {
    errs.invalid(at.child('type'), metadata.type ?? '', 'must be object');
  }
  if (metadata && level === 'root' && saysMoreThanNames(metadata)) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errs.forbidden(at, detail);
  }
  if (embedded && !s['x-kubernetes-preserve-unknown-fields'] && Object.keys(known).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errs.required(path.child('properties'), detail);
  }
}

function saysMoreThanNames(metadata: Schema): boolean {
  const { type: _, default: __, properties: named, ...rest } = metadata;
  const others = Object.keys(named ?? {}).filter((name) => name !== 'name' && name !== 'generateName');
  return others.length > 0 || Object.values(rest).some(isSet);
}

function isIntOrString(anyOf: readonly Schema[] | undefined): boolean {
  const only = (s: Schema | undefined, type: string) => s?.type === type && Object.values(s).filter(isSet).length === 1;
  return anyOf?.length === 2 && only(anyOf[0], 'integer') && only(anyOf[1], 'string');
}

const JUNCTORS = ['anyOf', 'allOf', 'oneOf'] as const;

function valueRules(errs: Errors, path: Path, s: Schema, skipAnyOf: boolean, skipFirstAllOf: boolean): void {
  for (const name of JUNCTORS) {
    if (name === 'anyOf' && skipAnyOf) continue;
    for (const [i, sub] of (s[name] ?? []).entries()) {
      nested(errs, path.child(name).index(i), sub, name === 'allOf' && i === 0 && skipFirstAllOf);
    }
  }
  if (s.not) nested(errs, path.child('not'), s.not, false);
  const problem = s.pattern ? regexProblem(s.pattern) : undefined;
  if (problem) {
    errs.invalid(path.child('pattern'), s.pattern, `must be a valid regular expression, but isn't: ${problem}`);
  }
}

const EMPTY = 'must be empty to be structural';
const UNDEFINED = 'must be undefined to be structural';
const FALSE = 'must be false to be structural';

/** What may not stand under a logic junctor, after the fields that are looked into. */
const FORBIDDEN = [
  ['default', UNDEFINED],
  ['title', EMPTY],
  ['description', EMPTY],
  ['nullable', FALSE],
  ['x-kubernetes-preserve-unknown-fields', FALSE],
  ['x-kubernetes-embedded-resource', FALSE],
  ['x-kubernetes-int-or-string', FALSE],
  ['x-kubernetes-list-map-keys', EMPTY],
  ['x-kubernetes-list-type', UNDEFINED],
  ['x-kubernetes-map-type', UNDEFINED],
  ['x-kubernetes-validations', EMPTY],
] as const;

function nested(errs: Errors, path: Path, v: Schema, skipAnyOf: boolean): void {
  const items = asSchema(v.items);
  valueRules(errs, path, v, skipAnyOf, false);
  if (items) nested(errs, path.child('items'), items, false);
  for (const [name, sub] of Object.entries(properties(v))) {
    nested(errs, path.child('properties').key(name), sub, false);
  }
  if (v.type) errs.forbidden(path.child('type'), EMPTY);
  if (v.additionalProperties !== undefined) errs.forbidden(path.child('additionalProperties'), UNDEFINED);
  for (const [name, detail] of FORBIDDEN) {
    if (isSet(v[name])) errs.forbidden(path.child(name), detail);
  }
  if (properties(v).metadata) {
    errs.forbidden(path.child('properties').key('metadata'), 'must not be specified in a nested context');
  }
}

/** Everything that value rules speak of must also be declared outside of them. */
function completeness(errs: Errors, v: Schema, s: Schema, declared: Path, spoken: Path): void {
  if (v.not) nestedCompleteness(errs, v.not, s, declared, spoken.child('not'));
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, sub] of (v[name] ?? []).entries()) {
      nestedCompleteness(errs, sub, s, declared, spoken.child(name).index(i));
    }
  }
}

function nestedCompleteness(errs: Errors, v: Schema, s: Schema | undefined, declared: Path, spoken: Path): void {
  if (!s) {
    errs.required(declared, `because it is defined in ${spoken}`);
    return;
  }
  completeness(errs, v, s, declared, spoken);
  const items = asSchema(v.items);
  if (items) nestedCompleteness(errs, items, asSchema(s.items), declared.child('items'), spoken.child('items'));
  for (const name of sortedKeys(properties(v))) {
    const sub = properties(v)[name] ?? {};
    const at = declared.child('properties').key(name);
    nestedCompleteness(errs, sub, properties(s)[name], at, spoken.child('properties').key(name));
  }
}
