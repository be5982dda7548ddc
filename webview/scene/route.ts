// Lines between boxes. Everyone faces the API server's bar from above, below, or the side; workers in lower rows go up
// through the gap between the columns.
import type { Box } from './boxes.ts';
import { clamp, type Point, type Rect } from './geometry.ts';
import type { Layout } from './layout.ts';
import { GAP } from './workers.ts';

const APART = 7;

/** Points from the edge of one box to the edge of the other. `side` keeps two messages between the same two apart. */
export function route(layout: Layout, from: Box, to: Box, side: -1 | 0 | 1): Point[] {
  if (to.component === 'kube-apiserver') return toApi(layout, from, to.rect, side);
  if (from.component === 'kube-apiserver' && to.component !== 'etcd') {
    return toApi(layout, to, from.rect, side).reverse();
  }
  return between(from, to);
}

function toApi(layout: Layout, from: Box, api: Rect, side: number): Point[] {
  const shift = side * APART;
  const reach = (x: number): number => clamp(x, api.x + 16, api.x + api.w - 16) + shift;
  const machine = layout.boxes.find((box) => box.kind === 'node' && box.id === from.parent);
  const edge = machine ?? from;
  if (edge.rect.y > api.y + api.h) return fromBelow(layout, from, edge.rect, reach, api, shift);
  if (from.rect.x + from.rect.w < api.x) {
    const own = from.rect.y + from.rect.h / 2;
    const y = clamp(own, api.y + 14, api.y + api.h - 14) + shift;
    const x = from.rect.x + from.rect.w;
    if (y - shift === own)
      return [
        { x, y },
        { x: api.x, y },
      ];
    // Who stands above goes down to it on the way.
    const down = x + (api.x - x) / 2 + shift;
    return [
      { x, y: own + shift },
      { x: down, y: own + shift },
      { x: down, y },
      { x: api.x, y },
    ];
  }
  if (from.rect.y > api.y) {
    const y = from.rect.y + from.rect.h / 2 + shift / 2;
    return [
      { x: from.rect.x, y },
      { x: api.x + api.w, y },
    ];
  }
  const outer = layout.boxes.find((box) => box.id === from.parent && box.kind === 'component') ?? from;
  const x = reach(from.rect.x + from.rect.w / 2);
  return [
    { x, y: outer.rect.y + outer.rect.h },
    { x, y: api.y },
  ];
}

function fromBelow(
  layout: Layout,
  from: Box,
  edge: Rect,
  reach: (x: number) => number,
  api: Rect,
  shift: number,
): Point[] {
  const start = from.rect.x + from.rect.w / 2;
  const x = start + shift;
  const end = reach(start);
  const top = edge.y >= layout.workersTop ? layout.workersTop : edge.y;
  const points: Point[] = [{ x, y: edge.y }];
  let at = x;
  if (edge.y > top + 1) {
    const right = edge.x + edge.w + GAP / 2;
    at = (right < layout.width - GAP ? right : edge.x - GAP / 2) + shift / 2;
    points.push({ x, y: edge.y - GAP / 2 }, { x: at, y: edge.y - GAP / 2 });
  }
  // Of two lines that turn left, the left one turns first, or they would cross.
  const bus = top - 31 + (at > (layout.channel ?? end) ? -shift : shift);
  if (layout.channel !== undefined) {
    const beside = layout.channel + shift;
    const into = api.y + api.h - 16 + shift;
    return [...points, { x: at, y: bus }, { x: beside, y: bus }, { x: beside, y: into }, { x: api.x, y: into }];
  }
  if (Math.abs(at - end) > 1) points.push({ x: at, y: bus }, { x: end, y: bus });
  return [...points, { x: end, y: api.y + api.h }];
}

/** Neighbours: a straight line between the sides that face each other, or a loop below when they stand side by side. */
function between(from: Box, to: Box): Point[] {
  const [a, b] = [from.rect, to.rect];
  const middle = (r: Rect): number => r.x + r.w / 2;
  if (b.y >= a.y + a.h) {
    const x = clamp(middle(b), a.x + 6, a.x + a.w - 6);
    return [
      { x, y: a.y + a.h },
      { x, y: b.y },
    ];
  }
  if (b.x >= a.x + a.w && (a.h > 30 || b.h > 30)) {
    const y = a.h < b.h ? a.y + a.h / 2 : b.y + b.h / 2;
    return [
      { x: a.x + a.w, y },
      { x: b.x, y },
    ];
  }
  const y = Math.max(a.y + a.h, b.y + b.h) + 8;
  return [
    { x: middle(a), y: a.y + a.h },
    { x: middle(a), y },
    { x: middle(b), y },
    { x: middle(b), y: b.y + b.h },
  ];
}
