// The timeline: one lane a participant, time from left to right. Things come in bursts with long silences between them; the
// silences are cut to a fixed width, so that a burst of milliseconds can be read beside one that comes minutes later.
import { isRefusal } from './gates.ts';
import type { Cast, Lifeline } from './lifelines.ts';
import type { Story } from './story.ts';

/** `cut`: silences are cut to a fixed width. `scale`: a second is as wide everywhere. `clock`: that, told as the time of day. */
export type Axis = 'cut' | 'scale' | 'clock';

/** µs without any step from which on a silence is cut. */
const SILENCE = 1_000_000;
const CUT = 28;

export interface Burst {
  /** µs. */
  readonly from: number;
  readonly to: number;
  /** px. */
  readonly x: number;
  readonly w: number;
}

export interface Mark {
  /** Index among the visible steps. */
  readonly index: number;
  readonly lane: number;
  readonly x: number;
  readonly refused: boolean;
  readonly colour: string;
}

export interface Timeline {
  readonly bursts: readonly Burst[];
  /** One for each place where something can be seen; steps that fall onto the same pixel share one. */
  readonly marks: readonly Mark[];
  /** x and lane of every visible step. */
  readonly xs: readonly number[];
  readonly lanes: readonly number[];
  /** Who has a lane: those who did something. */
  readonly lines: readonly Lifeline[];
}

/** `visible` are positions of steps; the picture goes from `left` to `left + width`. */
export function timelineOf(
  story: Story,
  cast: Cast,
  visible: readonly number[],
  left: number,
  width: number,
  axis: Axis = 'cut',
): Timeline {
  const times = visible.map((position) => story.steps[position]?.at ?? 0);
  const bursts = axis === 'cut' ? burstsOf(times, left, width) : wholeOf(times, left, width);
  const xs: number[] = [];
  let b = 0;
  for (const at of times) {
    while (b < bursts.length - 1 && at > (bursts[b]?.to ?? 0)) b++;
    xs.push(placeIn(bursts[b], at));
  }
  const places = visible.map((position) => {
    const step = story.steps[position];
    return step ? cast.placeOf(step) : 0;
  });
  const used = [...new Set(places)].sort((one, other) => one - other);
  const lanes = places.map((place) => used.indexOf(place));
  const lines = used.flatMap((place) => cast.lines[place] ?? []);
  return { bursts, xs, lanes, lines, marks: marksOf(story, visible, xs, lanes) };
}

function burstsOf(times: readonly number[], left: number, width: number): Burst[] {
  const spans: { from: number; to: number }[] = [];
  for (const at of times) {
    const last = spans.at(-1);
    if (last && at - last.to <= SILENCE) last.to = Math.max(last.to, at);
    else spans.push({ from: at, to: at });
  }
  const cut = Math.min(CUT, (width * 0.4) / Math.max(1, spans.length));
  const total = spans.reduce((sum, { from, to }) => sum + (to - from), 0);
  const room = width - cut * spans.length;
  let x = left + cut / 2;
  return spans.map(({ from, to }) => {
    const w = total === 0 ? 0 : ((to - from) / total) * room;
    const burst = { from, to, x, w };
    x += w + cut;
    return burst;
  });
}

/** All of the time as one. */
function wholeOf(times: readonly number[], left: number, width: number): Burst[] {
  const [from, to] = [times[0], times.at(-1)];
  return from === undefined || to === undefined ? [] : [{ from, to, x: left + CUT / 2, w: width - CUT }];
}

/** The time (µs) at a place; in a silence that is cut, when the silence began. */
export function timeAt(bursts: readonly Burst[], x: number): number | undefined {
  const burst = bursts.findLast((one) => one.x <= x) ?? bursts[0];
  if (!burst) return undefined;
  const part = burst.w === 0 ? 0 : Math.max(0, Math.min(1, (x - burst.x) / burst.w));
  return burst.from + part * (burst.to - burst.from);
}

function placeIn(burst: Burst | undefined, at: number): number {
  if (!burst) return 0;
  const length = burst.to - burst.from;
  return length === 0 ? burst.x : burst.x + (Math.max(0, at - burst.from) / length) * burst.w;
}

function marksOf(story: Story, visible: readonly number[], xs: readonly number[], lanes: readonly number[]): Mark[] {
  const seen = new Set<number>();
  const marks: Mark[] = [];
  visible.forEach((position, index) => {
    const step = story.steps[position];
    if (!step) return;
    const lane = lanes[index] ?? 0;
    const x = xs[index] ?? 0;
    const refused = step.request !== undefined && isRefusal(step.request);
    const pixel = (Math.round(x) * 64 + lane) * 2 + (refused ? 1 : 0);
    if (seen.has(pixel)) return;
    seen.add(pixel);
    marks.push({ index, lane, x, refused, colour: story.component(step.actor.component)?.colour ?? 'none' });
  });
  return marks;
}

/** The visible step that is nearest to a place: index, -1 where there is none. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [xs[low - 1], xs[low]];
  if (after === undefined) return low - 1;
  return before !== undefined && x - before < after - x ? low - 1 : low;
}
