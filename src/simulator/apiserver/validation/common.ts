// Checks that many kinds share: numbers, quantities, names in fields, deep equality, percentages.
import { formatQuantity, milliOf, parseQuantity, type Quantity, ZERO } from '../../../model/quantity.ts';
import type { Errors, Path } from './field.ts';
import { isDns1123Label, isDns1123Subdomain, isPercent, isPortName, isPortNumber, isQualifiedName } from './names.ts';

export const IMMUTABLE = 'field is immutable';
export const NEGATIVE = 'must be greater than or equal to 0';
export const NOT_POSITIVE = 'must be greater than zero';

/** Keys in a fixed order, where upstream iterates over a map in none. */
export function sortedKeys(map: { readonly [key: string]: unknown } | undefined): readonly string[] {
  if (!map) return [];
  const keys = Object.keys(map);
  return keys.length > 1 ? keys.sort() : keys;
}

export function nonNegative(errs: Errors, path: Path, name: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errs.invalid(path.child(name), value, NEGATIVE);
}

export function positive(errs: Errors, path: Path, name: string, value: number): void {
  if (value <= 0) errs.invalid(path.child(name), value, NOT_POSITIVE);
}

export function dnsLabel(errs: Errors, path: Path, value: string): void {
  errs.each(path, value, isDns1123Label(value));
}

export function dnsSubdomain(errs: Errors, path: Path, value: string): void {
  errs.each(path, value, isDns1123Subdomain(value));
}

export function qualifiedName(errs: Errors, path: Path, value: string): void {
  errs.each(path, value, isQualifiedName(value));
}

/** "Required value" for an empty string, "Unsupported value" for one that is none of `supported`. */
export function requiredEnum(errs: Errors, path: Path, value: string | undefined, supported: readonly string[]): void {
  if (!value) errs.required(path);
  else if (!supported.includes(value)) errs.notSupported(path, value, supported);
}

/** A field that may be absent, but not hold anything outside `supported`, the empty string included. */
export function optionalEnum(
  errs: Errors,
  path: Path,
  name: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if (value !== undefined && !supported.includes(value)) errs.notSupported(path.child(name), value, supported);
}

export function portNumberOrName(errs: Errors, path: Path, port: string | number | undefined): void {
  if (typeof port === 'string') errs.each(path, port, isPortName(port));
  else errs.each(path, port ?? 0, isPortNumber(port ?? 0));
}

/** What an absent or malformed quantity counts as; decoding has refused malformed ones before. */
export function quantity(value: string | number | undefined): Quantity {
  return value === undefined ? ZERO : (parseQuantity(value) ?? ZERO);
}

export function nonNegativeQuantity(errs: Errors, path: Path, q: Quantity): void {
  if (q.nano < 0n) errs.invalid(path, formatQuantity(q), NEGATIVE);
}

export function positiveQuantity(errs: Errors, path: Path, q: Quantity): void {
  if (q.nano <= 0n) errs.invalid(path, formatQuantity(q), NOT_POSITIVE);
}

export function isWholeNumber(q: Quantity): boolean {
  return milliOf(q) % 1000 === 0;
}

/** Deep equality as upstream's Semantic.DeepEqual sees it: absent is the same as empty. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => same(item, b[i]));
  }
  const left = a as { readonly [key: string]: unknown };
  const right = b as { readonly [key: string]: unknown };
  for (const key of Object.keys(left)) if (!same(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (!(key in left) && !isEmpty(right[key])) return false;
  return true;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

/** `shown` is the new value as the message prints it, where it is a struct; a function where that takes some time. */
export function immutable(errs: Errors, path: Path, now: unknown, old: unknown, shown: unknown = now): void {
  if (same(now, old)) return;
  errs.invalid(path, typeof shown === 'function' ? shown() : shown, IMMUTABLE);
}

/** An int or a percentage that must not be negative (ValidatePositiveIntOrPercent). */
export function intOrPercent(errs: Errors, path: Path, value: string | number | undefined): void {
  if (typeof value === 'string') errs.each(path, value, isPercent(value));
  else if ((value ?? 0) < 0) errs.invalid(path, value, NEGATIVE);
}

/** The number, or the number before the percent sign; 0 for text that is neither. */
export function intOrPercentValue(value: string | number | undefined): number {
  if (typeof value !== 'string') return value ?? 0;
  return /^[0-9]+%?$/.test(value) ? Number.parseInt(value, 10) : 0;
}

export function notMoreThan100Percent(errs: Errors, path: Path, value: string | number | undefined): void {
  if (typeof value === 'string' && isPercent(value).length === 0 && intOrPercentValue(value) > 100) {
    errs.invalid(path, value, 'must not be greater than 100%');
  }
}
