// `"%d of %s".format([…])`. Models cel-go ext/formatting.go.
import { fromUtf8, utf8 } from './bytes.ts';
import { durationText, timestampText } from './time.ts';
import { CelError, Dict, Duration, List, Timestamp, TypeValue, typeName, Uint, type Value } from './values.ts';

const CLAUSE = /%(?:(%)|(\.\d+)?([\s\S]?))/gu;

function fail(message: string): CelError {
  return new CelError(message);
}

const wrong = (allowed: string, v: Value): CelError =>
  fail(`error during formatting: ${allowed}, was given ${typeName(v)}`);

function special(v: number): string | undefined {
  if (Number.isNaN(v)) return 'NaN';
  if (Number.isFinite(v)) return undefined;
  return v < 0 ? '-Infinity' : 'Infinity';
}

function whole(v: Value): bigint | undefined {
  if (typeof v === 'bigint') return v;
  return v instanceof Uint ? v.value : undefined;
}

/** What `%s` makes of a value. */
function shown(v: Value): string {
  if (v === null || typeof v === 'boolean' || typeof v === 'bigint') return String(v);
  if (typeof v === 'string') return v;
  if (typeof v === 'number') return special(v) ?? plainDouble(v);
  if (v instanceof Uint) return String(v.value);
  if (v instanceof Uint8Array) return fromUtf8(v) ?? String.fromCharCode(...v);
  if (v instanceof Timestamp) return timestampText(v);
  if (v instanceof Duration) return durationText(v);
  if (v instanceof TypeValue) return v.name;
  if (v instanceof List) return `[${[...v].map(shown).join(', ')}]`;
  if (v instanceof Dict) {
    const entries = v.keys().map((k) => [shown(k), shown(v.find(k) ?? null)] as const);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, x]) => `${k}: ${x}`).join(', ')}}`;
  }
  throw wrong(
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    v,
  );
}

function plainDouble(v: number): string {
  const text = String(v);
  return text.includes('e') ? v.toFixed(Math.min(100, 20)).replace(/\.?0+$/, '') : text;
}

/** With this many decimals; where two are as near, the even one, which JavaScript does not choose. */
function fixed(v: number, digits: number): string {
  const plain = special(v);
  if (plain !== undefined) return plain;
  if (digits > 40) return v.toFixed(Math.min(100, digits)).padEnd(digits, '0');
  const long = Math.abs(v).toFixed(digits + 60);
  const text = v.toFixed(digits);
  const cut = long.length - 60;
  if (!/^\.?50*$/.test(long.slice(cut)) || text.includes('e')) return text;
  const down = long.slice(0, cut).replace(/\.$/, '');
  return Number(down.at(-1)) % 2 === 0 ? `${v < 0 ? '-' : ''}${down}` : text;
}

function scientific(v: number, digits: number): string {
  const plain = special(v);
  if (plain !== undefined) return plain;
  const [mantissa = '', power = '+0'] = v.toExponential(Math.min(100, digits)).split('e');
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

function floating(v: Value, clause: string): number {
  if (typeof v === 'number') return v;
  const n = whole(v);
  if (n !== undefined) return Number(n);
  throw wrong(`${clause} clause can only be used on doubles`, v);
}

function decimal(v: Value): string {
  const n = whole(v);
  if (n !== undefined) return String(n);
  const plain = typeof v === 'number' ? special(v) : undefined;
  if (plain !== undefined) return plain;
  throw wrong('decimal clause can only be used on integers', v);
}

function hex(v: Value, upper: boolean): string {
  const n = whole(v);
  let text: string | undefined;
  if (n !== undefined) text = n.toString(16);
  else if (typeof v === 'string' || v instanceof Uint8Array)
    text = [...(typeof v === 'string' ? utf8(v) : v)].map((b) => b.toString(16).padStart(2, '0')).join('');
  if (text === undefined) throw wrong('only integers, byte buffers, and strings can be formatted as hex', v);
  return upper ? text.toUpperCase() : text;
}

function inBase(v: Value, base: 2 | 8): string {
  const n = typeof v === 'boolean' && base === 2 ? BigInt(v) : whole(v);
  if (n !== undefined) return n.toString(base);
  throw wrong(
    base === 2 ? 'only integers and bools can be formatted as binary' : 'octal clause can only be used on integers',
    v,
  );
}

function clause(verb: string, precision: number | undefined, v: Value): string {
  switch (verb) {
    case 's':
      return shown(v);
    case 'd':
      return decimal(v);
    case 'f':
      return fixed(floating(v, 'fixed-point'), precision ?? 6);
    case 'e':
      return scientific(floating(v, 'scientific'), precision ?? 6);
    case 'b':
      return inBase(v, 2);
    case 'o':
      return inBase(v, 8);
    case 'x':
    case 'X':
      return hex(v, verb === 'X');
    default:
      throw fail(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

const VERBS = new Set('sdfeboxX');
const MAX_PRECISION = 1000;

export function format(text: string, args: readonly Value[]): string {
  let next = 0;
  return text.replace(CLAUSE, (_, percent: string | undefined, dot: string | undefined, verb: string) => {
    if (percent !== undefined) return '%';
    if (verb === '') throw fail('unexpected end of string');
    if (!VERBS.has(verb)) throw fail(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    if (next >= args.length) throw fail(`index ${next} out of range`);
    const precision = dot === undefined ? undefined : Number(dot.slice(1));
    if (precision !== undefined && precision > MAX_PRECISION) throw fail('precision is too large');
    return clause(verb, precision, args[next++] ?? null);
  });
}
