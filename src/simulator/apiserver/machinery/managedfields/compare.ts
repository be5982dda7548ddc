// Which fields differ between two versions of an object: added, removed, modified. Parts that are the same reference are skipped at
// once. Models sigs.k8s.io/structured-merge-diff typed/compare.go.
import type { ObjectMeta } from '../../../../model/generated/meta.v1.ts';
import { isRecord, type Json } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import type { FieldSchema, TypeSchema, ValueSchema } from '../../../../model/schema.ts';
import { EMPTY, type FieldSet, MEMBER } from './set.ts';
import { childSchema, elementOf, itemSchema, rootOf, shapeOf } from './typed.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

interface Change {
  added?: FieldSet;
  removed?: FieldSet;
  modified?: FieldSet;
}

type Building = { [element: string]: FieldSet };
type Side = 'added' | 'removed' | 'modified';

/** Nobody owns these: they say what the object is, or the server alone writes them. */
export const UNOWNED_META = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);
const UNOWNED_TYPE = new Set(['apiVersion', 'kind']);
const UNOWNED_ROOT = new Set([...UNOWNED_TYPE, 'metadata']);
const REST = new Set([...UNOWNED_ROOT, 'spec']);

/** How a set of fields names a field. What a type says of it is one string for all objects; a map's entries have no type. */
function fieldElement(schema: FieldSchema | ValueSchema, key: string): string {
  return (schema as Partial<FieldSchema>).element ?? `f:${key}`;
}

/** Every field of a value that came or went, with all nodes on the way. */
function whole(value: unknown, schema: ValueSchema): FieldSet {
  switch (shapeOf(schema, value)) {
    case 'leaf':
      return MEMBER;
    case 'items':
      return wholeItems(value, schema);
    default:
      return wholeMembers(value, schema);
  }
}

function wholeItems(value: unknown, schema: ValueSchema): FieldSet {
  if (!Array.isArray(value) || value.length === 0) return MEMBER;
  const out: Building = { '.': MEMBER };
  for (const item of value) {
    const e = elementOf(schema, item);
    if (typeof e === 'string') out[e] = Object.hasOwn(out, e) ? MEMBER : whole(item, itemSchema(schema));
  }
  return out;
}

function wholeMembers(value: unknown, schema: ValueSchema): FieldSet {
  if (!isRecord(value)) return MEMBER;
  let out: Building | undefined;
  for (const key in value) {
    const child = childSchema(schema, key);
    if (!child) continue;
    out ??= { '.': MEMBER };
    out[fieldElement(child, key)] = whole(value[key], child);
  }
  return out ?? MEMBER;
}

const hasItems = (x: unknown) => Array.isArray(x) && x.length > 0;
const hasMembers = (x: unknown) => {
  if (isRecord(x)) for (const _ in x) return true;
  return false;
};

/** Collects the changes of children under one node. */
class Node {
  private readonly sides: { added?: Building; removed?: Building; modified?: Building } = {};

  add(element: string, change: Change | undefined): void {
    if (!change) return;
    if (change.added) this.one('added', element, change.added);
    if (change.removed) this.one('removed', element, change.removed);
    if (change.modified) this.one('modified', element, change.modified);
  }

  one(side: Side, element: string, set: FieldSet): void {
    const target = this.sides[side] ?? {};
    this.sides[side] = target;
    target[element] = set;
  }

  done(): Change | undefined {
    return this.sides.added || this.sides.removed || this.sides.modified ? this.sides : undefined;
  }
}

function leaf(before: unknown, after: unknown): Change | undefined {
  return equal(before, after) ? undefined : { modified: MEMBER };
}

function compareValues(before: unknown, after: unknown, schema: ValueSchema): Change | undefined {
  if (before === after) return undefined;
  const shape = shapeOf(schema, after ?? before);
  if (shape === 'leaf' || shape !== shapeOf(schema, before ?? after)) return leaf(before, after);
  if (shape === 'items')
    return hasItems(before) || hasItems(after) ? compareItems(before, after, schema) : leaf(before, after);
  if (!hasMembers(before) && !hasMembers(after)) return leaf(before, after);
  const node = new Node();
  compareMembers(isRecord(before) ? before : {}, isRecord(after) ? after : {}, schema, node);
  return node.done();
}

function compareMembers(before: Json, after: Json, schema: ValueSchema, node: Node, skip?: ReadonlySet<string>): void {
  // When all that was is there still, and no more is there, nothing was added.
  let added = 0;
  for (const _ in after) added++;
  for (const key in before) {
    const was = before[key];
    const is = after[key];
    if (is !== undefined || Object.hasOwn(after, key)) added--;
    if ((was === is && is !== undefined) || skip?.has(key)) continue;
    const child = childSchema(schema, key);
    if (!child) continue;
    if (is === undefined && !Object.hasOwn(after, key))
      node.one('removed', fieldElement(child, key), whole(was, child));
    else if (was !== is) node.add(fieldElement(child, key), compareValues(was, is, child));
  }
  if (added === 0) return;
  for (const key in after) {
    if (before[key] !== undefined || Object.hasOwn(before, key) || skip?.has(key)) continue;
    const child = childSchema(schema, key);
    if (child) node.one('added', fieldElement(child, key), whole(after[key], child));
  }
}

