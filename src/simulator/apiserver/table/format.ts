// The small words of `kubectl get`: ages, labels, lists that are cut short. Models k8s.io/apimachinery/pkg/util/duration and
// pkg/printers/internalversion/printers.go (v1.36).
import type { Container } from '../../../model/generated/core.v1.ts';
import type { LabelSelector } from '../../../model/generated/meta.v1.ts';
import { formatSelector, SelectorError, selectorOf } from '../../../model/selectors.ts';
import { parseTime } from '../../../model/time.ts';

export type Cell = string | number | boolean | null;

export const NONE = '<none>';
export const UNSET = '<unset>';
export const UNKNOWN = '<unknown>';

/** `2m5s`, `3h`, `12d`. @param seconds may be a fraction. */
export function humanDuration(seconds: number): string {
  const s = Math.trunc(seconds);
  if (s < -1) return '<invalid>';
  if (s < 0) return '0s';
  if (s < 120) return `${s}s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 10) return two(minutes, 'm', s % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return hours < 24 * 365 * 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

function two(a: number, unitA: string, b: number, unitB: string): string {
  return b === 0 ? `${a}${unitA}` : `${a}${unitA}${b}${unitB}`;
}

/** @param now milliseconds since 1970. */
export function since(time: string | null | undefined, now: number): string {
  const at = time ? parseTime(time) : undefined;
  return at === undefined ? UNKNOWN : humanDuration((now - at) / 1000);
}

export function labels(map: { readonly [key: string]: string } | undefined): string {
  const keys = Object.keys(map ?? {}).sort();
  return keys.length === 0 ? NONE : keys.map((k) => `${k}=${map?.[k] ?? ''}`).join(',');
}

export function selector(s: LabelSelector | undefined): string {
  try {
    return formatSelector(selectorOf(s ?? {}));
  } catch (e) {
    if (e instanceof SelectorError) return '<invalid>';
    throw e;
  }
}

/** As `selector`, with a word for one that selects everything. */
export const selectorOrNone = (s: LabelSelector | undefined): string => selector(s) || NONE;

export function containers(list: readonly Container[] | undefined): [names: string, images: string] {
  return [(list ?? []).map((c) => c.name).join(','), (list ?? []).map((c) => c.image ?? '').join(',')];
}

/** The first `max` of a list, and how many more there are. */
export function cut(list: readonly string[], max: number, empty: string): string {
  if (list.length === 0) return empty;
  const shown = list.slice(0, max).join(',');
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown;
}

/** printBoolPtr. */
export function boolean(value: boolean | undefined): string {
  return value === undefined ? UNSET : value ? 'True' : 'False';
}

const MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export function accessModes(modes: readonly string[] | undefined): string {
  return Object.keys(MODES)
    .filter((m) => modes?.includes(m))
    .map((m) => MODES[m] ?? '')
    .join(',');
}
