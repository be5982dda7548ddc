// The standard functions of CEL. Models cel-go common/stdlib/standard.go and the conversions in common/types.
import { fromUtf8, utf8 } from '../bytes.ts';
import { sizeOf } from '../cost.ts';
import { MAP_INSERT, NOT_FALSE } from '../macros.ts';
import { doubleText, readDouble, readInt, readUint } from '../numbers.ts';
import { int, uint } from '../operators.ts';
import { matches } from '../regex.ts';
import { type Declared, declare } from '../signature.ts';
import { durationText, parseDuration, parseTimestamp, timestampText } from '../time.ts';
import {
  CelError,
  Duration,
  noSuchOverload,
  SECOND,
  Timestamp,
  TypeValue,
  typeName,
  type Uint,
  type Value,
} from '../values.ts';

/** Operators are evaluated by the interpreter; this table is for the checker. */
const inline = (): Value => {
  throw noSuchOverload();
};
const operators = (fn: string, result: string, ...args: readonly string[]): Declared[] =>
  args.map((a) => declare(`${fn}(${a}): ${result || a.split(',')[0]}`, inline));

const NUMBERS = ['int', 'uint', 'double'];
const ORDERED = ['bool', ...NUMBERS, 'string', 'bytes', 'timestamp', 'duration'];
const pair = (t: string): string => `${t}, ${t}`;
const COMPARED = [
  ...ORDERED.map(pair),
  ...NUMBERS.flatMap((a) => NUMBERS.filter((b) => a !== b).map((b) => `${a}, ${b}`)),
];

const OPERATORS: readonly Declared[] = [
  ...operators('_&&_', 'bool', 'bool, bool'),
  ...operators('_||_', 'bool', 'bool, bool'),
  ...operators('!_', 'bool', 'bool'),
  ...operators(NOT_FALSE, 'bool', 'bool'),
  ...operators('_?_:_', 'A', 'bool, A, A'),
  ...['_==_', '_!=_'].flatMap((fn) => operators(fn, 'bool', 'A, A')),
  ...['_<_', '_<=_', '_>_', '_>=_'].flatMap((fn) => operators(fn, 'bool', ...COMPARED)),
  ...operators('_+_', '', 'bytes, bytes', 'double, double', 'duration, duration'),
  ...operators('_+_', 'timestamp', 'duration, timestamp', 'timestamp, duration'),
  ...operators('_+_', '', 'int, int', 'list(A), list(A)', 'string, string', 'uint, uint'),
  ...operators('_-_', '', ...['double', 'duration', 'int', 'uint'].map(pair)),
  ...operators('_-_', 'timestamp', 'timestamp, duration'),
  ...operators('_-_', 'duration', 'timestamp, timestamp'),
  ...['_*_', '_/_'].flatMap((fn) => operators(fn, '', ...NUMBERS.map(pair))),
  ...operators('_%_', '', pair('int'), pair('uint')),
  ...operators('-_', '', 'double', 'int', 'duration'),
  ...operators('@in', 'bool', 'A, list(A)', 'A, map(A, B)'),
  ...operators('_[_]', 'A', 'list(A), int'),
  ...operators('_[_]', 'B', 'map(A, B), A'),
  ...operators(MAP_INSERT, 'map(A, B)', 'map(A, B), A, B', 'map(A, B), map(A, B)'),
];

const size = (v: Value): Value => BigInt(sizeOf(v));

function timeOf(text: string): Timestamp {
  const t = parseTimestamp(text);
  if (t === undefined) throw new CelError(`parsing time ${JSON.stringify(text)}: it is no RFC 3339 time`);
  return t;
}

function durationOf(text: string): Duration {
  const d = parseDuration(text);
  if (d === undefined) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`);
  return d;
}

function boolOf(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw new CelError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function wholeOf(d: number): bigint {
  if (!Number.isFinite(d)) throw new CelError('integer overflow');
  // The largest double below 2⁶³ is further away than one; upstream leaves both ends out.
  if (d <= -(2 ** 63) || d >= 2 ** 63) throw new CelError('integer overflow');
  return BigInt(Math.trunc(d));
}

function unsignedOf(d: number): Uint {
  if (!Number.isFinite(d) || d < 0 || d >= 2 ** 64) throw new CelError('unsigned integer overflow');
  return uint(BigInt(Math.trunc(d)));
}

const seconds = (nanos: bigint): bigint => nanos / SECOND - (nanos % SECOND < 0n ? 1n : 0n);

function textOf(bytes: Uint8Array): string {
  const text = fromUtf8(bytes);
  if (text === undefined) throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  return text;
}

const CONVERSIONS: readonly Declared[] = [
  declare('int(int): int', (v: bigint) => v),
  declare('int(uint): int', (v: Uint) => int(v.value)),
  declare('int(double): int', wholeOf),
  declare('int(string): int', readInt),
  declare('int(timestamp): int', (t: Timestamp) => seconds(t.nanos)),
  declare('int(duration): int', (d: Duration) => d.nanos),
  declare('uint(uint): uint', (v: Uint) => v),
  declare('uint(int): uint', (v: bigint) => uint(v)),
  declare('uint(double): uint', unsignedOf),
  declare('uint(string): uint', readUint),
  declare('double(double): double', (v: number) => v),
  declare('double(int): double', (v: bigint) => Number(v)),
  declare('double(uint): double', (v: Uint) => Number(v.value)),
  declare('double(string): double', readDouble),
  declare('bool(bool): bool', (v: boolean) => v),
  declare('bool(string): bool', boolOf),
  declare('string(string): string', (v: string) => v),
  declare('string(bool): string', (v: boolean) => String(v)),
  declare('string(bytes): string', textOf),
  declare('string(int): string', (v: bigint) => String(v)),
  declare('string(uint): string', (v: Uint) => String(v.value)),
  declare('string(double): string', doubleText),
  declare('string(timestamp): string', timestampText),
  declare('string(duration): string', durationText),
  declare('bytes(bytes): bytes', (v: Uint8Array) => v),
  declare('bytes(string): bytes', utf8),
  declare('timestamp(timestamp): timestamp', (v: Timestamp) => v),
  declare('timestamp(string): timestamp', timeOf),
  declare('timestamp(int): timestamp', (v: bigint) => new Timestamp(v * SECOND)),
  declare('duration(duration): duration', (v: Duration) => v),
  declare('duration(string): duration', durationOf),
  declare('duration(int): duration', (v: bigint) => new Duration(v)),
  declare('dyn(A): dyn', (v: Value) => v),
  declare('type(A): type(A)', (v: Value) => new TypeValue(typeName(v))),
];

export const STANDARD: readonly Declared[] = [
  ...OPERATORS,
  ...['bytes', 'list(A)', 'map(A, B)', 'string'].flatMap((t) => [
    declare(`size(${t}): int`, size),
    declare(`${t}.size(): int`, size),
  ]),
  declare('string.contains(string): bool', (a: string, b: string) => a.includes(b)),
  declare('string.endsWith(string): bool', (a: string, b: string) => a.endsWith(b)),
  declare('string.startsWith(string): bool', (a: string, b: string) => a.startsWith(b)),
  declare('matches(string, string): bool', matches),
  declare('string.matches(string): bool', matches),
  ...CONVERSIONS,
];
