// A JSON value made to fit a type, as decoding it into a Go struct and writing that back does: unknown fields go, empty ones go or
// stay as the struct's tags say, quantities and times take their canonical form. What already fits is returned as it is, so that
// objects share structure. Models k8s.io/apimachinery/pkg/runtime/serializer/json on sigs.k8s.io/json.
import { GO_SCALARS, goType } from '../../../model/go-type.ts';
import type { FieldSchema, TypeSchema, ValueSchema } from '../../../model/schema.ts';
import {
  conformBase64,
  conformIntOrString,
  conformQuantity,
  conformTime,
  type Fatal,
  integerError,
  jsonKind,
  type TypeMismatch,
} from './conform-scalars.ts';
import { type JsonNotes, membersBefore, put } from './json.ts';

export interface Conformed {
  readonly value: unknown;
  /** Go's words for a value that does not fit; the rest is then of no use. */
  readonly error?: string;
  /** `unknown field "spec.bogus"`, `duplicate field "kind"`, in the order of the document. */
  readonly strict: readonly string[];
  /** The value with the empty lists and maps that `value` leaves out; absent where it leaves out none. */
  readonly kept?: unknown;
}

/** Where decoding is: a field of a struct, an entry of a map, an item of a list. */
type Frame = FieldSchema | string | number;

/** JSON text, or a map that never was text (after a strategic merge patch), whose errors have other words. */
export type Source = 'json' | 'map';

class FatalError extends Error {}

/** Models k8s.io/apimachinery/pkg/runtime/converter.go. */
function mapMismatch(wrong: TypeMismatch, schema: ValueSchema): string {
  const number = wrong.got.startsWith('number');
  const got = number ? (/[.e]/.test(wrong.got) ? 'float64' : 'int64') : (MAP_KINDS[wrong.got] ?? wrong.got);
  if (schema.kind === 'list' || schema.kind === 'bytes') return `cannot restore slice from ${got}`;
  if (schema.kind === 'map') return `cannot restore map from ${got}`;
  if (schema.kind === 'object') return `cannot restore struct from: ${got}`;
  const to = GO_SCALARS[schema.kind] ?? 'interface';
  return number && to !== 'bool' ? `cannot convert ${got} to ${to}` : `unrecognized type: ${to}`;
}
const MAP_KINDS: Record<string, string> = { object: 'map', array: 'slice' };

/** Upstream stops counting there. */
const MAX_STRICT = 100;
const NO_NOTES: ReadonlyMap<object, JsonNotes> = new Map();

type Members = Readonly<Record<string, unknown>>;
const NO_MEMBERS: Members = Object.freeze(Object.create(null) as Members);
const NO_ITEMS: readonly unknown[] = [];

function membersOf(x: unknown): Members {
  return typeof x === 'object' && x !== null ? (x as Members) : NO_MEMBERS;
}

class Conformer {
  readonly strict: string[] = [];
  saved: string | undefined;
  /** A list or a map was left out because it was empty. */
  leftOut = false;
  private readonly keep: boolean;
  private readonly notes: ReadonlyMap<object, JsonNotes>;
  private readonly frames: Frame[] = [];
  private readonly root: TypeSchema;
  private readonly from: Source;

  constructor(root: TypeSchema, notes: ReadonlyMap<object, JsonNotes>, from: Source, keep = false) {
    this.root = root;
    this.keep = keep;
    this.notes = notes;
    this.from = from;
  }

  /** The field, its owner and Go's path to where decoding is now. */
  private where(): { field?: FieldSchema; owner?: TypeSchema; path: string } {
    const path: string[] = [];
    let last: { field: FieldSchema; owner: TypeSchema } | undefined;
    let at: ValueSchema | undefined = { kind: 'object', object: this.root };
    for (const f of this.frames) {
      if (typeof f !== 'object') {
        at = at?.items;
        continue;
      }
      if (f.embedded) path.push(f.embedded);
      path.push(f.name);
      if (at?.object) last = { field: f, owner: at.object };
      at = f;
    }
    return { ...last, path: path.join('.') };
  }

  private mismatch(wrong: TypeMismatch, schema: ValueSchema, root?: TypeSchema): string {
    if (this.from === 'map') return mapMismatch(wrong, schema);
    const { field, owner, path } = this.where();
    if (!owner)
      return `json: cannot unmarshal ${wrong.got} into Go value of type ${root ? goType({ kind: 'object', object: root }) : ''}`;
    const top = this.frames.at(-1);
    const named = typeof top === 'object' || field?.goType?.startsWith('[]') ? field?.goType : undefined;
    return `json: cannot unmarshal ${wrong.got} into Go struct field ${owner.name}.${path} of type ${wrong.type ?? goType(schema, named)}`;
  }

