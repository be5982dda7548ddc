// The transcript: one sentence a step, the accessible equal of the drawing. Rows are made in blocks when they come near the
// visible part and let go when they leave it, so that ten thousand steps cost no more than a hundred.
import type { Step } from '../../../src/trace/step.ts';
import type { Replay } from '../../scene/replay.ts';
import { actorName, duration, gist } from '../../scene/words.ts';
import { type Child, GLYPHS, glyph, h, sentence } from './dom.ts';

const BLOCK = 60;
/** px; a guess for rows that were never shown, corrected once they were. */
const ROW = 40;

interface Block {
  readonly element: HTMLElement;
  readonly first: number;
  rows: number;
  filled: boolean;
  height: number;
}

export class Transcript {
  readonly element: HTMLElement;
  private readonly list = h('div', { class: 'rows', role: 'list' });
  private readonly scroller: HTMLElement;
  private readonly observer: IntersectionObserver;
  private readonly blocks: Block[] = [];
  private readonly go: (index: number) => void;
  private replay: Replay | undefined;
  private origin = 0;
  private current = -1;

  constructor(go: (index: number) => void, copy: () => void) {
    this.go = go;
    const button = h(
      'button',
      { class: 'labelled', type: 'button', onclick: copy },
      glyph(GLYPHS.copy),
      'Copy as Markdown',
    );
    this.scroller = h('div', { class: 'scroller', tabindex: 0, role: 'group', 'aria-label': 'Transcript' }, this.list);
    this.element = h('div', { class: 'transcript' }, h('div', { class: 'tools' }, button), this.scroller);
    this.observer = new IntersectionObserver((entries) => this.seen(entries), {
      root: this.scroller,
      rootMargin: '600px 0px',
    });
    this.list.addEventListener('click', (event) => this.clicked(event));
  }

  /** Another story, or another filter. */
  reset(replay: Replay, origin: number): void {
    this.replay = replay;
    this.origin = origin;
    this.current = -1;
    this.observer.disconnect();
    this.blocks.length = 0;
    this.list.replaceChildren();
    this.grow();
  }

  /** Takes in what was appended. */
  grow(): void {
    const total = this.replay?.visible.length ?? 0;
    const last = this.blocks.at(-1);
    if (last && last.rows < BLOCK) {
      last.rows = Math.min(BLOCK, total - last.first);
      if (last.filled) this.fill(last);
      else this.hold(last);
    }
    for (let first = this.blocks.length * BLOCK; first < total; first += BLOCK) {
      const block: Block = {
        element: h('div', { class: 'block', role: 'presentation' }),
        first,
        rows: Math.min(BLOCK, total - first),
        filled: false,
        height: 0,
      };
      this.blocks.push(block);
      this.hold(block);
      this.list.append(block.element);
      this.observer.observe(block.element);
    }
  }

  /** Marks the current row; with `follow`, brings it into view. */
  setCurrent(index: number, follow: boolean): void {
    this.row(this.current)?.removeAttribute('aria-current');
    this.current = index;
    const block = this.blocks[Math.floor(index / BLOCK)];
    if (!block || this.element.hidden) return;
    if (!block.filled) this.fill(block);
    const row = this.row(index);
    row?.setAttribute('aria-current', 'step');
    if (follow) row?.scrollIntoView({ block: 'nearest' });
  }

  private row(index: number): Element | undefined {
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
    const { replay } = this;
    if (!replay) return;
    block.filled = true;
    block.element.style.minHeight = '';
    const rows = Array.from({ length: block.rows }, (_, i) => this.make(replay, block.first + i));
    block.element.replaceChildren(...rows);
  }

  private empty(block: Block): void {
    block.height = block.element.offsetHeight;
    block.filled = false;
    block.element.replaceChildren();
    this.hold(block);
  }

  private hold(block: Block): void {
    block.element.style.minHeight = `${block.height || block.rows * ROW}px`;
  }

  private make(replay: Replay, index: number): HTMLElement {
    const { story } = replay;
    const step = story.steps[replay.visible[index] ?? -1];
    if (!step) return h('div');
    const colour = story.component(step.actor.component)?.colour ?? 'none';
    const attributes = { 'aria-setsize': replay.visible.length, 'aria-posinset': index + 1, 'data-index': index };
    return h(
      'div',
      {
        class: `line c-${colour}`,
        role: 'listitem',
        ...attributes,
        ...(index === this.current ? { 'aria-current': 'step' } : {}),
      },
      h('button', { class: 'go', type: 'button', title: 'Show this step' }, duration(step.at - this.origin)),
      h('p', {}, h('b', { class: 'who' }, actorName(story, step)), ' ', ...sentence(step.text), gistView(step)),
    );
  }

  private clicked(event: MouseEvent): void {
    if (!(event.target instanceof Element) || !window.getSelection()?.isCollapsed) return;
    const index = event.target.closest('[data-index]')?.getAttribute('data-index');
    if (index !== null && index !== undefined) this.go(Number(index));
  }
}

function gistView(step: Step): Child {
  const text = gist(step);
  return text !== '' && h('span', { class: 'dim' }, ` ${text}`);
}

function selectionIn(element: HTMLElement): boolean {
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}