/** Items by their path element; an element that comes more than once holds all its items. */
function index(list: unknown, schema: ValueSchema): Map<string, unknown[]> {
  const out = new Map<string, unknown[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const e = elementOf(schema, item);
    if (typeof e !== 'string') continue;
    const known = out.get(e);
    if (known) known.push(item);
    else out.set(e, [item]);
  }
  return out;
}

/**
 * Whether both lists have the same items in the same places, each once, told apart by one key, as when conditions change. Then
 * they are compared place by place.
 */
function areAligned(before: unknown, after: unknown, key: string): boolean {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return false;
  for (let i = 0; i < before.length; i++) {
    const [was, is] = [before[i], after[i]];
    if (!isRecord(was) || !isRecord(is) || typeof was[key] !== 'string' || was[key] !== is[key]) return false;
    for (let k = 0; k < i; k++) if (before[k][key] === was[key]) return false;
  }
  return true;
}

function compareItems(before: unknown, after: unknown, schema: ValueSchema): Change | undefined {
  const node = new Node();
  const [key, ...more] = schema.listType === 'map' ? (schema.keys ?? []) : [];
  if (key !== undefined && more.length === 0 && areAligned(before, after, key)) {
    const [was, is] = [before as readonly unknown[], after as readonly unknown[]];
    was.forEach((item, i) => {
      if (item === is[i]) return;
      const element = elementOf(schema, item);
      if (typeof element === 'string') node.add(element, compareValues(item, is[i], itemSchema(schema)));
    });
    return node.done();
  }
  const old = index(before, schema);
  const now = index(after, schema);
  const items = itemSchema(schema);
  for (const [e, was] of old) {
    const is = now.get(e);
    if (!is) node.one('removed', e, was.length === 1 ? whole(was[0], items) : MEMBER);
    else if (was.length === 1 && is.length === 1) node.add(e, compareValues(was[0], is[0], items));
    else node.add(e, leaf(was, is));
  }
  for (const [e, is] of now) if (!old.has(e)) node.one('added', e, is.length === 1 ? whole(is[0], items) : MEMBER);
  return node.done();
}

/** Whether what is owned of the metadata is the same: all but `UNOWNED_META`. Few writes change any of it. */
function sameMeta(a: Partial<ObjectMeta>, b: Partial<ObjectMeta>): boolean {
  return (
    a.labels === b.labels &&
    a.annotations === b.annotations &&
    a.ownerReferences === b.ownerReferences &&
    a.finalizers === b.finalizers &&
    a.generateName === b.generateName &&
    a.deletionTimestamp === b.deletionTimestamp &&
    a.deletionGracePeriodSeconds === b.deletionGracePeriodSeconds
  );
}

/** What a part sets that a new object has of a type's empty one. */
type Fresh = WeakMap<object, Change | undefined>;
const fresh = new WeakMap<object, Fresh>();

/** As `compareValues`, remembered: the pods of one template share what is made of it, and so its fields are compared once. */
function compareFresh(empty: object, value: object, schema: ValueSchema): Change | undefined {
  let known = fresh.get(empty);
  if (known === undefined) {
    known = new WeakMap();
    fresh.set(empty, known);
  }
  if (known.has(value)) return known.get(value);
  const change = compareValues(empty, value, schema);
  known.set(value, change);
  return change;
}

/**
 * Compares two objects of one type, leaving out what nobody owns. Undefined where nothing differs.
 * @param isNew whether `before` is the type's empty object.
 */
export function compare(before: Json, after: Json, type: TypeSchema, isNew = false): Comparison | undefined {
  if (before === after) return undefined;
  const root = rootOf(type);
  const node = new Node();
  const meta = childSchema(root, 'metadata');
  if (meta && before.metadata !== after.metadata) {
    const b = isRecord(before.metadata) ? before.metadata : {};
    const a = isRecord(after.metadata) ? after.metadata : {};
    if (!sameMeta(b, a)) {
      const inner = new Node();
      compareMembers(b, a, meta, inner, UNOWNED_META);
      node.add('f:metadata', inner.done());
    }
  }
  const spec = isNew && meta && isRecord(before.spec) && isRecord(after.spec) ? childSchema(root, 'spec') : undefined;
  if (spec) node.add('f:spec', compareFresh(before.spec as object, after.spec as object, spec));
  const rest = spec ? REST : UNOWNED_ROOT;
  compareMembers(before, after, root, node, meta ? rest : UNOWNED_TYPE);
  const { added, removed, modified } = node.done() ?? {};
  return added || removed || modified
    ? { added: added ?? EMPTY, removed: removed ?? EMPTY, modified: modified ?? EMPTY }
    : undefined;
}
