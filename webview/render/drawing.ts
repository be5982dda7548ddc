// The scene in the DOM, and the way from one scene to the next. One animation runs at a time; a new one ends the last.
import { easeCubicInOut, type Selection, select, type ZoomBehavior, zoom, zoomIdentity } from 'd3';
import type { SceneBox } from '../scene/boxes.ts';
import type { Chip } from '../scene/chips.ts';
import type { Hop } from '../scene/hops.ts';
import { type Beat, midway, type Plan } from '../scene/plan.ts';
import type { Scene } from '../scene/scene.ts';
import { MESSAGE_SIGNS } from './icons.ts';
import {
  at,
  drawBoxes,
  drawCuts,
  drawGates,
  drawHops,
  drawLabels,
  drawRows,
  forget,
  type Group,
  pathOf,
  sign,
} from './marks.ts';
import { drawChips, drawTallies } from './pods.ts';

const LAYERS = ['machines', 'parts', 'rows', 'gates', 'chips', 'tallies', 'labels', 'cuts', 'wires', 'movers'] as const;
type Layer = (typeof LAYERS)[number];

export class Drawing {
  private readonly svg: Selection<SVGSVGElement, unknown, null, undefined>;
  private readonly stage: Group;
  private readonly layers = new Map<Layer, Group>();
  private readonly zooming: ZoomBehavior<SVGSVGElement, unknown>;
  private colours: ReadonlyMap<string, string> = new Map();
  private run = 0;
  private labels: Scene['labels'] = [];

  constructor(svg: SVGSVGElement) {
    this.svg = select(svg);
    arrowHead(this.svg);
    this.stage = this.svg.append('g').attr('class', 'stage');
    for (const name of LAYERS) this.layers.set(name, this.stage.append('g').attr('class', name));
    this.zooming = zoom<SVGSVGElement, unknown>()
      .scaleExtent([1, 6])
      .filter(
        (event: Event) => event.type !== 'wheel' || (event instanceof WheelEvent && (event.ctrlKey || event.metaKey)),
      )
      .on('zoom', ({ transform }) => this.stage.attr('transform', String(transform)));
    this.svg.call(this.zooming).on('dblclick.zoom', null);
  }

  /** What is chosen with the pointer: a box, or a pod. */
  onPick(box: (box: SceneBox) => void, chip: (chip: Chip) => void): void {
    this.svg.on('click', (event: MouseEvent) => {
      // Words that are told in full lie over what they name.
      const hit = document
        .elementsFromPoint(event.clientX, event.clientY)
        .map((element) => element.closest<SVGGElement>('.chip:not(.tally), .box'))
        .find((element) => element !== null);
      if (!hit) return;
      const datum: unknown = select(hit).datum();
      if (hit.classList.contains('chip')) chip(datum as Chip);
      else box(datum as SceneBox);
    });
  }

  /** Colour roles by component id. */
  setColours(colours: ReadonlyMap<string, string>): void {
    this.colours = colours;
  }

  /** The scene at once. */
  show(scene: Scene): void {
    this.run++;
    this.still(scene);
    this.layer('movers').selectAll('*').remove();
  }

  /** From one scene to the next; answers false when something else was shown meanwhile. */
  async play(plan: Plan, before: Scene, after: Scene, speed: number): Promise<boolean> {
    const run = ++this.run;
    this.layer('movers').selectAll('*').remove();
    this.still(midway(before, after));
    const messages = plan.beats.filter((beat) => beat.type === 'message');
    this.wires(messages.length > 0 ? [] : after.hops);
    for (const beat of plan.beats) {
      await this.beat(beat, after, speed);
      if (run !== this.run) return false;
    }
    this.still(after);
    return true;
  }

  zoomBy(factor: number): void {
    this.zooming.scaleBy(this.svg, factor);
  }

  resetZoom(): void {
    this.zooming.transform(this.svg, zoomIdentity);
  }

  private layer(name: Layer): Group {
    const group = this.layers.get(name);
    if (!group) throw new Error(`no layer ${name}`);
    return group;
  }

