// The Cluster reading: holds the drawing, lays it out for the room there is, and plays from picture to picture.
import { Drawing } from '../../render/drawing.ts';
import { crumbsOf, type Focus, focusOfBox, focusOfChip } from '../../scene/inside/focus.ts';
import { type Layout, layoutOf } from '../../scene/layout.ts';
import { planBetween } from '../../scene/plan.ts';
import { describe, type Scene, sceneOf } from '../../scene/scene.ts';
import type { Story } from '../../scene/story.ts';
import { GLYPHS, h } from './dom.ts';
import type { Seen } from './exports.ts';
import { InsideView } from './inside.ts';
import { legend } from './legend.ts';
import { Looking } from './looking.ts';
import { shapeOf } from './snapshot.ts';
import { button } from './toolbar.ts';

/** The least size of the drawing, where 1 draws its small print at 10.5 px. A panel beside an editor still shows it whole. */
const SMALLEST = 0.68;
/** What has to be scrolled anyway is as large as its width allows, up to this. */
const READABLE = 0.9;

export interface StageActions {
  /** Show the step with this id. */
  go(id: number): void;
  /** The reader looks into something else, or at the whole cluster. */
  looked(focus: Focus | undefined): void;
}

export class Stage {
  readonly element: HTMLElement;
  private readonly scroller = h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Cluster' });
  private readonly svg: SVGSVGElement;
  private whole = false;
  private readonly drawing: Drawing;
  private readonly calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  private story: Story | undefined;
  private layout: Layout | undefined;
  private laidOut = '';
  private scene: Scene | undefined;
  private width = 0;
  /** What the window on the drawing measures; asking the element each time would lay the page out twice a frame. */
  private room: { readonly width: number; readonly height: number } = { width: 0, height: 0 };

  private focus: Focus | undefined;
  private readonly inside: InsideView;
  private readonly looking: Looking;
  private readonly zooms: HTMLElement;
  private readonly legend = legend();

