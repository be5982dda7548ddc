// What the scheduler found, in the few lines that fit into its box: the best nodes with their totals, then how many failed;
// between its decisions, where it put the last pods.
import type { ScheduleDetail } from '../../src/trace/step.ts';
import { type Rect, textWidth } from './geometry.ts';
import type { Story } from './story.ts';

interface Line {
  readonly key: string;
  readonly name: string;
  readonly word: string;
  readonly chosen: boolean;
}

export interface VerdictLine extends Line {
  readonly nameAt: Rect;
  readonly wordAt: Rect;
}

const STEP = 18;

export function verdictLines(detail: ScheduleDetail, area: Rect): VerdictLine[] {
  const first = (node: string): number => (node === detail.chosen ? 1 : 0);
  const passed = detail.nodes
    .filter((n) => n.rejectedBy === undefined)
    .toSorted((a, b) => first(b.node) - first(a.node) || (b.total ?? 0) - (a.total ?? 0));
  const failed = detail.nodes.length - passed.length;
  const room = Math.floor(area.h / STEP) - (failed > 0 ? 1 : 0);
  const best = passed.length > room ? passed.slice(0, room - 1) : passed;
  const lines = best.map(({ node, total }) =>
    line(node, total === undefined ? 'fits' : String(total), node === detail.chosen),
  );
  if (best.length < passed.length) lines.push(line('others', String(passed.length - best.length)));
  if (failed > 0) lines.push(line('filtered out', String(failed)));
  return lines.map((one, i) => place(one, i, area));
}

export function placementLines(story: Story, count: number, area: Rect): VerdictLine[] {
  const last = story.bindingsAt(count, Math.floor(area.h / STEP));
  return last.toReversed().map(({ pod, node }, i) => place(line(pod, `→ ${node}`), i, area));
}

function line(name: string, word: string, chosen = false): Line {
  return { key: name, name, word, chosen };
}

function place(one: Line, i: number, area: Rect): VerdictLine {
  const w = Math.min(textWidth(one.word, 11) + 1, area.w * 0.6);
  const rect = { ...area, y: area.y + i * STEP, h: 14 };
  return { ...one, nameAt: { ...rect, w: rect.w - w - 6 }, wordAt: { ...rect, x: rect.x + rect.w - w, w } };
}
