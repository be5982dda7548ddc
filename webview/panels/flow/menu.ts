// A button that opens a menu: arrows move, Escape closes, a choice or leaving closes too.
import { glyph, h } from './dom.ts';

export interface MenuItem {
  readonly label: string;
  run(): void;
  /** Why it cannot be chosen now. */
  unavailable?(): string | undefined;
}

export class Menu {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  private readonly list = h('div', { class: 'menu-list', role: 'menu' });
  private readonly items: readonly MenuItem[];

  constructor(label: string, path: string, items: readonly MenuItem[]) {
    this.items = items;
    this.button = h(
      'button',
      { class: 'labelled', type: 'button', title: label, 'aria-haspopup': 'menu', onclick: () => this.toggle() },
      glyph(path),
      h('span', { class: 'label' }, label),
    );
    // In a narrow panel the sign stands alone.
    this.button.setAttribute('aria-label', label);
    this.list.setAttribute('aria-label', label);
    this.element = h('div', { class: 'menu' }, this.button, this.list);
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node) || !this.element.contains(relatedTarget)) this.close();
    });
    this.close();
  }

  private toggle(): void {
    if (!this.list.hidden) {
      this.close();
      return;
    }
    this.list.replaceChildren(...this.items.map((item) => this.entry(item)));
    this.list.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    withinReach(this.list, this.button);
    this.move(0, 0);
  }

  private close(): void {
    this.list.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
  }

  private entry({ label, run, unavailable }: MenuItem): HTMLElement {
    const why = unavailable?.();
    const choose = (): void => {
      if (why !== undefined) return;
      this.button.focus();
      this.close();
      run();
    };
    const props = { class: 'menu-item', type: 'button', role: 'menuitem', tabindex: -1, onclick: choose };
    return h(
      'button',
      why === undefined ? props : { ...props, 'aria-disabled': 'true' },
      label,
      why !== undefined && h('span', { class: 'why-not' }, ` (${why})`),
    );
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Escape') {
      this.button.focus();
      this.close();
    } else if (by !== 0) this.move(this.focused(), by);
    else if (event.key === 'Home') this.move(0, 0);
    else if (event.key === 'End') this.move(-1, 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private focused(): number {
    const { activeElement } = document;
    return activeElement ? [...this.list.children].indexOf(activeElement) : -1;
  }

  private move(from: number, by: number): void {
    const count = this.list.children.length;
    const item = this.list.children[(from + by + count) % count];
    if (item instanceof HTMLElement) item.focus();
  }
}

/** px that stay free between what is laid over the page and the page's edge. */
const EDGE = 6;

/**
 * Puts what opens from a button below it, at its end, and as far aside as it takes to be seen whole. In a low panel it
 * scrolls. Its offset parent is where the button stands.
 */
export function withinReach(opened: HTMLElement, button: HTMLElement): void {
  const { style } = opened;
  style.left = '0';
  const { right, bottom } = button.getBoundingClientRect();
  const { left: origin, width } = opened.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const aligned = getComputedStyle(button).direction === 'rtl' ? button.getBoundingClientRect().left : right - width;
  style.left = `${Math.max(EDGE, Math.min(aligned, clientWidth - EDGE - width)) - origin}px`;
  style.maxHeight = `${Math.max(80, clientHeight - bottom - EDGE)}px`;
}
