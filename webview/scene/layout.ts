// Where everything is drawn. Outside the cluster is left, the control plane on top, workers below; the API server is a bar
// that faces everyone who talks to it, so that messages run straight and do not cross. A place depends on the topology, on
// the width, and on which control loops ever acted; never on the step.
import type { FlowNode } from '../../src/protocol/flow.ts';
import type { Actor } from '../../src/trace/step.ts';
import { shortName } from '../../src/trace/words.ts';
import { type Box, boxId, cellName, nodeId } from './boxes.ts';
import { clamp, type Rect, textWidth } from './geometry.ts';
import type { Story } from './story.ts';
import { NAMED_ROWS, SHAPE_STEP, workerCell, workerGrid } from './workers.ts';

export const DEFAULT_WIDTH = 760;
export const MIN_WIDTH = 700;

/** How a worker shows its pods: one line each, one shape each, or counts. The same for all workers. */
export type Density = 'names' | 'shapes' | 'counts';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly density: Density;
  /** Where the machines with pods begin, px. */
  readonly workersTop: number;
  /** Where lines go up beside the control plane, when other machines of it lie between it and those below. */
  readonly channel: number | undefined;
  /** Where a worker's pods are drawn. */
  readonly pods: ReadonlyMap<string, Rect>;
  /** Where etcd lists what it holds, and below that the pods without a node. */
  readonly objects: Rect;
  readonly unbound: Rect;
  /** Where the scheduler says what it found. */
  readonly verdicts: Rect;
  /** Where the API server says what it was asked, and the gates that a request passes. */
  readonly request: Rect;
  readonly gates: Rect;
  /** The workers that share the last place when there are too many to draw, and where it is. */
  readonly more: Rect | undefined;
  readonly folded: readonly string[];
}

/** Callers that are no part of the cluster as it is known: one box for all of them. */
const STRANGERS = 'others';

export const MARGIN = 12;
const OUTSIDE = 72;
const REACH = 52;
const HEADER = 26;
const LOOP_H = 26;
const LOOP_GAP = 4;
export const LOOP_PLACES = 4;
const PANEL_H = 28 + LOOP_PLACES * (LOOP_H + LOOP_GAP) + 4;
const ARC_GAP = 36;
const API_H = 76;
const STANDBY_H = 34;
const STANDBY_NAME = 90;
const STRIP_H = 32;
/** Between the control plane and the workers: room for the messages of kubelets. */
export const BUS = 50;

export function layoutOf(story: Story, width = DEFAULT_WIDTH): Layout {
  const w = Math.max(MIN_WIDTH, Math.round(width));
  const masters = story.topology.nodes.filter((node) => node.controlPlane);
  const workers = story.topology.nodes.filter((node) => !node.controlPlane || node.hosts);
  const boxes: Box[] = [];
  const plane = controlPlane(story, masters[0]?.name ?? 'control plane', w, boxes);
  let y = MARGIN + plane.rect.h;
  for (const standby of masters.slice(1)) {
    y += BUS;
    standbyRow(story, standby, { x: plane.rect.x, y, w: plane.rect.w, h: STANDBY_H }, boxes);
    y += STANDBY_H;
  }
  outside(story, plane.api, boxes);
  const grid = workerGrid(workers.length, { x: MARGIN, y: y + BUS, w: w - 2 * MARGIN });
  const pods = new Map<string, Rect>();
  workers.slice(0, grid.shown).forEach((node, i) => {
    pods.set(node.name, workerCell(story, node, grid, i, boxes));
  });
  return {
    width: w,
    height: grid.bottom + MARGIN,
    boxes,
    density: densityOf(story, workers.length, pods),
    workersTop: grid.area.y,
    channel: masters.length > 1 ? plane.rect.x - REACH / 2 : undefined,
    pods,
    objects: plane.objects,
    unbound: plane.unbound,
    verdicts: plane.verdicts,
    request: plane.request,
    more: grid.more,
    gates: plane.gates,
    folded: workers.slice(grid.shown).map((node) => node.name),
  };
}

interface Plane {
  readonly rect: Rect;
  readonly api: Rect;
  readonly objects: Rect;
  readonly unbound: Rect;
  readonly verdicts: Rect;
  readonly request: Rect;
  readonly gates: Rect;
}

