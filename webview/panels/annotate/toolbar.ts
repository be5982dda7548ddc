// The readings as tabs, the pane with the whole record, and the export.
import { GLYPHS, glyph, h } from '../flow/dom.ts';
import { TABS, type Tab } from './memory.ts';

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
  private readonly tabs = new Map<Tab, HTMLButtonElement>();
  private readonly more: HTMLButtonElement;

  constructor(actions: ToolbarActions) {
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
      this.tabList(actions),
      h('div', { class: 'views' }, this.more, save),
    );
  }

  title(name: string): void {
    this.heading.textContent = `Annotated manifest: ${name}`;
  }

  update(tab: Tab, details: boolean): void {
    for (const [one, element] of this.tabs) {
      element.setAttribute('aria-selected', String(one === tab));
      element.tabIndex = one === tab ? 0 : -1;
    }
    this.more.setAttribute('aria-pressed', String(details));
  }

  private tabList(actions: ToolbarActions): HTMLElement {
    const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Reading' });
    for (const tab of TABS) {
      const element = h(
        'button',
        { role: 'tab', id: `tab-${tab}`, 'aria-controls': `view-${tab}`, onclick: () => actions.tab(tab) },
        TITLES[tab],
      );
      this.tabs.set(tab, element);
      list.append(element);
    }
    list.addEventListener('keydown', (event) => {
      const rtl = getComputedStyle(list).direction === 'rtl' ? -1 : 1;
      const by = event.key === 'ArrowRight' ? rtl : event.key === 'ArrowLeft' ? -rtl : 0;
      if (by === 0) return;
      event.preventDefault();
      const now = TABS.findIndex((tab) => this.tabs.get(tab) === document.activeElement);
      const next = TABS[(now + by + TABS.length) % TABS.length] ?? 'lines';
      actions.tab(next);
      this.tabs.get(next)?.focus();
    });
    return list;
  }
}
