// The Sequence reading: participants as lines, messages as arrows, one row a step.

import { duration } from '../../../src/trace/words.ts';
import { fit } from '../../scene/geometry.ts';
import { type Grouping, type GroupRow, grouped } from '../../scene/groups.ts';
import { Cast } from '../../scene/lifelines.ts';
import type { Replay } from '../../scene/replay.ts';
import { SEQUENCE_ROW, type SequenceRow, sequenceColumns, sequenceRow } from '../../scene/sequence.ts';
import { h } from './dom.ts';
import type { Seen } from './exports.ts';
import type { Reading } from './reading.ts';
import { piecesOf } from './snapshot.ts';
import { svg, text } from './svg.ts';
import { VirtualList } from './virtual-list.ts';

const HEAD = 30;
const GROUPINGS: readonly (readonly [Grouping, string])[] = [
  ['none', 'In the order of time'],
  ['object', 'Grouped by object'],
  ['cause', 'Grouped by what set it off'],
];

export class Sequence implements Reading {
  readonly element: HTMLElement;
  private readonly list: VirtualList;
  private readonly head = h('div', { class: 'cast' });
  private replay: Replay | undefined;
  private cast: Cast | undefined;
  private origin = 0;
  private columns = sequenceColumns(1, 600);
  private drawn = '';

  private grouping: Grouping;
  private rows: readonly GroupRow[] = [];
  /** Visible index → row. */
  private places: readonly number[] = [];

  constructor(go: (index: number) => void, grouping: Grouping, remember: (grouping: Grouping) => void) {
    this.grouping = grouping;
    this.list = new VirtualList('Sequence', SEQUENCE_ROW, (row) => {
      const chosen = this.rowAt(row);
      if (chosen && 'index' in chosen) go(chosen.index);
    });
    this.list.element.prepend(this.head);
    const choice = h(
      'select',
      { 'aria-label': 'Groups', title: 'Groups' },
      ...GROUPINGS.map(([value, label]) => h('option', { value }, label)),
    );
    choice.value = grouping;
    choice.addEventListener('change', () => {
      this.grouping = GROUPINGS.find(([one]) => one === choice.value)?.[0] ?? 'none';
      remember(this.grouping);
      this.drawn = '';
      this.refresh();
    });
    this.element = h('div', { class: 'sequence' }, h('div', { class: 'tools' }, choice), this.list.element);
    new ResizeObserver(() => this.refresh()).observe(this.element);
  }

  reset(replay: Replay, origin: number): void {
    this.replay = replay;
    this.origin = origin;
    this.drawn = '';
    this.refresh();
  }

  grow(): void {
    if (this.grouping !== 'none') this.drawn = '';
    this.arrange();
    this.refresh();
    this.list.grow();
  }

  setCurrent(index: number): void {
    this.refresh();
    this.list.setCurrent(this.placeOf(index));
  }

  private arrange(): void {
    const { replay, grouping } = this;
    // Without groups, rows are the visible steps themselves: nothing of a long trace is made twice.
    const rows = replay && grouping !== 'none' ? grouped(replay.story, replay.visible, grouping) : [];
    const places: number[] = [];
    rows.forEach((row, i) => {
      if ('index' in row) places[row.index] = i;
    });
    this.rows = rows;
    this.places = places;
  }

  private rowAt(row: number): GroupRow | undefined {
    return this.grouping === 'none' ? { index: row } : this.rows[row];
  }

  private placeOf(index: number): number {
    return this.grouping === 'none' ? index : (this.places[index] ?? -1);
  }

  /** The rows on the screen under the names of those who take part. */
  seen(): Seen {
    const frame = this.list.element;
    const { top, bottom, width, height } = frame.getBoundingClientRect();
    const rows = [...frame.querySelectorAll<HTMLElement>('.exchange')].filter((row) => {
      const place = row.getBoundingClientRect();
      return place.bottom > top && place.top < bottom;
    });
    const drawn = rows.flatMap((row) => [...row.querySelectorAll('svg')]);
    const times = rows.flatMap((row) => [...row.querySelectorAll<HTMLElement>('.go')]);
    const cover = { y: '0', width: String(width), height: String(this.head.clientHeight) };
    const ground = {
      tag: 'rect',
      attributes: { ...cover, x: '0', fill: getComputedStyle(document.body).backgroundColor },
    };
    const names = piecesOf(frame, this.head.querySelectorAll('svg'), []);
    return { width, height, content: [...piecesOf(frame, drawn, times), ground, ...names] };
  }

