// Writes src/model/generated/protobuf.ts: the protobuf field numbers of every API type, which no OpenAPI document holds.
// They are read from kubectl's own binary: Go keeps the struct tags (`protobuf:"bytes,1,opt,name=spec"`) for reflection.
// usage: node scripts/generate/protobuf.ts KUBECTL   (a linux/amd64 kubectl, not position-independent)
import fs from 'node:fs';
import path from 'node:path';
import { allTypeIds } from '../../src/model/schema.ts';

const OUT = path.resolve(import.meta.dirname, '../../src/node/generated/protobuf.ts');
/** Go's abi.Kind. Source: internal/abi/type.go, go1.25. */
const KIND = { byte: 8, map: 21, pointer: 22, slice: 23, struct: 25 } as const;
const COMMON = 48;

class Binary {
  private readonly bytes: Buffer;
  private readonly sections = new Map<string, { address: number; offset: number; size: number }>();

  constructor(file: string) {
    this.bytes = fs.readFileSync(file);
    const b = this.bytes;
    if (b.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${file} is no ELF file`);
    const [table, count, names] = [Number(b.readBigUInt64LE(0x28)), b.readUInt16LE(0x3c), b.readUInt16LE(0x3e)];
    const section = (i: number) => {
      const at = table + i * 64;
      return {
        name: b.readUInt32LE(at),
        address: Number(b.readBigUInt64LE(at + 16)),
        offset: Number(b.readBigUInt64LE(at + 24)),
        size: Number(b.readBigUInt64LE(at + 32)),
      };
    };
    const strings = section(names).offset;
    for (let i = 0; i < count; i++) {
      const { name, ...rest } = section(i);
      this.sections.set(b.toString('latin1', strings + name, b.indexOf(0, strings + name)), rest);
    }
  }

  section(name: string): { address: number; offset: number; size: number } {
    const s = this.sections.get(name);
    if (!s) throw new Error(`the binary has no section ${name}`);
    return s;
  }

  private at(address: number): number {
    const { address: start, offset, size } = this.section('.rodata');
    if (address < start || address >= start + size)
      throw new Error(`address ${address.toString(16)} is not in .rodata`);
    return offset + address - start;
  }

  u8 = (a: number): number => this.bytes.readUInt8(this.at(a));
  i32 = (a: number): number => this.bytes.readInt32LE(this.at(a));
  pointer = (a: number): number => Number(this.bytes.readBigUInt64LE(this.at(a)));

  /** Go's abi.Name: flags, length and text, then a tag where a flag says so. */
  name(address: number): { text: string; tag: string } {
    const flags = this.u8(address);
    const first = this.text(address + 1);
    return { text: first.text, tag: flags & 2 ? this.text(first.end).text : '' };
  }

  private text(address: number): { text: string; end: number } {
    let length = 0;
    let at = address;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8(at++);
      length |= (byte & 0x7f) << shift;
      if (!(byte & 0x80)) break;
    }
    const from = this.at(at);
    return { text: this.bytes.toString('utf8', from, from + length), end: at + length };
  }

  typeOffsets(): number[] {
    const { offset, size } = this.section('.typelink');
    return Array.from({ length: size / 4 }, (_, i) => this.bytes.readInt32LE(offset + i * 4));
  }
}

interface GoType {
  readonly address: number;
  readonly kind: number;
  readonly name: string;
  readonly pkg: string;
}

const binary = new Binary(process.argv[2] ?? '');
const TYPES = binary.section('.rodata').address;

function typeAt(address: number): GoType {
  const kind = binary.u8(address + 23) & 31;
  const flags = binary.u8(address + 20);
  let name = binary.name(TYPES + binary.i32(address + 40)).text;
  if (flags & 2) name = name.slice(1);
  const own: { [kind: number]: number } = { [KIND.struct]: 32, [KIND.pointer]: 8, [KIND.slice]: 8, [KIND.map]: 0 };
  const named = flags & 1 && kind === KIND.struct;
  const pkg = named ? binary.name(TYPES + binary.i32(address + COMMON + (own[kind] ?? 0))).text : '';
  return { address, kind, name, pkg };
}

/** `k8s.io/api/core/v1` and `Pod` → the id that the schema table uses: `core.v1.Pod`. */
function idOf(t: GoType): string {
  return [...t.pkg.split('/').slice(-2), t.name.split('.').pop()].join('.');
}

/** As the generated file's comment says. */
type Field = readonly [number, string, string, string, string];

const seen = new Map<string, Field[]>();

function describe(t: GoType): string {
  if (t.kind !== KIND.struct || !t.pkg.startsWith('k8s.io/')) return '';
  const id = idOf(t);
  if (seen.has(id)) return id;
  const fields: Field[] = [];
  seen.set(id, fields);
  const [start, count] = [binary.pointer(t.address + COMMON + 8), binary.pointer(t.address + COMMON + 16)];
  for (let i = 0; i < count; i++) {
    const at = start + i * 24;
    const { tag } = binary.name(binary.pointer(at));
    const proto = /protobuf:"([a-z0-9]+),(\d+),(\w+)/.exec(tag);
    const json = /json:"([^",]*)/.exec(tag)?.[1];
    if (!proto || json === undefined) continue;
    let target = typeAt(binary.pointer(at + 8));
    let shape = '';
    if (target.kind === KIND.map) {
      shape = '{}';
      target = typeAt(binary.pointer(target.address + COMMON + 8));
    } else if (target.kind === KIND.slice) {
      const item = typeAt(binary.pointer(target.address + COMMON));
      if (item.kind !== KIND.byte) [shape, target] = ['[]', item];
    } else if (target.kind !== KIND.pointer && /json:"[^"]*,omit(empty|zero)/.test(tag)) shape = '0';
    if (target.kind === KIND.pointer) target = typeAt(binary.pointer(target.address + COMMON));
    // A map's values may be lists: `[]string` is a message of its own in protobuf.
    const list = target.kind === KIND.slice && shape === '{}' ? 'list' : '';
    fields.push([Number(proto[2]), json, list || goKind(target), shape, describe(target)]);
  }
  return id;
}

const GO_KINDS: { readonly [kind: number]: string } = {
  1: 'bool',
  2: 'int',
  5: 'int',
  6: 'int',
  8: 'int',
  10: 'int',
  11: 'int',
  13: 'float',
  14: 'float',
  23: 'bytes',
  24: 'string',
  25: 'message',
};

function goKind(t: GoType): string {
  return GO_KINDS[t.kind] ?? `kind ${t.kind}`;
}

for (const offset of binary.typeOffsets()) {
  const link = typeAt(TYPES + offset);
  if (link.kind !== KIND.pointer) continue;
  const t = typeAt(binary.pointer(link.address + COMMON));
  if (/^k8s\.io\/(api\/|apimachinery\/pkg\/(apis\/meta\/v1|runtime)$)/.test(t.pkg)) describe(t);
}
/** Only what the kinds that are served in v1.36 reach. */
const reached = new Set<string>();
function reach(id: string): void {
  if (reached.has(id)) return;
  reached.add(id);
  for (const [, , , , next] of seen.get(id) ?? []) if (next) reach(next);
}
for (const id of allTypeIds()) if (seen.has(id)) reach(id);
const rows = [...seen].filter(([id, f]) => f.length > 0 && reached.has(id)).sort(([a], [b]) => (a < b ? -1 : 1));
const body = rows.map(([id, fields]) => `${JSON.stringify(id)}:${JSON.stringify(fields)}`).join(',\n');
const head = `// Generated by scripts/generate/protobuf.ts from the struct tags in kubectl's binary. Do not edit.
/**
 * By type id, for each field: number; JSON name, empty where it is inlined; kind; \`[]\` list, \`{}\` map, \`0\` a zero value
 * is as good as none; id of a message type.
 */
export const PROTOBUF: { readonly [type: string]: readonly (readonly [number, string, string, string, string])[] } = JSON.parse(\`{
`;
fs.mkdirSync(path.dirname(OUT), { recursive: true });
fs.writeFileSync(OUT, `${head}${body}\n}\`);\n`);
console.log(`${rows.length} types`);
