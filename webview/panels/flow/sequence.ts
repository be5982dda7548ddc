// The Sequence reading: participants as lines, messages as arrows, one row a step.

import type { Step, StepId } from '../../../src/trace/step.ts';
import type { Grouping } from '../../scene/groups.ts';
import { Cast } from '../../scene/lifelines.ts';
import type { Replay } from '../../scene/replay.ts';
import { SEQUENCE_LEFT, SEQUENCE_ROW, sequenceColumns, sequenceRow } from '../../scene/sequence.ts';
import { SequenceList } from '../../scene/sequence-list.ts';
import { h } from './dom.ts';
import type { Seen } from './exports.ts';
import type { Memory } from './memory.ts';
import type { Reading } from './reading.ts';
import { namesOf, rowView, type SequencePaper } from './sequence-rows.ts';
import { piecesOf } from './snapshot.ts';
import { VirtualList } from './virtual-list.ts';

const GROUPINGS: readonly (readonly [Grouping, string])[] = [
  ['none', 'In the order of time'],
  ['object', 'Grouped by object'],
  ['cause', 'Grouped by what set it off'],
];

/** px that are seen beside the lines of the current step. */
const MARGIN = 30;

interface SequenceActions {
  /** Show the nth visible step. */
  go(index: number): void;
  /** Show the step with this id. */
  goTo(id: StepId): void;
  readonly memory: Pick<Memory, 'grouping' | 'opened'>;
  remember(part: Partial<Memory>): void;
}

export class Sequence implements Reading {
  readonly element: HTMLElement;
  private readonly list: VirtualList;
  private readonly head = h('div', { class: 'cast' });
  private replay: Replay | undefined;
  private rows: SequenceList | undefined;
  private paper: SequencePaper | undefined;
  private origin = 0;
  private drawn = '';
  private grouping: Grouping;
  /** Writes whose watchers have rows of their own. */
  private readonly opened: Set<StepId>;
  private readonly remember: SequenceActions['remember'];

  constructor({ go, goTo, memory, remember }: SequenceActions) {
    this.grouping = memory.grouping;
    this.opened = new Set(memory.opened);
    this.remember = remember;
    this.list = new VirtualList('Sequence', SEQUENCE_ROW, (row) => {
      const line = this.rows?.at(row);
      if (line && 'index' in line) go(line.index);
      else if (line && 'member' in line) goTo(line.member.id);
    });
    this.list.element.prepend(this.head);
    new ResizeObserver(() => this.refresh()).observe(this.list.element);
    const choice = h(
      'select',
      { 'aria-label': 'Groups', title: 'Groups' },
      ...GROUPINGS.map(([value, label]) => h('option', { value }, label)),
    );
    choice.value = this.grouping;
    choice.addEventListener('change', () => {
      this.grouping = GROUPINGS.find(([one]) => one === choice.value)?.[0] ?? 'none';
      remember({ grouping: this.grouping });
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
    const { rows } = this;
    if (!rows) return;
    // Steps in groups, or of a write that is opened, come between rows that are there.
    const told = rows.toldMore();
    if (this.grouping !== 'none' || told.some(({ id }) => this.opened.has(id))) this.drawn = '';
    this.refresh();
    if (this.rows !== rows) return;
    for (const { id } of told) {
      const row = rows.rowOfStep(id);
      if (row !== undefined) this.list.renew(row);
    }
    this.list.grow();
  }

  setCurrent(index: number): void {
    this.refresh();
    this.list.setCurrent(this.rows?.rowOf(index) ?? -1);
    this.lookAcross();
  }

  /** Another trace: what was opened in the last one is not of it. */
  fold(): void {
    this.opened.clear();
  }

  /** Opens a write to those who were told of it, or closes it. */
  private toggle({ id }: Step): void {
    const { rows, replay } = this;
    if (!this.opened.delete(id)) this.opened.add(id);
    this.remember({ opened: [...this.opened] });
    rows?.arrange();
    const row = rows?.rowOfStep(id);
    if (!rows || !replay || row === undefined) return;
    this.list.changeBelow(row);
    this.list.setCurrent(rows.rowOf(replay.cursor), false);
    this.list.row(row)?.querySelector<HTMLElement>('.fan')?.focus({ preventScroll: true });
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
    const times = rows.flatMap((row) => [...row.querySelectorAll<HTMLElement>('.go, .fan')]);
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
    const cast = new Cast(replay.story, !replay.filter.hideRoutine);
    const signature = `${room} ${cast.signature}`;
    if (signature === this.drawn) return;
    this.drawn = signature;
    const columns = sequenceColumns(
      cast.lines.map(({ name }) => name),
      room,
    );
    this.element.classList.toggle('wide', columns.width > room);
    this.element.classList.toggle('narrow', !columns.roomy || columns.width > room);
    this.head.replaceChildren(namesOf({ cast, columns }));
    const rows = new SequenceList(replay, this.grouping, this.opened);
    this.rows = rows;
    const { story } = replay;
    this.paper = {
      story,
      cast,
      columns,
      fans: rows.fans,
      origin: this.origin,
      isOpen: ({ id }) => this.opened.has(id),
      toggle: (step) => this.toggle(step),
      stepAt: (index) => story.steps[replay.visible[index] ?? -1],
    };
    const { paper } = this;
    this.list.reset({
      get total(): number {
        return rows.total;
      },
      make: (row) => rowView(paper, rows.at(row)),
    });
    this.list.setCurrent(rows.rowOf(replay.cursor));
    this.lookAcross();
  }

  /** Where the lines are wider than the room, those of the current step come into view. */
  private lookAcross(): void {
    const { paper, replay } = this;
    const { element } = this.list;
    const step = replay && paper?.stepAt(replay.cursor);
    if (!paper || !step || paper.columns.width <= element.clientWidth) return;
    const { story, cast, fans, columns } = paper;
    const { at, to = at } = sequenceRow(story, cast, fans, step);
    const [one = 0, other = 0] = [at, to].map((line) => columns.xs[line]);
    const room = element.clientWidth - SEQUENCE_LEFT;
    const low = Math.max(one, other) + MARGIN - SEQUENCE_LEFT - room;
    const high = Math.min(one, other) - MARGIN - SEQUENCE_LEFT;
    element.scrollLeft = Math.max(low, Math.min(high, element.scrollLeft));
  }
}
