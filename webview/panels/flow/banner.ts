// Messages above the content; what is there stays usable. The newest is the last, and one is not said twice.
import { GLYPHS, glyph, h, sentence } from './dom.ts';

const MOST_MESSAGES = 3;

export class Banner {
  readonly element = h('div', { class: 'banners' });
  private readonly said = new Map<string, HTMLElement>();

  show(message: string, advice: string): void {
    const text = `${message} ${advice}`;
    this.drop(text);
    for (const oldest of [...this.said.keys()].slice(0, -(MOST_MESSAGES - 1))) this.drop(oldest);
    const close = h(
      'button',
      { class: 'icon', type: 'button', title: 'Dismiss', 'aria-label': 'Dismiss', onclick: () => this.drop(text) },
      glyph(GLYPHS.close),
    );
    const row = h(
      'div',
      { class: 'banner', role: 'alert' },
      h('p', {}, h('b', {}, ...sentence(message)), ' ', ...sentence(advice)),
      close,
    );
    this.said.set(text, row);
    this.element.append(row);
  }

  hide(): void {
    for (const text of [...this.said.keys()]) this.drop(text);
  }

  private drop(text: string): void {
    this.said.get(text)?.remove();
    this.said.delete(text);
  }
}