  private still(scene: Scene): void {
    const svg = this.svg.node();
    const view = `0 0 ${scene.width} ${scene.height}`;
    if (svg && svg.getAttribute('viewBox') !== view) svg.setAttribute('viewBox', view);
    this.zooming
      .extent([
        [0, 0],
        [scene.width, scene.height],
      ])
      .translateExtent([
        [0, 0],
        [scene.width, scene.height],
      ]);
    drawBoxes(
      this.layer('machines'),
      scene.boxes.filter((box) => box.kind === 'node'),
    );
    drawBoxes(
      this.layer('parts'),
      scene.boxes.filter((box) => box.kind !== 'node'),
    );
    drawRows(this.layer('rows'), scene.rows);
    drawGates(this.layer('gates'), scene.gates);
    if (scene.labels !== this.labels) drawLabels(this.layer('labels'), scene.labels);
    this.labels = scene.labels;
    drawCuts(this.layer('cuts'), scene.cuts);
    this.chips(scene.chips);
    drawTallies(this.layer('tallies'), scene.tallies);
    this.wires(scene.hops);
  }

  private wires(hops: readonly Hop[]): void {
    drawHops(this.layer('wires'), hops, (component) => this.colours.get(component) ?? 'none');
  }

  private async beat(beat: Beat, after: Scene, speed: number): Promise<void> {
    const ms = beat.ms / speed;
    if (beat.type === 'settle') return this.settle(beat, after, ms);
    const done = after.hops.slice(0, after.hops.indexOf(beat.hop) + 1);
    this.wires(done);
    const mover = this.layer('movers').append('g').datum(beat.hop);
    mover.attr(
      'class',
      `mover ${beat.hop.kind} c-${this.colours.get(beat.hop.component) ?? 'none'}${beat.hop.refused ? ' refused' : ''}`,
    );
    sign(mover as unknown as Selection<SVGGElement, Hop, null, unknown>, (hop) => MESSAGE_SIGNS[hop.kind]);
    const way = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    way.setAttribute('d', pathOf(beat.hop.points));
    const length = way.getTotalLength();
    const travel = mover.transition().duration(ms).ease(easeCubicInOut);
    travel.attrTween('transform', () => (t) => at(way.getPointAtLength(t * length)));
    await ended(travel.end());
    mover.remove();
  }

  private async settle(beat: Extract<Beat, { type: 'settle' }>, after: Scene, ms: number): Promise<void> {
    this.still(after);
    const chips = this.layer('chips').selectAll<SVGGElement, Chip>(':scope > g');
    const ends = beat.moves.map((move) => {
      const mark = chips.filter((chip) => chip.key === move.chip.key);
      if (mark.empty()) return undefined;
      const to = at(move.chip.at);
      const start = move.type === 'travel' ? at(move.from) : to;
      // Until it has arrived it looks otherwise than was drawn.
      mark.each(function () {
        forget(this);
      });
      const fade = move.type === 'appear' ? 0 : 1;
      if (move.type === 'change')
        mark.select('.halo').attr('opacity', 0.9).transition().duration(ms).attr('opacity', 0);
      return mark
        .attr('transform', start)
        .attr('opacity', fade)
        .transition()
        .duration(ms)
        .ease(easeCubicInOut)
        .attr('transform', to)
        .attr('opacity', 1)
        .end();
    });
    if (beat.more > 0) this.count(beat.more, after, ms);
    await Promise.all(ends.map((end) => ended(end)));
  }

  /** What changes besides, as a number in the corner of the drawing. */
  private count(more: number, scene: Scene, ms: number): void {
    const text = this.layer('movers').append('text').attr('class', 'more').attr('text-anchor', 'end');
    text
      .attr('x', scene.width - 16)
      .attr('y', scene.height - 16)
      .attr('font-size', 12)
      .text(`and ${more} more pods`);
    text.transition().delay(ms).duration(ms).attr('opacity', 0).remove();
  }

  private chips(chips: readonly Chip[]): void {
    const all = this.layer('chips').selectAll<SVGGElement, Chip>(':scope > g');
    // A way that was cut short ends where it leads.
    all.interrupt();
    drawChips(this.layer('chips'), chips);
  }
}

function arrowHead(svg: Selection<SVGSVGElement, unknown, null, undefined>): void {
  const marker = svg.append('defs').append('marker').attr('id', 'arrow').attr('viewBox', '0 0 8 8');
  marker.attr('refX', 7).attr('refY', 4).attr('markerWidth', 6).attr('markerHeight', 6).attr('orient', 'auto');
  marker.append('path').attr('d', 'M0,0.5L7.5,4L0,7.5Z').attr('fill', 'context-stroke');
}

/** A transition that is cut short has ended too. */
async function ended(end: Promise<unknown> | undefined): Promise<void> {
  await end?.catch(() => undefined);
}
