// The order of a merged list: items of the patch in the order of the patch, the others where the server had them. Models
// normalizeElementOrder in k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
import { isRecord } from '../../../../model/object.ts';
import { goPrint } from '../go-print.ts';

function identity(item: unknown, key: string | undefined): unknown {
  return key !== undefined && isRecord(item) ? item[key] : item;
}

function positions(list: readonly unknown[], key: string | undefined): Map<unknown, number> {
  const out = new Map<unknown, number>();
  list.forEach((item, i) => {
    const id = identity(item, key);
    if (!out.has(id)) out.set(id, i);
  });
  return out;
}

/** Whether a list has just the items that are wanted, in that order and each once, as most that are merged do. */
function isInOrder(list: readonly unknown[], order: readonly unknown[], key: string | undefined): boolean {
  if (list.length !== order.length) return false;
  for (let i = 0; i < list.length; i++) {
    const id = identity(order[i], key);
    if (identity(list[i], key) !== id) return false;
    for (let before = 0; before < i; before++) if (identity(order[before], key) === id) return false;
  }
  return true;
}

/** `order`: how the patch wants its items; `server`: how they were. */
export function normalizeOrder(
  merged: readonly unknown[],
  order: readonly unknown[],
  server: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  if (isInOrder(merged, order, key)) return merged;
  const wanted = positions(order, key);
  const was = positions(server, key);
  const at = (places: Map<unknown, number>) => (item: unknown) => places.get(identity(item, key)) ?? -1;
  const [inPatch, inServer] = [at(wanted), at(was)];
  const patched = merged.filter((i) => inPatch(i) >= 0).sort((a, b) => inPatch(a) - inPatch(b));
  const others = merged.filter((i) => inPatch(i) < 0).sort((a, b) => inServer(a) - inServer(b));
  const out: unknown[] = [];
  let [o, p] = [0, 0];
  while (o < others.length || p < patched.length) {
    const l = inServer(others[o]);
    const r = inServer(patched[p]);
    const otherFirst = p >= patched.length || (o < others.length && l >= 0 && r >= 0 && l < r);
    out.push(otherFirst ? others[o++] : patched[p++]);
  }
  return out;
}

/** Why a patch list and its $setElementOrder do not go together; undefined where they do. */
export function requireOrder(
  patch: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): string | undefined {
  const places = positions(order, key);
  const plain = patch.filter((i) => !isRecord(i) || (i.$patch !== 'delete' && i.$patch !== 'replace'));
  let last = -1;
  for (const item of plain) {
    const at = places.get(identity(item, key)) ?? -1;
    if (at < 0 || at < last) {
      return `The order in patch list:\n${goPrint(patch)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`;
    }
    last = at;
  }
  return undefined;
}
