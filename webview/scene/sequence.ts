// The sequence: one row a step, one line a participant, messages as arrows between them.
import type { Step } from '../../src/trace/step.ts';
import { deed } from '../../src/trace/words.ts';
import { isRefusal } from './gates.ts';
import { broughtBy } from './hops.ts';
import type { Cast } from './lifelines.ts';
import type { Story } from './story.ts';

export const SEQUENCE_ROW = 34;
/** Room for the time at the left. */
export const SEQUENCE_LEFT = 64;
const NARROWEST = 74;

export interface SequenceRow {
  /** Index of the line of the one who acts. */
  readonly at: number;
  /** Index of the line where the message goes; absent: something that happens where it happens. */
  readonly to?: number;
  /** A watch delivery from the API server came before. */
  readonly watch: boolean;
  readonly text: string;
  readonly refused: boolean;
  readonly colour: string;
}

export function sequenceRow(story: Story, cast: Cast, step: Step): SequenceRow {
  const at = cast.placeOf(step);
  const { request } = step;
  const text = request ? `${deed(step)} → ${request.code}` : nodeText(step);
  const to = request && at !== cast.server ? { to: cast.server } : {};
  return {
    at,
    ...to,
    watch: at !== cast.server && broughtBy(story, step).length > 0,
    text,
    refused: request !== undefined && isRefusal(request),
    colour: story.component(step.actor.component)?.colour ?? 'none',
  };
}

/** On a machine's line the component that acts is part of the text. */
function nodeText({ actor, action, detail }: Step): string {
  const api = detail?.type === 'node' && detail.api !== undefined ? `${detail.api} ` : '';
  return actor.node !== undefined && detail?.type === 'node' ? `${actor.component}: ${api}${action}` : action;
}

/** Where the lines stand, and how wide the whole is: wider than the room when there are many. */
export function sequenceColumns(
  count: number,
  room: number,
): { readonly xs: readonly number[]; readonly width: number } {
  const step = Math.max(NARROWEST, (room - SEQUENCE_LEFT - 16) / Math.max(1, count));
  const xs = Array.from({ length: count }, (_, i) => SEQUENCE_LEFT + step * (i + 0.5));
  return { xs, width: Math.max(room, SEQUENCE_LEFT + step * count + 16) };
}
