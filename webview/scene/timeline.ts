// The timeline: one lane a participant, time from left to right. Things come in bursts with long silences between them; the
// silences are cut to a fixed width, so that a burst of milliseconds can be read beside one that comes minutes later.
import { isRefusal } from './gates.ts';
import type { Cast, Lifeline } from './lifelines.ts';
import type { Story } from './story.ts';

/** `cut`: silences are cut to a fixed width. `scale`: a second is as wide everywhere. `clock`: that, told as the time of day. */
export type Axis = 'cut' | 'scale' | 'clock';

/** A time without any step is cut where it would take this part of the time that is drawn, longest first. */
const SILENCE = 0.08;
const CUT = 28;
/** px of the picture for each time that is cut: there has to be room to say when the next burst begins. */
const APART = 80;

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
  const silences = silencesOf(times, Math.floor(width / APART));
  const spans: { from: number; to: number }[] = [];
  times.forEach((at, i) => {
    const last = spans.at(-1);
    if (last && !silences.has(i)) last.to = Math.max(last.to, at);
    else spans.push({ from: at, to: at });
  });
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

/** The indices of the times that come after a silence to be cut. */
function silencesOf(times: readonly number[], most: number): ReadonlySet<number> {
  const longest: { readonly before: number; readonly us: number }[] = [];
  for (let i = 1; i < times.length; i++) {
    const us = (times[i] ?? 0) - (times[i - 1] ?? 0);
    if (us <= (longest.length < most ? 0 : (longest.at(-1)?.us ?? 0))) continue;
    const place = longest.findIndex((one) => one.us < us);
    longest.splice(place < 0 ? longest.length : place, 0, { before: i, us });
    if (longest.length > most) longest.pop();
  }
  let drawn = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const cut = new Set<number>();
  for (const { before, us } of longest) {
    if (us < drawn * SILENCE) break;
    cut.add(before);
    drawn -= us;
  }
  return cut;
}

export interface Tick {
  readonly x: number;
  /** µs. */
  readonly at: number;
}

/** Round steps of time, µs, smallest first. */
const ROUND = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1_000),
  ...[1, 2, 5, 10, 30].map((s) => s * 1_000_000),
  ...[1, 2, 5, 10, 30, 60, 120, 300, 600, 1440].map((min) => min * 60_000_000),
];

/**
 * The times that are said above the lanes: when each burst begins, and round ones counted from `zero` (µs) as far as there is
 * room. `wide` says how many px a time takes; nothing is said beyond `right`. A whole axis needs no beginning said.
 */
export function ticksOf(
  bursts: readonly Burst[],
  zero: number,
  wide: (at: number) => number,
  right: number,
  whole: boolean,
): readonly Tick[] {
  const out: Tick[] = [];
  let free = Number.NEGATIVE_INFINITY;
  const say = (tick: Tick, end: number): void => {
    const room = wide(tick.at);
    if (tick.x < free || tick.x + room > end) return;
    out.push(tick);
    free = tick.x + room + 12;
  };
  bursts.forEach(({ from, to, x, w }, i) => {
    const next = bursts[i + 1]?.x;
    if (!whole) say({ x: Math.min(x, Math.max(0, right - wide(from))), at: from }, right);
    const step = ROUND.find((us) => us * w >= 96 * (to - from));
    if (step === undefined || w === 0) return;
    for (let at = zero + Math.ceil((from - zero) / step) * step; at <= to; at += step) {
      say({ x: x + ((at - from) / (to - from)) * w, at }, next === undefined ? right : next - 8);
    }
  });
  return out;
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
