// The most that an expression can cost, from the largest sizes that its data may have. Models cel-go checker/cost.go and
// k8s.io/apiserver/pkg/cel/library/cost.go.
import type { CallExpr, Expr, FoldExpr } from './ast.ts';
import { runes } from './bytes.ts';
import type { Program } from './env.ts';
import { ACCU } from './macros.ts';
import { DYN, type Type } from './types.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Where a value comes from: a variable, then fields, `@items`, `@keys`, `@values`. Returns its size where it is known. */
export type SizeOf = (path: readonly string[]) => Range | undefined;

interface EntrySize {
  readonly list: boolean;
  readonly key: Range;
  readonly value: Range;
}

/** As 64 bits hold it: sums and products end here. */
export const UNBOUNDED = 2 ** 64;

const cap = (n: number): number => Math.min(UNBOUNDED, n);
const fixed = (n: number): Range => ({ min: n, max: n });
const UNKNOWN: Range = { min: 0, max: UNBOUNDED };
const ZERO = fixed(0);
const ONE = fixed(1);
const plus = (...all: readonly Range[]): Range =>
  all.reduce((a, b) => ({ min: cap(a.min + b.min), max: cap(a.max + b.max) }), ZERO);
const times = (a: Range, b: Range): Range => ({ min: cap(a.min * b.min), max: cap(a.max * b.max) });
const scaled = (a: Range, factor: number): Range => ({
  min: cap(Math.ceil(a.min * factor)),
  max: cap(Math.ceil(a.max * factor)),
});
const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

const TRAVERSAL = 0.1;
const REGEX = 0.25;
/** Functions that read their argument once. */
const PARSERS: ReadonlySet<string> = new Set(
  'url ip cidr isIP isCIDR quantity isQuantity semver isSemver jsonpatch.escapeKey'.split(' '),
);
const SETS: ReadonlySet<string> = new Set(['sets.contains', 'sets.intersects', 'sets.equivalent']);
/** Of an address in bytes. */
const ADDRESS: Range = { min: 4, max: 16 };
const LONGEST_PATTERN = 128;
const SCALARS: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'type', 'uint']);

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entry: EntrySize | undefined;
}

interface Estimate {
  readonly cost: Range;
  readonly size?: Range;
}

export function estimateCost(program: Program, sizeOf: SizeOf): Range {
  return new Coster(program, sizeOf).cost(program.expr);
}

class Coster {
  private readonly program: Program;
  private readonly sizeOf: SizeOf;
  private readonly paths = new Map<Expr, readonly string[]>();
  private readonly sizes = new Map<Expr, Range>();
  private readonly entries = new Map<Expr, EntrySize>();
  private readonly locals = new Map<string, Local[]>();

  constructor(program: Program, sizeOf: SizeOf) {
    this.program = program;
    this.sizeOf = sizeOf;
  }

