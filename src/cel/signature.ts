// Signatures of functions, written as text: `string.charAt(int): string`, `optional.of(A): optional(A)`.
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  objectType,
  opaqueType,
  optionalOf,
  STRING,
  TIMESTAMP,
  type Type,
  typeOf,
  typeParam,
  UINT,
} from './types.ts';
import {
  CelError,
  Dict,
  Duration,
  List,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from './values.ts';

export interface Overload {
  readonly member: boolean;
  /** Of a member the first is the receiver. */
  readonly args: readonly Type[];
  readonly result: Type;
  run(args: readonly Value[]): Value;
}

export interface Declared {
  readonly name: string;
  readonly overload: Overload;
}

const SIMPLE: Readonly<Record<string, Type>> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  null: NULL,
  dyn: DYN,
  timestamp: TIMESTAMP,
  duration: DURATION,
};

/** Splits at commas that stand in no parentheses. */
function split(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let part = '';
  for (const c of text) {
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (c === ',' && depth === 0) {
      out.push(part.trim());
      part = '';
    } else part += c;
  }
  return part.trim() === '' ? out : [...out, part.trim()];
}

export function readType(text: string): Type {
  const simple = SIMPLE[text];
  if (simple !== undefined) return simple;
  if (/^[A-Z]$/.test(text)) return typeParam(text);
  const [, name = '', inner] = /^([\w.]+)(?:\((.*)\))?$/.exec(text) ?? [];
  const [a = DYN, b = DYN] = split(inner ?? '').map(readType);
  if (name === 'list') return listOf(a);
  if (name === 'map') return mapOf(a, b);
  if (name === 'type') return typeOf(a);
  if (name === 'optional') return optionalOf(a);
  if (name.includes('.')) return inner === undefined && /\.[A-Z]\w*$/.test(name) ? opaqueType(name) : objectType(name);
  throw new Error(`no type is called ${text}`);
}

/** Runs with arguments of the declared types: which they are is checked before. */
type Run = (...args: never[]) => Value;

/** `signature` is `name(args): result`, or `receiver.name(args): result` where the receiver is a type. */
export function declare(signature: string, run: Run): Declared {
  const end = signature.lastIndexOf('): ');
  const start = opening(signature, end);
  const [receiver, name] = splitReceiver(signature.slice(0, start));
  const types = split(signature.slice(start + 1, end)).map(readType);
  return {
    name,
    overload: {
      member: receiver !== undefined,
      args: receiver === undefined ? types : [readType(receiver), ...types],
      result: readType(signature.slice(end + 3)),
      run: (values) => (run as (...values: readonly Value[]) => Value)(...values),
    },
  };
}

/** Where the parenthesis that ends at `end` begins. */
function opening(text: string, end: number): number {
  let depth = 0;
  for (let i = end; i >= 0; i--) {
    if (text[i] === ')') depth++;
    if (text[i] === '(' && --depth === 0) return i;
  }
  throw new Error(`no arguments in ${text}`);
}

const NAMESPACES = new Set(['optional', 'sets', 'ip', 'jsonpatch', 'strings', 'format', 'math', 'cel', 'lists']);

/** `string.trim` is a member of strings, `optional.of` is not. */
function splitReceiver(text: string): readonly [string | undefined, string] {
  const dot = text.lastIndexOf('.');
  const before = text.slice(0, dot);
  if (dot < 0 || NAMESPACES.has(before)) return [undefined, text];
  return [before, text.slice(dot + 1)];
}

/** Whether a value may be given where the type is declared; what is inside lists and maps is not looked at. */
export function fits(t: Type, v: Value): boolean {
  switch (t.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'null':
      return v === null;
    case 'bool':
      return typeof v === 'boolean';
    case 'int':
      return typeof v === 'bigint';
    case 'uint':
      return v instanceof Uint;
    case 'double':
      return typeof v === 'number';
    case 'string':
      return typeof v === 'string';
    case 'bytes':
      return v instanceof Uint8Array;
    case 'timestamp':
      return v instanceof Timestamp;
    case 'duration':
      return v instanceof Duration;
    case 'list':
      return v instanceof List;
    case 'map':
    case 'object':
      return v instanceof Dict;
    case 'type':
      return v instanceof TypeValue;
    case 'opaque':
      return t.name === 'optional_type' ? v instanceof Optional : v instanceof Opaque && v.type === t.name;
    default:
      return false;
  }
}

/** The first overload that takes these arguments. */
export function dispatch(
  name: string,
  overloads: readonly Overload[],
  member: boolean,
  args: readonly Value[],
): Overload {
  const found = overloads.find(
    (o) => o.member === member && o.args.length === args.length && o.args.every((t, i) => fits(t, args[i] ?? null)),
  );
  if (found === undefined) throw new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
  return found;
}
