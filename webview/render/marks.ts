// The still parts of the drawing: machines, components, words, gates, lines. Each takes the scene's values and joins them by id.
import { line as d3line, type Selection } from 'd3';
import type { SceneBox } from '../scene/boxes.ts';
import type { Cut } from '../scene/cuts.ts';
import type { Gate } from '../scene/gates.ts';
import type { Point } from '../scene/geometry.ts';
import type { Hop } from '../scene/hops.ts';
import type { Label } from '../scene/labels.ts';
import type { ObjectRow } from '../scene/rows.ts';
import { COMPONENT_SIGNS, type Sign } from './icons.ts';

export type Group = Selection<SVGGElement, unknown, null, undefined>;
export type Marks<T> = Selection<SVGGElement, T, SVGGElement, unknown>;

export const at = ({ x, y }: Point): string => `translate(${x},${y})`;

/** Draws a sign into an empty group. */
export function sign<T>(
  into: Selection<SVGGElement, T, SVGGElement | null, unknown>,
  of: (d: T) => Sign | undefined,
): void {
  into.each(function (d) {
    const shape = of(d);
    const add = (part: string, path: string | undefined): void => {
      if (path === undefined) return;
      const element = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      element.setAttribute('class', shape?.dashed ? `${part} dashed` : part);
      element.setAttribute('d', path);
      this.append(element);
    };
    this.replaceChildren();
    add('fill', shape?.fill);
    add('line', shape?.line);
    add('cut', shape?.cut);
  });
}

/** What was last drawn of each mark; what has not changed is not written again, which would lay it out and paint it anew. */
const drawn = new WeakMap<Element, string>();

/** The marks that look otherwise than before. `look` is all that the drawing of a mark depends on. */
export function changedOf<T>(marks: Marks<T>, look: (d: T) => string): Marks<T> {
  return marks.filter(function (d) {
    const now = look(d);
    if (drawn.get(this) === now) return false;
    drawn.set(this, now);
    return true;
  });
}

/** Something else has drawn on this mark: it is written anew the next time. */
export function forget(mark: Element): void {
  drawn.delete(mark);
}

/** Answers the marks that are new, or look otherwise than before. */
export function groups<T>(
  group: Group,
  data: readonly T[],
  key: (d: T) => string,
  build: (enter: Marks<T>) => void,
  look: (d: T) => string = JSON.stringify,
): Marks<T> {
  const join = group.selectAll<SVGGElement, T>(':scope > g').data(data, key);
  join.exit().remove();
  const enter = join.enter().append('g');
  build(enter);
  return changedOf(enter.merge(join), look);
}

export function drawBoxes(group: Group, boxes: readonly SceneBox[]): void {
  const marks = groups(
    group,
    boxes,
    (box) => box.id,
    (enter) => {
      enter.append('title');
      enter.append('rect').attr('class', 'body');
      enter
        .filter((box) => box.kind !== 'node')
        .append('rect')
        .attr('class', 'edge');
      enter
        .filter(hasSign)
        .append('g')
        .attr('class', 'sign')
        .call(sign, (box: SceneBox) => COMPONENT_SIGNS[box.colour]);
      enter.append('path').attr('class', 'stop');
    },
  );
  marks.attr(
    'class',
    (box) => `box ${box.kind} c-${box.colour}${box.active ? ' active' : ''}${box.stopped ? ' stopped' : ''}`,
  );
  marks.select('title').text((box) => (box.stopped ? `${box.title} (stopped)` : box.title));
  marks.select<SVGRectElement>('rect.body').each(function ({ rect, kind }) {
    set(this, {
      x: rect.x,
      y: rect.y,
      width: rect.w,
      height: rect.h,
      rx: kind === 'node' ? 8 : kind === 'component' ? 6 : 4,
    });
  });
  marks.select<SVGRectElement>('rect.edge').each(function ({ rect, kind }) {
    const slim = kind === 'outside';
    set(this, { x: rect.x, y: rect.y + (slim ? 0 : 4), width: slim ? 0 : 3, height: slim ? 0 : rect.h - 8, rx: 1.5 });
  });
  marks.select('g.sign').attr('transform', signAt);
  marks.select('path.stop').attr('d', (box) => (box.stopped ? stopAt(box) : null));
}

/** In the corner; of small boxes on it, clear of their name. */
function stopAt({ kind, rect }: SceneBox): string {
  const right = rect.x + rect.w;
  return kind === 'cell' && rect.h < 30 && rect.w < 120
    ? `M${right - 4},${rect.y - 3}l6,6m0,-6l-6,6`
    : `M${right - 18},${rect.y + 7}l8,8m0,-8l-8,8`;
}

function hasSign(box: SceneBox): boolean {
  return box.kind === 'component' || box.kind === 'loop' || box.kind === 'outside';
}

function signAt({ kind, rect }: SceneBox): string {
  if (kind === 'outside') return `${at({ x: rect.x + rect.w / 2, y: rect.y + 20 })} scale(1.5)`;
  if (kind === 'loop') return `${at({ x: rect.x + 13, y: rect.y + rect.h / 2 })} scale(0.7)`;
  return `${at({ x: rect.x + 17, y: rect.y + 13 })} scale(0.85)`;
}

