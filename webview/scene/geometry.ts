// Points, rectangles and the width of text. Text is measured by a generous rule of thumb, because the scene knows no fonts:
// what fits by the rule fits in every font that VS Code uses for its own controls.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly w: number;
  readonly h: number;
}

/** Width of a character in units of the font size. */
const ADVANCE = 0.58;

/** Between facts of one line. */
export const FACTS = ' · ';

export function textWidth(text: string, size: number): number {
  return text.length * size * ADVANCE;
}

/** How many characters fit; what `textWidth` measured does. */
function roomFor(width: number, size: number): number {
  return Math.floor(width / (size * ADVANCE) + 1e-6);
}

/** The text, shortened to fit into `width`. The end stays readable: names of pods differ there. */
export function fit(text: string, width: number, size: number): string {
  const room = roomFor(width, size);
  if (text.length <= room) return text;
  if (room < 4) return text.slice(0, Math.max(0, room));
  const tail = Math.min(6, Math.floor((room - 1) / 2));
  return `${text.slice(0, room - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** The text, shortened at its end. */
export function fitStart(text: string, width: number, size: number): string {
  const room = roomFor(width, size);
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1)).trimEnd()}…`;
}

/** As many of the facts as fit whole, first come first; of the first, as much as fits. */
export function fitFacts(facts: string, width: number, size: number): string {
  const parts = facts.split(FACTS);
  while (parts.length > 1 && textWidth(parts.join(FACTS), size) > width) parts.pop();
  return fitStart(parts.join(FACTS), width, size);
}

export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

export function inside(inner: Rect, outer: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.w <= outer.x + outer.w &&
    inner.y + inner.h <= outer.y + outer.h
  );
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
