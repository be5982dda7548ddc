// The whole record of what stands on the current line, and the way to watch it happen.
import type { AnnotateAct, AnnotateField, AnnotateRow, RecordRow } from '../../../src/protocol/annotate.ts';
import type { Legend } from '../../scene/annotate.ts';
import { GLYPHS, glyph, h, sentence } from '../flow/dom.ts';
import { number } from './marks.ts';

export interface DetailsActions {
  /** All that is known of a field; undefined where the host does not know it any more. */
  record(line: number, field: AnnotateField): Promise<readonly RecordRow[] | undefined>;
  watch(line: number, field: AnnotateField, act: AnnotateAct): void;
  edit(line: number, field: AnnotateField): void;
}

export class Details {
  readonly element = h('aside', { class: 'details', tabindex: -1, 'aria-label': 'All about this line' });
  private readonly actions: DetailsActions;
  /** Raised by each line: an older answer is not shown any more. */
  private asked = 0;
  private shown = '';

  constructor(actions: DetailsActions) {
    this.actions = actions;
    this.nothing();
  }

  /** There is no line to tell of. */
  nothing(): void {
    this.asked++;
    this.shown = '';
    this.element.replaceChildren(
      h('h2', {}, 'Nothing chosen'),
      h('p', { class: 'dim' }, 'Click a line, or step through them with ↑ and ↓. Enter goes to it in the editor.'),
    );
  }

  async show(line: number, row: AnnotateRow, legend: Legend): Promise<void> {
    const key = JSON.stringify([line, row]);
    if (key === this.shown) return;
    const turn = ++this.asked;
    const records = await Promise.all(row.fields.map((field) => this.actions.record(line, field)));
    if (turn !== this.asked) return;
    this.shown = key;
    const sections = row.fields.map((field, i) => this.field(line, field, records[i] ?? [], legend));
    this.element.replaceChildren(...sections);
    this.element.scrollTop = 0;
  }

  private field(line: number, field: AnnotateField, record: readonly RecordRow[], legend: Legend): HTMLElement {
    const watch = ({ component }: AnnotateAct): boolean => component !== 'user';
    return h(
      'section',
      {},
      h('h2', {}, h('code', { dir: 'ltr' }, field.path)),
      h(
        'p',
        { class: 'dim' },
        `${field.of}, `,
        h(
          'button',
          { class: 'link', type: 'button', onclick: () => this.actions.edit(line, field) },
          `line ${line + 1}`,
        ),
      ),
      h(
        'ul',
        { class: 'acts' },
        ...field.acts.map((act) =>
          h(
            'li',
            { class: `c-${legend.colour(act.component)}` },
            h('h3', {}, number(legend.number(act.stage)), legend.name(act.component)),
            h(
              'p',
              {},
              act.step !== undefined && h('i', {}, `${act.step}: `),
              act.writes ? 'written ' : false,
              ...sentence(act.does),
            ),
            watch(act) && this.watchButton(line, field, act, legend),
          ),
        ),
      ),
      h('dl', {}, ...recordOf(record)),
    );
  }

  private watchButton(line: number, field: AnnotateField, act: AnnotateAct, legend: Legend): HTMLElement {
    const name = legend.name(act.component);
    return h(
      'button',
      {
        class: 'labelled watch',
        type: 'button',
        title: 'Shows the step in the flow panel; applies the file in the simulator where that has not been done',
        'aria-label': `Watch it happen: ${name}, ${field.path}`,
        onclick: () => this.actions.watch(line, field, act),
      },
      glyph(GLYPHS.play, true),
      'Watch it happen',
    );
  }
}

/** Rows of one label in a row share it. What the acts above have said already is left out. */
function recordOf(record: readonly RecordRow[]): HTMLElement[] {
  return record.flatMap(({ label, text }, i) => [
    ...(record[i - 1]?.label === label ? [] : [h('dt', {}, label)]),
    h('dd', {}, ...sentence(text)),
  ]);
}
