// One row of the sequence: its time, its messages as arrows, and how many were told of a write.
import type { FanOuts } from '../../../src/trace/fanout.ts';
import type { Step } from '../../../src/trace/step.ts';
import { actorName, duration, watchersText } from '../../../src/trace/words.ts';
import type { Cast } from '../../scene/lifelines.ts';
import {
  memberRow,
  placeWords,
  SEQUENCE_LEFT,
  SEQUENCE_ROW,
  type SequenceColumns,
  type SequenceRow,
  sequenceRow,
} from '../../scene/sequence.ts';
import type { SequenceLine } from '../../scene/sequence-list.ts';
import type { Story } from '../../scene/story.ts';
import { h, present } from './dom.ts';
import { svg, text } from './svg.ts';

/** px above the bottom of a row: the arrow of its message, and that of the watch bundle. */
const MESSAGE = 10;
const BUNDLE = 3;

export interface SequencePaper {
  readonly story: Story;
  readonly cast: Cast;
  readonly fans: FanOuts;
  readonly columns: SequenceColumns;
  /** µs. */
  readonly origin: number;
  isOpen(step: Step): boolean;
  toggle(step: Step): void;
  stepAt(index: number): Step | undefined;
}

export function namesOf({ cast, columns }: Pick<SequencePaper, 'cast' | 'columns'>): SVGElement {
  const { xs, width, heads, slanted, headHeight } = columns;
  const picture = svg('svg', { width, height: headHeight, 'aria-hidden': 'true' });
  heads.forEach(({ lines, full }, i) => {
    const group = svg('g', { class: `c-${cast.lines[i]?.colour ?? 'none'}` });
    const x = xs[i] ?? 0;
    const foot = headHeight - 7;
    group.append(titled(full));
    lines.forEach((line, n) => {
      const y = foot - 7 - (lines.length - 1 - n) * 13;
      const turned = { x, y, transform: `rotate(-45 ${x} ${y})`, class: 'name' };
      group.append(text(line, slanted ? turned : { x, y, 'text-anchor': 'middle', class: 'name' }));
    });
    const half = slanted ? 9 : 14;
    group.append(svg('path', { d: `M${x - half},${foot}H${x + half}`, class: 'foot' }));
    picture.append(group);
  });
  return picture;
}

function titled(words: string): SVGElement {
  const title = svg('title');
  title.textContent = words;
  return title;
}

export function rowView(paper: SequencePaper, line: SequenceLine | undefined): HTMLElement {
  if (!line) return h('div');
  if ('title' in line) {
    const steps = line.count === 1 ? '1 step' : `${line.count} steps`;
    return h('div', { class: 'group' }, h('b', {}, line.title), h('span', { class: 'dim' }, ` ${steps}`));
  }
  if ('member' in line) return exchange(paper, line.member, memberRow(paper.story, paper.cast, line.member), true);
  const step = paper.stepAt(line.index);
  return step ? exchange(paper, step, sequenceRow(paper.story, paper.cast, paper.fans, step), false) : h('div');
}

function exchange(paper: SequencePaper, step: Step, row: SequenceRow, member: boolean): HTMLElement {
  const time = duration(step.at - paper.origin);
  const label = `${time}: ${member ? 'told by watch, ' : ''}${row.text}. ${step.text}`;
  const go = h('button', { class: 'go', type: 'button', 'aria-label': label }, time);
  const look = `exchange c-${row.colour}${row.refused ? ' refused' : ''}${member ? ' member' : ''}`;
  // What has no room beside its arrow is told in full by who points at the row.
  const title = `${actorName(paper.story, step)}: ${step.text}`;
  return h('div', { class: look, title }, ...present([pictureOf(paper, row), go, row.fan && fanButton(paper, step)]));
}

function fanButton({ story, fans, isOpen, toggle }: SequencePaper, write: Step): HTMLElement {
  const watchers = fans.of(write);
  const said = `${watchersText(story, watchers)}. Each acted on this write because its watch told it; who was told and did nothing is not in the trace.`;
  const open = isOpen(write);
  return h(
    'button',
    {
      class: 'fan',
      type: 'button',
      title: said,
      'aria-label': said,
      'aria-expanded': String(open),
      onclick: (event) => {
        event.stopPropagation();
        toggle(write);
      },
    },
    `${open ? '▾' : '→'} ${watchers.length}`,
    h('span', { class: 'word' }, ' watchers'),
  );
}

function pictureOf({ cast, columns }: Pick<SequencePaper, 'cast' | 'columns'>, row: SequenceRow): SVGElement {
  const { xs, width } = columns;
  const picture = svg('svg', { width, height: SEQUENCE_ROW, 'aria-hidden': 'true' });
  for (const x of xs) picture.append(svg('path', { d: `M${x},0V${SEQUENCE_ROW}`, class: 'life' }));
  const at = xs[row.at] ?? 0;
  const server = xs[cast.server] ?? 0;
  const y = SEQUENCE_ROW - MESSAGE;
  if (row.watch === 'arrow') picture.append(arrow(server, at, row.to === undefined ? y : 6, 'watch'));
  if (row.watch === 'bundled') picture.append(stub(server, at, row.to === undefined ? y : 6));
  const to = row.to === undefined ? undefined : xs[row.to];
  picture.append(
    to === undefined ? svg('circle', { cx: at, cy: y, r: 4.5, class: 'deed' }) : arrow(at, to, y, 'message'),
  );
  const room = { left: SEQUENCE_LEFT + 2, right: width - (row.fan ? columns.end : 4) };
  const words =
    to === undefined
      ? placeWords(row.text, { ...room, from: at + 9, before: at - 9 })
      : placeWords(row.text, { ...room, from: Math.min(at, to) + 9 });
  picture.append(text(words.text, { x: words.x, y: y - (to === undefined ? 8 : 6), class: 'said' }));
  if (row.fan)
    picture.append(
      bundle(
        server,
        row.fan.lines.map((line) => xs[line] ?? 0),
      ),
    );
  return picture;
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

/** The end of a delivery whose way is drawn with the write. */
function stub(server: number, at: number, y: number): SVGElement {
  const side = server > at ? 1 : -1;
  return arrow(at + side * 20, at, y, 'watch');
}

/** One line from the API server to all who were told, with a tip at each. */
function bundle(server: number, xs: readonly number[]): SVGElement {
  const y = SEQUENCE_ROW - BUNDLE;
  const group = svg('g', { class: 'watch bundle' });
  const [left, right] = [Math.min(server, ...xs), Math.max(server, ...xs)];
  group.append(
    svg('path', { d: `M${left},${y}H${right}` }),
    svg('circle', { cx: server, cy: y, r: 2.5, class: 'tip' }),
  );
  for (const x of xs) {
    const tip = x > server ? -1 : 1;
    group.append(svg('path', { d: `M${x},${y}l${tip * 6},-3v6z`, class: 'tip' }));
  }
  return group;
}
