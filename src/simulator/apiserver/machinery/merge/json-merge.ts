// RFC 7386: null removes, objects merge, everything else replaces.
import { isRecord } from '../../../../model/object.ts';
import { put } from '../json.ts';

/** New parts of an object carry no nulls. */
function pruned(patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) if (value !== null) put(out, key, pruned(value));
  return out;
}

export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  if (!isRecord(target)) return pruned(patch);
  let out: Record<string, unknown> | undefined;
  for (const key of Object.keys(patch)) {
    const known = Object.hasOwn(target, key);
    if (patch[key] === null) {
      if (!known) continue;
      out ??= { ...target };
      delete out[key];
      continue;
    }
    const value = known ? applyMergePatch(target[key], patch[key]) : pruned(patch[key]);
    if (known && value === target[key]) continue;
    out ??= { ...target };
    put(out, key, value);
  }
  return out ?? target;
}
