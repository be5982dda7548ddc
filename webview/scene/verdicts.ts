// What the scheduler found, in the few lines that fit into its box: the best nodes with their totals, then how many failed;
// between its decisions, where it put the last pods.
import type { NodeVerdict, ScheduleDetail } from '../../src/trace/step.ts';
import { type Rect, textWidth } from './geometry.ts';
import type { Story } from './story.ts';

interface Line {
  readonly name: string;
  readonly word: string;
  readonly chosen: boolean;
}

export interface VerdictLine extends Line {
  /** Its place: what stands there changes with every pod. */
  readonly key: string;
  readonly nameAt: Rect;
  readonly wordAt: Rect;
}

const STEP = 18;

export function verdictLines(detail: ScheduleDetail, area: Rect): VerdictLine[] {
  const first = (node: string): number => (node === detail.chosen ? 1 : 0);
  const passed = detail.nodes
    .filter((n) => n.rejectedBy === undefined)
    .toSorted((a, b) => first(b.node) - first(a.node) || (b.total ?? 0) - (a.total ?? 0));
  const room = Math.floor(area.h / STEP);
  const failed = failedLines(detail.nodes, passed.length === 0 ? room : 2);
  const forNodes = room - failed.length;
  const best = passed.length > forNodes ? passed.slice(0, forNodes - 1) : passed;
  const lines = best.map(({ node, total }) =>
    line(node, total === undefined ? 'fits' : String(total), node === detail.chosen),
  );
  if (best.length < passed.length) lines.push(line('others', String(passed.length - best.length)));
  return [...lines, ...failed].map((one, i) => place(one, i, area));
}

/** How many nodes each plugin filtered out; in one line where there is no room for that. */
function failedLines(nodes: readonly NodeVerdict[], room: number): Line[] {
  const counts = new Map<string, number>();
  for (const { rejectedBy } of nodes) {
    if (rejectedBy !== undefined) counts.set(rejectedBy, (counts.get(rejectedBy) ?? 0) + 1);
  }
  if (counts.size <= room) return [...counts].map(([plugin, count]) => line(`✕ ${plugin}`, String(count)));
  return [line('✕ filtered out', String([...counts.values()].reduce((sum, count) => sum + count, 0)))];
}

export function placementLines(story: Story, count: number, area: Rect): VerdictLine[] {
  const last = story.bindingsAt(count, Math.floor(area.h / STEP));
  return last.toReversed().map(({ pod, node }, i) => place(line(pod, `→ ${node}`), i, area));
}

function line(name: string, word: string, chosen = false): Line {
  return { name, word, chosen };
}

function place(one: Line, i: number, area: Rect): VerdictLine {
  const w = Math.min(textWidth(one.word, 11) + 1, area.w * 0.6);
  const rect = { ...area, y: area.y + i * STEP, h: 14 };
  return {
    ...one,
    key: String(i),
    nameAt: { ...rect, w: rect.w - w - 6 },
    wordAt: { ...rect, x: rect.x + rect.w - w, w },
  };
}
