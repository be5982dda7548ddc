// The Timeline reading: one lane a participant, silences cut or to scale; a click goes to the nearest step, a stroke over the
// lanes shows that time alone.
import { duration } from '../../../src/trace/words.ts';
import { fit } from '../../scene/geometry.ts';
import { Cast } from '../../scene/lifelines.ts';
import type { Replay } from '../../scene/replay.ts';
import {
  type Axis,
  type Burst,
  nearest,
  type Timeline as Picture,
  ticksOf,
  timeAt,
  timelineOf,
} from '../../scene/timeline.ts';
import { h } from './dom.ts';
import type { Seen } from './exports.ts';
import type { Reading } from './reading.ts';
import { shapeOf } from './snapshot.ts';
import { svg, text } from './svg.ts';

const LEFT = 132;
const LANE = 30;
const AXIS = 30;

/** px: a shorter stroke is a click. */
const STROKE = 6;
const AXES: readonly (readonly [Axis, string])[] = [
  ['cut', 'Time since the start, silences cut'],
  ['scale', 'Time since the start, to scale'],
  ['clock', 'Clock time, to scale'],
];

export interface TimelineActions {
  readonly axis: Axis;
  remember(axis: Axis): void;
  /** Show only this time, µs. */
  select(range: { readonly from: number; readonly to: number }): void;
}

export class TimelineReading implements Reading {
  readonly element: HTMLElement;
  private axisKind: Axis;
  private epochMs: number | undefined;
  private readonly brush = svg('rect', { class: 'brush' });
  private readonly choice: HTMLSelectElement;
  private readonly svg = svg('svg', {
    role: 'img',
    'aria-label': 'Steps by participant and time; the transcript says the same in words',
  });
  private readonly now = svg('path', { class: 'now' });
  private readonly ring = svg('circle', { class: 'ring', r: 7 });
  private replay: Replay | undefined;
  private picture: Picture | undefined;
  private origin = 0;
  private height = 0;
  private stale = true;

  constructor(go: (index: number) => void, actions: TimelineActions) {
    this.axisKind = actions.axis;
    this.choice = h(
      'select',
      { 'aria-label': 'Time axis', title: 'Time axis' },
      ...AXES.map(([value, label]) => h('option', { value }, label)),
    );
    this.choice.value = actions.axis;
    this.choice.addEventListener('change', () => {
      this.axisKind = AXES.find(([axis]) => axis === this.choice.value)?.[0] ?? 'cut';
      actions.remember(this.axisKind);
      this.stale = true;
      this.setCurrent(this.replay?.cursor ?? -1);
    });
    const hint = h('span', { class: 'dim' }, 'Drag over the lanes to show that time alone');
    this.room = h('div', { class: 'lanes' }, this.svg);
    this.element = h('div', { class: 'timeline' }, h('div', { class: 'tools' }, this.choice, hint), this.room);
    new ResizeObserver(() => {
      this.stale = true;
      this.setCurrent(this.replay?.cursor ?? -1);
    }).observe(this.room);
    this.listen(go, actions);
  }

  private readonly room: HTMLElement;

  /** What clocks showed at 0 µs, ms since 1970; undefined where nobody knows. */
  setEpoch(epochMs: number | undefined): void {
    this.epochMs = epochMs;
    for (const option of this.choice.options) if (option.value === 'clock') option.disabled = epochMs === undefined;
  }