  cost(e: Expr): Range {
    switch (e.kind) {
      case 'const':
        return ZERO;
      case 'ident':
        this.paths.set(e, this.local(e.name)?.path ?? [e.name]);
        return ONE;
      case 'select': {
        const operand = this.cost(e.operand);
        if (e.test) return operand;
        this.paths.set(e, [...this.pathOf(e.operand), e.field]);
        return ['map', 'object', 'param'].includes(this.typeOf(e.operand).kind) ? plus(operand, ONE) : operand;
      }
      case 'call':
        return this.call(e);
      case 'list': {
        const costs = e.elements.map((x) => this.cost(x));
        const value = e.elements.map((x) => this.size(x)).reduce(union, { min: UNBOUNDED, max: 0 });
        this.entries.set(e, { list: true, key: ONE, value: e.elements.length === 0 ? ZERO : value });
        return plus(...costs, fixed(10));
      }
      case 'map':
        return plus(...e.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]), fixed(30));
      case 'struct':
        return plus(...e.fields.map(({ value }) => this.cost(value)), fixed(40));
      case 'fold':
        return this.fold(e);
    }
  }

  private typeOf(e: Expr): Type {
    return this.program.checked.types.get(e) ?? DYN;
  }

  private local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1);
  }

  private push(name: string, local: Local): void {
    this.locals.set(name, [...(this.locals.get(name) ?? []), local]);
  }

  private pop(name: string): void {
    this.locals.set(name, (this.locals.get(name) ?? []).slice(0, -1));
  }

  private pathOf(e: Expr): readonly string[] {
    const local = e.kind === 'ident' ? this.local(e.name) : undefined;
    return local?.path ?? this.paths.get(e) ?? [];
  }

  private known(e: Expr): Range | undefined {
    const set = this.sizes.get(e);
    if (set !== undefined) return set;
    if (e.kind === 'const' && typeof e.value === 'string') return fixed(runes(e.value));
    if (e.kind === 'const' && e.value instanceof Uint8Array) return fixed(e.value.length);
    if (e.kind === 'list') return fixed(e.elements.length);
    if (e.kind === 'map') return fixed(e.entries.length);
    const path = this.pathOf(e);
    const found = path.length > 0 && path[0] !== ACCU ? this.sizeOf(path) : undefined;
    if (found !== undefined) return found;
    if (SCALARS.has(this.typeOf(e).kind)) return ONE;
    return e.kind === 'ident' ? this.local(e.name)?.size : undefined;
  }

  private size(e: Expr): Range {
    return this.known(e) ?? UNKNOWN;
  }

  private entry(e: Expr): EntrySize | undefined {
    return this.entries.get(e) ?? (e.kind === 'ident' ? this.local(e.name)?.entry : undefined);
  }

  private call(e: CallExpr): Range {
    const args = e.args.map((a) => this.cost(a));
    const named = this.program.checked.functions.get(e);
    const target = e.target !== undefined && named === undefined ? this.cost(e.target) : ZERO;
    if (e.fn === 'dyn' && e.args[0] !== undefined) {
      const [arg] = e.args;
      const known = this.known(arg);
      if (known !== undefined) this.sizes.set(e, known);
      return plus(ONE, ...args);
    }
    const { cost, size } = this.estimate(e, named ?? e.fn, args);
    if (size !== undefined) this.sizes.set(e, size);
    return plus(target, cost);
  }

  private estimate(e: CallExpr, fn: string, args: readonly Range[]): Estimate {
    const [a = ZERO, b = ZERO, c = ZERO] = args;
    if (fn === '_&&_' || fn === '_||_') return { cost: { min: a.min, max: cap(a.max + b.max) } };
    if (fn === '_?_:_') {
      const [, yes, no] = e.args;
      const size = yes && no ? union(this.size(yes), this.size(no)) : UNKNOWN;
      const [one, other] = [yes && this.entry(yes), no && this.entry(no)];
      if (one && other) this.entries.set(e, joined(one, other));
      return { cost: plus(a, union(b, c)), size };
    }
    if (fn === '_[_]') this.indexed(e);
    const { cost, size } = this.sized(e, fn) ?? this.operator(e, fn) ?? { cost: ONE };
    return { cost: plus(cost, ...args), ...(size === undefined ? {} : { size }) };
  }

  private indexed(e: CallExpr): void {
    const [container] = e.args;
    if (container === undefined) return;
    const list = this.typeOf(container).kind === 'list';
    const value = this.entry(container)?.value;
    this.paths.set(e, [...this.pathOf(container), list ? '@items' : '@values']);
    if (value !== undefined) this.sizes.set(e, value);
  }

  private operator(e: CallExpr, fn: string): Estimate | undefined {
    const [x, y] = e.args;
    if (e.target !== undefined || x === undefined || y === undefined) return undefined;
    const [left, right] = [this.size(x), this.size(y)];
    const textual = ['string', 'bytes'].includes(this.typeOf(x).kind);
    if (fn === '@in') return this.typeOf(y).kind === 'list' ? { cost: right } : undefined;
    if (fn === '_+_' && (textual || this.typeOf(x).kind === 'list')) {
      const size = plus(left, right);
      const [one, other] = [this.entry(x), this.entry(y)];
      if (one && other) this.entries.set(e, joined(one, other));
      return { cost: textual ? scaled(size, TRAVERSAL) : ONE, size };
    }
    const equality = fn === '_==_' || fn === '_!=_';
    // Values of libraries are compared in one step, but for URLs.
    if (equality && this.typeOf(x).kind === 'opaque' && this.known(x) === undefined) return { cost: ONE };
    if (equality || (textual && ['_<_', '_<=_', '_>_', '_>=_'].includes(fn))) {
      const max = Math.min(left.max, right.max);
      return { cost: scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL) };
    }
    return undefined;
  }

  /** Functions whose cost depends on the size of what they are given. */
  private sized(e: CallExpr, fn: string): Estimate | undefined {
    const { target } = e;
    const [arg, second] = e.args;
    if (target === undefined || this.program.checked.functions.has(e)) return this.global(fn, arg, second);
    const size = this.size(target);
    const of = arg === undefined ? UNKNOWN : this.size(arg);
    switch (fn) {
      case 'check':
        return { cost: fixed(350_000) };
      case 'isSorted':
      case 'sum':
      case 'max':
      case 'min':
      case 'indexOf':
      case 'lastIndexOf':
        return { cost: this.walked(target, size) };
      case 'lowerAscii':
      case 'upperAscii':
      case 'substring':
      case 'trim':
        return { cost: scaled(size, TRAVERSAL), size };
      case 'replace':
        return { cost: scaled(size, 2 * TRAVERSAL), size: replaced(size, of, second ? this.size(second) : UNKNOWN) };
      case 'split':
        return { cost: scaled(size, 2 * TRAVERSAL), size: { min: 0, max: size.max } };
      case 'join': {
        const item = this.sizeOf([...this.pathOf(target), '@items']) ?? UNKNOWN;
        const between = arg === undefined ? ZERO : times({ min: Math.max(0, size.min - 1), max: size.max }, of);
        const all = plus(times(size, item), between);
        return { cost: scaled(all, TRAVERSAL), size: all };
      }
      case 'find':
      case 'findAll':
      case 'matches': {
        const cost = times(scaled(plus(size, ONE), TRAVERSAL), scaled(of, REGEX));
        return fn === 'matches' ? { cost } : { cost, size: { min: 0, max: size.max } };
      }
      case 'contains':
        return { cost: times(scaled(size, TRAVERSAL), scaled(of, TRAVERSAL)) };
      case 'startsWith':
      case 'endsWith':
        return { cost: scaled(of, TRAVERSAL) };
      case 'validate':
        return { cost: times(scaled(plus(of, ONE), TRAVERSAL), scaled(fixed(LONGEST_PATTERN), REGEX)) };
      case 'containsIP':
      case 'containsCIDR': {
        const compared = scaled(plus(ADDRESS, ADDRESS), TRAVERSAL);
        const masked = fn === 'containsIP' ? ZERO : plus(scaled(ADDRESS, TRAVERSAL), ONE);
        const textual = arg !== undefined && this.typeOf(arg).kind === 'string';
        return { cost: plus(compared, masked, textual ? scaled(of, TRAVERSAL) : ZERO) };
      }
      case 'fieldSelector':
      case 'labelSelector':
        return { cost: plus(fixed(10), times(scaled(of, 0.5), fixed(50)), scaled(of, TRAVERSAL)) };
      case 'format':
        return { cost: scaled(size, TRAVERSAL), size: plus(size, of) };
      default:
        return undefined;
    }
  }

  private global(fn: string, arg: Expr | undefined, other: Expr | undefined): Estimate | undefined {
    if (arg === undefined) return undefined;
    const size = this.size(arg);
    const kind = this.typeOf(arg).kind;
    if (PARSERS.has(fn)) return { cost: scaled(size, TRAVERSAL), ...(fn === 'url' ? { size } : {}) };
    if (fn === 'ip.isCanonical') return { cost: scaled(size, 2 * TRAVERSAL) };
    if (fn === 'strings.quote') {
      return { cost: scaled(size, TRAVERSAL), size: { min: size.min + 2, max: cap(size.max * 2 + 2) } };
    }
    if (SETS.has(fn) && other !== undefined) {
      const pairs = times(size, this.size(other));
      return { cost: plus(ONE, fn === 'sets.equivalent' ? plus(pairs, pairs) : pairs) };
    }
    if (fn === 'bytes' && kind === 'string')
      return { cost: scaled(size, TRAVERSAL), size: { min: size.min, max: cap(size.max * 4) } };
    if (fn === 'string' && kind === 'bytes')
      return { cost: scaled(size, TRAVERSAL), size: { min: Math.floor(size.min / 4), max: size.max } };
    return undefined;
  }

  private walked(target: Expr, size: Range): Range {
    const element = this.typeOf(target).params[0];
    if (element === undefined) return scaled(size, TRAVERSAL);
    const textual = element.kind === 'string' || element.kind === 'bytes';
    const each = this.sizeOf([...this.pathOf(target), '@items']) ?? UNKNOWN;
    return times(size, textual ? plus(ONE, scaled(each, TRAVERSAL)) : ONE);
  }

  private fold(e: FoldExpr): Range {
    const before = plus(this.cost(e.range), this.cost(e.init));
    const bound = e.accu !== ACCU;
    const init = this.known(e.init);
    this.push(e.accu, { path: this.pathOf(e.init), size: init, entry: this.entry(e.init) });
    if (bound) {
      const cost = plus(before, this.cost(e.result));
      const size = this.known(e.result);
      if (size !== undefined) this.sizes.set(e, size);
      this.pop(e.accu);
      return cost;
    }
    this.iterate(e);
    const loop = plus(this.cost(e.condition), this.cost(e.step));
    const stepEntry = this.entry(e.step);
    this.pop(e.iter);
    if (e.iter2 !== undefined) this.pop(e.iter2);
    const result = this.cost(e.result);
    this.pop(e.accu);
    const count = this.size(e.range);
    if (e.init.kind === 'const') this.sizes.set(e, ONE);
    else this.sizes.set(e, count);
    if (stepEntry !== undefined) this.entries.set(e, stepEntry);
    return plus(before, result, times(count, loop));
  }

  private iterate(e: FoldExpr): void {
    const entry = this.entry(e.range);
    const path = this.pathOf(e.range);
    const list = entry?.list ?? this.typeOf(e.range).kind === 'list';
    const at = (part: string, size: Range | undefined): Local => ({
      path: path.length === 0 ? [] : [...path, part],
      size,
      entry: undefined,
    });
    if (e.iter2 !== undefined) {
      this.push(e.iter, at(list ? '@indices' : '@keys', entry?.key));
      this.push(e.iter2, at(list ? '@items' : '@values', entry?.value));
    } else this.push(e.iter, list ? at('@items', entry?.value) : at('@keys', entry?.key));
  }
}

function joined(a: EntrySize, b: EntrySize): EntrySize {
  return { list: a.list, key: union(a.key, b.key), value: union(a.value, b.value) };
}

/** The longest that a text can become. */
function replaced(size: Range, from: Range, to: Range): Range {
  if (from.min === 0) return { min: 0, max: cap((size.max + 1) * to.max + size.max) };
  if (to.max <= from.min) return { min: 0, max: size.max };
  return { min: 0, max: cap(Math.ceil(size.max / from.min) * to.max) };
}
