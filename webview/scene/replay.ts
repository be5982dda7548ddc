// Where the reader is in the story. Counts only steps that the filter shows; knows nothing of clocks: the panel asks it to go
// on when the last step has been played and read.
import type { Step } from '../../src/trace/step.ts';
import { type Filter, NO_FILTER, passes } from './filter.ts';
import type { Story } from './story.ts';

export class Replay {
  readonly story: Story;
  private shown: number[] = [];
  private seen = 0;
  private at = -1;
  private rule: Filter = NO_FILTER;

  constructor(story: Story, filter = NO_FILTER) {
    this.story = story;
    this.rule = filter;
    this.grow();
  }

  get filter(): Filter {
    return this.rule;
  }

  /** Positions of the steps that are shown, oldest first. */
  get visible(): readonly number[] {
    return this.shown;
  }

  /** The steps that are shown, oldest first. */
  shownSteps(): Step[] {
    return this.shown.flatMap((position) => this.story.steps[position] ?? []);
  }

  /** Index among the visible steps; -1 before the first. */
  get cursor(): number {
    return this.at;
  }

  /** Position of the current step in the story; -1 before the first. */
  get position(): number {
    return this.shown[this.at] ?? -1;
  }

  get atEnd(): boolean {
    return this.at >= this.shown.length - 1;
  }

  /** Takes in what was appended to the story. */
  grow(): void {
    const { object, family } = this.rule;
    const pass = passes(this.rule, family && object !== undefined ? this.story.familyOf(object) : undefined);
    const { steps } = this.story;
    for (; this.seen < steps.length; this.seen++) {
      const step = steps[this.seen];
      if (step && pass(step)) this.shown.push(this.seen);
    }
  }

  /** Another filter; the reader stays at the same step, or at the last one before it that is shown. */
  setFilter(filter: Filter): void {
    const position = this.position;
    this.rule = filter;
    this.shown = [];
    this.seen = 0;
    this.grow();
    this.at = this.lastShown(position);
  }

  /** Goes to the n-th visible step, -1 to before the first; answers whether that is somewhere else. */
  seek(index: number): boolean {
    const to = Math.max(-1, Math.min(this.shown.length - 1, Math.round(index)));
    const moved = to !== this.at;
    this.at = to;
    return moved;
  }

  /** Goes to a step of the story, or the last visible one before it. */
  seekPosition(position: number): boolean {
    return this.seek(this.lastShown(position));
  }

  isShown(position: number): boolean {
    return this.indexOf(position) !== undefined;
  }

  /** Index among the visible steps of a position of the story; undefined where the filter hides it. */
  indexOf(position: number): number | undefined {
    const index = this.lastShown(position);
    return this.shown[index] === position ? index : undefined;
  }

  private lastShown(position: number): number {
    let low = 0;
    let high = this.shown.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.shown[middle] ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