  private listen(go: (index: number) => void, actions: TimelineActions): void {
    const place = (event: MouseEvent): number => event.clientX - this.svg.getBoundingClientRect().left;
    let from: number | undefined;
    this.svg.addEventListener('pointerdown', (event) => {
      from = event.button === 0 && place(event) > LEFT - 8 ? place(event) : undefined;
      if (from !== undefined) this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener('pointermove', (event) => {
      if (from !== undefined) this.stroke(from, place(event));
    });
    this.svg.addEventListener('pointercancel', () => {
      from = undefined;
      this.stroke(0, 0);
    });
    this.svg.addEventListener('pointerup', (event) => {
      if (from === undefined || !this.picture) return;
      const [start, end] = [from, place(event)].toSorted((a, b) => a - b) as [number, number];
      from = undefined;
      this.stroke(0, 0);
      const { bursts, xs } = this.picture;
      const range = { from: timeAt(bursts, start), to: timeAt(bursts, end) };
      if (end - start < STROKE) go(Math.max(0, nearest(xs, start)));
      else if (range.from !== undefined && range.to !== undefined) actions.select({ from: range.from, to: range.to });
    });
  }

  private stroke(from: number, to: number): void {
    this.brush.setAttribute('x', String(Math.max(LEFT - 8, Math.min(from, to))));
    this.brush.setAttribute('width', String(Math.abs(to - from)));
    this.brush.setAttribute('y', String(AXIS - 4));
    this.brush.setAttribute('height', String(Math.max(0, this.height - AXIS + 4)));
  }

  reset(replay: Replay, origin: number): void {
    this.replay = replay;
    this.origin = origin;
    this.stale = true;
  }

  grow(): void {
    this.stale = true;
  }

  setCurrent(index: number): void {
    if (this.stale) this.draw();
    const x = this.picture?.xs[index];
    this.now.setAttribute('d', x === undefined ? '' : `M${x},${AXIS - 4}V${this.height}`);
    const lane = this.picture?.lanes[index];
    this.ring.setAttribute('cx', String(x ?? -99));
    this.ring.setAttribute('cy', String(lane === undefined ? -99 : AXIS + lane * LANE + LANE / 2));
  }

  seen(): Seen {
    const { width, height } = this.svg.getBoundingClientRect();
    return { width, height, content: shapeOf(this.svg)?.children ?? [] };
  }

  private draw(): void {
    const { replay } = this;
    const width = this.room.clientWidth;
    if (!replay || width === 0) return;
    this.stale = false;
    const { story, visible } = replay;
    const cast = new Cast(story, !replay.filter.hideRoutine);
    const picture = timelineOf(story, cast, visible, LEFT, width - LEFT - 16, this.axisShown);
    this.picture = picture;
    this.height = AXIS + picture.lines.length * LANE;
    this.svg.setAttribute('width', String(width));
    this.svg.setAttribute('height', String(this.height + 8));
    this.svg.replaceChildren(
      ...laneRows(picture, width),
      ...this.axis(picture, width),
      this.now,
      ...marks(picture),
      this.ring,
      this.brush,
    );
  }

  private get axisShown(): Axis {
    return this.axisKind === 'clock' && this.epochMs === undefined ? 'scale' : this.axisKind;
  }

  private told(at: number): string {
    if (this.axisShown !== 'clock')
      return duration(at - this.origin)
        .replace('.000 s', ' s')
        .replace(' min 0 s', ' min');
    const clock = new Date((this.epochMs ?? 0) + at / 1000).toISOString();
    return clock.endsWith('.000Z') ? clock.slice(11, 19) : clock.slice(11, 23);
  }

  private axis({ bursts }: Picture, width: number): SVGElement[] {
    const clock = this.axisShown === 'clock';
    const zero = clock ? -(this.epochMs ?? 0) * 1000 : this.origin;
    const wide = (at: number): number => this.told(at).length * 7;
    const ticks = ticksOf(bursts, zero, wide, width - 8, this.axisShown !== 'cut');
    return [
      ...bursts.map(({ x, w }) => svg('path', { d: `M${x - 4},${AXIS - 6}h${w + 8}`, class: 'burst' })),
      ...bursts.slice(1).map(({ x }, i) => broken(bursts[i], x)),
      ...ticks.flatMap(({ x, at }) => [
        svg('path', { d: `M${x},${AXIS - 9}v6`, class: 'burst' }),
        text(this.told(at), { x, y: AXIS - 12, class: 'when' }),
      ]),
    ];
  }
}

/** The sign of an axis that leaves something out. */
function broken(before: Burst | undefined, next: number): SVGElement {
  const x = before === undefined ? next : (before.x + before.w + next) / 2;
  return svg('path', { d: `M${x - 4},${AXIS - 2}l3,-8m2,8l3,-8`, class: 'break' });
}

function marks({ marks: all }: Picture): SVGElement[] {
  return all.map(({ x, lane, refused, colour }) => {
    const y = AXIS + lane * LANE + LANE / 2;
    const cross = `M${x - 4},${y - 4}l8,8m0,-8l-8,8`;
    return refused
      ? svg('path', { d: cross, class: 'refused' })
      : svg('circle', { cx: x, cy: y, r: 4, class: `mark c-${colour}` });
  });
}

function laneRows({ lines }: Picture, width: number): SVGElement[] {
  return lines.map(({ name, colour }, i) => {
    const y = AXIS + i * LANE + LANE / 2;
    const group = svg('g', { class: `lane c-${colour}` });
    group.append(
      svg('path', { d: `M${LEFT - 8},${y}H${width - 8}`, class: 'life' }),
      text(fit(name, LEFT - 26, 12), { x: 16, y: y + 4 }),
    );
    return group;
  });
}
