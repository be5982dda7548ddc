// The cluster twice, at the same moment of both futures.
import { Drawing } from '../../render/drawing.ts';
import { type Layout, layoutOf } from '../../scene/layout.ts';
import { describe, sceneOf } from '../../scene/scene.ts';
import type { Story } from '../../scene/story.ts';
import { h } from './dom.ts';

export interface Stories {
  readonly without: Story;
  readonly with: Story;
}

class Half {
  readonly svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  private readonly drawing: Drawing;
  private readonly story: Story;
  private readonly layout: Layout;
  readonly name: string;

  constructor(story: Story, name: string) {
    this.story = story;
    this.name = name;
    this.svg.setAttribute('role', 'img');
    this.svg.setAttribute('class', 'drawing');
    this.svg.setAttribute('preserveAspectRatio', 'xMidYMin meet');
    this.drawing = new Drawing(this.svg);
    this.drawing.setColours(new Map(story.topology.components.map(({ id, colour }) => [id, colour])));
    this.layout = layoutOf(story);
  }

  /** As it is after the steps up to `at` (µs). */
  show(at: number): void {
    const { story, layout } = this;
    const count = countAt(story, at);
    this.svg.setAttribute('aria-label', `${this.name}: ${describe(story, count, story.steps[count - 1])}`);
    this.drawing.show(sceneOf(story, layout, count));
  }
}

export class FutureDrawings {
  readonly element = h('div', { class: 'pair drawings', tabindex: 0, role: 'group', 'aria-label': 'Both clusters' });
  private halves: readonly Half[] = [];

  set(stories: Stories): void {
    this.halves = [new Half(stories.without, 'Without the change'), new Half(stories.with, 'With the change')];
    this.element.replaceChildren(...this.halves.map(({ svg, name }) => h('div', { 'data-name': name }, svg)));
  }

  /** Both as they are at `at` (µs). */
  show(at: number): void {
    for (const half of this.halves) half.show(at);
  }
}

/** How many steps had happened by then. */
function countAt({ steps }: Story, at: number): number {
  return steps.findLastIndex((step) => step.at <= at) + 1;
}
