// Reads Go's type descriptors out of an ELF binary: struct fields with their tags, pointers, lists, maps and names, as reflection
// sees them. kubectl holds the types of the Kubernetes API. Models internal/abi/type.go of go1.25.
import fs from 'node:fs';

/** Go's abi.Kind. */
export const KIND = { byte: 8, map: 21, pointer: 22, slice: 23, string: 24, struct: 25 } as const;
/** Size of what every type descriptor begins with. */
const COMMON = 48;
const NAMED = 4;
const EMBEDDED = 8;

export interface GoType {
  readonly address: number;
  readonly kind: number;
  /** `v1.Pod`, `[]v1.Container`, `map[string]string`. */
  readonly name: string;
  /** Import path, of a named struct. */
  readonly pkg: string;
  /** Has a name of its own: `v1.PullPolicy`, not `[]string`. */
  readonly named: boolean;
}

export interface GoField {
  readonly name: string;
  readonly tag: string;
  readonly embedded: boolean;
  readonly type: GoType;
}

export class GoBinary {
  private readonly bytes: Buffer;
  private readonly sections = new Map<string, { address: number; offset: number; size: number }>();

  /** A linux/amd64 program that is not position-independent. */
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

  private section(name: string): { address: number; offset: number; size: number } {
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

  private u8 = (a: number): number => this.bytes.readUInt8(this.at(a));
  private pointer = (a: number): number => Number(this.bytes.readBigUInt64LE(this.at(a)));

  /** Go's abi.Name: flags, length and text, then a tag where a flag says so. */
  private name(address: number): { text: string; tag: string; flags: number } {
    const flags = this.u8(address);
    const first = this.text(address + 1);
    return { text: first.text, tag: flags & 2 ? this.text(first.end).text : '', flags };
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

  private typeAt(address: number): GoType {
    const types = this.section('.rodata').address;
    const name = (offset: number) => this.name(types + this.bytes.readInt32LE(this.at(offset))).text;
    const kind = this.u8(address + 23) & 31;
    const flags = this.u8(address + 20);
    const text = name(address + 40);
    const own = (flags & 1) !== 0 && kind === KIND.struct;
    const pkg = own ? name(address + COMMON + 32) : '';
    return { address, kind, name: flags & 2 ? text.slice(1) : text, pkg, named: (flags & NAMED) !== 0 };
  }

  /** What a pointer points at, a list holds, or a map maps to. */
  element(t: GoType): GoType {
    return this.typeAt(this.pointer(t.address + COMMON + (t.kind === KIND.map ? 8 : 0)));
  }

  fields(struct: GoType): GoField[] {
    const [start, count] = [this.pointer(struct.address + COMMON + 8), this.pointer(struct.address + COMMON + 16)];
    return Array.from({ length: count }, (_, i) => {
      const at = start + i * 24;
      const { text, tag, flags } = this.name(this.pointer(at));
      return { name: text, tag, embedded: (flags & EMBEDDED) !== 0, type: this.typeAt(this.pointer(at + 8)) };
    });
  }

  /** The structs that the program has pointers to. */
  *structs(): Generator<GoType> {
    const types = this.section('.rodata').address;
    const { offset, size } = this.section('.typelink');
    for (let i = 0; i < size; i += 4) {
      const link = this.typeAt(types + this.bytes.readInt32LE(offset + i));
      if (link.kind !== KIND.pointer) continue;
      const t = this.element(link);
      if (t.kind === KIND.struct) yield t;
    }
  }
}

/** `k8s.io/api/core/v1` and `Pod` → the id that the schema table uses: `core.v1.Pod`. */
export function typeId(t: GoType): string {
  return [...t.pkg.split('/').slice(-2), t.name.split('.').pop()].join('.');
}