function controlPlane(story: Story, node: string, width: number, boxes: Box[]): Plane {
  const x = MARGIN + OUTSIDE + REACH;
  const rect = { x, y: MARGIN, w: width - MARGIN - x, h: HEADER + PANEL_H + ARC_GAP + API_H + 12 };
  const etcdW = clamp(Math.round(rect.w * 0.27), 140, 220);
  const left = rect.w - etcdW - 24 - 32;
  const schedW = Math.max(138, Math.round(left * 0.34));
  const top = MARGIN + HEADER;
  const manager = { x: x + 12, y: top, w: left - schedW - 12, h: PANEL_H };
  const scheduler = { x: manager.x + manager.w + 12, y: top, w: schedW, h: PANEL_H };
  const api = { x: x + 12, y: top + PANEL_H + ARC_GAP, w: left, h: API_H };
  const strip = extrasOn(story, node).length > 0 ? STRIP_H : 0;
  const etcd = { x: api.x + left + 32, y: top, w: etcdW, h: PANEL_H + ARC_GAP + API_H - strip };
  boxes.push({ id: nodeId(node), kind: 'node', rect, node, name: node });
  const put = (component: string, r: Rect): void => {
    const name = story.component(component)?.name ?? component;
    boxes.push({ id: boxId(component, node), kind: 'component', rect: r, component, node, name, parent: nodeId(node) });
  };
  put('kube-controller-manager', manager);
  put('kube-scheduler', scheduler);
  put('kube-apiserver', api);
  put('etcd', etcd);
  loops(story, node, manager, boxes);
  extras(story, node, { x: etcd.x, y: etcd.y + etcd.h + 8, w: etcd.w, h: STRIP_H - 8 }, boxes);
  const inner = { x: etcd.x + 10, w: etcd.w - 20 };
  return {
    rect,
    api,
    objects: { ...inner, y: etcd.y + 46, h: etcd.h - 46 - 62 },
    unbound: { ...inner, y: etcd.y + etcd.h - 56, h: 48 },
    verdicts: { x: scheduler.x + 10, y: top + 26, w: schedW - 20, h: PANEL_H - 32 },
    request: { x: api.x + 10, y: api.y + 24, w: api.w - 20, h: 20 },
    gates: { x: api.x + 10, y: api.y + 48, w: api.w - 20, h: 20 },
  };
}

/** The control loops one below the other, first come first; those beyond the last place share it. */
function loops(story: Story, node: string, manager: Rect, boxes: Box[]): void {
  const order = story.loopOrder;
  order.slice(0, LOOP_PLACES).forEach((component, i) => {
    const sharing = i === LOOP_PLACES - 1 ? order.length - i : 1;
    const rect = { x: manager.x + 10, y: manager.y + 26 + i * (LOOP_H + LOOP_GAP), w: manager.w - 20, h: LOOP_H };
    const name = sharing > 1 ? `${sharing} more loops` : shortName(story.component(component)?.name ?? component);
    const parent = boxId('kube-controller-manager', node);
    boxes.push({ id: boxId(component, node), kind: 'loop', rect, component, node, name, parent });
  });
}

/** What else runs on the control-plane node, its kubelet for one: small, in a strip below etcd, as many as fit. */
function extras(story: Story, node: string, strip: Rect, boxes: Box[]): void {
  let x = strip.x;
  for (const component of extrasOn(story, node)) {
    // So that all that kubeadm starts there has its place.
    const name = component === 'kube-proxy' ? 'proxy' : cellName(story, component);
    const w = Math.round(textWidth(name, 11) + 14);
    if (x + w > strip.x + strip.w + 1) break;
    const rect = { x, y: strip.y, w, h: strip.h };
    boxes.push({ id: boxId(component, node), kind: 'cell', rect, component, node, name, parent: nodeId(node) });
    x += w + 4;
  }
}

/** Of several that run, one works. */
const LED = new Set(['kube-controller-manager', 'kube-scheduler']);
export const LEADS = ' · leads';

export const MAIN = new Set(['kube-controller-manager', 'kube-scheduler', 'kube-apiserver', 'etcd']);

