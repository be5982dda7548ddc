// Steps by cause and by object, and the range of time that is shown: a menu, whose first entries have keys.
import { goingTo, type Way } from '../../scene/going.ts';
import type { Story } from '../../scene/story.ts';
import { GLYPHS } from './dom.ts';
import { Menu, type MenuItem } from './menu.ts';

export interface GoActions {
  place(): { readonly story: Story; readonly position: number } | undefined;
  /** Show the step with this id. */
  visit(id: number): void;
  /** µs; undefined: the whole trace. One end alone leaves the other as it is. */
  range(range: { readonly from?: number; readonly to?: number } | undefined): void;
}

const WAYS: readonly (readonly [Way, label: string, why: string])[] = [
  ['cause', 'To what caused this step (C)', 'nothing recorded caused it'],
  ['effect', 'To its first effect (E)', 'nothing recorded came of it'],
  ['object-before', 'To the object’s previous change (<)', 'there is none'],
  ['object-after', 'To the object’s next change (>)', 'there is none'],
];

export class GoMenu {
  readonly menu: Menu;
  private readonly actions: GoActions;

  constructor(actions: GoActions) {
    this.actions = actions;
    const noStep = (): string | undefined => (this.step === undefined ? 'go to a step first' : undefined);
    this.menu = new Menu('Go', GLYPHS.go, [
      ...WAYS.map(
        ([way, label, why]): MenuItem => ({
          label,
          run: () => this.take(way),
          unavailable: () => noStep() ?? (this.goal(way) === undefined ? why : undefined),
        }),
      ),
      { label: 'Show only from this step on', run: () => this.limit('from'), unavailable: noStep },
      { label: 'Show only up to this step', run: () => this.limit('to'), unavailable: noStep },
      { label: 'Show all of the time', run: () => actions.range(undefined) },
    ]);
  }

  /** Goes that way, where there is something. */
  take(way: Way): void {
    const goal = this.goal(way);
    if (goal !== undefined) this.actions.visit(goal);
  }

  private get step(): number | undefined {
    const place = this.actions.place();
    return place?.story.steps[place.position]?.at;
  }

  private goal(way: Way): number | undefined {
    const place = this.actions.place();
    const position = place && goingTo(place.story, place.position, way);
    return position === undefined ? undefined : place?.story.steps[position]?.id;
  }

  private limit(end: 'from' | 'to'): void {
    const { step } = this;
    if (step !== undefined) this.actions.range({ [end]: step });
  }
}
