// The type that rules see of a schema, with the largest sizes that its data may have. Models
// k8s.io/apiserver/pkg/cel/common/schemas.go and pkg/cel/{types,escaping,limits}.go.
import type { SizeOf } from '../../../../cel/estimate.ts';
import type { TypeProvider } from '../../../../cel/index.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  objectType,
  STRING,
  TIMESTAMP,
  type Type,
} from '../../../../cel/types.ts';
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { propsOf } from '../schema.ts';

const MAX_REQUEST = 3 * 1024 * 1024;
const MIN_STRING = 2;

export interface Declared {
  readonly type: Type;
  /** Of lists and maps. */
  readonly element?: Declared;
  /** Of objects, by the name that expressions use. */
  readonly fields?: ReadonlyMap<string, Declared>;
  /** Characters, items or entries; absent for what has no size. */
  readonly max?: number;
  /** Bytes of the smallest JSON. */
  readonly minSize: number;
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const ESCAPES: readonly (readonly [string, string])[] = [
  ['__', '__underscores__'],
  ['.', '__dot__'],
  ['-', '__dash__'],
  ['/', '__slash__'],
];

/** The name of a property in expressions; undefined where it can have none. */
export function escapeName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (c) => ESCAPES.find(([from]) => from === c)?.[1] ?? c);
}

const NAMES: JSONSchemaProps = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

const isText = (s: JSONSchemaProps | undefined): boolean => s?.type === 'string';

/** Every whole object has these, unless its schema says so itself. */
export function withEnvelope(s: JSONSchemaProps): JSONSchemaProps {
  const { kind, apiVersion, metadata } = s.properties ?? {};
  const { name, generateName } = metadata?.properties ?? {};
  if (metadata?.type === 'object' && [kind, apiVersion, name, generateName].every(isText)) return s;
  const envelope = { kind: { type: 'string' }, apiVersion: { type: 'string' }, metadata: NAMES };
  return { ...s, properties: { ...s.properties, ...envelope } };
}

const simple = (type: Type, minSize: number, max?: number): Declared => ({
  type,
  minSize,
  ...(max === undefined ? {} : { max }),
});

function text(s: JSONSchemaProps): Declared {
  const longest = MAX_REQUEST - 2;
  switch (s.format) {
    case 'byte':
      return simple(BYTES, MIN_STRING, s.maxLength ?? longest);
    case 'duration':
      return simple(DURATION, 4, 32);
    case 'date':
      return simple(TIMESTAMP, 12, 12);
    case 'date-time':
      return simple(TIMESTAMP, 22, 24);
    default: {
      // A code point has up to four bytes.
      if (s.maxLength !== undefined) return simple(STRING, MIN_STRING, Math.max(0, s.maxLength) * 4);
      const lengths = (s.enum ?? []).map((e) => (typeof e === 'string' ? e.length : 0));
      return simple(STRING, MIN_STRING, lengths.length > 0 ? Math.max(...lengths) : longest);
    }
  }
}

function object(s: JSONSchemaProps, name: string): Declared | undefined {
  const more = propsOf(s.additionalProperties);
  if (more !== undefined) {
    const element = declaredType(more, more['x-kubernetes-embedded-resource'] === true, `${name}.@elem`);
    if (element === undefined) return undefined;
    const max = s.maxProperties ?? Math.floor((MAX_REQUEST - 2) / (element.minSize + 6));
    return { type: mapOf(STRING, element.type), element, max, minSize: 2 };
  }
  const fields = new Map<string, Declared>();
  let minSize = 2;
  for (const [key, property] of Object.entries(s.properties ?? {})) {
    const escaped = escapeName(key);
    const field = declaredType(property, property['x-kubernetes-embedded-resource'] === true, `${name}.${key}`);
    if (field === undefined) continue;
    if (escaped !== undefined) fields.set(escaped, field);
    if (s.required?.includes(key) && property.default === undefined) minSize += key.length + field.minSize + 4;
  }
  return { type: objectType(name), fields, minSize };
}

/** undefined for what rules cannot see: data without a schema. */
export function declaredType(schema: JSONSchemaProps, whole: boolean, name: string): Declared | undefined {
  if (schema['x-kubernetes-int-or-string']) return simple(DYN, 1, MAX_REQUEST - 2);
  const s = whole ? withEnvelope(schema) : schema;
  switch (s.type) {
    case 'array': {
      const items = propsOf(s.items);
      const element = items && declaredType(items, items['x-kubernetes-embedded-resource'] === true, `${name}.@item`);
      if (element === undefined) return undefined;
      const max = s.maxItems ?? Math.floor((MAX_REQUEST - 2) / (element.minSize + 1));
      return { type: listOf(element.type), element, max, minSize: 2 };
    }
    case 'object':
      return object(s, name);
    case 'string':
      return text(s);
    case 'boolean':
      return simple(BOOL, 4);
    case 'number':
      return simple(DOUBLE, 1);
    case 'integer':
      return simple(INT, 1);
    default:
      return undefined;
  }
}

/** The object types inside a declared type. */
export function providerOf(root: Declared): TypeProvider {
  const types = new Map<string, ReadonlyMap<string, Declared>>();
  const visit = ({ type, fields, element }: Declared): void => {
    if (fields !== undefined) types.set(type.name, fields);
    for (const field of fields?.values() ?? []) visit(field);
    if (element !== undefined) visit(element);
  };
  visit(root);
  const field = (type: string, name: string): Type | undefined => {
    const fields = types.get(type);
    // A reserved word is none after a dot.
    return (fields?.get(name) ?? (RESERVED.has(name) ? fields?.get(`__${name}__`) : undefined))?.type;
  };
  return { field, constructs: () => false };
}

/** Sizes of what begins at `self` or `oldSelf`. */
export function sizesOf(root: Declared): SizeOf {
  return (path) => {
    let at: Declared | undefined = root;
    for (const part of path.slice(1)) {
      if (part === '@keys') return at?.element ? { min: 0, max: MAX_REQUEST - 2 } : undefined;
      at = part === '@items' || part === '@values' ? at?.element : at?.fields?.get(part);
      if (at === undefined) return undefined;
    }
    return at.max === undefined ? undefined : { min: 0, max: at.max };
  };
}

/** How often a rule on such values can run in one object at most. */
export const maxCardinality = ({ minSize }: Declared): number => Math.floor(MAX_REQUEST / (minSize + 1));