/** What stands with the pods where the machine has a place for those. */
function extrasOn(story: Story, node: string): string[] {
  if (story.topology.nodes.some(({ name, hosts }) => name === node && hosts)) return [];
  return story.topology.placements.filter((p) => p.node === node && !MAIN.has(p.component)).map((p) => p.component);
}

function standbyRow(story: Story, node: FlowNode, rect: Rect, boxes: Box[]): void {
  boxes.push({ id: nodeId(node.name), kind: 'node', rect, node: node.name, name: node.name });
  const placed = story.topology.placements.filter((p) => p.node === node.name && MAIN.has(p.component));
  const wide = (component: string): number => {
    const name = standbyName(story, component);
    // Who leads says so; a place does not depend on who does.
    return Math.round(name.length * 6.4 + 16 + (LED.has(component) ? textWidth(LEADS, 11) : 0));
  };
  const here = placed.map(({ component }) => component);
  let room = rect.w - 8 - STANDBY_NAME - here.reduce((sum, component) => sum + wide(component) + 6, 0);
  // What makes it a part of the control plane comes first, the rest as far as there is room.
  for (const component of extrasOn(story, node.name)) {
    room -= wide(component) + 6;
    if (room < 0) break;
    here.push(component);
  }
  let right = rect.x + rect.w - 2;
  for (const component of here.toReversed()) {
    const w = wide(component);
    right -= w + 6;
    boxes.push({
      id: boxId(component, node.name),
      kind: 'cell',
      rect: { x: right, y: rect.y + 7, w, h: 20 },
      component,
      node: node.name,
      name: standbyName(story, component),
      parent: nodeId(node.name),
    });
  }
}

function standbyName(story: Story, component: string): string {
  return cellName(story, component)
    .replace('kube-controller-manager', 'controllers')
    .replace(/^kube-/, '');
}

/** Who is outside: the user beside the API server, others above. */
function outside(story: Story, api: Rect, boxes: Box[]): void {
  const placed = story.topology.placements.filter((p) => p.node === undefined).map((p) => p.component);
  const others = [...placed.filter((component) => component !== 'user'), ...(story.hasStrangers ? [STRANGERS] : [])];
  ['user', ...others].slice(0, 4).forEach((component, i) => {
    const rect = { x: MARGIN, y: api.y + (API_H - 56) / 2 - i * 66, w: OUTSIDE, h: 56 };
    const name = story.component(component)?.name ?? component;
    boxes.push({ id: boxId(component), kind: 'outside', rect, component, name });
  });
}

function densityOf(story: Story, workers: number, pods: ReadonlyMap<string, Rect>): Density {
  const area = pods.values().next().value;
  const capacity = area ? Math.floor(area.w / SHAPE_STEP) * Math.floor(area.h / SHAPE_STEP) : 0;
  if (story.crowd > capacity) return 'counts';
  return workers > 8 || story.crowd > NAMED_ROWS ? 'shapes' : 'names';
}

/**
 * The box of the one who acts at `at` (µs); where the drawing has none, the machine it runs on, else the outside. Of a
 * component that runs more than once it is the one that leads, where that is known.
 */
export function boxOf(layout: Layout, story: Story, actor: Actor, at: number): Box | undefined {
  const by = (id: string): Box | undefined => layout.boxes.find((box) => box.id === id);
  const place = story.loopSlot(actor.component);
  const first = layout.boxes.find((box) => box.component === 'kube-controller-manager');
  const node = actor.node ?? story.leaderAt(actor.component, at);
  if (place !== undefined && first) {
    const elsewhere =
      node === undefined || node === first.node ? undefined : by(boxId('kube-controller-manager', node));
    if (elsewhere) return elsewhere;
    const shared = story.loopOrder[Math.min(place, LOOP_PLACES - 1)];
    return by(boxId(shared ?? actor.component, first.node)) ?? first;
  }
  return (
    by(boxId(actor.component, node)) ??
    (actor.node === undefined ? layout.boxes.find((box) => box.component === actor.component) : undefined) ??
    (actor.node === undefined ? undefined : by(nodeId(actor.node))) ??
    (layout.folded.includes(actor.node ?? '') ? undefined : (by(boxId(STRANGERS)) ?? by(boxId('user'))))
  );
}
