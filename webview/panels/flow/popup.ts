// A button that opens something to set or to read: Escape closes it, and so does leaving it for anything else of the page.
import { glyph, h } from './dom.ts';
import { withinReach } from './menu.ts';

export class Popup {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  private readonly panel: HTMLElement;

  constructor(label: string, path: string, panel: HTMLElement) {
    this.panel = panel;
    panel.tabIndex = -1;
    panel.setAttribute('role', 'group');
    panel.setAttribute('aria-label', label);
    panel.classList.add('popup');
    this.button = h(
      'button',
      { class: 'labelled', type: 'button', title: label, 'aria-label': label, onclick: () => this.toggle() },
      glyph(path),
      h('span', { class: 'label' }, label),
    );
    this.element = h('div', { class: 'menu' }, this.button, panel);
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || panel.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      this.button.focus();
      this.close();
    });
    this.element.addEventListener('focusout', ({ relatedTarget }) => this.leave(relatedTarget));
    document.addEventListener('pointerdown', ({ target }) => this.leave(target));
    this.close();
  }

  /** Where it went is known: a window that loses the focus to another keeps what is open. */
  private leave(to: EventTarget | null): void {
    if (to instanceof Node && !this.element.contains(to)) this.close();
  }

  private toggle(): void {
    if (!this.panel.hidden) {
      this.close();
      return;
    }
    this.panel.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    withinReach(this.panel, this.button);
  }

  private close(): void {
    this.panel.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
  }
}
