// A field path in kube-apiserver's words → where it stands in a text, or the nearest thing above it that does.
import { isMap, isScalar, isSeq, type Node } from 'yaml';

/** `spec.containers[0].ports[name]` → its parts. Keys in brackets may hold dots. */
export function partsOf(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  for (const [, bracketed, plain] of path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)) {
    if (plain !== undefined) parts.push(plain);
    else if (bracketed !== undefined) parts.push(/^\d+$/.test(bracketed) ? Number(bracketed) : bracketed);
  }
  return parts;
}

/** Offsets of the deepest part of the path that is written: a scalar value, or the key of anything else. */
export function placeOf(object: unknown, path: string): readonly [number, number] | undefined {
  let node: unknown = object;
  let found: readonly [number, number] | undefined;
  for (const part of partsOf(path)) {
    if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      found = rangeOf(isMap(node) ? node.items[0]?.key : node) ?? found;
      continue;
    }
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === String(part)) : undefined;
    if (!pair) break;
    node = pair.value;
    found = rangeOf(isScalar(node) && node.source !== '' ? node : pair.key) ?? found;
  }
  return found;
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : undefined;
}
