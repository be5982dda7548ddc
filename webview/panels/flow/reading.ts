// What the four readings have in common, as the panel sees them.
import type { Replay } from '../../scene/replay.ts';
import type { Seen } from './exports.ts';

export interface Reading {
  readonly element: HTMLElement;
  /** Another story or another filter; times are told from `origin` (µs). */
  reset(replay: Replay, origin: number): void;
  /** Steps were appended. */
  grow(): void;
  /** The reader is at this visible step; -1 before the first. Called only while the reading is shown. */
  setCurrent(index: number): void;
  /** What is seen of it, where it is a drawing. */
  seen?(): Seen | undefined;
}
