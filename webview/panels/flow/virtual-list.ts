// A list of any length. Rows are made in blocks when they come near the visible part and let go when they leave it, so that
// ten thousand steps cost no more than a hundred.
import { h } from './dom.ts';

const BLOCK = 60;

export interface Rows {
  readonly total: number;
  make(index: number): HTMLElement;
}

interface Block {
  readonly element: HTMLElement;
  readonly first: number;
  rows: number;
  filled: boolean;
  height: number;
}

export class VirtualList {
  readonly element: HTMLElement;
  readonly list = h('div', { class: 'rows', role: 'list' });
  private readonly observer: IntersectionObserver;
  private readonly guess: number;
  private blocks: Block[] = [];
  private rows: Rows = { total: 0, make: () => h('div') };
  private current = -1;

  /** `guess`: px that a row takes, for rows that were never shown. */
  constructor(label: string, guess: number, go: (index: number) => void) {
    this.guess = guess;
    this.element = h('div', { class: 'scroller', tabindex: 0, role: 'group', 'aria-label': label }, this.list);
    const options = { root: this.element, rootMargin: '600px 0px' };
    this.observer = new IntersectionObserver((entries) => this.seen(entries), options);
    this.list.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || !window.getSelection()?.isCollapsed) return;
      const index = event.target.closest('[data-index]')?.getAttribute('data-index');
      if (index !== null && index !== undefined) go(Number(index));
    });
  }

  /** Other rows. */
  reset(rows: Rows): void {
    this.rows = rows;
    this.current = -1;
    this.observer.disconnect();
    this.blocks = [];
    this.list.replaceChildren();
    this.grow();
  }

  /** Takes in what was appended. */
  grow(): void {
    const { total } = this.rows;
    const last = this.blocks.at(-1);
    if (last && last.rows < BLOCK) {
      last.rows = Math.min(BLOCK, total - last.first);
      if (last.filled) this.fill(last);
      else this.hold(last);
    }
    for (let first = this.blocks.length * BLOCK; first < total; first += BLOCK) {
      const element = h('div', { class: 'block', role: 'presentation' });
      const block: Block = { element, first, rows: Math.min(BLOCK, total - first), filled: false, height: 0 };
      this.blocks.push(block);
      this.hold(block);
      this.list.append(element);
      this.observer.observe(element);
    }
  }

  /** Other rows come after `row`; it and what stands above it stay where they are on the screen. */
  changeBelow(row: number): void {
    const top = (): number => this.row(row)?.getBoundingClientRect().top ?? 0;
    const before = top();
    for (const { element } of this.blocks.splice(Math.floor(row / BLOCK))) {
      this.observer.unobserve(element);
      element.remove();
    }
    this.grow();
    const block = this.blocks[Math.floor(row / BLOCK)];
    if (block && !block.filled) this.fill(block);
    this.element.scrollTop += top() - before;
  }

  /** Makes a row anew that has changed, where it is made at all. */
  renew(row: number): void {
    const old = this.row(row);
    if (!old) return;
    const focused = old.contains(document.activeElement) ? document.activeElement?.className : undefined;
    const fresh = this.make(row);
    old.replaceWith(fresh);
    if (focused) [...fresh.querySelectorAll('button')].find(({ className }) => className === focused)?.focus();
  }

  /** Marks the current row and brings it into view, unless told otherwise. */
  setCurrent(index: number, follow = true): void {
    this.row(this.current)?.removeAttribute('aria-current');
    this.current = index;
    const block = this.blocks[Math.floor(index / BLOCK)];
    if (!block || this.element.offsetParent === null) return;
    if (!block.filled) this.fill(block);
    const row = this.row(index);
    row?.setAttribute('aria-current', 'step');
    if (follow) row?.scrollIntoView({ block: 'nearest' });
  }

  /** The element of a row, where it is made. */
  row(index: number): Element | undefined {
    const block = this.blocks[Math.floor(index / BLOCK)];
    return block?.element.children[index - block.first];
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const block = this.blocks.find(({ element }) => element === target);
      if (!block || isIntersecting === block.filled) continue;
      if (isIntersecting) this.fill(block);
      else if (!selectionIn(block.element)) this.empty(block);
    }
  }

  private fill(block: Block): void {
    block.filled = true;
    block.element.style.minHeight = '';
    block.element.replaceChildren(...Array.from({ length: block.rows }, (_, i) => this.make(block.first + i)));
  }

  private make(index: number): HTMLElement {
    const row = this.rows.make(index);
    row.setAttribute('role', 'listitem');
    row.setAttribute('aria-setsize', String(this.rows.total));
    row.setAttribute('aria-posinset', String(index + 1));
    row.dataset.index = String(index);
    if (index === this.current) row.setAttribute('aria-current', 'step');
    return row;
  }

  private empty(block: Block): void {
    block.height = block.element.offsetHeight;
    block.filled = false;
    block.element.replaceChildren();
    this.hold(block);
  }

  private hold(block: Block): void {
    block.element.style.minHeight = `${block.height || block.rows * this.guess}px`;
  }
}

function selectionIn(element: HTMLElement): boolean {
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}
