// Quantities and versions. Models k8s.io/apiserver/pkg/cel/library/{quantity,semverlib}.go and blang/semver.
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityError,
  subtractQuantities,
} from '../../model/quantity.ts';
import { type Declared, declare } from '../signature.ts';
import { CelError, MAX_INT, MIN_INT, Opaque } from '../values.ts';

const QUANTITY = 'kubernetes.Quantity';
const SEMVER = 'kubernetes.Semver';
const NANO = 1_000_000_000n;

class QuantityValue extends Opaque {
  readonly type = QUANTITY;
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }
  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

/** No white space around it, as the parser of the server's own fields forgives. */
function read(text: string): QuantityValue {
  const found = text === text.trim() ? parseQuantity(text) : undefined;
  if (found === undefined) throw new CelError(quantityError(text) ?? 'quantities must match the regular expression');
  return new QuantityValue(found);
}

const isQuantity = (text: string): boolean => text === text.trim() && parseQuantity(text) !== undefined;

function whole({ quantity: { nano } }: QuantityValue): bigint | undefined {
  const n = nano / NANO;
  // What is capped is no integer any more.
  return nano % NANO === 0n && n < MAX_INT && n > MIN_INT ? n : undefined;
}

function asInteger(q: QuantityValue): bigint {
  const n = whole(q);
  if (n === undefined) throw new CelError('cannot convert value to integer');
  return n;
}

const order = (a: QuantityValue, b: QuantityValue): number => compareQuantities(a.quantity, b.quantity);
const ofInt = (n: bigint): QuantityValue => new QuantityValue({ nano: n * NANO, format: 'DecimalSI' });
const plus = (a: QuantityValue, b: QuantityValue) => new QuantityValue(addQuantities(a.quantity, b.quantity));
const minus = (a: QuantityValue, b: QuantityValue) => new QuantityValue(subtractQuantities(a.quantity, b.quantity));
const sign = (n: bigint): bigint => (n < 0n ? -1n : n > 0n ? 1n : 0n);

export const QUANTITIES: readonly Declared[] = [
  declare(`quantity(string): ${QUANTITY}`, read),
  declare('isQuantity(string): bool', isQuantity),
  declare(`${QUANTITY}.sign(): int`, (q: QuantityValue) => sign(q.quantity.nano)),
  declare(`${QUANTITY}.isInteger(): bool`, (q: QuantityValue) => whole(q) !== undefined),
  declare(`${QUANTITY}.asInteger(): int`, asInteger),
  declare(`${QUANTITY}.asApproximateFloat(): double`, (q: QuantityValue) => Number(q.quantity.nano) / 1e9),
  declare(`${QUANTITY}.isGreaterThan(${QUANTITY}): bool`, (a: QuantityValue, b: QuantityValue) => order(a, b) > 0),
  declare(`${QUANTITY}.isLessThan(${QUANTITY}): bool`, (a: QuantityValue, b: QuantityValue) => order(a, b) < 0),
  declare(`${QUANTITY}.compareTo(${QUANTITY}): int`, (a: QuantityValue, b: QuantityValue) => BigInt(order(a, b))),
  declare(`${QUANTITY}.add(${QUANTITY}): ${QUANTITY}`, plus),
  declare(`${QUANTITY}.add(int): ${QUANTITY}`, (a: QuantityValue, n: bigint) => plus(a, ofInt(n))),
  declare(`${QUANTITY}.sub(${QUANTITY}): ${QUANTITY}`, minus),
  declare(`${QUANTITY}.sub(int): ${QUANTITY}`, (a: QuantityValue, n: bigint) => minus(a, ofInt(n))),
];

class Semver extends Opaque {
  readonly type = SEMVER;
  readonly numbers: readonly bigint[];
  readonly pre: readonly string[];
  constructor(numbers: readonly bigint[], pre: readonly string[]) {
    super();
    this.numbers = numbers;
    this.pre = pre;
  }
  equals(other: Opaque): boolean {
    return other instanceof Semver && compareVersions(this, other) === 0;
  }
}

const PLAIN = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

function parseVersion(text: string): Semver | undefined {
  const m = PLAIN.exec(text);
  if (m === null) return undefined;
  const pre = m[4]?.split('.') ?? [];
  const build = m[5]?.split('.') ?? [];
  if (pre.some((p) => p === '' || /^0\d+$/.test(p)) || build.includes('')) return undefined;
  return new Semver(
    m.slice(1, 4).map((n) => BigInt(n ?? '0')),
    pre,
  );
}

function normalized(text: string): string | undefined {
  const body = text.startsWith('v') ? text.slice(1) : text;
  const [major = '', minor, ...patch] = body.split('.');
  const parts = [major, ...(minor === undefined ? [] : [minor]), ...(patch.length > 0 ? [patch.join('.')] : [])];
  const stripped = parts.map((p) => {
    const rest = p.length > 1 ? p.replace(/^0+/, '') : p;
    return p.length > 1 && !/^\d/.test(rest) ? `0${rest}` : rest;
  });
  if (stripped.length < 3 && /[+-]/.test(stripped.at(-1) ?? '')) return undefined;
  while (stripped.length < 3) stripped.push('0');
  return stripped.join('.');
}

/** Values of fields that hold text of these kinds. They throw CelError where it is none. */
export const quantityValue = (text: string): Opaque => read(text);
export const versionValue = (text: string): Opaque => version(text);

function version(text: string, normalize = false): Semver {
  const clean = normalize ? normalized(text) : text;
  if (clean === undefined) throw new CelError('short version cannot contain PreRelease/Build meta data');
  const found = parseVersion(clean);
  if (found !== undefined) return found;
  if (clean === '') throw new CelError('Version string empty');
  if (clean.split('.').length < 3) throw new CelError('No Major.Minor.Patch elements found');
  throw new CelError(`Invalid character(s) found in version ${JSON.stringify(clean)}`);
}

function isVersion(text: string, normalize = false): boolean {
  const clean = normalize ? normalized(text) : text;
  return clean !== undefined && parseVersion(clean) !== undefined;
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : a.length === 0 ? 1 : -1;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x = '', y = ''] = [a[i], b[i]];
    if (x === y) continue;
    const [n, m] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (n !== m) return n ? -1 : 1;
    if (n) return BigInt(x) < BigInt(y) ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

function compareVersions(a: Semver, b: Semver): number {
  for (let i = 0; i < 3; i++) {
    const [x = 0n, y = 0n] = [a.numbers[i], b.numbers[i]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return comparePre(a.pre, b.pre);
}

export const SEMVERS: readonly Declared[] = [
  declare(`semver(string): ${SEMVER}`, version),
  declare(`semver(string, bool): ${SEMVER}`, version),
  declare('isSemver(string): bool', isVersion),
  declare('isSemver(string, bool): bool', isVersion),
  ...['major', 'minor', 'patch'].map((name, i) =>
    declare(`${SEMVER}.${name}(): int`, (v: Semver) => v.numbers[i] ?? 0n),
  ),
  declare(`${SEMVER}.isGreaterThan(${SEMVER}): bool`, (a: Semver, b: Semver) => compareVersions(a, b) > 0),
  declare(`${SEMVER}.isLessThan(${SEMVER}): bool`, (a: Semver, b: Semver) => compareVersions(a, b) < 0),
  declare(`${SEMVER}.compareTo(${SEMVER}): int`, (a: Semver, b: Semver) => BigInt(compareVersions(a, b))),
];
