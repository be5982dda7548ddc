// The readings as tabs, the pane with the whole record, and the export.
import { GLYPHS, glyph, h } from '../flow/dom.ts';
import { Tabs } from '../tabs.ts';
import type { Tab } from './memory.ts';

export interface ToolbarActions {
  tab(tab: Tab): void;
  details(): void;
  export(): void;
}

const TITLES: { readonly [tab in Tab]: string } = {
  lines: 'Lines',
  order: 'Order of acting',
  transcript: 'Transcript',
};

/** A list beside a pane. */
const PANE = 'M2.5 3h11v10h-11zM9.5 3v10';

export class Toolbar {
  readonly element: HTMLElement;
  private readonly heading = h('h1', { class: 'sr' }, 'Annotated manifest');
  private readonly tabs: Tabs<Tab>;
  private readonly more: HTMLButtonElement;

  constructor(actions: ToolbarActions) {
    this.tabs = new Tabs(TITLES, (tab) => actions.tab(tab));
    this.more = h(
      'button',
      { class: 'labelled', type: 'button', title: 'All that is known of the current line', onclick: actions.details },
      glyph(PANE),
      'More',
    );
    const save = h(
      'button',
      { class: 'labelled', type: 'button', title: 'Save as one page that opens anywhere', onclick: actions.export },
      glyph(GLYPHS.save),
      'Export',
    );
    this.element = h(
      'header',
      { class: 'toolbar' },
      this.heading,
      this.tabs.element,
      h('div', { class: 'views' }, this.more, save),
    );
  }

  title(name: string): void {
    this.heading.textContent = `Annotated manifest: ${name}`;
  }

  update(tab: Tab, details: boolean): void {
    this.tabs.show(tab);
    this.more.setAttribute('aria-pressed', String(details));
  }
}
