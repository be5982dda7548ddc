// A list of tabs of which one is shown: arrows move along it, in the direction of the text.
import { h } from './flow/dom.ts';

export class Tabs<T extends string> {
  readonly element = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Reading' });
  private readonly buttons = new Map<T, HTMLButtonElement>();
  private shown: T | undefined;

  /** @param titles what the tabs are called, in their order. */
  constructor(titles: { readonly [tab in T]: string }, open: (tab: T) => void) {
    const tabs = Object.keys(titles) as T[];
    for (const tab of tabs) {
      const button = h(
        'button',
        { role: 'tab', id: `tab-${tab}`, 'aria-controls': `view-${tab}`, onclick: () => open(tab) },
        titles[tab],
      );
      this.buttons.set(tab, button);
      this.element.append(button);
    }
    this.element.addEventListener('keydown', (event) => {
      const ahead = getComputedStyle(this.element).direction === 'rtl' ? -1 : 1;
      const by = event.key === 'ArrowRight' ? ahead : event.key === 'ArrowLeft' ? -ahead : 0;
      if (by === 0) return;
      event.stopPropagation();
      event.preventDefault();
      const now = tabs.findIndex((tab) => this.buttons.get(tab) === document.activeElement);
      const next = tabs[(now + by + tabs.length) % tabs.length];
      if (next === undefined) return;
      open(next);
      this.buttons.get(next)?.focus();
    });
  }

  get current(): T | undefined {
    return this.shown;
  }

  show(tab: T): void {
    this.shown = tab;
    for (const [one, button] of this.buttons) {
      button.setAttribute('aria-selected', String(one === tab));
      button.tabIndex = one === tab ? 0 : -1;
    }
  }
}
