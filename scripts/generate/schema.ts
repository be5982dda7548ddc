// Writes src/model/generated/schema.ts: every OpenAPI type of Kubernetes as a compact table, without prose, completed by what
// schema-go.ts knows of the Go types. The encoding is explained in src/model/schema.ts, which reads it.
// usage: node scripts/generate/schema.ts (needs ../shared)
import fs from 'node:fs';
import path from 'node:path';
import { type GoField, goTypes, type Presence } from './schema-go.ts';

interface Schema {
  type?: string;
  format?: string;
  enum?: string[];
  default?: unknown;
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
}

const SHARED = path.resolve(import.meta.dirname, '../../../shared');
const OUT = path.resolve(import.meta.dirname, '../../src/model/generated/schema.ts');

/** Types that are one JSON value, not a struct of fields. */
const LEAF: Record<string, string> = {
  'meta.v1.Quantity': 'q',
  'meta.v1.Time': 't',
  'meta.v1.MicroTime': 'u',
  'meta.v1.IntOrString': 'x',
  'meta.v1.FieldsV1': '*',
  'meta.v1.Patch': '*',
  'meta.v1.RawExtension': '*',
  'apiextensions.v1.JSON': '*',
  'apiextensions.v1.JSONSchemaPropsOrArray': '*',
  'apiextensions.v1.JSONSchemaPropsOrBool': '*',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': '*',
};
const META = new Set([
  'io.k8s.apimachinery.pkg.api.resource',
  'io.k8s.apimachinery.pkg.runtime',
  'io.k8s.apimachinery.pkg.util.intstr',
  'io.k8s.apimachinery.pkg.version',
]);

const go = goTypes();

/** `io.k8s.api.core.v1.Pod` → `core.v1.Pod`. */
function idOf(key: string): string {
  const parts = key.split('.');
  const name = parts.pop() ?? key;
  return `${META.has(parts.join('.')) ? 'meta.v1' : parts.slice(-2).join('.')}.${name}`;
}

function readSchemas(): Map<string, Schema> {
  const all = new Map<string, Schema>();
  const dir = path.join(SHARED, 'openapi');
  for (const file of fs.readdirSync(dir).sort()) {
    const doc = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8')) as {
      components?: { schemas?: Record<string, Schema> };
    };
    for (const [key, schema] of Object.entries(doc.components?.schemas ?? {})) all.set(idOf(key), schema);
  }
  return all;
}

const refOf = (s: Schema) => s.$ref ?? s.allOf?.[0]?.$ref;

function codeOf(s: Schema): string {
  const ref = refOf(s);
  if (ref) {
    const id = idOf(ref.split('/').pop() ?? '');
    return LEAF[id] ?? `@${id}`;
  }
  if (s.type === 'array') return `[${codeOf(s.items ?? {})}`;
  if (s.type === 'object') return s.additionalProperties ? `{${codeOf(s.additionalProperties)}` : '*';
  if (s.type === 'string') return s.format === 'byte' ? 'y' : 's';
  if (s.type === 'integer') return s.format === 'int32' ? 'i' : 'l';
  return ({ number: 'd', boolean: 'b' } as Record<string, string>)[s.type ?? ''] ?? '*';
}

const isZero = (x: unknown) => x === '' || x === 0 || x === false;

/** What the OpenAPI document lets guess of a field that no Go struct is known for. */
function guess(s: Schema, required: boolean, code: string): Presence {
  if (code.startsWith('@')) return 'default' in s ? 'a' : required ? 'n' : 'p';
  if (/^[[{]/.test(code)) return required ? 'n' : '';
  if (/^[tuqx]$/.test(code)) return 'a';
  return isZero(s.default) ? 'a' : '';
}

function fieldOf(s: Schema, required: boolean, known: GoField | undefined): unknown {
  const code = codeOf(s);
  const how = known?.presence ?? guess(s, required, code);
  const [goName, inline] = [known?.type, known?.embedded];
  const values = s.enum ?? s.items?.enum;
  const listType = s['x-kubernetes-list-type'];
  const keys = s['x-kubernetes-list-map-keys'];
  const extra = {
    ...(required ? { r: 1 } : {}),
    ...('default' in s ? { d: s.default } : {}),
    ...(values ? { e: values } : {}),
    ...(how ? { o: how } : {}),
    ...(listType && listType !== 'atomic' ? { l: listType[0] } : {}),
    ...(keys ? { K: keys } : {}),
    ...(s['x-kubernetes-map-type'] ? { M: s['x-kubernetes-map-type'][0] } : {}),
    ...(s['x-kubernetes-patch-merge-key'] ? { k: s['x-kubernetes-patch-merge-key'] } : {}),
    ...(s['x-kubernetes-patch-strategy'] ? { p: s['x-kubernetes-patch-strategy'] } : {}),
    ...(goName ? { g: goName } : {}),
    ...(inline ? { n: inline } : {}),
  };
  return Object.keys(extra).length ? [code, extra] : code;
}

const schemas = [...readSchemas()].filter(([id]) => !LEAF[id]).sort(([a], [b]) => (a < b ? -1 : 1));
const kinds: Record<string, string> = {};
for (const [id, schema] of schemas) {
  const gvks = schema['x-kubernetes-group-version-kind'] ?? [];
  const [gvk] = gvks;
  if (gvk && gvks.length === 1) kinds[`${gvk.group ? `${gvk.group}/` : ''}${gvk.version}/${gvk.kind}`] = id;
}
const types: Record<string, unknown> = {};
for (const [id, schema] of schemas) {
  const properties = schema.properties ?? {};
  const struct = go.get(id) ?? [];
  const fields: Record<string, unknown> = {};
  // In the order of the struct, which is how Go writes it; what is not known comes last.
  for (const name of new Set([...struct.map((f) => f.name), ...Object.keys(properties)])) {
    const property = properties[name];
    const known = struct.find((f) => f.name === name);
    if (property) fields[name] = fieldOf(property, schema.required?.includes(name) ?? false, known);
  }
  types[id] = schema['x-kubernetes-map-type'] === 'atomic' ? [fields, 1] : [fields];
}

const text = JSON.stringify({ types, kinds });
fs.writeFileSync(
  OUT,
  `// Generated by scripts/generate/schema.ts from the OpenAPI documents of Kubernetes v1.36.2. Do not edit.\n` +
    `export const SCHEMA_JSON: string =\n  ${JSON.stringify(text).replaceAll("'", "\\'").replaceAll('\\"', '"').replace(/^"|"$/g, "'")};\n`,
);
console.log(`${Object.keys(types).length} types, ${Object.keys(kinds).length} kinds, ${text.length} characters`);
