// What a tree shows of one thing. Plain values: the host turns them into tree items, tests compare them.
import type { ObjectRef } from '../../trace/step.ts';

/** How a thing is doing; the host picks the theme colour, and the icon differs as well. */
export type Tone = 'ok' | 'busy' | 'warning' | 'error' | 'off' | 'plain';

export interface Row {
  /** Unique in the tree and the same for as long as the thing is there, so that what is expanded stays so. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Codicon id. */
  readonly icon: string;
  readonly tone: Tone;
  /** Markdown; everything that comes from the cluster is escaped. */
  readonly tooltip?: string;
  /** What the row is, for menus: `pod`, `component.running`. */
  readonly context: string;
  readonly expand: 'no' | 'collapsed' | 'expanded';
  readonly object?: ObjectRef;
  readonly component?: { readonly id: string; readonly node?: string };
  /** Name of the machine that the row stands for. */
  readonly machine?: string;
}

/** Escapes text from a cluster for Markdown: nothing in it is a link, an image, HTML or emphasis. */
export function md(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|<>~$&@:]/g, (c) => (c === '&' || c === '<' ? `&#${c.charCodeAt(0)};` : `\\${c}`))
    .replace(/\s+/g, ' ');
}

/** `12 s`, `3 m`, `5 h`, `2 d`: how long ago, in the unit a person would use. */
export function ago(fromMs: number, nowMs: number): string {
  const s = Math.max(0, Math.floor((nowMs - fromMs) / 1000));
  if (s < 120) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 120) return `${m} m`;
  const h = Math.floor(m / 60);
  return h < 48 ? `${h} h` : `${Math.floor(h / 24)} d`;
}

/** Age of an object, or undefined where it has no creation time. */
export function age(
  object: { readonly metadata: { readonly creationTimestamp?: string | null } },
  nowMs: number,
): string | undefined {
  const created = object.metadata.creationTimestamp ? Date.parse(object.metadata.creationTimestamp) : Number.NaN;
  return Number.isNaN(created) ? undefined : ago(created, nowMs);
}

export function join(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((p): p is string => typeof p === 'string' && p !== '').join(' · ');
}
