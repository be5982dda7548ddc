// The components of this manifest in the order in which they first act: a legend, and filters.
import type { AnnotateRow, AnnotateSummary } from '../../../src/protocol/annotate.ts';
import { type Chosen, countsOf } from '../../scene/annotate.ts';
import { GLYPHS, glyph, h } from '../flow/dom.ts';
import { sign } from './marks.ts';

export class Filters {
  readonly element = h('div', { class: 'chips', role: 'search', 'aria-label': 'Show the lines of' });
  private readonly change: (chosen: Chosen) => void;
  private chosen: Set<string>;
  private shown = '';

  constructor(chosen: readonly string[], change: (chosen: Chosen) => void) {
    this.chosen = new Set(chosen);
    this.change = change;
  }

  get value(): Chosen {
    return this.chosen;
  }

  /** Offers what the manifest has now. A component that is gone is not filtered for any more. */
  update({ components }: AnnotateSummary, rows: readonly AnnotateRow[]): void {
    const counts = countsOf(rows);
    const ids = new Set(components.map(({ id }) => id));
    this.chosen = new Set([...this.chosen].filter((id) => ids.has(id)));
    const key = JSON.stringify([components.map(({ id }) => [id, counts.get(id)]), [...this.chosen]]);
    if (key === this.shown) return;
    this.shown = key;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.id : undefined;
    const chips = components.map(({ id, name, role, colour }) => {
      const count = counts.get(id) ?? 0;
      const chip = h(
        'button',
        {
          class: `chip c-${colour}`,
          type: 'button',
          title: role,
          'data-id': id,
          'aria-pressed': String(this.chosen.has(id)),
          onclick: () => this.toggle(id),
        },
        sign(colour),
        name,
        h('span', { class: 'dim' }, String(count)),
        h('span', { class: 'sr' }, count === 1 ? 'line' : 'lines'),
      );
      return chip;
    });
    const all = h(
      'button',
      { class: 'icon', type: 'button', title: 'Show all lines again', onclick: () => this.clear() },
      glyph(GLYPHS.close),
    );
    all.setAttribute('aria-label', 'Show all lines again');
    this.element.replaceChildren(...chips, ...(this.chosen.size > 0 ? [all] : []));
    this.element.hidden = components.length === 0;
    if (focused !== undefined) this.element.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  clear(): void {
    this.chosen = new Set();
    this.change(this.chosen);
  }

  private toggle(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
    this.change(chosen);
  }
}
