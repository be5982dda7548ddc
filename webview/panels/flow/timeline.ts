// The Timeline reading: one lane a participant, silences cut; a click goes to the nearest step.

import { duration } from '../../../src/trace/words.ts';
import { fit } from '../../scene/geometry.ts';
import { Cast } from '../../scene/lifelines.ts';
import type { Replay } from '../../scene/replay.ts';
import { nearest, type Timeline as Picture, timelineOf } from '../../scene/timeline.ts';
import { h } from './dom.ts';
import type { Seen } from './exports.ts';
import type { Reading } from './reading.ts';
import { shapeOf } from './snapshot.ts';
import { svg, text } from './svg.ts';

const LEFT = 132;
const LANE = 30;
const AXIS = 30;

export class TimelineReading implements Reading {
  readonly element: HTMLElement;
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

  constructor(go: (index: number) => void) {
    this.element = h('div', { class: 'timeline' }, this.svg);
    new ResizeObserver(() => {
      this.stale = true;
      this.setCurrent(this.replay?.cursor ?? -1);
    }).observe(this.element);
    this.svg.addEventListener('click', (event) => {
      const x = event.clientX - this.svg.getBoundingClientRect().left;
      const index = this.picture ? nearest(this.picture.xs, x) : -1;
      if (x > LEFT - 8 && index >= 0) go(index);
    });
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
    const width = this.element.clientWidth;
    if (!replay || width === 0) return;
    this.stale = false;
    const { story, visible } = replay;
    const cast = new Cast(story);
    const picture = timelineOf(story, cast, visible, LEFT, width - LEFT - 16);
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
    );
  }

  private axis({ bursts }: Picture, width: number): SVGElement[] {
    let free = LEFT - 20;
    return bursts.flatMap(({ from, x, w }) => {
      const parts: SVGElement[] = [svg('path', { d: `M${x - 4},${AXIS - 6}h${w + 8}`, class: 'burst' })];
      const word = duration(from - this.origin);
      const room = word.length * 7;
      const start = Math.min(x, width - 8 - room);
      if (start >= free) {
        parts.push(text(word, { x: start, y: AXIS - 12, class: 'when' }));
        free = start + room + 12;
      }
      return parts;
    });
  }
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
