// Rows of a list some of which are opened: under each opened row stand its members, and every other row keeps its order.

interface Opening {
  readonly base: number;
  readonly count: number;
  /** How many rows of members stand above it. */
  readonly above: number;
}

/** What a row of the opened list is: a row of the list itself, or the nth member of that row. */
export interface Place {
  readonly base: number;
  readonly member?: number;
}

export class Openings {
  private readonly list: Opening[] = [];
  private readonly members: number = 0;

  /** `counts`: how many members each opened row has. */
  constructor(counts: readonly (readonly [base: number, count: number])[] = []) {
    let above = 0;
    for (const [base, count] of counts.toSorted(([a], [b]) => a - b)) {
      this.list.push({ base, count, above });
      above += count;
    }
    this.members = above;
  }

  /** How many rows there are when the list has `bases`. */
  total(bases: number): number {
    return bases + this.members;
  }

  at(row: number): Place {
    const opening = this.list.findLast(({ base, above }) => base + above < row);
    if (!opening) return { base: row };
    const { base, count, above } = opening;
    const member = row - (base + above) - 1;
    return member < count ? { base, member } : { base: row - above - count };
  }

  rowOf(base: number): number {
    const opening = this.list.findLast((one) => one.base < base);
    return opening ? base + opening.above + opening.count : base;
  }
}