  /** A mismatch is remembered and decoding goes on; the first one is told. */
  private save(wrong: TypeMismatch, schema: ValueSchema, root?: TypeSchema): void {
    if (this.from === 'map') this.fatal({ fatal: wrong }, schema);
    this.saved ??= this.mismatch(wrong, schema, root);
  }

  private fatal(f: Fatal, schema: ValueSchema): never {
    throw new FatalError(typeof f.fatal === 'string' ? f.fatal : this.mismatch(f.fatal, schema));
  }

  private note(what: string, name: string): void {
    if (this.strict.length >= MAX_STRICT) return;
    let path = '';
    for (const f of [...this.frames, name]) {
      if (typeof f === 'number') path += `[${f}]`;
      else path += `${path ? '.' : ''}${typeof f === 'string' ? f : f.name}`;
    }
    const text = `${what} ${JSON.stringify(path)}`;
    if (!this.strict.includes(text)) this.strict.push(text);
  }

  private literal(holder: object, key: string | number): string | undefined {
    return this.notes.get(holder)?.literals?.get(String(key));
  }

  /** `fits`: a value of the same type that fits. What the input shares with it needs no second look. */
  object(input: unknown, type: TypeSchema, fits?: unknown): unknown {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      this.save({ got: jsonKind(input) }, { kind: 'object', object: type }, type);
      return input;
    }
    const from = input as Members;
    const was = membersOf(fits);
    let out: Record<string, unknown> | undefined;
    for (const key in from) {
      const given = from[key];
      const value = given !== undefined && given === was[key] ? given : this.member(given, key, type, from, was);
      if (value !== given && !out) out = membersBefore(from, key);
      if (out && value !== undefined) put(out, key, value);
    }
    if (this.notes.size) for (const key of this.notes.get(from)?.duplicates ?? []) this.note('duplicate field', key);
    for (const field of type.always) {
      if (Object.hasOwn(out ?? from, field.name)) continue;
      out ??= { ...from };
      out[field.name] = this.absent(field);
    }
    return out ?? from;
  }

  /** The value of a member as it is written back; undefined where it is left out. */
  private member(given: unknown, key: string, type: TypeSchema, from: Members, was: Members): unknown {
    const field = type.fields.get(key);
    if (field === undefined) {
      if (type.preserveUnknown) return given;
      this.note('unknown field', key);
      return undefined;
    }
    if (typeof given === 'string' && given !== '' && field.kind === 'string') return given;
    this.frames.push(field);
    const value = this.present(given, field, from, was[key]);
    this.frames.pop();
    return value;
  }

  private present(input: unknown, field: FieldSchema, holder: object, fits: unknown): unknown {
    if (input === null || input === undefined) {
      return field.presence === 'always' ? this.absent(field) : undefined;
    }
    const value = this.value(input, field, holder, field.name, fits);
    if (field.presence !== 'nonEmpty') return value;
    if (!isEmpty(value, field)) return value;
    if (typeof value !== 'object') return undefined;
    this.leftOut = true;
    return this.keep ? value : undefined;
  }

  /** What is written of a field that is always written and says nothing. */
  private absent(field: FieldSchema): unknown {
    return field.nullable ? null : this.zero(field);
  }

  private zero(schema: ValueSchema): unknown {
    switch (schema.kind) {
      case 'object':
        return schema.object ? this.object({}, schema.object) : {};
      case 'string':
      case 'bytes':
        return '';
      case 'boolean':
        return false;
      case 'quantity':
        return '0';
      case 'int32':
      case 'int64':
      case 'double':
      case 'intOrString':
        return 0;
      default:
        return null;
    }
  }

  private value(input: unknown, schema: ValueSchema, holder: object, key: string | number, fits: unknown): unknown {
    switch (schema.kind) {
      case 'object':
        return schema.object ? this.struct(input, schema.object, schema, fits) : input;
      case 'list':
        return this.list(input, schema, fits);
      case 'map':
        return this.map(input, schema, fits);
      case 'any':
        return input;
      default:
        return this.scalar(input, schema, this.notes.size ? this.literal(holder, key) : undefined);
    }
  }

  private struct(input: unknown, type: TypeSchema, schema: ValueSchema, fits: unknown): unknown {
    if (typeof input === 'object' && !Array.isArray(input)) return this.object(input, type, fits);
    this.save({ got: jsonKind(input) }, schema);
    return input;
  }

  private list(input: unknown, schema: ValueSchema, fits: unknown): unknown {
    if (!Array.isArray(input)) {
      this.save({ got: jsonKind(input) }, schema);
      return input;
    }
    const was = Array.isArray(fits) ? (fits as readonly unknown[]) : NO_ITEMS;
    const items = schema.items ?? { kind: 'any' };
    let out: unknown[] | undefined;
    for (let i = 0; i < input.length; i++) {
      let value = input[i];
      if (value !== was[i] || value === undefined) {
        this.frames.push(i);
        value = value === null ? this.zero(items) : this.value(value, items, input, i, was[i]);
        this.frames.pop();
      }
      if (value !== input[i]) out ??= input.slice();
      if (out) out[i] = value;
    }
    return out ?? input;
  }

  private map(input: unknown, schema: ValueSchema, fits: unknown): unknown {
    if (typeof input !== 'object' || Array.isArray(input)) {
      this.save({ got: jsonKind(input) }, schema);
      return input;
    }
    const from = input as Members;
    const was = membersOf(fits);
    const items = schema.items ?? { kind: 'any' };
    let out: Record<string, unknown> | undefined;
    for (const key in from) {
      if (from[key] === was[key] && from[key] !== undefined) continue;
      this.frames.push(key);
      const value = from[key] === null ? this.zero(items) : this.value(from[key], items, from, key, was[key]);
      this.frames.pop();
      if (value === from[key]) continue;
      out ??= { ...from };
      put(out, key, value);
    }
    if (this.notes.size) for (const key of this.notes.get(from)?.duplicates ?? []) this.note('duplicate field', key);
    return out ?? from;
  }

  private scalar(input: unknown, schema: ValueSchema, literal: string | undefined): unknown {
    let wrong: TypeMismatch | undefined;
    switch (schema.kind) {
      case 'string':
        if (typeof input === 'string') return input;
        break;
      case 'boolean':
        if (typeof input === 'boolean') return input;
        break;
      case 'double':
        if (typeof input === 'number') return input;
        break;
      case 'int32':
      case 'int64':
        wrong = integerError(input, schema.kind === 'int32' ? 32 : 64, literal);
        if (!wrong) return input;
        break;
      case 'bytes':
        return this.bytes(input, schema);
      default:
        return this.own(input, schema, literal);
    }
    this.save(wrong ?? { got: jsonKind(input) }, schema);
    return input;
  }

  private bytes(input: unknown, schema: ValueSchema): unknown {
    if (typeof input !== 'string') {
      this.save({ got: jsonKind(input) }, schema);
      return input;
    }
    const text = conformBase64(input);
    if (typeof text === 'string') return text;
    this.saved ??= text.error;
    return input;
  }

  /** Types with a decoder of their own. */
  private own(input: unknown, schema: ValueSchema, literal: string | undefined): unknown {
    const value =
      schema.kind === 'quantity'
        ? conformQuantity(input)
        : schema.kind === 'intOrString'
          ? conformIntOrString(input, literal)
          : conformTime(input, schema.kind === 'microTime');
    return typeof value === 'object' ? this.fatal(value, schema) : value;
  }
}

/** What `omitempty` leaves out. */
function isEmpty(value: unknown, field: FieldSchema): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true;
  if (field.kind === 'list') return Array.isArray(value) && value.length === 0;
  if (field.kind !== 'map' || typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

/**
 * Never throws; `error` is set where the value cannot be decoded.
 * @param fits an object of the type that was conformed before and shares parts with the input, as the stored one that was patched.
 */
export function conform(
  input: unknown,
  type: TypeSchema,
  notes: ReadonlyMap<object, JsonNotes> = NO_NOTES,
  from: Source = 'json',
  fits?: unknown,
): Conformed {
  const c = new Conformer(type, notes, from);
  try {
    const value = c.object(input, type, fits);
    if (c.saved !== undefined) return { value, error: c.saved, strict: [] };
    const kept = c.leftOut ? { kept: new Conformer(type, notes, from, true).object(input, type, fits) } : {};
    return { value, strict: c.strict, ...kept };
  } catch (e) {
    if (e instanceof FatalError) return { value: input, error: e.message, strict: [] };
    if (e instanceof RangeError) return { value: input, error: 'exceeded max depth', strict: [] };
    throw e;
  }
}
