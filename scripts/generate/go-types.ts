// Writes scripts/generated/go-types.json: what the OpenAPI documents do not say of the Go structs behind them, and what decides how
// an object is written back as JSON: the order of the fields, which are pointers, which have `omitempty`, which come through an
// embedded struct, and the names of Go's named types. Read from kubectl's binary, which is one minor version older than the
// recorded server; schema-go.ts knows the rest.
// usage: node scripts/generate/go-types.ts KUBECTL   (a linux/amd64 kubectl, not position-independent)
import fs from 'node:fs';
import path from 'node:path';
import { allTypeIds } from '../../src/model/schema.ts';
import { GoBinary, type GoType, KIND, typeId } from './go-binary.ts';

const OUT = path.resolve(import.meta.dirname, '../generated/go-types.json');
const binary = new GoBinary(process.argv[2] ?? '');
const structs = new Map<string, GoType>();

/** How Go writes the field: `a` always, `n` always with null for nil, `p` unless nil, "": unless empty. */
type Presence = 'a' | 'n' | 'p' | '';
/** Name, presence, named type, embedded structs on the way. */
type Row = [string, Presence, string?, string?];

function collect(t: GoType): void {
  if (t.kind === KIND.pointer || t.kind === KIND.slice || t.kind === KIND.map) {
    collect(binary.element(t));
    return;
  }
  if (t.kind !== KIND.struct || !t.pkg.startsWith('k8s.io/') || structs.has(typeId(t))) return;
  structs.set(typeId(t), t);
  for (const f of binary.fields(t)) collect(f.type);
}

function presenceOf(type: GoType, options: readonly string[]): Presence {
  const pointer = type.kind === KIND.pointer;
  const nil = pointer || type.kind === KIND.slice || type.kind === KIND.map;
  if (!options.includes('omitempty') && !options.includes('omitzero')) return nil ? 'n' : 'a';
  if (pointer) return 'p';
  // A struct is never empty to `omitempty`; only `omitzero` leaves it out.
  return type.kind === KIND.struct && !options.includes('omitzero') ? 'a' : '';
}

/** `v1.PullPolicy`, `[]v1.Capability`, `v1.ResourceList`; structs and Go's own types are known from the schema. */
function nameOf(type: GoType): string | undefined {
  const t = type.kind === KIND.pointer ? binary.element(type) : type;
  if (t.kind === KIND.string || t.kind === KIND.map) return t.named && t.name !== 'string' ? t.name : undefined;
  if (t.kind !== KIND.slice) return undefined;
  const item = binary.element(t);
  return t.named || (item.kind === KIND.string && item.named && item.name !== 'string') ? t.name : undefined;
}

function rowsOf(t: GoType, via: readonly string[] = []): Row[] {
  return binary.fields(t).flatMap((f): Row[] => {
    const [name = '', ...options] = (/json:"([^"]*)"/.exec(f.tag)?.[1] ?? '').split(',');
    if (name === '-') return [];
    if (name === '') {
      const inner = f.type.kind === KIND.pointer ? binary.element(f.type) : f.type;
      return f.embedded && inner.kind === KIND.struct ? rowsOf(inner, [...via, f.name]) : [];
    }
    const row: Row = [name, presenceOf(f.type, options)];
    const named = nameOf(f.type);
    if (named || via.length) row.push(named ?? '');
    if (via.length) row.push(via.join('.'));
    return [row];
  });
}

for (const t of binary.structs()) if (/^k8s\.io\/(api|apimachinery)\//.test(t.pkg)) collect(t);
const lines = allTypeIds().flatMap((id) => {
  // The types of a group that graduated in between are those of its last beta.
  const t =
    structs.get(id) ??
    structs.get(id.replace(/\.v1\.(?=MutatingAdmissionPolicy|Mutation$|ApplyConfiguration|JSONPatch)/, '.v1beta1.'));
  return t ? [`${JSON.stringify(id)}:${JSON.stringify(rowsOf(t)).replaceAll('v1beta1.', 'v1.')}`] : [];
});
fs.writeFileSync(OUT, `{\n${lines.join(',\n')}\n}\n`);
console.log(`${lines.length} of ${allTypeIds().length} types`);
