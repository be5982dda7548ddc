// What the scheduler found, in the few lines that fit into its box: the best nodes with their totals, then how many failed.
import type { ScheduleDetail } from '../../src/trace/step.ts';
import { type Rect, textWidth } from './geometry.ts';

export interface VerdictLine {
  readonly node: string;
  readonly word: string;
  readonly chosen: boolean;
  readonly nameAt: Rect;
  readonly wordAt: Rect;
}

const STEP = 18;

export function verdictLines(detail: ScheduleDetail, area: Rect): VerdictLine[] {
  const room = Math.floor(area.h / STEP);
  const passed = detail.nodes
    .filter((n) => n.rejectedBy === undefined)
    .toSorted(
      (a, b) => Number(b.node === detail.chosen) - Number(a.node === detail.chosen) || (b.total ?? 0) - (a.total ?? 0),
    );
  const out = passed.length - (room - 1);
  const best = out > 0 ? passed.slice(0, room - 2) : passed;
  const lines = best.map((n) => ({
    node: n.node,
    word: n.total === undefined ? 'fits' : String(n.total),
    chosen: n.node === detail.chosen,
  }));
  if (out > 0) lines.push({ node: 'others', word: String(passed.length - best.length), chosen: false });
  const failed = detail.nodes.length - passed.length;
  if (failed > 0) lines.push({ node: 'filtered', word: String(failed), chosen: false });
  return lines.map((line, i) => place(line, { ...area, y: area.y + i * STEP, h: 14 }));
}

function place(line: { node: string; word: string; chosen: boolean }, rect: Rect): VerdictLine {
  const w = textWidth(line.word, 11) + 2;
  return { ...line, nameAt: { ...rect, w: rect.w - w - 6 }, wordAt: { ...rect, x: rect.x + rect.w - w, w } };
}