function set(element: Element, attributes: { readonly [name: string]: number }): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

export function drawLabels(group: Group, labels: readonly Label[]): void {
  const marks = groups(
    group,
    labels,
    (label) => label.id,
    (enter) => {
      enter.append('title');
      enter.append('text');
    },
  );
  marks.attr('class', ({ tone, layer, edge, full }) => {
    return `label ${tone} ${layer}${edge ? ' edge' : ''}${full === undefined ? '' : ' short'}`;
  });
  marks.select('title').text(({ full, text }) => full ?? text);
  marks
    .select('text')
    .attr('x', ({ rect, anchor }) => rect.x + (anchor === 'middle' ? rect.w / 2 : anchor === 'end' ? rect.w : 0))
    .attr('y', ({ rect, size }) => rect.y + rect.h / 2 + size * 0.35)
    .attr('text-anchor', ({ anchor }) => anchor)
    .attr('font-size', ({ size }) => size)
    .text(({ text }) => text);
}

export function drawRows(group: Group, rows: readonly ObjectRow[]): void {
  const marks = groups(
    group,
    rows,
    (row) => row.key,
    (enter) => {
      enter.append('title');
      enter.append('rect');
    },
  );
  marks.attr('class', ({ current }) => (current ? 'row current' : 'row'));
  marks.select('title').text(({ title }) => title);
  marks.select<SVGRectElement>('rect').each(function ({ rect }) {
    set(this, { x: rect.x - 4, y: rect.y + 1, width: rect.w + 8, height: rect.h - 2, rx: 3 });
  });
}

export function drawGates(group: Group, gates: readonly Gate[]): void {
  const marks = groups(
    group,
    gates,
    (gate) => gate.stage,
    (enter) => {
      enter.append('title');
      enter.append('rect');
      enter.append('text').attr('text-anchor', 'middle').attr('font-size', 9.5);
    },
  );
  marks.attr('class', ({ verdict }) => `gate ${verdict}`);
  marks.select('title').text(({ title }) => title);
  marks.select<SVGRectElement>('rect').each(function ({ rect }) {
    set(this, { x: rect.x, y: rect.y, width: rect.w, height: rect.h, rx: 3 });
  });
  marks
    .select('text')
    .attr('x', ({ rect }) => rect.x + rect.w / 2)
    .attr('y', ({ rect }) => rect.y + rect.h / 2 + 3.3)
    .text(({ word, verdict }) => (verdict === 'refused' ? `✕ ${word}` : word));
}

const straight = d3line<Point>()
  .x((p) => p.x)
  .y((p) => p.y);
const CORNER = 7;

/** The line of a message, its corners rounded. */
export function pathOf(points: readonly Point[]): string {
  if (points.length < 3) return straight([...points]) ?? '';
  const parts = [`M${points[0]?.x},${points[0]?.y}`];
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]];
    if (!a || !b || !c) continue;
    const into = toward(b, a);
    const out = toward(b, c);
    parts.push(`L${into.x},${into.y}Q${b.x},${b.y} ${out.x},${out.y}`);
  }
  const end = points.at(-1);
  return `${parts.join('')}L${end?.x},${end?.y}`;
}

function toward(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const t = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
}

export function drawCuts(group: Group, cuts: readonly Cut[]): void {
  const marks = groups(
    group,
    cuts,
    (cut) => cut.id,
    (enter) => {
      enter.append('title');
      enter.append('path').attr('class', 'link');
      enter.append('path').attr('class', 'end');
    },
  );
  marks.attr('class', 'cut-link');
  marks.select('title').text(({ title }) => title);
  marks.select('.link').attr('d', ({ from, to }) => straight([from, to]));
  marks.select('.end').attr('d', ({ to: { x, y } }) => `M${x - 4},${y - 4}l8,8m0,-8l-8,8`);
}

export function drawHops(group: Group, hops: readonly Hop[], colourOf: (component: string) => string): void {
  const marks = groups(
    group,
    hops,
    (hop) => hop.id,
    (enter) => {
      enter.append('title');
      enter.append('path').attr('class', 'wire').attr('marker-end', 'url(#arrow)');
      enter.append('rect').attr('class', 'tag');
      enter.append('text').attr('class', 'tag').attr('text-anchor', 'middle');
    },
  );
  marks.attr('class', (hop) => `hop ${hop.kind} c-${colourOf(hop.component)}${hop.refused ? ' refused' : ''}`);
  marks.select('title').text((hop) => hop.title);
  marks.select('path').attr('d', (hop) => pathOf(hop.points));
  marks.select<SVGRectElement>('rect').each(function ({ tag, tagAt }) {
    set(this, { x: tagAt.x, y: tagAt.y, width: tag === '' ? 0 : tagAt.w, height: tagAt.h, rx: 3 });
  });
  marks
    .select('text')
    .attr('x', ({ tagAt }) => tagAt.x + tagAt.w / 2)
    .attr('y', ({ tagAt }) => tagAt.y + tagAt.h / 2 + 3.6)
    .text(({ tag }) => tag);
}
