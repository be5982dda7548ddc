// Pods as chips: on their node, each in its own place; those without a node beside what etcd holds; by number when many.

import type { Point, Rect } from './geometry.ts';
import { fit, textWidth } from './geometry.ts';
import type { Layout } from './layout.ts';
import { LOOK_WORDS, LOOKS, type PodLook } from './looks.ts';
import type { PodView, Story } from './story.ts';
import { SHAPE_STEP } from './workers.ts';

export interface Chip {
  readonly key: string;
  readonly look: PodLook;
  readonly at: Point;
  /** Present where there is room for a line: the pod's name and its state. */
  readonly line?: { readonly w: number; readonly name: string; readonly word: string };
  readonly title: string;
  readonly current: boolean;
}

/** So many pods of one look, drawn as one shape and a number. */
export interface Tally {
  readonly id: string;
  readonly look: PodLook;
  readonly count: number;
  readonly at: Point;
  readonly title: string;
}

export interface Crowd {
  readonly chips: readonly Chip[];
  readonly tallies: readonly Tally[];
}

export const CHIP_SIZE = 11;
const LINE_STEP = 26;
/** px: a tally's least width, that of its sign and what is free beside it, and the way to the next row. */
const TALLY_W = 38;
const TALLY_SIGN = 20;
const TALLY_STEP = 17;

export function crowdOf(story: Story, layout: Layout, count: number, current: string | undefined): Crowd {
  const chips: Chip[] = [];
  const tallies: Tally[] = [];
  const byNode = groupByNode(story.podsAt(count));
  for (const [node, area] of layout.pods) {
    const pods = byNode.get(node) ?? [];
    if (layout.density === 'counts') tallies.push(...talliesOf(node, pods, area));
    else chips.push(...pods.map((pod) => chip(pod, area, layout.density === 'names', current)));
  }
  if (layout.more) {
    const rest = layout.folded.flatMap((node) => byNode.get(node) ?? []);
    const { x, y, w, h } = layout.more;
    tallies.push(...talliesOf('…', rest, { x: x + 5, y: y + 26, w: w - 8, h: h - 28 }));
  }
  const unbound = unboundOf(byNode.get('') ?? [], layout.unbound, current);
  return { chips: [...chips, ...unbound.chips], tallies: [...tallies, ...unbound.tallies] };
}

function groupByNode(pods: readonly PodView[]): Map<string, PodView[]> {
  const groups = new Map<string, PodView[]>();
  for (const pod of pods) {
    const group = groups.get(pod.node ?? '');
    if (group) group.push(pod);
    else groups.set(pod.node ?? '', [pod]);
  }
  return groups;
}

function chip(pod: PodView, area: Rect, named: boolean, current: string | undefined): Chip {
  const base = { key: pod.key, look: pod.look, title: `${pod.ref.name}: ${pod.status}`, current: pod.key === current };
  if (named) {
    const at = { x: area.x + 4, y: area.y + pod.slot * LINE_STEP };
    return { ...base, at, line: lineOf(pod, area.w - 8) };
  }
  const columns = Math.max(1, Math.floor(area.w / SHAPE_STEP));
  const at = {
    x: area.x + (pod.slot % columns) * SHAPE_STEP,
    y: area.y + Math.floor(pod.slot / columns) * SHAPE_STEP,
  };
  return { ...base, at };
}

function lineOf(pod: PodView, w: number): { w: number; name: string; word: string } {
  const word = textWidth(pod.word, CHIP_SIZE) > w * 0.45 ? '' : pod.word;
  const room = w - 24 - 8 - (word === '' ? 0 : textWidth(word, CHIP_SIZE) + 8);
  return { w, name: fit(pod.ref.name, room, CHIP_SIZE), word };
}

function talliesOf(node: string, pods: readonly PodView[], area: Rect): Tally[] {
  const counts = new Map<PodLook, number>();
  for (const { look } of pods) counts.set(look, (counts.get(look) ?? 0) + 1);
  const widest = Math.max(0, ...[...counts.values()].map((count) => textWidth(String(count), CHIP_SIZE)));
  const step = Math.max(TALLY_W, widest + TALLY_SIGN);
  const columns = Math.max(1, Math.floor(area.w / step));
  const rows = Math.max(1, Math.floor(area.h / TALLY_STEP));
  const shown = fewest(counts, columns * rows);
  const left = [...counts].filter(([look]) => !shown.includes(look)).map(([look, count]) => told(look, count));
  return shown.map((look, i) => {
    const count = counts.get(look) ?? 0;
    const more = i === shown.length - 1 && left.length > 0 ? `; without a place: ${left.join(', ')}` : '';
    return {
      id: `${node} ${look}`,
      look,
      count,
      at: { x: area.x + (i % columns) * step, y: area.y + Math.floor(i / columns) * TALLY_STEP },
      title: `${told(look, count)}${more}`,
    };
  });
}

const told = (look: PodLook, count: number): string => `${count} ${count === 1 ? 'pod' : 'pods'} ${LOOK_WORDS[look]}`;

/** The looks that there are, in their order; where that is more than have a place, what goes wrong and what is most. */
function fewest(counts: ReadonlyMap<PodLook, number>, places: number): PodLook[] {
  const there = LOOKS.filter((look) => counts.has(look));
  if (there.length <= places) return there;
  const weight = (look: PodLook): number => (look === 'failing' || look === 'failed' ? 1e9 : (counts.get(look) ?? 0));
  const kept = new Set(there.toSorted((a, b) => weight(b) - weight(a)).slice(0, places));
  return there.filter((look) => kept.has(look));
}

function unboundOf(pods: readonly PodView[], area: Rect, current: string | undefined): Crowd {
  const places = Math.max(1, Math.floor(area.w / SHAPE_STEP));
  const tray = { ...area, y: area.y + 22, h: area.h - 22 };
  const most = Math.max(-1, ...pods.map((pod) => pod.slot));
  if (most >= places) return { chips: [], tallies: talliesOf('', pods, tray) };
  return { chips: pods.map((pod) => chip(pod, tray, false, current)), tallies: [] };
}
