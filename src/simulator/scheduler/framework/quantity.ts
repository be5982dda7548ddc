// Quantities as whole numbers, rounded up as resource.Quantity rounds. Scheduling compares them by the million, so every
// distinct text is parsed once.
import type { Quantity } from '../../../model/generated/meta.v1.ts';

const MULTIPLIERS: { readonly [suffix: string]: readonly [num: bigint, den: bigint] } = {
  n: [1n, 1_000_000_000n],
  u: [1n, 1_000_000n],
  m: [1n, 1_000n],
  '': [1n, 1n],
  k: [10n ** 3n, 1n],
  M: [10n ** 6n, 1n],
  G: [10n ** 9n, 1n],
  T: [10n ** 12n, 1n],
  P: [10n ** 15n, 1n],
  E: [10n ** 18n, 1n],
  Ki: [2n ** 10n, 1n],
  Mi: [2n ** 20n, 1n],
  Gi: [2n ** 30n, 1n],
  Ti: [2n ** 40n, 1n],
  Pi: [2n ** 50n, 1n],
  Ei: [2n ** 60n, 1n],
};

const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$/;
const known = new Map<string, readonly [whole: number, milli: number]>();

function ceilDiv(num: bigint, den: bigint): number {
  return Number(num > 0n ? (num + den - 1n) / den : num / den);
}

function parse(text: string): readonly [number, number] {
  const m = SHAPE.exec(text);
  const digits = `${m?.[2] ?? ''}${m?.[3] ?? ''}`;
  if (m === null || digits === '') {
    throw new Error(`"${text}" is not a quantity: write a number with an optional suffix, such as 500m, 2 or 1Gi`);
  }
  let num = BigInt(digits) * (m[1] === '-' ? -1n : 1n);
  let den = 10n ** BigInt(m[3]?.length ?? 0);
  const exponent = m[4] === undefined ? 0 : Number(m[4]);
  if (exponent > 0) num *= 10n ** BigInt(exponent);
  else den *= 10n ** BigInt(-exponent);
  const [by, over] = MULTIPLIERS[m[5] ?? ''] ?? [1n, 1n];
  num *= by;
  den *= over;
  return [ceilDiv(num, den), ceilDiv(num * 1000n, den)];
}

function both(q: Quantity): readonly [number, number] {
  const text = typeof q === 'string' ? q.trim() : String(q);
  let value = known.get(text);
  if (value === undefined) {
    value = parse(text);
    if (known.size > 50_000) known.clear();
    known.set(text, value);
  }
  return value;
}

/** In whole units, rounded up. Throws on what is not a quantity. */
export function wholeValue(q: Quantity): number {
  return both(q)[0];
}

/** In thousandths, rounded up: `250m` is 250. Throws on what is not a quantity. */
export function milliValue(q: Quantity): number {
  return both(q)[1];
}
