// Numbers in text, as Go reads and writes them. Models strconv.ParseInt, ParseUint, ParseFloat and FormatFloat.
import { CelError, MAX_INT, MAX_UINT, MIN_INT, Uint } from './values.ts';

function problem(fn: string, text: string, what: string): CelError {
  return new CelError(`strconv.${fn}: parsing ${JSON.stringify(text)}: ${what}`);
}

export function readInt(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw problem('ParseInt', text, 'invalid syntax');
  const v = BigInt(text.replace(/^\+/, ''));
  if (v > MAX_INT || v < MIN_INT) throw problem('ParseInt', text, 'value out of range');
  return v;
}

export function readUint(text: string): Uint {
  if (!/^\d+$/.test(text)) throw problem('ParseUint', text, 'invalid syntax');
  const v = BigInt(text);
  if (v > MAX_UINT) throw problem('ParseUint', text, 'value out of range');
  return new Uint(v);
}

export function readDouble(text: string): number {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw problem('ParseFloat', text, 'invalid syntax');
  const v = Number(text);
  if (!Number.isFinite(v)) throw problem('ParseFloat', text, 'value out of range');
  return v;
}

/** Go's `%g` with as many digits as it takes: an exponent below 10⁻⁴ and from 10²¹ on. */
export function doubleText(v: number): string {
  if (Number.isNaN(v)) return 'NaN';
  if (!Number.isFinite(v)) return v < 0 ? '-Inf' : '+Inf';
  if (Object.is(v, -0)) return '-0';
  const exponent = v === 0 ? 0 : Math.floor(Math.log10(Math.abs(v)));
  if (exponent >= -4 && Math.abs(v) < 1e21) {
    const text = String(v);
    return text.includes('e') ? v.toFixed(20).replace(/0+$/, '') : text;
  }
  const [digits = '', power = '+0'] = v.toExponential().split('e');
  return `${digits}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}
