// The steps that led to one, oldest on top: the way that the sentences tell on the left, what else took part beside it.
import { actorName, deed } from '../../../src/trace/words.ts';
import type { Story } from '../../scene/story.ts';
import type { WhyGraph, WhyNode } from '../../scene/why.ts';
import { h, present } from './dom.ts';
import { svg } from './svg.ts';

const ROW = 26;
const COLUMN = 14;

export function whyGraph(
  { rows, left }: WhyGraph,
  story: Story,
  current: number,
  go: (id: number) => void,
): HTMLElement {
  const columns = 1 + Math.max(...rows.map(({ column }) => column));
  const picture = svg('svg', { width: columns * COLUMN + 4, height: rows.length * ROW, 'aria-hidden': 'true' });
  const colour = ({ step }: WhyNode): string => `c-${story.component(step.actor.component)?.colour ?? 'none'}`;
  rows.forEach((row, i) => {
    for (const goal of row.leadsTo) {
      const to = rows[goal];
      if (to) picture.append(svg('path', { class: `edge ${colour(row)}`, d: edge(row.column, i, to.column, goal) }));
    }
  });
  rows.forEach((row, i) => {
    const r = row.step.id === current ? 6 : 4.5;
    picture.append(svg('circle', { class: `dot ${colour(row)}`, cx: x(row.column), cy: y(i), r }));
  });
  const words = rows.map(({ step, column }) =>
    h(
      'li',
      { class: column === 0 ? 'rail' : 'rail aside' },
      h(
        'button',
        { class: 'link', type: 'button', title: step.text, onclick: () => go(step.id) },
        `${actorName(story, step)} ${deed(step)}`,
      ),
    ),
  );
  return h(
    'div',
    { class: 'why-graph' },
    ...present([left > 0 && h('p', { class: 'dim' }, `${left} earlier ${left === 1 ? 'step' : 'steps'}`)]),
    h('div', { class: 'rails' }, picture, h('ol', {}, ...words)),
  );
}

function x(column: number): number {
  return column * COLUMN + 8;
}

function y(row: number): number {
  return row * ROW + ROW / 2;
}

/** Straight down its own column, then over into the other's. */
function edge(column: number, row: number, toColumn: number, toRow: number): string {
  const bend = y(toRow) - ROW * 0.8;
  return `M${x(column)},${y(row)}V${Math.max(y(row), bend)}C${x(column)},${y(toRow)} ${x(toColumn)},${bend} ${x(toColumn)},${y(toRow)}`;
}
