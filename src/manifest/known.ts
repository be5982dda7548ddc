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
  /** Entries were told from each other as they are now; otherwise the same text may be cut elsewhere. */
  private readonly isCutAlike: boolean;

  constructor(earlier: Earlier | undefined, style: FrameStyle, change: Change | undefined) {
    this.earlier = change && earlier && isLike(earlier.frame.style, style) ? earlier : undefined;
    this.change = change ?? { from: 0, oldTo: 0, newTo: 0 };
    const { exact, column } = style;
    const before = earlier?.frame.style;
    this.isCutAlike = before?.exact === exact && (exact || before.column === column);
  }

  /** What stays of the frame, whose entries stand between two rows now. */
  around(rows: Rows, { from, to }: { readonly from: number; readonly to: number }): Kept {
    const none = { head: [], tail: [], from, to };
    if (!this.earlier || !this.isCutAlike) return none;
    const { frame, at } = this.earlier;
    const { change } = this;
    const count = frame.parts.length;
    const start = rows.starts[from] ?? 0;
    const moved = change.newTo - change.oldTo;
    const isMoved = start >= change.newTo && start - moved === at;
    const isBegun = start === at && start <= change.from;
    const isEnded = (rows.starts[to] ?? 0) === at + frame.length + moved && at + frame.length >= change.oldTo;
    const touched = touchedParts(this.earlier, change);
    const first = isBegun ? touched.first : 0;
    let rest = touched.rest;
    if (!isEnded) rest = count;
    else if (isMoved) rest = 0;
    const fromRow = first === 0 ? from : rowFrom(rows, at + frame.startOf(first));
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
      // What is broken is read entry by entry, and these may be others now.
      if (!this.isCutAlike && !isBranch(part) && part.problems.length > 0) continue;
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

  /** Where an offset was before the edit; two places when something between them is gone. */
  private before(offset: number): number[] {
    const { from, oldTo, newTo } = this.change;
    return [...(offset <= from ? [offset] : []), ...(offset >= newTo ? [offset - newTo + oldTo] : [])];
  }
}

/**
 * The parts that an edit touched, the last not included. What begins no entry belongs to the part above it, so that one is
 * looked at too, and at the very beginning the one below.
 */
export function touchedParts({ frame, at }: Earlier, { from, oldTo }: Change): { first: number; rest: number } {
  const k = frame.partAt(from - at);
  const first = Math.max(0, k - 1);
  const last = frame.partAt(oldTo - at);
  const rest = at + frame.startOf(last) >= oldTo ? last : last + 1;
  return { first, rest: Math.min(frame.parts.length, first === 0 ? rest + 1 : Math.max(rest, first + 1)) };
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
