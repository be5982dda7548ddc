// Packs what is known of fields for shipping: src/knowledge/fields/*.json → one file that is read on the first hover.
// The schema's own descriptions come from the devDependency kubernetes-models and go into a second file.
import fs from 'node:fs';
import path from 'node:path';
import { linedJson } from '../../src/knowledge/lined.ts';
import { allTypeIds } from '../../src/model/schema.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FIELDS = path.join(ROOT, 'src/knowledge/fields');

/** Every record file as one JSON text, a type on each line. */
export function packedFields(): string {
  const files = fs.readdirSync(FIELDS).filter((name) => name.endsWith('.json'));
  const records = files.sort().map((name): [string, unknown] => {
    try {
      const record = JSON.parse(fs.readFileSync(path.join(FIELDS, name), 'utf8')) as { readonly type: string };
      return [record.type, record];
    } catch (error) {
      throw new Error(`src/knowledge/fields/${name} is no JSON: ${error instanceof Error ? error.message : error}`);
    }
  });
  return linedJson(Object.fromEntries(records));
}

/** Writes fields.json (and descriptions.json where its source is installed) into a folder. */
export function packKnowledge(to: string): void {
  fs.mkdirSync(to, { recursive: true });
  fs.writeFileSync(path.join(to, 'fields.json'), packedFields());
  fs.writeFileSync(path.join(to, 'descriptions.json'), linedJson(descriptions()));
}

const MODELS = ['kubernetes-models', '@kubernetes-models/apimachinery'].map((name) =>
  path.join(ROOT, 'node_modules', name),
);

/** `core.v1.PodSpec` → the file of kubernetes-models that declares it, for the types that v1.36 serves. */
function declarationFiles(): Map<string, string> {
  const found = new Map<string, string>();
  const served = new Set(allTypeIds());
  for (const root of MODELS) {
    if (!fs.existsSync(root)) throw new Error(`${path.relative(ROOT, root)} is missing: run npm install.`);
    for (const name of fs.readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.d.ts')) continue;
      const parts = name.slice(0, -'.d.ts'.length).split(path.sep);
      const [type, version, group = 'core'] = parts.reverse();
      const id = `${group.split('.')[0]}.${version}.${type}`;
      if (served.has(id)) found.set(id, path.join(root, name));
    }
  }
  return found;
}

/** `{ type: { field: text } }` from the comments of the declarations; markdown escapes of that package are undone. */
export function descriptions(): Record<string, Record<string, string>> {
  const all: Record<string, Record<string, string>> = {};
  for (const [type, file] of declarationFiles()) {
    const text = fs.readFileSync(file, 'utf8');
    const body = /export interface \w+[^{]*\{\n([\s\S]*?)\n\}/.exec(text)?.[1];
    if (!body) continue;
    const fields: Record<string, string> = {};
    for (const [, comment = '', field = ''] of body.matchAll(
      /\n? {4}\/\*\*\n([\s\S]*?)\*\/\s*\n {4}"?([\w$.-]+)"?\??:/g,
    )) {
      fields[field] = comment
        .replace(/^\s*\* ?/gm, '')
        .replace(/\\([*_<>])/g, '$1')
        .trim();
    }
    if (Object.keys(fields).length > 0) all[type] = fields;
  }
  return all;
}

if (process.argv[1] === import.meta.filename) {
  const to = path.join(ROOT, 'dist/knowledge');
  packKnowledge(to);
  for (const name of fs.readdirSync(to)) console.log(`${name}: ${fs.statSync(path.join(to, name)).size} bytes`);
}