  /** Draws all anew when the room or the participants have changed. */
  private refresh(): void {
    const { replay } = this;
    const room = this.list.element.clientWidth;
    if (!replay || room === 0) return;
    const cast = new Cast(replay.story);
    const signature = `${room} ${cast.signature}`;
    if (signature === this.drawn) return;
    this.drawn = signature;
    this.cast = cast;
    this.columns = sequenceColumns(cast.lines.length, room);
    this.head.replaceChildren(this.names(cast));
    this.arrange();
    const make = (row: number): HTMLElement => this.makeRow(replay, cast, this.rowAt(row));
    const total = (): number => (this.grouping === 'none' ? replay.visible.length : this.rows.length);
    this.list.reset({
      get total(): number {
        return total();
      },
      make,
    });
    this.list.setCurrent(this.placeOf(replay.cursor));
  }

  private names(cast: Cast): SVGElement {
    const { xs, width } = this.columns;
    const step = (xs[1] ?? width) - (xs[0] ?? 0);
    const picture = svg('svg', { width, height: HEAD, 'aria-hidden': 'true' });
    cast.lines.forEach(({ name, colour }, i) => {
      const group = svg('g', { class: `c-${colour}` });
      const x = xs[i] ?? 0;
      group.append(
        text(fit(name, step - 12, 11), { x, y: 16, 'text-anchor': 'middle', class: 'name' }),
        svg('path', { d: `M${x - 14},23H${x + 14}`, class: 'foot' }),
      );
      picture.append(group);
    });
    return picture;
  }

  private makeRow(replay: Replay, cast: Cast, row: GroupRow | undefined): HTMLElement {
    if (!row) return h('div');
    if ('index' in row) return this.make(replay, cast, row.index);
    const steps = row.count === 1 ? '1 step' : `${row.count} steps`;
    return h('div', { class: 'group' }, h('b', {}, row.title), h('span', { class: 'dim' }, ` ${steps}`));
  }

  private make(replay: Replay, cast: Cast, index: number): HTMLElement {
    const step = replay.story.steps[replay.visible[index] ?? -1];
    if (!step) return h('div');
    const row = sequenceRow(replay.story, cast, step);
    const time = duration(step.at - this.origin);
    const go = h(
      'button',
      { class: 'go', type: 'button', 'aria-label': `${time}: ${row.text}. ${step.text}`, title: step.text },
      time,
    );
    return h('div', { class: `exchange c-${row.colour}${row.refused ? ' refused' : ''}` }, go, this.picture(row));
  }

  private picture(row: SequenceRow): SVGElement {
    const { xs, width } = this.columns;
    const picture = svg('svg', { width, height: SEQUENCE_ROW, 'aria-hidden': 'true' });
    for (const x of xs) picture.append(svg('path', { d: `M${x},0V${SEQUENCE_ROW}`, class: 'life' }));
    const at = xs[row.at] ?? 0;
    const server = xs[this.cast?.server ?? 0] ?? 0;
    const y = SEQUENCE_ROW - 10;
    if (row.watch) picture.append(arrow(server, at, row.to === undefined ? y : 6, 'watch'));
    const to = row.to === undefined ? undefined : xs[row.to];
    picture.append(
      to === undefined ? svg('circle', { cx: at, cy: y, r: 4.5, class: 'deed' }) : arrow(at, to, y, 'message'),
    );
    const start = to === undefined ? at + 9 : Math.min(at, to) + 9;
    const end = to === undefined && start > width - 220;
    picture.append(
      text(row.text, { x: end ? at - 9 : start, y: y - 6, 'text-anchor': end ? 'end' : 'start', class: 'said' }),
    );
    return picture;
  }
}

function arrow(from: number, to: number, y: number, kind: string): SVGElement {
  const group = svg('g', { class: kind });
  const tip = to > from ? -1 : 1;
  group.append(
    svg('path', { d: `M${from},${y}H${to + tip * 2}` }),
    svg('path', { d: `M${to},${y}l${tip * 7},-4v8z`, class: 'tip' }),
  );
  return group;
}
