// metadata.managedFields → for any place in the object, which managers own it. Works from the sets of fields themselves, and
// asks the schema only where a set alone cannot tell: whether a list or a map has one owner as a whole.
// Models k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1 and sigs.k8s.io/structured-merge-diff/fieldpath.
import type { ManagedFieldsEntry } from '../model/generated/meta.v1.ts';
import { isRecord, type Json } from '../model/object.ts';
import { equal } from '../model/paths.ts';
import type { ValueSchema } from '../model/schema.ts';

export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** `status`, `scale` … when the write came in through one. */
  readonly subresource?: string;
  /** RFC 3339: when the manager's fields or their values last changed. Not when this field did. */
  readonly time?: string;
}

/** Where a manager's set has got to on the way to a place; `whole`: it owns everything below. */
type At = Json | 'whole' | undefined;

export interface Claims {
  /** Managers that own this very field, the latest first. */
  readonly owners: readonly Owner[];
  field(name: string, value: unknown, schema: ValueSchema | undefined): Claims;
  item(index: number, value: unknown, schema: ValueSchema | undefined): Claims;
}

export interface Managers {
  readonly root: Claims;
  readonly owners: readonly Owner[];
  /** Entries that could not be read, as sentences. */
  readonly problems: readonly string[];
}

interface Entry {
  readonly owner: Owner;
  readonly fields: Json;
}

export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const problems: string[] = [];
  const read = (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, i): Entry[] => {
    const made = entryOf(entry);
    if (typeof made !== 'string') return [made];
    problems.push(`managedFields[${i}] cannot be read: ${made}.`);
    return [];
  });
  const sorted = read.sort(
    ({ owner: a }, { owner: b }) => compare(b.time ?? '', a.time ?? '') || compare(a.manager, b.manager),
  );
  const at = new Map(sorted.map((entry): [Owner, At] => [entry.owner, entry.fields]));
  return { root: new Place(at, true), owners: sorted.map(({ owner }) => owner), problems };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function entryOf(entry: unknown): Entry | string {
  if (!isRecord(entry)) return 'it is no object';
  const { manager, operation, apiVersion, subresource, time, fieldsV1, fieldsType } = entry;
  if (fieldsType !== undefined && fieldsType !== 'FieldsV1') return `it is of the type ${JSON.stringify(fieldsType)}`;
  if (operation !== 'Apply' && operation !== 'Update') return 'its operation is neither Apply nor Update';
  if (!isRecord(fieldsV1 ?? {})) return 'its fieldsV1 is no set of fields';
  return {
    owner: {
      manager: typeof manager === 'string' && manager !== '' ? manager : 'unknown',
      operation,
      apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
      ...(typeof subresource === 'string' && subresource !== '' && { subresource }),
      ...(typeof time === 'string' && { time }),
    },
    fields: isRecord(fieldsV1) ? fieldsV1 : {},
  };
}

class Place implements Claims {
  readonly owners: readonly Owner[];
  private readonly at: ReadonlyMap<Owner, At>;

  /** `root`: the object itself is in nobody's set. */
  constructor(at: ReadonlyMap<Owner, At>, root: boolean) {
    this.at = at;
    this.owners = root ? [] : [...at].flatMap(([owner, node]) => (isMember(node) ? [owner] : []));
  }

  field(name: string, value: unknown, schema: ValueSchema | undefined): Claims {
    return this.down((node) => own(node, `f:${name}`), value, schema);
  }

  item(index: number, value: unknown, schema: ValueSchema | undefined): Claims {
    return this.down((node) => itemOf(node, index, value), value, schema);
  }

  private down(child: (node: Json) => Json | undefined, value: unknown, schema: ValueSchema | undefined): Place {
    const next = new Map<Owner, At>();
    for (const [owner, node] of this.at) {
      const found = node === 'whole' ? node : node && child(node);
      if (found !== undefined) next.set(owner, found);
    }
    const divided = [...next.values()].some((node) => node !== 'whole' && node !== undefined && !isLeaf(node));
    if (isWhole(value, schema, divided)) {
      for (const [owner, node] of next)
        if (node !== 'whole' && node !== undefined && isLeaf(node)) next.set(owner, 'whole');
    }
    return new Place(next, false);
  }
}

function own(node: Json, element: string): Json | undefined {
  const child = Object.hasOwn(node, element) ? node[element] : undefined;
  return isRecord(child) ? child : undefined;
}

interface Element {
  readonly element: string;
  /** `k:` keys, `v:` a value, `i:` an index. */
  readonly kind: string;
  readonly named: unknown;
}

/** The elements of a list's set, each read once: a list is asked for every item. */
const elements = new WeakMap<Json, readonly Element[]>();

function elementsOf(node: Json): readonly Element[] {
  let known = elements.get(node);
  if (!known) {
    known = Object.keys(node).flatMap((element): Element[] => {
      const kind = element.slice(0, 2);
      if (kind !== 'k:' && kind !== 'v:' && kind !== 'i:') return [];
      const named = parsed(element.slice(2));
      return named === undefined ? [] : [{ element, kind, named }];
    });
    elements.set(node, known);
  }
  return known;
}

/** The part of a set that is about one item: by its keys, its value, or its index. */
function itemOf(node: Json, index: number, value: unknown): Json | undefined {
  const found = elementsOf(node).find(({ kind, named }) => {
    if (kind === 'i:') return named === index;
    return kind === 'v:' ? equal(named, value) : hasKeys(value, named);
  });
  return found && own(node, found.element);
}

function hasKeys(value: unknown, keys: unknown): boolean {
  return isRecord(value) && isRecord(keys) && Object.keys(keys).every((name) => equal(value[name], keys[name]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLeaf(node: Json): boolean {
  for (const _ in node) return false;
  return true;
}

function isMember(node: At): boolean {
  return node === 'whole' || (node !== undefined && (isLeaf(node) || Object.hasOwn(node, '.')));
}

/** Does a set that ends here mean everything below? `divided`: another set goes on below. */
function isWhole(value: unknown, schema: ValueSchema | undefined, divided: boolean): boolean {
  if (Array.isArray(value)) {
    if (schema?.kind === 'list' && schema.listType !== undefined) return schema.listType === 'atomic';
    return !divided;
  }
  if (!isRecord(value)) return false;
  if (schema === undefined || (schema.kind === 'any' && schema.atomic === undefined)) return !divided;
  return schema.atomic === true;
}