  constructor(resized: () => void, actions: StageActions) {
    const look = (focus: Focus | undefined): void => {
      this.setFocus(focus);
      actions.looked(focus);
    };
    this.inside = new InsideView({ look, go: actions.go });
    this.looking = new Looking(look);
    this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.svg.setAttribute('role', 'img');
    this.svg.setAttribute('class', 'drawing');
    this.svg.setAttribute('preserveAspectRatio', 'xMidYMin meet');
    this.drawing = new Drawing(this.svg);
    this.drawing.onPick(
      (box) => {
        const focus = focusOfBox(box);
        if (focus) look(focus);
      },
      (chip) => look(focusOfChip(chip)),
    );
    this.zooms = h(
      'div',
      { class: 'zooms' },
      button('Zoom in', 'Ctrl + wheel', GLYPHS.plus, () => this.drawing.zoomBy(1.4)),
      button('Zoom out', 'Ctrl + wheel', GLYPHS.minus, () => this.drawing.zoomBy(1 / 1.4)),
      button('Whole cluster, or large enough to read', '0', GLYPHS.fit, () => this.toggleWhole()),
    );
    this.scroller.append(this.svg);
    const { looking, inside } = this;
    looking.element.append(this.zooms, this.legend);
    this.element = h('div', { class: 'stage-view' }, looking.element, this.scroller, inside.element);
    this.setFocus(undefined);
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.focus === undefined) return;
      event.preventDefault();
      look(this.outward());
    });
    new ResizeObserver(([entry]) => {
      this.room = entry?.contentRect ?? this.room;
      if (this.scene) this.makeRoom(this.scene);
    }).observe(this.scroller);
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry?.contentRect.width ?? 0);
      if (width === this.width || width === 0) return;
      this.width = width;
      resized();
    }).observe(this.element);
  }

  get reducedMotion(): boolean {
    return this.calm.matches;
  }

  setStory(story: Story): void {
    this.story = story;
    this.scene = undefined;
    this.laidOut = '';
    this.drawing.setColours(new Map(story.topology.components.map(({ id, colour }) => [id, colour])));
  }

  /** Looks into something, or at the whole cluster. What is shown next shows it. */
  setFocus(focus: Focus | undefined): void {
    const entering = focus !== undefined && focus !== this.focus;
    this.focus = focus;
    this.scene = undefined;
    for (const part of [this.scroller, this.zooms, this.legend]) part.hidden = focus !== undefined;
    this.inside.element.hidden = focus === undefined;
    this.inside.element.classList.toggle('entering', entering);
  }

  /** One crumb back. */
  private outward(): Focus | undefined {
    return this.story && crumbsOf(this.story, this.focus, this.story.length).at(-2)?.to;
  }

  /** The cluster as it is after `count` steps, at once. In a hurry words stay as they were, and nothing is scrolled. */
  show(count: number, hurry = false): void {
    if (this.element.hidden || !this.story) return;
    if (!hurry || this.focus) this.looking.show(this.story, this.focus, count);
    if (this.focus) {
      this.inside.show(this.story, this.focus, count);
      return;
    }
    const scene = this.sceneAt(count, hurry ? this.scene?.labels : undefined);
    if (!scene) return;
    this.drawing.show(scene);
    this.scene = scene;
    if (hurry) return;
    this.makeRoom(scene);
    this.followAction();
  }

  /** Plays the way to there; answers false when something else was shown meanwhile. */
  async play(count: number, speed: number): Promise<boolean> {
    const before = this.scene;
    const after = this.element.hidden || this.focus ? undefined : this.sceneAt(count);
    if (!after || !before || this.reducedMotion || before.width !== after.width) {
      this.show(count);
      return true;
    }
    this.scene = after;
    const done = await this.drawing.play(planBetween(before, after, true), before, after, speed);
    if (done) this.followAction();
    return done;
  }

  seen(): Seen | undefined {
    const drawn = shapeOf(this.svg)?.children;
    return drawn && this.scene && { width: this.scene.width, height: this.scene.height, content: drawn };
  }

  toggleWhole(): void {
    this.whole = !this.whole && this.isCut;
    this.drawing.resetZoom();
    if (!this.scene) return;
    this.makeRoom(this.scene);
    this.followAction();
  }

  /** Whether the drawing is larger than its window at the smallest size that can be read. */
  private get isCut(): boolean {
    if (!this.scene) return false;
    return this.scene.width * SMALLEST > this.room.width || this.scene.height * SMALLEST > this.room.height;
  }

  /**
   * In a small panel the drawing scrolls rather than becoming too small to read. It is measured in pixels: as a part of the
   * room that it has, every word in it would be laid out again whenever one changes.
   */
  private makeRoom({ width, height }: Scene): void {
    const { room, svg } = this;
    if (room.width === 0) return;
    const scale = this.whole || !this.isCut ? 0 : Math.max(SMALLEST, Math.min(READABLE, room.width / width));
    svg.style.width = `${Math.max(room.width, Math.ceil(width * scale))}px`;
    svg.style.height = `${Math.max(room.height, Math.ceil(height * scale))}px`;
  }

  /** Where not all is seen: who takes part comes into view, the one who acts last. */
  private followAction(): void {
    if (this.whole || !this.isCut) return;
    const parts = [...this.svg.querySelectorAll('.box.active')];
    const rank = ({ classList }: Element): number =>
      classList.contains('c-etcd') ? 0 : classList.contains('c-api') ? 1 : 2;
    for (const part of parts.toSorted((a, b) => rank(a) - rank(b))) {
      part.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  private sceneAt(count: number, words?: Scene['labels']): Scene | undefined {
    const { story } = this;
    if (!story) return undefined;
    const known = this.laidOut;
    const layout = this.layoutFor(story);
    // Words stand where the layout had room for them.
    const kept = known === this.laidOut ? words : undefined;
    if (!kept) this.svg.setAttribute('aria-label', describe(story, count, story.steps[count - 1]));
    return sceneOf(story, layout, count, kept);
  }

  /** Laid out anew only when something that places depend on has changed. */
  private layoutFor(story: Story): Layout {
    this.width ||= Math.round(this.element.clientWidth);
    const signature = [
      this.width,
      story.topology.nodes.length,
      story.loopOrder.length,
      story.crowd,
      story.hasStrangers,
    ].join(' ');
    if (this.layout === undefined || signature !== this.laidOut) {
      this.laidOut = signature;
      this.layout = layoutOf(story, this.width || undefined);
    }
    return this.layout;
  }
}
