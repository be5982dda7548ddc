// The lines, however many: made in blocks when they come near the visible part, let go when they leave it. A change exchanges
// the lines it touched and leaves every other element as it is, so that nothing flickers or jumps while somebody types.
import { h } from '../flow/dom.ts';

const BLOCK = 60;

export interface LineSource {
  readonly total: number;
  make(line: number): HTMLElement;
}

interface Block {
  readonly element: HTMLElement;
  count: number;
  filled: boolean;
  height: number;
}

export class LineList {
  readonly element: HTMLElement;
  private readonly list = h('div', { class: 'rows', role: 'presentation' });
  private readonly observer: IntersectionObserver;
  private readonly source: LineSource;
  private blocks: Block[] = [];
  private current = -1;
  /** Where the code has scrolled to: the event that follows is no reader's. */
  private led: number | undefined;

  /** `scrolled` is called when a reader scrolls, not when the code does. */
  constructor(label: string, source: LineSource, scrolled: () => void) {
    this.source = source;
    this.element = h('div', { class: 'scroller lines', tabindex: 0, role: 'listbox', 'aria-label': label }, this.list);
    const options = { root: this.element, rootMargin: '600px 0px' };
    this.observer = new IntersectionObserver((entries) => this.seen(entries), options);
    const { element } = this;
    element.addEventListener('scroll', () => {
      const own = this.led !== undefined && Math.abs(element.scrollTop - this.led) < 2;
      this.led = undefined;
      if (!own) scrolled();
    });
  }

  /** Everything anew. */
  reset(): void {
    this.observer.disconnect();
    this.blocks = [];
    this.current = -1;
    this.list.replaceChildren();
    this.splice(0, 0, this.source.total);
  }

  /** Draws again what is drawn: the lines are the same, how they look is not. */
  refresh(): void {
    const top = this.element.scrollTop;
    for (const block of this.blocks) if (block.filled) this.fill(block);
    this.element.scrollTop = top;
  }

  /** The source has given up `removed` lines from `from` on and taken in `added` in their place. */
  splice(from: number, removed: number, added: number): void {
    let left = removed;
    const { index, first } = this.find(from);
    for (let at = index, start = first; left > 0 && at < this.blocks.length; at++) {
      const block = this.blocks[at];
      if (!block) break;
      const offset = Math.max(0, from - start);
      const gone = Math.min(left, block.count - offset);
      if (block.filled) for (let i = 0; i < gone; i++) block.element.children[offset]?.remove();
      // A block that was cut in its middle goes on where the next begins.
      start += block.count - gone;
      block.count -= gone;
      left -= gone;
    }
    this.insert(from, added);
    this.blocks = this.blocks.filter((block) => block.count > 0 || this.drop(block));
    this.renumber();
  }

  /** Marks a line as the current one; `reveal` brings it into view. */
  setCurrent(line: number, reveal: boolean): void {
    for (const before of this.list.querySelectorAll('[aria-selected]')) {
      before.removeAttribute('aria-selected');
      before.removeAttribute('id');
    }
    this.current = line;
    const { block, first } = this.find(line);
    if (!block) {
      this.element.removeAttribute('aria-activedescendant');
      return;
    }
    if (!block.filled && reveal) this.fill(block);
    this.mark(block, first);
    if (reveal) this.lead(() => this.row(line)?.scrollIntoView({ block: 'nearest' }));
  }

  /** The first line that is seen. */
  get top(): number {
    const edge = this.element.getBoundingClientRect().top;
    let first = 0;
    for (const block of this.blocks) {
      const box = block.element.getBoundingClientRect();
      if (box.bottom > edge + 1) {
        if (!block.filled) return first + Math.floor(((edge - box.top) / Math.max(1, box.height)) * block.count);
        const rows = [...block.element.children];
        const at = rows.findIndex((row) => row.getBoundingClientRect().bottom > edge + 1);
        return first + Math.max(0, at);
      }
      first += block.count;
    }
    return 0;
  }

  /** Scrolls so that the line is the first. */
  set top(line: number) {
    const { block } = this.find(line);
    if (block && !block.filled) this.fill(block);
    const row = this.row(line);
    if (!row) return;
    this.lead(() => {
      this.element.scrollTop += row.getBoundingClientRect().top - this.element.getBoundingClientRect().top;
    });
  }

  private lead(scroll: () => void): void {
    const before = this.element.scrollTop;
    scroll();
    if (this.element.scrollTop !== before) this.led = this.element.scrollTop;
  }

