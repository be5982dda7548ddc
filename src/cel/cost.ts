// What a call costs at run time, so that no expression runs for long. Models cel-go interpreter/runtimecost.go and
// k8s.io/apiserver/pkg/cel/library/cost.go; the unit is roughly one look at one field.
import { runes } from './bytes.ts';
import { CostExceeded, Dict, List, Opaque, type Value } from './values.ts';

const TRAVERSAL = 0.1;
const REGEX = 0.25;
export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;

export class Meter {
  used = 0;
  readonly limit: number;
  constructor(limit: number) {
    this.limit = limit;
  }

  charge(cost: number): void {
    this.used += cost;
    if (this.used > this.limit) throw new CostExceeded();
  }
}

/** As `size()` gives it; 1 for what has none. */
export function sizeOf(v: Value | undefined): number {
  if (typeof v === 'string') return runes(v);
  if (v instanceof Uint8Array) return v.length;
  if (v instanceof List || v instanceof Dict || v instanceof Opaque) return v.size;
  return 1;
}

const traverse = (v: Value | undefined, times = 1): number => Math.ceil(sizeOf(v) * times * TRAVERSAL);

function traversal(v: Value | undefined): number {
  if (typeof v === 'string' || v instanceof Uint8Array) return Math.floor(sizeOf(v) * TRAVERSAL);
  if (!(v instanceof List)) return 1;
  let sum = 0;
  for (const item of v) sum += traversal(item);
  return sum;
}

type Cost = (args: readonly Value[], result: Value) => number;

const smaller: Cost = ([a, b]) => Math.ceil(Math.min(sizeOf(a), sizeOf(b)) * TRAVERSAL);
const ordered: Cost = (args, result) => {
  const text = typeof args[0] === 'string' || args[0] instanceof Uint8Array;
  return text ? smaller(args, result) : 1;
};
const matching: Cost = ([text, pattern]) =>
  Math.ceil((1 + sizeOf(text)) * TRAVERSAL) * Math.ceil(sizeOf(pattern) * REGEX);
const walked: Cost = ([list]) => traversal(list);
const first: Cost = ([a]) => traverse(a);
const twice: Cost = ([a]) => traverse(a, 2);
const all = (names: string, cost: Cost): [string, Cost][] => names.split(' ').map((name) => [name, cost]);

/** Two checks of an authorizer are all that one expression can afford. */
const CHECK = 350_000;

const COSTS: ReadonlyMap<string, Cost> = new Map([
  ...all('_==_ _!=_', smaller),
  ...all('_<_ _<=_ _>_ _>=_', ordered),
  ...all('startsWith endsWith', ([, affix]) => traverse(affix)),
  ...all('string bytes', ([a]) => (typeof a === 'string' || a instanceof Uint8Array ? traverse(a) : 1)),
  ...all('@in', ([, container]) => (container instanceof List ? container.size : 1)),
  ...all('_+_', ([a, b]) =>
    typeof a === 'string' || a instanceof Uint8Array ? Math.ceil((sizeOf(a) + sizeOf(b)) * TRAVERSAL) : 1,
  ),
  ...all('matches find findAll', matching),
  ...all('contains', ([a, b]) => (typeof a === 'string' ? traverse(a) * traverse(b) : 1)),
  ...all('check', () => CHECK),
  ...all('isSorted sum max min indexOf lastIndexOf', walked),
  ...all('url lowerAscii upperAscii substring trim cidr isIP isCIDR ip quantity isQuantity semver isSemver', first),
  ...all('replace split ip.isCanonical', twice),
  ...all('join', (_, result) => traverse(result, 2)),
  ...all('format', (_, result) => Math.max(1, traverse(result))),
  ...all('validate', ([format, text]) => {
    const pattern = format instanceof Opaque ? format.pattern : 0;
    return Math.ceil((1 + sizeOf(text)) * TRAVERSAL) * Math.ceil(pattern * REGEX);
  }),
  ...all('sets.contains sets.intersects', ([a, b]) => 1 + sizeOf(a) * sizeOf(b)),
  ...all('sets.equivalent', ([a, b]) => 1 + 2 * sizeOf(a) * sizeOf(b)),
  ...all('strings.quote jsonpatch.escapeKey', first),
  ...all('fieldSelector labelSelector', ([, selector]) => {
    const n = sizeOf(selector);
    return 10 + Math.ceil(n / 2) * 50 + Math.ceil(n * TRAVERSAL);
  }),
  ...all('containsIP', ([cidr, other]) => traverse(cidr, 2) + (typeof other === 'string' ? traverse(other) : 0)),
  ...all(
    'containsCIDR',
    ([cidr, other]) => traverse(cidr, 2) + traverse(cidr) + 1 + (typeof other === 'string' ? traverse(other) : 0),
  ),
]);

export function callCost(fn: string, args: readonly Value[], result: Value): number {
  return COSTS.get(fn)?.(args, result) ?? 1;
}
