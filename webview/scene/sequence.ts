// The sequence: one row a step, one line a participant, messages as arrows between them.
import { broughtBy, type FanOuts } from '../../src/trace/fanout.ts';
import type { Step } from '../../src/trace/step.ts';
import { actorName, deed } from '../../src/trace/words.ts';
import { isRefusal } from './gates.ts';
import type { Cast } from './lifelines.ts';
import type { Story } from './story.ts';

export const SEQUENCE_ROW = 34;
/** Room for the time at the left, and for `→ 7 watchers` at the right. */
export const SEQUENCE_LEFT = 64;
export const SEQUENCE_RIGHT = 92;
const NARROWEST = 74;

export interface SequenceRow {
  /** Index of the line of the one who acts. */
  readonly at: number;
  /** Index of the line where the message goes; absent: something that happens where it happens. */
  readonly to?: number;
  /**
   * A watch delivery from the API server came before: an arrow of its own, or, where others were told of the same write and
   * the write's row shows them together, one of a bundle.
   */
  readonly watch?: 'arrow' | 'bundled';
  /** Others acted on this write because a watch told them: so many, on these lines. */
  readonly fan?: { readonly count: number; readonly lines: readonly number[] };
  readonly text: string;
  readonly refused: boolean;
  readonly colour: string;
}

export function sequenceRow(story: Story, cast: Cast, fans: FanOuts, step: Step): SequenceRow {
  const at = cast.placeOf(step);
  const { request } = step;
  const watch = at === cast.server ? undefined : watchOf(story, fans, step);
  const told = fans.of(step);
  const lines = [...new Set(told.map((one) => cast.placeOf(one)))].toSorted((a, b) => a - b);
  return {
    at,
    ...(request && at !== cast.server ? { to: cast.server } : {}),
    ...(watch ? { watch } : {}),
    ...(told.length > 0 ? { fan: { count: told.length, lines } } : {}),
    text: deedText(story, cast, step),
    refused: request !== undefined && isRefusal(request),
    colour: story.component(step.actor.component)?.colour ?? 'none',
  };
}

/** One of a bundle that was opened: the delivery to who then did this. */
export function memberRow(story: Story, cast: Cast, member: Step): SequenceRow {
  return {
    at: cast.placeOf(member),
    watch: 'arrow',
    text: `then ${deedText(story, cast, member)}`,
    refused: false,
    colour: story.component(member.actor.component)?.colour ?? 'none',
  };
}

function watchOf(story: Story, fans: FanOuts, step: Step): SequenceRow['watch'] {
  const brought = broughtBy(story.index, step);
  if (brought.length === 0) return undefined;
  return brought.every((write) => fans.of(write).length > 0) ? 'bundled' : 'arrow';
}

/** On a line that several share, and on a machine's, who acts is part of the text; that a kubelet asks is what is usual. */
function deedText(story: Story, cast: Cast, step: Step): string {
  const { actor, action, detail, request } = step;
  const api = detail?.type === 'node' && detail.api !== undefined ? `${detail.api} ` : '';
  const said = request ? `${deed(step)} → ${request.code}` : `${api}${action}`;
  const line = cast.placeOf(step);
  if (cast.isShared(line)) return `${actorName(story, step)}: ${said}`;
  const usual = request !== undefined && actor.component === 'kubelet';
  return cast.isMachine(line) && !usual ? `${actor.component}: ${said}` : said;
}

/** Where the lines stand, and how wide the whole is: wider than the room when there are many. */
export function sequenceColumns(
  count: number,
  room: number,
): { readonly xs: readonly number[]; readonly width: number } {
  const step = Math.max(NARROWEST, (room - SEQUENCE_LEFT - SEQUENCE_RIGHT) / Math.max(1, count));
  const xs = Array.from({ length: count }, (_, i) => SEQUENCE_LEFT + step * (i + 0.5));
  return { xs, width: Math.max(room, SEQUENCE_LEFT + step * count + SEQUENCE_RIGHT) };
}
