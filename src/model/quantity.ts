// Amounts of cpu, memory and the like. Models k8s.io/apimachinery/pkg/api/resource/quantity.go: a fixed-point number with nine
// decimals, and a format that decides how it is written back in canonical form (`0.5` → `500m`, `1024Mi` → `1Gi`).
import { byText } from './remember.ts';

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** In units of 10⁻⁹. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** What the API server says of text that is no quantity. */
export const QUANTITY_ERRORS = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  suffix: "unable to parse quantity's suffix",
  numeric: 'unable to parse numeric part of quantity',
} as const;

const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIX = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 1_000_000_000n;
const MAX = (2n ** 63n - 1n) * NANO;
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*(?:[-+]?\d*))$/;

export const ZERO: Quantity = { nano: 0n, format: 'DecimalSI' };

interface Scale {
  base: 2 | 10;
  exponent: number;
  format: QuantityFormat;
}

function scaleOf(suffix: string): Scale | undefined {
  const decimal = DECIMAL[suffix];
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = BINARY[suffix];
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  const m = /^[eE]([-+]?\d+)$/.exec(suffix);
  if (!m) return undefined;
  return { base: 10, exponent: Number(m[1]), format: 'DecimalExponent' };
}

/** A division that rounds away from zero, as quantities do with what they cannot hold. */
function divideUp(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b === 0n ? q : q + (a < 0n ? -1n : 1n);
}

function read(text: string): Quantity | keyof typeof QUANTITY_ERRORS {
  const m = SHAPE.exec(text);
  if (!m || text === '') return 'format';
  const [, sign, whole = '', fraction = '', suffix = ''] = m;
  const scale = scaleOf(suffix);
  if (!scale) return 'suffix';
  const digits = BigInt(`${whole}${fraction}` || '0');
  // Beyond these the number is zero's neighbour or the cap anyway; without the bound a hostile exponent would eat memory.
  const exponent = Math.max(-400, Math.min(400, scale.exponent - (scale.base === 10 ? fraction.length : 0)));
  let nano: bigint;
  if (scale.base === 2) nano = divideUp(digits * 2n ** BigInt(scale.exponent) * NANO, 10n ** BigInt(fraction.length));
  else if (exponent + 9 >= 0) nano = digits * 10n ** BigInt(exponent + 9);
  else nano = divideUp(digits, 10n ** BigInt(-exponent - 9));
  if (nano > MAX) nano = MAX;
  const format = scale.format === 'BinarySI' && nano > 0n && nano < NANO ? 'DecimalSI' : scale.format;
  return { nano: sign === '-' ? -nano : nano, format };
}

const lookUp = byText(10_000, (text) => (text.length > 500 ? 'format' : read(text)));

/** The quantity a text or a JSON number stands for; undefined where it is none (`quantityError` says why). */
export function parseQuantity(x: string | number): Quantity | undefined {
  const value = lookUp(String(x).trim());
  return typeof value === 'string' ? undefined : value;
}

/** Upstream's words on why a text is no quantity; undefined where it is one. */
export function quantityError(x: string | number): string | undefined {
  const value = lookUp(String(x).trim());
  return typeof value === 'string' ? QUANTITY_ERRORS[value] : undefined;
}

/** A quantity that must be one, such as a constant of the program. Throws on anything else. */
export function quantity(x: string | number): Quantity {
  const q = parseQuantity(x);
  if (!q) throw new Error(`not a quantity: ${x}`);
  return q;
}

function formatDecimal(nano: bigint, format: QuantityFormat): string {
  let mantissa = nano;
  let exponent = -9;
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  // Beyond E there is no suffix.
  while (format === 'DecimalSI' && exponent > 18) {
    mantissa *= 1000n;
    exponent -= 3;
  }
  if (format === 'DecimalSI') return `${mantissa}${DECIMAL_SUFFIX.get(exponent) ?? ''}`;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

/** The canonical form, which is what the API server stores and answers. */
export function formatQuantity(q: Quantity): string {
  if (q.nano === 0n) return '0';
  const small = q.nano > -1024n * NANO && q.nano < 1024n * NANO;
  if (q.format !== 'BinarySI' || small || q.nano % NANO !== 0n)
    return formatDecimal(q.nano, q.format === 'BinarySI' ? 'DecimalSI' : q.format);
  let mantissa = q.nano / NANO;
  let exponent = 0;
  while (mantissa % 1024n === 0n && exponent < 6) {
    mantissa /= 1024n;
    exponent++;
  }
  return `${mantissa}${BINARY_SUFFIX[exponent]}`;
}

const canonical = byText(10_000, (text) => {
  const q = parseQuantity(text);
  return q && formatQuantity(q);
});

/** Text to canonical text; undefined where it is no quantity. */
export function canonicalQuantity(x: string | number): string | undefined {
  return canonical(String(x));
}

/** Negative, zero or positive, as in sorting. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** The sum, in the format of the first unless that is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano - b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** Whole units (bytes, cores), rounded up. */
export function unitsOf(q: Quantity): number {
  return Number(divideUp(q.nano, NANO));
}

/** Thousandths (millicores), rounded up. */
export function milliOf(q: Quantity): number {
  return Number(divideUp(q.nano, 1_000_000n));
}
