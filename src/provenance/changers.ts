// Whose fields a change touched. Two writes of one manager within a second leave the entry of the first as it was, and what
// is taken away leaves none: then the fields themselves still tell whose they are, or were.
import { isRecord, type KubeObject } from '../model/object.ts';
import { equal } from '../model/paths.ts';
import { type Claims, type Owner, readManagers } from './managers.ts';

/** The managers of the fields that differ, the one that owns most of them first; of fields that are gone, those before. */
export function changers(before: KubeObject, after: KubeObject): Owner[] {
  const votes = new Map<string, { owner: Owner; count: number }>();
  const vote = (owner: Owner): void => {
    const key = `${owner.manager}/${owner.subresource ?? ''}`;
    const known = votes.get(key);
    votes.set(key, { owner: known?.owner ?? owner, count: (known?.count ?? 0) + 1 });
  };
  walk(readManagers(after.metadata.managedFields).root, content(after), content(before), vote);
  if (votes.size === 0) walk(readManagers(before.metadata.managedFields).root, content(before), content(after), vote);
  return [...votes.values()].toSorted((a, b) => b.count - a.count).map(({ owner }) => owner);
}

/** What managers own of an object: neither its type nor what the server keeps of it. */
function content({ apiVersion: _, kind: __, metadata, ...rest }: KubeObject): object {
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  return { metadata: { labels, annotations, finalizers, ownerReferences }, ...rest };
}

function walk(claims: Claims, value: unknown, other: unknown, vote: (owner: Owner) => void): void {
  if (value === undefined || equal(value, other)) return;
  if (isRecord(value)) {
    const there = isRecord(other) ? other : {};
    for (const [name, child] of Object.entries(value))
      walk(claims.field(name, child, undefined), child, there[name], vote);
  } else if (Array.isArray(value)) {
    const there: readonly unknown[] = Array.isArray(other) ? other : [];
    value.forEach((item: unknown, i) => {
      walk(
        claims.item(i, item, undefined),
        item,
        there.find((one) => isSame(one, item)),
        vote,
      );
    });
  } else for (const owner of claims.owners) vote(owner);
}

/** What tells the items of the lists apart that several write to: conditions, containers, taints, owners. */
const KEYS = ['type', 'name', 'key', 'uid', 'ip'];

function isSame(a: unknown, b: unknown): boolean {
  if (!isRecord(a) || !isRecord(b)) return equal(a, b);
  const key = KEYS.find((name) => b[name] !== undefined);
  return key === undefined ? equal(a, b) : a[key] === b[key];
}
