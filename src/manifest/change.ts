// What an edit changed of a text.

/** `from` up to `oldTo` of the old text became `from` up to `newTo` of the new one; the rest is as it was. */
export interface Change {
  readonly from: number;
  readonly oldTo: number;
  readonly newTo: number;
}

/** A change by its characters, and widened to whole lines. */
export interface Edit {
  readonly chars: Change;
  readonly lines: Change;
}

/** Characters that are compared at once: as two strings, which costs next to nothing, and ever closer to where they differ. */
const STRIDES = [65_536, 4_096, 256, 16, 1];

/** How many characters are the same from an offset of each on. */
function sameFrom(before: string, from: number, after: string, at: number): number {
  const limit = Math.min(before.length - from, after.length - at);
  let same = 0;
  for (const stride of STRIDES) {
    const isSame = (): boolean =>
      before.slice(from + same, from + same + stride) === after.slice(at + same, at + same + stride);
    while (same + stride <= limit && isSame()) same += stride;
  }
  return same;
}

/** How many characters are the same up to the ends, of so many that are looked at. */
function sameUpToEnd(before: string, after: string, limit: number): number {
  let same = 0;
  for (const stride of STRIDES) {
    const isSame = (): boolean => {
      const [old, now] = [before.length - same, after.length - same];
      return before.slice(old - stride, old) === after.slice(now - stride, now);
    };
    while (same + stride <= limit && isSame()) same += stride;
  }
  return same;
}

export function changeOf(before: string, after: string): Change {
  const limit = Math.min(before.length, after.length);
  const from = sameFrom(before, 0, after, 0);
  const same = sameUpToEnd(before, after, limit - from);
  return { from, oldTo: before.length - same, newTo: after.length - same };
}

/** A change of so many characters is looked at as one. */
const SMALL = 4_096;
/** Changes that are looked for apart, and how many lines each may have. */
const MOST = 6;
const LINES = 6;
/** After a change so much has to be as it was before. */
const AGAIN = 80;

/**
 * The texts between two versions, the last included, each with one change more: several cursors, or a change that is undone
 * while another is made, leave alone what is between. Where much has changed there is but one step.
 */
export function stepsOf(before: string, after: string): string[] {
  const whole = changeOf(before, after);
  if (Math.max(whole.oldTo, whole.newTo) - whole.from < SMALL) return [after];
  const steps: string[] = [];
  let now = before;
  for (let from = whole.from; steps.length < MOST; ) {
    const start = after.lastIndexOf('\n', from - 1) + 1;
    const change = nextChange(now, after, start);
    if (!change) return [after];
    const { oldTo, newTo } = change;
    now = now.slice(0, start) + after.slice(start, newTo) + now.slice(oldTo);
    steps.push(now);
    from = newTo + sameFrom(now, newTo, after, newTo);
    if (from === after.length && now.length === after.length) return steps;
  }
  return [after];
}

/** Two texts that differ in the line at `start`: after how many lines of each they agree again. */
function nextChange(before: string, after: string, start: number): Change | undefined {
  const olds = linesFrom(before, start);
  const news = linesFrom(after, start);
  for (let sum = 1; sum <= 2 * LINES; sum++) {
    for (let k = Math.max(0, sum - LINES); k <= Math.min(sum, LINES); k++) {
      const oldTo = olds[k];
      const newTo = news[sum - k];
      if (oldTo === undefined || newTo === undefined) continue;
      const left = Math.min(AGAIN, before.length - oldTo, after.length - newTo);
      if (left < AGAIN && before.length - oldTo !== after.length - newTo) continue;
      if (before.slice(oldTo, oldTo + left) === after.slice(newTo, newTo + left)) return { from: start, oldTo, newTo };
    }
  }
  return undefined;
}

/** Where some lines begin from one on. */
function linesFrom(text: string, start: number): number[] {
  const found = [start];
  while (found.length <= LINES) {
    const end = text.indexOf('\n', found.at(-1));
    if (end === -1) return [...found, text.length];
    found.push(end + 1);
  }
  return found;
}
