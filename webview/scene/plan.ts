// The way from one picture to another as a difference, not as a script: first the messages of the step one after the other,
// then what changed because of them. At most three things move at once; what else changes is only counted.
import type { Chip } from './chips.ts';
import type { Hop } from './hops.ts';
import type { Scene } from './scene.ts';

export const MOST_MOVING = 3;

export type Move =
  | { readonly type: 'appear' | 'leave' | 'change'; readonly chip: Chip }
  | { readonly type: 'travel'; readonly chip: Chip; readonly from: { readonly x: number; readonly y: number } };

export type Beat =
  | { readonly type: 'message'; readonly hop: Hop; readonly ms: number }
  | { readonly type: 'settle'; readonly moves: readonly Move[]; readonly more: number; readonly ms: number };

export interface Plan {
  readonly beats: readonly Beat[];
  /** All beats together, ms at speed 1. */
  readonly ms: number;
}

const MESSAGE_MS = 520;
const CALL_MS = 380;
const SETTLE_MS = 420;

/** `stepping`: the second picture is the next step after the first, so its messages are shown on their way. */
export function planBetween(before: Scene, after: Scene, stepping: boolean): Plan {
  const beats: Beat[] = stepping ? after.hops.map(message) : [];
  const moves = movesBetween(before, after);
  if (moves.length > 0) {
    const shown = moves.slice(0, MOST_MOVING);
    beats.push({ type: 'settle', moves: shown, more: moves.length - shown.length, ms: SETTLE_MS });
  }
  return { beats, ms: beats.reduce((sum, beat) => sum + beat.ms, 0) };
}

/** The picture while the messages are under way: who acts and what is asked is new, what the cluster holds is old. */
export function midway(before: Scene, after: Scene): Scene {
  return {
    ...after,
    chips: before.chips,
    tallies: before.tallies,
    rows: before.rows,
    labels: [
      ...after.labels.filter((label) => label.layer !== 'state'),
      ...before.labels.filter((label) => label.layer === 'state'),
    ],
  };
}

function message(hop: Hop): Beat {
  return { type: 'message', hop, ms: hop.kind === 'call' || hop.kind === 'storage' ? CALL_MS : MESSAGE_MS };
}

function movesBetween(before: Scene, after: Scene): Move[] {
  const was = new Map(before.chips.map((chip) => [chip.key, chip]));
  const is = new Set(after.chips.map((chip) => chip.key));
  const moves: Move[] = [];
  for (const chip of after.chips) {
    const old = was.get(chip.key);
    if (!old) moves.push({ type: 'appear', chip });
    else if (old.at.x !== chip.at.x || old.at.y !== chip.at.y) moves.push({ type: 'travel', chip, from: old.at });
    else if (old.look !== chip.look) moves.push({ type: 'change', chip });
  }
  for (const chip of before.chips) if (!is.has(chip.key)) moves.push({ type: 'leave', chip });
  return moves;
}

/** How long a step's sentence takes to read, ms at speed 1. */
export function readingTime(text: string): number {
  return Math.min(3_200, Math.max(800, text.length * 24));
}
