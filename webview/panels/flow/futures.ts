// Two futures beside each other, and the choice which trace the readings show.
import type { Comparison, ObjectDifference } from '../../../src/protocol/futures.ts';
import type { Step } from '../../../src/trace/step.ts';
import { actorName, duration, gist, valueText } from '../../../src/trace/words.ts';
import { changeWords, cueOf, type FutureRow, type FuturesView, futuresView, objectName } from '../../scene/futures.ts';
import { futuresMarkdown } from '../../scene/futures-text.ts';
import type { Story } from '../../scene/story.ts';
import { GLYPHS, glyph, h, present, sentence } from './dom.ts';
import { FutureDrawings, type Stories } from './future-drawings.ts';
import { VirtualList } from './virtual-list.ts';

/** What the readings show: the trace itself, one of the futures, or both beside each other. */
export type Shown = 'trace' | 'without' | 'with' | 'both';

export interface FuturesActions {
  show(shown: Shown): void;
  /** Shows a step of one of the futures. */
  visit(future: 'without' | 'with', id: number): void;
  discard(): void;
  exportBoth(): void;
  copy(markdown: string): void;
}

const TITLES: readonly (readonly [Shown, string])[] = [
  ['both', 'Side by side'],
  ['without', 'Without the change'],
  ['with', 'With the change'],
  ['trace', 'What happened'],
];
const MARK = { same: '=', differs: '≠', 'only-without': '−', 'only-with': '+', change: '★' } as const;
const MEANS = {
  same: 'in both',
  differs: 'in both, with another outcome',
  'only-without': 'only without the change',
  'only-with': 'only with the change',
  change: 'the change',
} as const;

export class Futures {
  /** Which trace is shown; hidden while there is but one. */
  readonly bar = h('nav', { class: 'futures-bar', 'aria-label': 'Futures' });
  readonly view = h('main', { class: 'futures' });
  private readonly actions: FuturesActions;
  private readonly list = new VirtualList('Steps of both futures', 44, (index) => this.go(index));
  private readonly drawings = new FutureDrawings();
  private readonly drawn = h('button', { class: 'labelled', type: 'button', 'aria-pressed': 'false' }, 'Drawings');
  private readonly buttons = new Map<Shown, HTMLButtonElement>();
  private comparison: Comparison | undefined;
  private rows: readonly FutureRow[] = [];
  private first = -1;
  private here = -1;

  constructor(actions: FuturesActions) {
    this.actions = actions;
    this.drawings.element.hidden = true;
    this.drawn.addEventListener('click', () => this.toggleDrawings());
    this.clear();
  }

  get current(): Comparison | undefined {
    return this.comparison;
  }

  clear(): void {
    this.comparison = undefined;
    this.bar.hidden = true;
    this.view.hidden = true;
  }

  /** `story` knows who acts; times are told from `origin` (µs). */
  set(comparison: Comparison, story: Story, origin: number, stories: Stories): void {
    this.comparison = comparison;
    this.drawings.set(stories);
    const view = futuresView(story, comparison);
    this.rows = view.rows;
    this.first = view.first;
    this.here = view.first;
    this.fillBar(comparison);
    this.view.replaceChildren(this.summary(comparison, story, view, origin), this.columns(story, origin));
    const { rows } = view;
    this.list.reset({ total: rows.length, make: (i) => this.row(rows[i], i === view.first, story, origin) });
  }

  mark(shown: Shown): void {
    this.bar.hidden = this.comparison === undefined;
    this.view.hidden = shown !== 'both';
    for (const [one, button] of this.buttons) button.setAttribute('aria-pressed', String(one === shown));
    if (shown === 'both') this.seek(this.here);
  }

  private fillBar({ change }: Comparison): void {
    this.buttons.clear();
    for (const [shown, title] of TITLES) {
      const onclick = (): void => this.actions.show(shown);
      this.buttons.set(
        shown,
        h('button', { class: 'labelled', type: 'button', 'aria-pressed': 'false', onclick }, title),
      );
    }
    this.bar.replaceChildren(
      h('span', { class: 'dim' }, `Fork: ${changeWords(change)}`),
      ...this.buttons.values(),
      tool('Put the fork away', GLYPHS.close, () => this.actions.discard()),
    );
  }

  private summary(comparison: Comparison, story: Story, view: FuturesView, origin: number): HTMLElement {
    const differences = comparison.objects.map((one) => this.difference(comparison, one));
    const more = comparison.moreObjects;
    return h(
      'section',
      { class: 'summary', 'aria-label': 'What the change made of it', tabindex: 0 },
      h('h2', {}, `What if: ${changeWords(comparison.change)}`),
      ...view.sentences.map((text, i) => h('p', i === 1 ? { class: 'sentence' } : {}, ...sentence(text))),
      ...present([
        differences.length > 0 && h('h3', {}, 'Objects that differ at the end'),
        differences.length > 0 && h('ul', { class: 'objects' }, ...differences),
        more > 0 && h('p', { class: 'dim' }, `and ${more} more`),
      ]),
      h(
        'p',
        { class: 'tools' },
        labelled('Copy as Markdown', GLYPHS.copy, () =>
          this.actions.copy(futuresMarkdown(story, comparison, view, origin)),
        ),
        labelled('Export both traces', GLYPHS.save, () => this.actions.exportBoth()),
      ),
    );
  }

