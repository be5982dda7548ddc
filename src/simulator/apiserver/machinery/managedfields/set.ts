// Sets of fields in the form that managedFields stores (fieldsV1): a tree of path elements, where `{}` is a field and "." marks a
// node that is a field as well as having some below. Working on this form needs no translation and lets objects share it.
// Models sigs.k8s.io/structured-merge-diff fieldpath.Set.

/** `f:name` a field, `k:{"name":"web"}` a list item by key, `v:"x"` an item of a set, `i:0` an index. */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const MEMBER: FieldSet = Object.freeze({});
export const EMPTY: FieldSet = Object.freeze({});

type Building = { [element: string]: FieldSet };

/** Is the node itself in the set? Only below the root, which never is. */
export function isMember(node: FieldSet): boolean {
  if (Object.hasOwn(node, '.')) return true;
  for (const _ in node) return false;
  return true;
}

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

function set(out: Building, element: string, node: FieldSet): void {
  if (element === '__proto__') throw new Error('a path element starts with its kind');
  out[element] = node;
}

/** A node with these children; `member` says whether it is in the set itself. Undefined where there is nothing. */
function build(member: boolean, children: Building | undefined): FieldSet | undefined {
  if (!children || isEmpty(children)) return member ? MEMBER : undefined;
  return member ? { '.': MEMBER, ...children } : children;
}

/** Below the root: everything that is in either. */
function unionNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const out: Building = {};
  if (isMember(a) || isMember(b)) out['.'] = MEMBER;
  let same = Object.hasOwn(out, '.') === Object.hasOwn(a, '.');
  for (const e in a) {
    if (e === '.') continue;
    const x = a[e] as FieldSet;
    const y = b[e];
    const merged = y ? unionNodes(x, y) : x;
    same &&= merged === x;
    set(out, e, merged);
  }
  for (const e in b) {
    if (e === '.' || Object.hasOwn(a, e)) continue;
    same = false;
    set(out, e, b[e] as FieldSet);
  }
  if (same) return a;
  const [only] = Object.keys(out);
  return only === '.' && Object.keys(out).length === 1 ? MEMBER : out;
}

export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet {
  if (!a || isEmpty(a)) return b ?? EMPTY;
  if (!b || isEmpty(b) || a === b) return a;
  let out: Building | undefined;
  for (const e in b) {
    const x = a[e];
    const y = b[e] as FieldSet;
    const merged = x ? unionNodes(x, y) : y;
    if (merged === x) continue;
    out ??= { ...a };
    set(out, e, merged);
  }
  return out ?? a;
}

/** What a field of `a` keeps; undefined where nothing is left. `all`: with a field go all below it. */
function subtract(a: FieldSet, b: FieldSet, all: boolean): FieldSet | undefined {
  const gone = isMember(b);
  if (all && gone) return undefined;
  const children: Building = {};
  let same = !(gone && isMember(a));
  for (const e in a) {
    if (e === '.') continue;
    const x = a[e] as FieldSet;
    const y = b[e];
    const rest = y ? subtract(x, y, all) : x;
    same &&= rest === x;
    if (rest) set(children, e, rest);
  }
  return same ? a : build(isMember(a) && !gone, children);
}

function without(a: FieldSet, b: FieldSet | undefined, all: boolean): FieldSet {
  if (!b || isEmpty(b)) return a;
  let out: Building | undefined;
  for (const e in b) {
    const x = a[e];
    if (!x) continue;
    const rest = subtract(x, b[e] as FieldSet, all);
    if (rest === x) continue;
    out ??= { ...a };
    if (rest) set(out, e, rest);
    else delete out[e];
  }
  return out ?? a;
}

/** The fields of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet | undefined): FieldSet {
  return without(a, b, false);
}

/** The fields of `a` that are neither in `b` nor below a field that is. */
export function recursiveDifference(a: FieldSet, b: FieldSet | undefined): FieldSet {
  return without(a, b, true);
}

function common(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (a === b) return a;
  const children: Building = {};
  for (const e in a) {
    const y = b[e];
    if (e === '.' || !y) continue;
    const shared = common(a[e] as FieldSet, y);
    if (shared) set(children, e, shared);
  }
  return build(isMember(a) && isMember(b), children);
}

export function intersection(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet {
  if (!a || !b) return EMPTY;
  if (a === b) return a;
  const out: Building = {};
  for (const e in a) {
    const y = b[e];
    const shared = y && common(a[e] as FieldSet, y);
    if (shared) set(out, e, shared);
  }
  return out;
}

/** Members first and then what lies below, each sorted: the order in which upstream walks a set. */
export function paths(root: FieldSet, prefix: readonly string[] = []): string[][] {
  const elements = Object.keys(root)
    .filter((e) => e !== '.')
    .sort(compareElements);
  const own = elements.filter((e) => isMember(root[e] as FieldSet)).map((e) => [...prefix, e]);
  return [...own, ...elements.flatMap((e) => paths(root[e] as FieldSet, [...prefix, e]))];
}

/** Fields before keys before values before indexes. */
const KIND_ORDER = 'fkvi';

function compareElements(a: string, b: string): number {
  if (a[0] !== b[0]) return KIND_ORDER.indexOf(a[0] ?? '') - KIND_ORDER.indexOf(b[0] ?? '');
  if (a[0] === 'i') return Number(a.slice(2)) - Number(b.slice(2));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `.spec.ports[port=80,protocol="TCP"].targetPort`. */
export function formatPath(path: readonly string[]): string {
  return path.map(formatElement).join('');
}

function formatElement(e: string): string {
  const rest = e.slice(2);
  if (e.startsWith('f:')) return `.${rest}`;
  if (e.startsWith('i:')) return `[${rest}]`;
  if (e.startsWith('v:')) return `[=${rest}]`;
  const key = JSON.parse(rest) as { [name: string]: unknown };
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}
