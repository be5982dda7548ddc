// The transcript: one sentence a step, the accessible equal of the drawing.
import { FanOuts } from '../../../src/trace/fanout.ts';
import type { Step } from '../../../src/trace/step.ts';
import { actorName, duration, gist, watchersText } from '../../../src/trace/words.ts';
import type { Replay } from '../../scene/replay.ts';
import type { Story } from '../../scene/story.ts';
import { type Child, GLYPHS, glyph, h, sentence } from './dom.ts';
import type { Reading } from './reading.ts';
import { VirtualList } from './virtual-list.ts';

export class Transcript implements Reading {
  readonly element: HTMLElement;
  private readonly list: VirtualList;

  constructor(go: (index: number) => void, copy: () => void) {
    this.list = new VirtualList('Transcript', 40, go);
    const button = h(
      'button',
      { class: 'labelled', type: 'button', onclick: copy },
      glyph(GLYPHS.copy),
      'Copy as Markdown',
    );
    this.element = h('div', { class: 'transcript' }, h('div', { class: 'tools' }, button), this.list.element);
  }

  reset(replay: Replay, origin: number): void {
    const fans = new FanOuts(replay.story.index);
    this.list.reset({
      get total(): number {
        return replay.visible.length;
      },
      make: (index) => line(replay, fans, index, origin),
    });
  }

  grow(): void {
    this.list.grow();
  }

  setCurrent(index: number): void {
    this.list.setCurrent(index);
  }
}

function line(replay: Replay, fans: FanOuts, index: number, origin: number): HTMLElement {
  const { story } = replay;
  const step = story.steps[replay.visible[index] ?? -1];
  if (!step) return h('div');
  return h(
    'div',
    { class: `line c-${story.component(step.actor.component)?.colour ?? 'none'}` },
    h('button', { class: 'go', type: 'button', title: 'Show this step' }, duration(step.at - origin)),
    h(
      'p',
      {},
      h('b', { class: 'who' }, actorName(story, step)),
      ' ',
      ...sentence(step.text),
      gistView(step),
      fanView(story, fans, step),
    ),
  );
}

function gistView(step: Step): Child {
  const text = gist(step);
  return text !== '' && h('span', { class: 'dim' }, ` ${text}`);
}

function fanView(story: Story, fans: FanOuts, step: Step): Child {
  const watchers = fans.of(step);
  return watchers.length > 0 && h('span', { class: 'dim' }, ` ${watchersText(story, watchers)}`);
}
