// Scalars as Go's decoder takes them, and as the API server writes them back. Models metav1.Time, MicroTime, Quantity,
// IntOrString and []byte in k8s.io/apimachinery.
import { base64Error } from '../../../model/base64.ts';
import { canonicalQuantity, quantityError } from '../../../model/quantity.ts';
import { parseTime } from '../../../model/time.ts';

/** A value that its Go type cannot hold. */
export interface TypeMismatch {
  /** As Go names what came: `number`, `number 99999999999`, `string`, `array`. */
  readonly got: string;
  /** Of the Go type that should hold it, where it is not the field's own. */
  readonly type?: string;
}

/** An error of a type's own decoder, which ends decoding at once. */
export interface Fatal {
  readonly fatal: string | TypeMismatch;
}

/** As Go names the JSON value. */
export function jsonKind(x: unknown): string {
  if (Array.isArray(x)) return 'array';
  return typeof x === 'boolean' ? 'bool' : typeof x;
}

const MAX_INT32 = 2 ** 31 - 1;
const INTEGER = /^-?\d+$/;

/** `literal`: the number as it was written, where that is not how JavaScript prints it. */
export function integerError(x: unknown, bits: 32 | 64, literal?: string): TypeMismatch | undefined {
  if (typeof x !== 'number') return { got: jsonKind(x) };
  if (literal === undefined && Number.isSafeInteger(x) && (bits === 64 || Math.abs(x) <= MAX_INT32)) return undefined;
  const text = literal ?? String(x);
  const fits = INTEGER.test(text) && (bits === 32 ? x <= MAX_INT32 && x >= -MAX_INT32 - 1 : Math.abs(x) < 2 ** 63);
  return fits ? undefined : { got: `number ${text}` };
}

const TIME_LAYOUT = '2006-01-02T15:04:05Z07:00';
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d{2}/, '01'],
  [/^-/, '-'],
  [/^\d{2}/, '02'],
  [/^T/, 'T'],
  [/^\d{2}/, '15'],
  [/^:/, ':'],
  [/^\d{2}/, '04'],
  [/^:/, ':'],
  [/^\d{2}/, '05'],
];

/** Why Go cannot parse a time, as time.ParseError prints it. */
function timeError(text: string, micro: boolean): string {
  const head = `parsing time ${JSON.stringify(text)}`;
  const zone: readonly [RegExp, string] = [/^(Z|[+-]\d{2}:\d{2})$/, 'Z07:00'];
  const parts = [...PARTS, micro ? ([/^\.\d{6}/, '.000000'] as const) : ([/^(\.\d+)?/, ''] as const), zone];
  let rest = text;
  for (const [shape, layout] of parts) {
    const m = shape.exec(rest);
    if (!m)
      return `${head} as "${micro ? MICRO_LAYOUT : TIME_LAYOUT}": cannot parse ${JSON.stringify(rest)} as "${layout}"`;
    rest = rest.slice(m[0].length);
  }
  const [month = 0, , hour = 0, minute = 0, second = 0] = [5, 8, 11, 14, 17].map((i) => Number(text.slice(i, i + 2)));
  if (month < 1 || month > 12) return `${head}: month out of range`;
  if (hour > 23) return `${head}: hour out of range`;
  if (minute > 59) return `${head}: minute out of range`;
  return `${head}: ${second > 59 ? 'second' : 'day'} out of range`;
}

const PLAIN_TIME = '2026-01-01T00:00:00Z'.length;
const PLAIN_MICRO = '2026-01-01T00:00:00.000000Z'.length;

/** UTC in whole seconds, or with six decimals. */
export function conformTime(x: unknown, micro: boolean): string | Fatal {
  if (typeof x !== 'string') return { fatal: { got: jsonKind(x), type: 'string' } };
  const at = parseTime(x);
  // Of times that can be read, those of this length that end in Z are in this form.
  if (at !== undefined && x.length === (micro ? PLAIN_MICRO : PLAIN_TIME) && x.endsWith('Z')) return x;
  if (at === undefined || (micro && !/\.\d{6}(Z|[+-])/.test(x))) return { fatal: timeError(x, micro) };
  const text = new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19);
  return micro ? `${text}.${x.slice(20, 26)}Z` : `${text}Z`;
}

export function conformQuantity(x: unknown): string | Fatal {
  const text = typeof x === 'string' || typeof x === 'number' ? x : JSON.stringify(x);
  return canonicalQuantity(text) ?? { fatal: quantityError(text) ?? '' };
}

export function conformIntOrString(x: unknown, literal?: string): number | string | Fatal {
  if (typeof x === 'string') return x;
  const wrong = integerError(x, 32, literal);
  return wrong ? { fatal: { ...wrong, type: 'int32' } } : (x as number);
}

/** Base64 without line breaks; `{ error }` where it is none. */
export function conformBase64(text: string): string | { readonly error: string } {
  const error = base64Error(text);
  return error === undefined ? text.replace(/[\r\n]/g, '') : { error };
}
