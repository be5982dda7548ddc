// The second reading: the components in the order of acting, each with the lines that it acts on.
import type { AnnotateRow, AnnotateSummary } from '../../../src/protocol/annotate.ts';
import { type Chosen, type Legend, type OrderStage, orderOf } from '../../scene/annotate.ts';
import { h, sentence } from '../flow/dom.ts';
import { number, sign } from './marks.ts';

/** Of one component; a file of a thousand objects says the same a thousand times. */
const MOST_ENTRIES = 250;

export class Order {
  readonly element = h('div', { class: 'scroller order', tabindex: 0, role: 'group', 'aria-label': 'Order of acting' });
  private readonly go: (line: number) => void;

  constructor(go: (line: number) => void) {
    this.go = go;
  }

  show(rows: readonly AnnotateRow[], summary: AnnotateSummary, legend: Legend, chosen: Chosen, remark: string): void {
    const top = this.element.scrollTop;
    const stages = orderOf(rows, summary, chosen).map((stage) => this.stage(stage, legend));
    this.element.replaceChildren(h('p', { class: 'remark dim' }, remark), ...stages);
    this.element.scrollTop = top;
  }

  setCurrent(line: number): void {
    for (const one of this.element.querySelectorAll('[aria-current]')) one.removeAttribute('aria-current');
    for (const one of this.element.querySelectorAll(`[data-line="${line}"]`)) one.setAttribute('aria-current', 'true');
  }

  private stage({ number: n, title, when, entries }: OrderStage, legend: Legend): HTMLElement {
    const colour = legend.colour(entries[0]?.act.component);
    const items = entries
      .slice(0, MOST_ENTRIES)
      .map(({ line, field, act }) =>
        h(
          'li',
          { 'data-line': line },
          h('button', { class: 'link', type: 'button', onclick: () => this.go(line) }, `line ${line + 1}`),
          ' ',
          h('code', { dir: 'ltr' }, field.path),
          act.writes ? ' written ' : ' ',
          ...sentence(act.does),
        ),
      );
    return h(
      'section',
      { class: `stage c-${colour}` },
      h('h2', {}, number(n), sign(colour), title),
      h('p', { class: 'dim' }, ...sentence(when)),
      h('ul', {}, ...items),
      entries.length > MOST_ENTRIES &&
        h('p', { class: 'dim' }, `and ${entries.length - MOST_ENTRIES} more, as the transcript tells.`),
    );
  }
}
