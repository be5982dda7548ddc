// What a write changed, in an order and in portions that a person reads: spec and status first, an item of a list as one
// entry, the bookkeeping last.
import type { FieldChange } from '../../src/trace/step.ts';

export interface ChangeEntry {
  /** Path of a field, or of an item of a list whose fields changed. */
  readonly path: string;
  /** One for a field; several, with names, for an item. */
  readonly values: readonly { readonly name?: string; readonly before?: unknown; readonly after?: unknown }[];
}

const ITEM = /^(.*\[[^\]]*\])\.([^.[\]]+)$/;

export function changeEntries(changes: readonly FieldChange[]): ChangeEntry[] {
  const entries = new Map<string, { name?: string; before?: unknown; after?: unknown }[]>();
  for (const { path, before, after } of changes) {
    const [, item, name] = ITEM.exec(path) ?? [];
    if (before === undefined && after === null) continue;
    if (item === undefined || name === undefined) entries.set(path, [{ before, after }]);
    else if (!isKey(item, name)) push(entries, item, { name, before, after });
    else push(entries, item);
  }
  return [...entries].map(([path, values]) => ({ path, values })).toSorted((a, b) => rank(a.path) - rank(b.path));
}

function push<T>(entries: Map<string, T[]>, path: string, value?: T): void {
  const list = entries.get(path) ?? [];
  if (value !== undefined) list.push(value);
  entries.set(path, list);
}

/** The field that the item is addressed by repeats what the path says. */
function isKey(item: string, name: string): boolean {
  return new RegExp(`[[,]${name}=[^[]*\\]$`).test(item);
}

function rank(path: string): number {
  if (path.startsWith('spec')) return 0;
  if (path.startsWith('status')) return 1;
  if (/^metadata\.(labels|ownerReferences|deletion|finalizers|generateName)/.test(path)) return 2;
  if (path.startsWith('metadata')) return 4;
  return path === 'apiVersion' || path === 'kind' ? 5 : 3;
}
