// What an edit changed of a text.

/** `from` up to `oldTo` of the old text became `from` up to `newTo` of the new one; the rest is as it was. */
export interface Change {
  readonly from: number;
  readonly oldTo: number;
  readonly newTo: number;
}

/** Characters that are compared at once, before one looks closer. */
const STRIDE = 4096;

export function changeOf(before: string, after: string): Change {
  const limit = Math.min(before.length, after.length);
  let from = 0;
  while (from + STRIDE <= limit && after.startsWith(before.slice(from, from + STRIDE), from)) from += STRIDE;
  while (from < limit && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let same = 0;
  const most = limit - from;
  const isSame = (length: number): boolean => {
    const end = before.length - same;
    return after.startsWith(before.slice(end - length, end), after.length - same - length);
  };
  while (same + STRIDE <= most && isSame(STRIDE)) same += STRIDE;
  while (same < most && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same))
    same++;
  return { from, oldTo: before.length - same, newTo: after.length - same };
}