  private columns(story: Story, origin: number): HTMLElement {
    const at = duration((this.comparison?.at ?? 0) - origin);
    return h(
      'section',
      { class: 'columns', 'aria-label': `Steps after the fork at ${at}` },
      h(
        'div',
        { class: 'tools' },
        labelled('First difference', GLYPHS.start, () => this.seek(this.first)),
        labelled('Previous difference', GLYPHS.back, () => this.next(-1)),
        labelled('Next difference', GLYPHS.forward, () => this.next(1)),
        this.drawn,
        h('span', { class: 'dim' }, story.length > 0 ? `after the fork at ${at}` : ''),
      ),
      h(
        'div',
        { class: 'pair heads', 'aria-hidden': 'true' },
        h('b', {}, 'Without the change'),
        h('span'),
        h('b', {}, 'With the change'),
      ),
      this.drawings.element,
      this.list.element,
    );
  }

  private toggleDrawings(): void {
    const { element } = this.drawings;
    element.hidden = !element.hidden;
    this.drawn.setAttribute('aria-pressed', String(!element.hidden));
    this.seek(this.here);
  }

  private difference(comparison: Comparison, one: ObjectDifference): HTMLElement {
    const { ref, where, nameWith, fields } = one;
    const words = { without: 'only without the change', with: 'only with it', both: 'not alike' }[where];
    const cue = cueOf(comparison, one);
    const fieldRows = fields.map(({ path, before, after }) =>
      h('li', {}, h('code', {}, path), ` ${valueText(before, 80)} → ${valueText(after, 80)}`),
    );
    return h(
      'li',
      { class: `difference ${where}` },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, { without: '−', with: '+', both: '≠' }[where]),
      ...present([
        h('b', {}, objectName(ref)),
        ` ${words}${nameWith === undefined ? '' : ` (there called ${nameWith})`} `,
        cue &&
          h(
            'button',
            {
              class: 'link',
              type: 'button',
              title: cue.step.text,
              onclick: () => this.actions.visit(cue.in, cue.step.id),
            },
            `last step, ${cue.in} the change`,
          ),
        fields.length > 0 &&
          h(
            'details',
            {},
            h('summary', {}, `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`),
            h('ul', {}, ...fieldRows),
          ),
      ]),
    );
  }

  private row(row: FutureRow | undefined, first: boolean, story: Story, origin: number): HTMLElement {
    if (!row) return h('div');
    const { kind } = row;
    const same =
      kind === 'same'
        ? undefined
        : h('span', { class: 'sr' }, `${MEANS[kind]}${first ? ', the first difference' : ''}: `);
    return h(
      'div',
      { class: `pair ${kind}${first ? ' first' : ''}` },
      this.cell('without', row.without, story, origin, row.without ? same : undefined),
      h('span', { class: 'mark', 'aria-hidden': 'true', title: MEANS[kind] }, first ? `▸${MARK[kind]}` : MARK[kind]),
      this.cell('with', row.with, story, origin, row.without ? undefined : same),
    );
  }

  private cell(
    future: 'without' | 'with',
    step: Step | undefined,
    story: Story,
    origin: number,
    said: HTMLElement | undefined,
  ): HTMLElement {
    if (!step) return h('div', { class: 'cell none' });
    const visit = (event: MouseEvent): void => {
      event.stopPropagation();
      this.actions.visit(future, step.id);
    };
    const time = duration(step.at - origin);
    const more = gist(step);
    return h(
      'div',
      { class: `cell c-${story.component(step.actor.component)?.colour ?? 'none'}` },
      h('button', { class: 'go', type: 'button', title: `Show this step ${future} the change`, onclick: visit }, time),
      h(
        'p',
        {},
        ...present([
          said,
          h('b', { class: 'who' }, actorName(story, step)),
          ' ',
          ...sentence(step.text),
          more !== '' && h('span', { class: 'dim' }, ` ${more}`),
        ]),
      ),
    );
  }

  private go(index: number): void {
    this.seek(index);
  }

  private seek(index: number): void {
    if (index >= 0) {
      this.here = index;
      this.list.setCurrent(index);
    }
    if (this.drawings.element.hidden || !this.comparison) return;
    const row = this.rows[this.here];
    // Where nothing differs, both are shown as they are at the end.
    this.drawings.show(row ? Math.max(row.without?.at ?? 0, row.with?.at ?? 0) : this.comparison.until);
  }

  private next(by: -1 | 1): void {
    const { rows } = this;
    for (let i = this.here + by; i >= 0 && i < rows.length; i += by) {
      const kind = rows[i]?.kind;
      if (kind === 'same' || kind === 'change') continue;
      this.seek(i);
      return;
    }
  }
}

function labelled(text: string, path: string, onclick: () => void): HTMLElement {
  return h('button', { class: 'labelled', type: 'button', onclick }, glyph(path), text);
}

function tool(text: string, path: string, onclick: () => void): HTMLElement {
  return h('button', { class: 'icon', type: 'button', title: text, 'aria-label': text, onclick }, glyph(path));
}
