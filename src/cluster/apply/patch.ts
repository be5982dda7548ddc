// The patch that kubectl's client-side apply sends: what was applied last, what is applied now, and what is live.
// Models apimachinery/pkg/util/strategicpatch CreateThreeWayMergePatch: additions and changes come from (live → modified),
// deletions from (original → modified), so that what others added stays.
import { isRecord, type Json } from '../../model/object.ts';
import { type FieldSchema, fieldOf, type TypeSchema, type ValueSchema } from '../../model/schema.ts';

/**
 * The patch from `live`; undefined where nothing is to be changed. With a type it is a strategic merge patch, without one
 * (custom resources) a JSON merge patch.
 */
export function threeWayPatch(
  original: Json | undefined,
  modified: Json,
  live: Json,
  type: TypeSchema | undefined,
): Json | undefined {
  const patch = diffMaps(original ?? {}, modified, live, type && { kind: 'object', object: type });
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function diffMaps(original: Json, modified: Json, live: Json, at: ValueSchema | undefined): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [key, want] of Object.entries(modified)) {
    if (want === null) {
      if (live[key] !== undefined) patch[key] = null;
      continue;
    }
    const field = at?.object && fieldOf(at.object, key);
    const merged = field?.patchStrategy?.includes('merge');
    const have = live[key];
    const had = original[key];
    if (isRecord(want) && isRecord(have)) {
      const changed = diffMaps(isRecord(had) ? had : {}, want, have, field ?? at?.items);
      if (Object.keys(changed).length > 0) patch[key] = retaining(changed, want, field?.patchStrategy);
    } else if (Array.isArray(want) && Array.isArray(have) && merged && field?.mergeKey) {
      diffKeyedList(key, Array.isArray(had) ? had : [], want, have, field, patch);
    } else if (Array.isArray(want) && Array.isArray(have) && merged) {
      diffSet(key, Array.isArray(had) ? had : [], want, have, patch);
    } else if (!same(want, have)) patch[key] = want;
  }
  for (const key of Object.keys(original)) {
    if (!Object.hasOwn(modified, key) && live[key] !== undefined) patch[key] = null;
  }
  return patch;
}

/** Where one field of several excludes the others (a volume's source), the server is told which keys are to stay. */
function retaining(patch: Json, want: Json, strategy: readonly string[] | undefined): Json {
  return strategy?.includes('retainKeys') ? { ...patch, $retainKeys: Object.keys(want).sort() } : patch;
}

function diffKeyedList(
  key: string,
  original: readonly unknown[],
  modified: readonly unknown[],
  live: readonly unknown[],
  field: FieldSchema,
  patch: Record<string, unknown>,
): void {
  const mergeKey = field.mergeKey ?? '';
  const find = (list: readonly unknown[], id: unknown): Json | undefined =>
    list.filter(isRecord).find((item) => same(item[mergeKey], id));
  const out: Json[] = [];
  for (const want of modified.filter(isRecord)) {
    const id = want[mergeKey];
    const have = find(live, id);
    if (!have) out.push(want);
    else {
      const changed = diffMaps(find(original, id) ?? {}, want, have, field.items);
      if (Object.keys(changed).length > 0) {
        out.push(retaining({ ...changed, [mergeKey]: id }, want, field.patchStrategy));
      }
    }
  }
  const deleted: Json[] = [];
  for (const had of original.filter(isRecord)) {
    const id = had[mergeKey];
    if (!find(modified, id) && find(live, id)) deleted.push({ $patch: 'delete', [mergeKey]: id });
  }
  if (out.length === 0 && deleted.length === 0) return;
  // The order of the elements that are applied, so that a merge leaves them in the manifest's order.
  patch[`$setElementOrder/${key}`] = modified.filter(isRecord).map((item) => ({ [mergeKey]: item[mergeKey] }));
  patch[key] = [...out, ...deleted];
}

function diffSet(
  key: string,
  original: readonly unknown[],
  modified: readonly unknown[],
  live: readonly unknown[],
  patch: Record<string, unknown>,
): void {
  const added = modified.filter((x) => !live.includes(x));
  const removed = original.filter((x) => !modified.includes(x) && live.includes(x));
  if (added.length === 0 && removed.length === 0) return;
  patch[`$setElementOrder/${key}`] = modified;
  if (added.length > 0) patch[key] = added;
  if (removed.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = removed;
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => same(x, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && same(a[k], b[k]));
}
