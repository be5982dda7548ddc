// The sequence: one row a step, one line a participant, messages as arrows between them.
import { broughtBy, type FanOuts } from '../../src/trace/fanout.ts';
import type { Step } from '../../src/trace/step.ts';
import { actorName, deed } from '../../src/trace/words.ts';
import { isRefusal } from './gates.ts';
import { fit, textWidth } from './geometry.ts';
import type { Cast } from './lifelines.ts';
import type { Story } from './story.ts';

export const SEQUENCE_ROW = 34;
/** Room for the time at the left. */
export const SEQUENCE_LEFT = 64;
/** Room for `→ 7 watchers` at the right, and for `→ 7`. */
const WATCHERS = 92;
const COUNT = 44;
/** px: in less room the watchers are told by number alone. */
const ROOMY = 640;
/** px from line to line: closer ones would need letters closer than they are high. */
const NARROWEST = 22;
/** Its letters are 11 px high, and bold. */
const NAME_SIZE = 11 * 1.07;
/** Names that have no room beside each other stand aslant, and are at most so long. */
const SLANT = Math.SQRT1_2;
const LONGEST_NAME = 112;

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

const WORDS_SIZE = 11;

export interface Head {
  /** One line, or two where one is too short. */
  readonly lines: readonly string[];
  readonly full: string;
}

export interface SequenceColumns {
  readonly xs: readonly number[];
  /** Wider than the room when there are many. */
  readonly width: number;
  /** The names over the lines, upright, or rising to the right from where their line begins. */
  readonly heads: readonly Head[];
  readonly slanted: boolean;
  readonly headHeight: number;
  /** px at the end of a row that its watchers take, and whether that is room for a word. */
  readonly end: number;
  readonly roomy: boolean;
}

/** Where the lines stand, and what stands over them. `room`: px. */
export function sequenceColumns(names: readonly string[], room: number): SequenceColumns {
  const roomy = room >= ROOMY;
  const apart = (end: number): number => Math.max(NARROWEST, (room - SEQUENCE_LEFT - end) / Math.max(1, names.length));
  let end = roomy ? WATCHERS : COUNT;
  let step = apart(end);
  const upright = names.map((name) => inLines(name, step - 6));
  const slanted = upright.some((lines) => lines === undefined);
  const shortened = names.map((name) => fit(name, LONGEST_NAME, NAME_SIZE));
  const long = Math.max(0, ...shortened.map((name) => textWidth(name, NAME_SIZE)));
  if (slanted) {
    end = Math.max(end, textWidth(shortened.at(-1) ?? '', NAME_SIZE) * SLANT);
    step = apart(end);
  }
  return {
    xs: names.map((_, i) => SEQUENCE_LEFT + step * (i + 0.5)),
    width: Math.max(room, SEQUENCE_LEFT + step * names.length + end),
    heads: names.map((full, i) => ({ full, lines: (slanted ? undefined : upright[i]) ?? [shortened[i] ?? full] })),
    slanted,
    headHeight: slanted ? Math.ceil(long * SLANT) + 28 : 44,
    end,
    roomy,
  };
}

/** In two lines where one is too short for it: `EndpointSlice` breaks between its words, `ip-10-0-3-17` at its hyphens. */
function inLines(name: string, room: number): readonly string[] | undefined {
  const fits = (text: string): boolean => textWidth(text, NAME_SIZE) <= room;
  if (fits(name)) return [name];
  const breaks = [...name.matchAll(/(?<=[a-z])(?=[A-Z])|(?<=[-. ])/g)].map(({ index }) => index);
  const at = breaks.findLast((place) => fits(name.slice(0, place).trimEnd()));
  if (at === undefined || !fits(name.slice(at))) return undefined;
  return [name.slice(0, at).trimEnd(), name.slice(at)];
}

/**
 * Where the words of a row stand: beside what they tell of while there is room on that side, else as near as they can be
 * read whole. `from` is where they would begin; `before`: where they may end instead.
 */
export function placeWords(
  words: string,
  { from, before, left, right }: { from: number; before?: number; left: number; right: number },
): { readonly x: number; readonly text: string } {
  const w = textWidth(words, WORDS_SIZE);
  if (from + w <= right) return { x: from, text: words };
  if (before !== undefined && before - w >= left) return { x: before - w, text: words };
  return { x: Math.max(left, Math.min(from, right - w)), text: fit(words, right - left, WORDS_SIZE) };
}
