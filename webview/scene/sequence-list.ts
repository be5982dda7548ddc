// The rows of the sequence from top to bottom: the visible steps, in groups or not, and under a write that was opened those
// who were told of it. Without groups and with nothing opened, rows are the visible steps themselves: nothing is made twice.
import { FanOuts } from '../../src/trace/fanout.ts';
import type { Step, StepId } from '../../src/trace/step.ts';
import { type Grouping, type GroupRow, grouped } from './groups.ts';
import { Openings } from './openings.ts';
import type { Replay } from './replay.ts';

/** A visible step, the heading of a group, or one who was told of a write: the step that he then took. */
export type SequenceLine = GroupRow | { readonly write: Step; readonly member: Step };

/** As many of those who were told have a row; nobody reads more. */
const MOST_MEMBERS = 200;

export class SequenceList {
  readonly fans: FanOuts;
  private readonly replay: Replay;
  private readonly grouping: Grouping;
  private readonly open: ReadonlySet<StepId>;
  private rows: readonly GroupRow[] = [];
  /** Visible index → place in `rows`. */
  private places: readonly number[] = [];
  private openings = new Openings();
  private grown = 0;

  constructor(replay: Replay, grouping: Grouping, open: ReadonlySet<StepId>) {
    this.replay = replay;
    this.grouping = grouping;
    this.open = open;
    this.fans = new FanOuts(replay.story.index);
    this.arrange();
    this.grown = replay.story.length;
  }

  get total(): number {
    return this.openings.total(this.grouping === 'none' ? this.replay.visible.length : this.rows.length);
  }

  at(row: number): SequenceLine | undefined {
    const { base, member } = this.openings.at(row);
    const line: GroupRow | undefined = this.grouping === 'none' ? { index: base } : this.rows[base];
    if (member === undefined || !line || !('index' in line)) return line;
    const write = this.stepAt(line.index);
    const told = write && this.fans.of(write)[member];
    return told && { write, member: told };
  }

  /** The row of a visible step; -1 where there is none. */
  rowOf(index: number): number {
    const base = this.grouping === 'none' ? index : (this.places[index] ?? -1);
    return base < 0 ? -1 : this.openings.rowOf(base);
  }

  rowOfStep(id: StepId): number | undefined {
    const position = this.replay.story.positionOf(id);
    const index = position === undefined ? undefined : this.replay.indexOf(position);
    const row = index === undefined ? -1 : this.rowOf(index);
    return row < 0 ? undefined : row;
  }

  /** Steps came to groups, or were opened or closed: `open` has changed. */
  arrange(): void {
    const { replay, grouping } = this;
    const rows = grouping === 'none' ? [] : grouped(replay.story, replay.visible, grouping);
    const places: number[] = [];
    rows.forEach((row, i) => {
      if ('index' in row) places[row.index] = i;
    });
    this.rows = rows;
    this.places = places;
    this.openings = new Openings();
    this.openings = new Openings(
      [...this.open].flatMap((id) => {
        const step = replay.story.index.get(id);
        const base = this.rowOfStep(id);
        if (!step || base === undefined) return [];
        return [[base, Math.min(MOST_MEMBERS, this.fans.of(step).length)] as const];
      }),
    );
  }

  /** The writes that steps which were appended since the last call tell more of. */
  toldMore(): readonly Step[] {
    const { steps, index } = this.replay.story;
    const causes = new Set(steps.slice(this.grown).flatMap((step) => step.causes));
    this.grown = steps.length;
    return [...causes].flatMap((id) => index.get(id) ?? []).filter((step) => this.fans.of(step).length > 0);
  }

  private stepAt(index: number): Step | undefined {
    return this.replay.story.steps[this.replay.visible[index] ?? -1];
  }
}
