// Writes src/knowledge/generated/schema.json: every OpenAPI type of Kubernetes with its fields, no prose.
// usage: npm run generate (needs ../shared)
import fs from 'node:fs';
import path from 'node:path';

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
}

/** `io.k8s.api.core.v1.Pod` → `core.v1.Pod`; the machinery's own types go under `meta.v1`. */
export function shortName(key: string): string {
  const parts = key.split('.');
  const name = parts.pop() ?? key;
  const pkg = parts.join('.');
  if (pkg.startsWith('io.k8s.apimachinery.pkg') && !pkg.includes('.apis.')) return `meta.v1.${name}`;
  return `${parts.slice(-2).join('.')}.${name}`;
}

/** Named scalars: they have no fields of their own. */
const SCALARS = new Set(['Quantity', 'IntOrString', 'Time', 'MicroTime', 'FieldsV1', 'RawExtension', 'JSON']);

/** A field's type as Go developers read it: `[]core.v1.Container`, `map[string]string`, `int32`. */
function typeText(schema: Schema): string {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref) {
    const name = shortName(ref.split('/').pop() ?? '');
    const last = name.split('.').pop() ?? name;
    return SCALARS.has(last) ? last : name;
  }
  if (schema.type === 'array') return `[]${schema.items ? typeText(schema.items) : 'any'}`;
  if (schema.type === 'object') {
    return schema.additionalProperties ? `map[string]${typeText(schema.additionalProperties)}` : 'object';
  }
  if (schema.type === 'integer' || schema.type === 'number') return schema.format ?? schema.type;
  if (schema.type === 'string' && schema.format === 'byte') return 'bytes';
  return schema.type ?? 'any';
}

function fieldOf(schema: Schema): unknown {
  const type = typeText(schema);
  const values = schema.enum ?? schema.items?.enum;
  const extra = {
    ...(values && { enum: values }),
    ...(schema['x-kubernetes-list-type'] && { list: schema['x-kubernetes-list-type'] }),
    ...(schema['x-kubernetes-list-map-keys'] && { keys: schema['x-kubernetes-list-map-keys'] }),
    ...(schema['x-kubernetes-map-type'] === 'atomic' && { atomic: true }),
  };
  return Object.keys(extra).length > 0 ? { type, ...extra } : type;
}

export function buildTable(dir: string): { version: string; kinds: Record<string, string>; types: Record<string, unknown> } {
  const kinds: Record<string, string> = {};
  const types: Record<string, unknown> = {};
  const seen = new Map<string, Schema>();
  for (const file of fs.readdirSync(dir).sort()) {
    const doc = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8')) as {
      components?: { schemas?: Record<string, Schema> };
    };
    for (const [key, schema] of Object.entries(doc.components?.schemas ?? {})) seen.set(key, schema);
  }
  for (const [key, schema] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = shortName(key);
    if (!schema.properties) continue;
    // DeleteOptions and WatchEvent are registered in every group; nobody writes them in a manifest.
    const gvks = schema['x-kubernetes-group-version-kind'] ?? [];
    if (gvks.length === 1) {
      const [gvk] = gvks;
      if (gvk) kinds[`${gvk.group ? `${gvk.group}/` : ''}${gvk.version} ${gvk.kind}`] = name;
    }
    const fields = Object.fromEntries(Object.entries(schema.properties).map(([field, value]) => [field, fieldOf(value)]));
    types[name] = { ...(schema.required && { required: schema.required }), fields };
  }
  return { version: 'v1.36.2', kinds, types };
}

if (process.argv[1] === import.meta.filename) {
  const root = path.resolve(import.meta.dirname, '../..');
  const table = buildTable(path.resolve(root, '../shared/openapi'));
  const out = path.join(root, 'src/knowledge/generated/schema.json');
  const entries = Object.entries(table.types).map(([name, type]) => `${JSON.stringify(name)}:${JSON.stringify(type)}`);
  const head = `{"version":${JSON.stringify(table.version)},\n"kinds":${JSON.stringify(table.kinds)},\n"types":{\n`;
  fs.mkdirSync(path.dirname(out), { recursive: true });
  // One type a line, so that a diff after an upgrade can be read.
  fs.writeFileSync(out, `${head}${entries.join(',\n')}\n}}\n`);
}
