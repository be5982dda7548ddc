// The workers' part of the layout: up to four in a row, smaller the more there are, the last place shared by what is left.
import type { FlowNode } from '../../src/protocol/flow.ts';
import { type Box, boxId, cellName, nodeId } from './boxes.ts';
import type { Rect } from './geometry.ts';
import type { Story } from './story.ts';

export const GAP = 14;
/** Pods that fit by name, and the distance between pods drawn as shapes. */
export const NAMED_ROWS = 4;
export const SHAPE_STEP = 20;

/** `full`: all components and pods by line. `compact`: the kubelet and pods as shapes. `tile`: name and counts. */
type Size = 'full' | 'compact' | 'tile';

const HEIGHT: { readonly [size in Size]: number } = { full: 212, compact: 104, tile: 62 };
const MOST = 48;

export interface WorkerGrid {
  readonly size: Size;
  readonly columns: number;
  readonly area: { readonly x: number; readonly y: number; readonly w: number };
  /** How many have a place of their own. */
  readonly shown: number;
  /** Where the others share one. */
  readonly more: Rect | undefined;
  readonly bottom: number;
}

export function workerGrid(count: number, area: WorkerGrid['area']): WorkerGrid {
  const size: Size = count > 24 ? 'tile' : count > 8 ? 'compact' : 'full';
  const columns = size === 'tile' ? 6 : count <= 4 ? Math.max(3, count) : count <= 6 ? 3 : 4;
  const shown = count > MOST ? MOST - 1 : count;
  const places = Math.min(count, MOST);
  const rows = Math.ceil(places / columns);
  const bottom = area.y + rows * HEIGHT[size] + Math.max(0, rows - 1) * GAP;
  const grid = { size, columns, area, shown, bottom };
  return { ...grid, more: count > MOST ? place(grid, MOST - 1) : undefined };
}

function place(grid: Omit<WorkerGrid, 'more'>, i: number): Rect {
  const w = (grid.area.w - (grid.columns - 1) * GAP) / grid.columns;
  const h = HEIGHT[grid.size];
  return {
    x: grid.area.x + (i % grid.columns) * (w + GAP),
    y: grid.area.y + Math.floor(i / grid.columns) * (h + GAP),
    w,
    h,
  };
}

/** Adds the boxes of one worker; answers where its pods go. */
export function workerCell(story: Story, node: FlowNode, grid: WorkerGrid, i: number, boxes: Box[]): Rect {
  const rect = place(grid, i);
  // A machine of the control plane has its frame there.
  const parent = node.controlPlane ? `${nodeId(node.name)} pods` : nodeId(node.name);
  const name = node.controlPlane ? `${node.name} · pods` : node.name;
  boxes.push({ id: parent, kind: 'node', rect, node: node.name, name });
  const here = story.topology.placements
    .filter((p) => p.node === node.name && (!node.controlPlane || story.component(p.component)?.group === 'node'))
    .map((p) => p.component);
  const add = (component: string, r: Rect): void => {
    const name = cellName(story, component);
    boxes.push({ id: boxId(component, node.name), kind: 'cell', rect: r, component, node: node.name, name, parent });
  };
  const inner = { x: rect.x + 10, w: rect.w - 20 };
  if (grid.size === 'tile') return { ...inner, y: rect.y + 26, h: rect.h - 28 };
  add('kubelet', { ...inner, y: rect.y + 26, h: 24 });
  if (grid.size === 'compact') return { ...inner, y: rect.y + 56, h: rect.h - 62 };
  row(
    story,
    here.filter((c) => c !== 'kubelet'),
    { ...inner, y: rect.y + 62, h: 22 },
    add,
  );
  return { ...inner, y: rect.y + 100, h: rect.h - 106 };
}

/** The components beside the kubelet, in one row, each as wide as its name asks for. */
function row(story: Story, components: readonly string[], area: Rect, add: (component: string, r: Rect) => void): void {
  const shown = components.slice(0, 4);
  const names = shown.map((c) => cellName(story, c).length + 3);
  const total = names.reduce((a, b) => a + b, 0);
  const room = area.w - 6 * (shown.length - 1);
  let x = area.x;
  shown.forEach((component, i) => {
    const w = (room * (names[i] ?? 0)) / total;
    add(component, { x, y: area.y, w, h: area.h });
    x += w + 6;
  });
}
