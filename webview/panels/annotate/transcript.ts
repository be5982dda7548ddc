// The same as text, for reading, searching, and screen readers: the Markdown that Copy puts on the clipboard.
import { GLYPHS, glyph, h, sentence } from '../flow/dom.ts';

/** Lines that are drawn; the clipboard gets all. */
const MOST_LINES = 5_000;

export class Transcript {
  readonly element: HTMLElement;
  private readonly text = h('div', { class: 'scroller prose', tabindex: 0, role: 'group', 'aria-label': 'Transcript' });

  constructor(copy: () => void) {
    const button = h(
      'button',
      { class: 'labelled', type: 'button', onclick: copy },
      glyph(GLYPHS.copy),
      'Copy as Markdown',
    );
    this.element = h('div', { class: 'transcript' }, h('div', { class: 'tools' }, button), this.text);
  }

  /** Headings, list items and paragraphs are all that the transcript is made of. */
  show(markdown: string): void {
    const parts: HTMLElement[] = [];
    const lines = markdown.split('\n');
    for (const line of lines.slice(0, MOST_LINES)) {
      const heading = /^(#{1,3}) (.*)$/.exec(line);
      const last = parts.at(-1);
      if (line === '') continue;
      if (heading)
        parts.push(h(heading[1] === '#' ? 'h2' : heading[1] === '##' ? 'h3' : 'h4', {}, ...sentence(heading[2] ?? '')));
      else if (!line.startsWith('- ')) parts.push(h('p', {}, ...sentence(line)));
      else {
        const item = h('li', {}, ...sentence(line.slice(2)));
        if (last?.tagName === 'UL') last.append(item);
        else parts.push(h('ul', {}, item));
      }
    }
    const left = lines.length - MOST_LINES;
    if (left > 0) parts.push(h('p', { class: 'dim' }, `${left} more lines are in what Copy puts on the clipboard.`));
    const top = this.text.scrollTop;
    this.text.replaceChildren(...parts);
    this.text.scrollTop = top;
  }
}