  /** The line of an element inside a row. */
  lineOf(element: Element): number | undefined {
    const row = element.closest('.row');
    let first = 0;
    for (const block of this.blocks) {
      if (row?.parentElement === block.element) return first + [...block.element.children].indexOf(row);
      first += block.count;
    }
    return undefined;
  }

  private row(line: number): Element | undefined {
    const { block, first } = this.find(line);
    return block?.filled ? block.element.children[line - first] : undefined;
  }

  /** The block that holds a line; for a line past the end the last. */
  private find(line: number): { index: number; first: number; block: Block | undefined } {
    let first = 0;
    for (const [index, block] of this.blocks.entries()) {
      if (line >= 0 && line < first + block.count) return { index, first, block };
      if (index === this.blocks.length - 1) return { index, first, block: undefined };
      first += block.count;
    }
    return { index: 0, first: 0, block: undefined };
  }

  private insert(from: number, added: number): void {
    if (added === 0) return;
    const { index, first } = this.find(from > 0 ? from - 1 : 0);
    const block = this.blocks[index];
    if (block && added < BLOCK && block.count + added <= 2 * BLOCK) {
      const offset = from - first;
      if (block.filled) {
        const made = Array.from({ length: added }, (_, i) => this.source.make(from + i));
        const before = block.element.children[offset] ?? null;
        for (const row of made) block.element.insertBefore(row, before);
      }
      block.count += added;
      if (!block.filled) this.hold(block);
      return;
    }
    // Many at once: blocks of their own, the block they fall into cut in two.
    const at = block ? this.cut(index, from - first) : 0;
    const fresh: Block[] = [];
    for (let rest = added; rest > 0; rest -= BLOCK) fresh.push(this.block(Math.min(BLOCK, rest)));
    const next = this.blocks[at]?.element ?? null;
    for (const one of fresh) this.list.insertBefore(one.element, next);
    this.blocks.splice(at, 0, ...fresh);
    for (const one of fresh) this.observer.observe(one.element);
  }

  /** Cuts a block so that one begins at its line `offset`; index of that block. */
  private cut(index: number, offset: number): number {
    const block = this.blocks[index];
    if (!block || offset <= 0) return index;
    if (offset >= block.count) return index + 1;
    const rest = this.block(block.count - offset);
    if (block.filled) {
      rest.filled = true;
      rest.element.style.minHeight = '';
      rest.element.append(...[...block.element.children].slice(offset));
    }
    block.count = offset;
    block.element.after(rest.element);
    this.blocks.splice(index + 1, 0, rest);
    this.observer.observe(rest.element);
    return index + 1;
  }

  private block(count: number): Block {
    const block: Block = {
      element: h('div', { class: 'block', role: 'presentation' }),
      count,
      filled: false,
      height: 0,
    };
    this.hold(block);
    return block;
  }

  private drop(block: Block): false {
    this.observer.unobserve(block.element);
    block.element.remove();
    return false;
  }

  /** Line numbers are counted by the style, so that lines below a change need not be touched. */
  private renumber(): void {
    let first = 0;
    for (const { element, count } of this.blocks) {
      element.style.counterSet = `line ${first}`;
      first += count;
    }
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const block = this.blocks.find(({ element }) => element === target);
      if (!block || isIntersecting === block.filled) continue;
      if (isIntersecting) this.fill(block);
      else if (!window.getSelection()?.containsNode(block.element, true)) this.empty(block);
    }
  }

  private fill(block: Block): void {
    const first = this.firstOf(block);
    block.filled = true;
    block.element.style.minHeight = '';
    block.element.replaceChildren(...Array.from({ length: block.count }, (_, i) => this.source.make(first + i)));
    this.mark(block, first);
  }

  private empty(block: Block): void {
    block.height = block.element.offsetHeight;
    block.filled = false;
    block.element.replaceChildren();
    this.hold(block);
  }

  /** Keeps the room of lines that are not there. */
  private hold(block: Block): void {
    block.element.style.minHeight = block.height > 0 ? `${block.height}px` : `calc(var(--row) * ${block.count})`;
  }

  private firstOf(block: Block): number {
    let first = 0;
    for (const one of this.blocks) {
      if (one === block) return first;
      first += one.count;
    }
    return first;
  }

  private mark(block: Block, first: number): void {
    const row = block.filled ? block.element.children[this.current - first] : undefined;
    if (!row) return;
    row.setAttribute('aria-selected', 'true');
    row.id = 'current-line';
    this.element.setAttribute('aria-activedescendant', row.id);
  }
}
