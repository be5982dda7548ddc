// What an edit left of a frame of the reading before.
import type { Change } from './change.ts';
import { type Frame, type FrameStyle, isBranch, type Part } from './parts.ts';
import { type Rows, rowAt } from './rows.ts';

/** A frame of an earlier reading, and where it stood. */
export interface Earlier {
  readonly frame: Frame;
  readonly at: number;
}

/** Parts that stay, and between which rows others take the place of those that do not. */
export interface Kept {
  readonly head: readonly Part[];
  readonly tail: readonly Part[];
  readonly from: number;
  readonly to: number;
}

export class Known {
  private readonly earlier: Earlier | undefined;
  private readonly change: Change;

  constructor(earlier: Earlier | undefined, style: FrameStyle, change: Change | undefined) {
    this.earlier = change && earlier && isLike(earlier.frame.style, style) ? earlier : undefined;
    this.change = change ?? { from: 0, oldTo: 0, newTo: 0 };
  }

  /** What stays of the frame, whose entries stand between two rows now. */
  around(rows: Rows, { from, to }: { readonly from: number; readonly to: number }): Kept {
    const none = { head: [], tail: [], from, to };
    if (!this.earlier) return none;
    const { frame, at } = this.earlier;
    const { change } = this;
    const count = frame.parts.length;
    const start = rows.starts[from] ?? 0;
    const moved = change.newTo - change.oldTo;
    const first = start === at && start <= change.from ? this.firstTouched() : 0;
    const isEndKept = (rows.starts[to] ?? 0) === at + frame.length + moved && at + frame.length >= change.oldTo;
    let rest = isEndKept ? frame.parts.findIndex((_, k) => at + frame.startOf(k) >= change.oldTo) : count;
    if (rest === -1) rest = count;
    if (!(rest === 0 && start - moved === at && start >= change.newTo)) rest = Math.max(rest, restAfter(first));
    const fromRow = first === 0 ? from : rowFrom(rows, at + frame.startOf(first));
    rest = Math.min(rest, count);
    const toRow = rest === count ? to : rowFrom(rows, at + frame.startOf(rest) + moved);
    if (fromRow === undefined || toRow === undefined || fromRow > toRow) return none;
    return { head: frame.parts.slice(0, first), tail: frame.parts.slice(rest), from: fromRow, to: toRow };
  }

  /** A part that stood where this one begins, if it is as it was and as long as this one. */
  same(start: number, length: number): Part | undefined {
    if (!this.earlier) return undefined;
    const { frame, at } = this.earlier;
    const { from, oldTo } = this.change;
    for (const before of this.before(start)) {
      const k = frame.partAt(before - at);
      const part = frame.parts[k];
      if (before !== at + frame.startOf(k) || part?.length !== length) continue;
      if (before + length <= from || before >= oldTo) return part;
    }
    return undefined;
  }

  /** What was inside the part that begins here, changed or not. */
  inside(start: number): Earlier | undefined {
    if (!this.earlier) return undefined;
    const { frame, at } = this.earlier;
    for (const before of this.before(start)) {
      const k = frame.partAt(before - at);
      const part = frame.parts[k];
      if (part && isBranch(part) && before === at + frame.startOf(k)) {
        return { frame: part.inside, at: before + part.before };
      }
    }
    return undefined;
  }

  /** The part before which all stays. Where the edit begins with a part, what it put there may belong to the one above. */
  private firstTouched(): number {
    if (!this.earlier) return 0;
    const { frame, at } = this.earlier;
    const k = frame.partAt(this.change.from - at);
    return Math.max(0, at + frame.startOf(k) >= this.change.from ? k - 1 : k);
  }

  /** Where an offset was before the edit; two places when something between them is gone. */
  private before(offset: number): number[] {
    const { from, oldTo, newTo } = this.change;
    return [...(offset <= from ? [offset] : []), ...(offset >= newTo ? [offset - newTo + oldTo] : [])];
  }
}

/**
 * The part from which on others may stay when what begins with `first` does not: what begins nothing belongs to the part above
 * it, and at the very beginning to the one below.
 */
export function restAfter(first: number): number {
  return first === 0 ? 2 : first + 1;
}

function isLike(one: FrameStyle, other: FrameStyle): boolean {
  const { kind, flow, dashed, column } = other;
  return one.kind === kind && one.flow === flow && one.dashed === dashed && (flow || one.column === column);
}

/** The row that begins at an offset. */
function rowFrom(rows: Rows, offset: number): number | undefined {
  const row = rowAt(rows, offset);
  return rows.starts[row] === offset ? row : undefined;
}
