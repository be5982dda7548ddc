// Sets of indexes of an Indexed Job, written as `0,2-5`, with upstream's words for malformed ones.
import { quote } from '../../../../model/quote.ts';

export type Interval = readonly [first: number, last: number];

function index(text: string, completions: number): number | string {
  if (!/^[+-]?\d+$/.test(text)) return `cannot convert string to integer for index: ${quote(text)}`;
  return Number(text) >= completions ? `too large index: ${quote(text)}` : Number(text);
}

function parseInterval(text: string, completions: number): Interval | string {
  const parts = text.split('-');
  if (parts.length > 2) {
    return `the fragment ${quote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const first = index(parts[0] ?? '', completions);
  if (typeof first === 'string' || parts.length === 1) return typeof first === 'string' ? first : [first, first];
  const last = index(parts[1] ?? '', completions);
  if (typeof last === 'string') return last;
  return first >= last ? `non-increasing order, previous: ${first}, current: ${last}` : [first, last];
}

/** How many indexes there are, or what is wrong. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let previous: number | undefined;
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions);
    if (typeof interval === 'string') return interval;
    const [first, last] = interval;
    if (previous !== undefined && previous >= first) {
      return `non-increasing order, previous: ${previous}, current: ${first}`;
    }
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The first index that is in both sets. */
export function overlap(a: string, b: string, completions: number): number | undefined {
  if (a === '' || b === '') return undefined;
  const intervals = (text: string): Interval[] =>
    text.split(',').flatMap((part) => {
      const interval = parseInterval(part, completions);
      return typeof interval === 'string' ? [] : [interval];
    });
  const others = intervals(b);
  for (const [first, last] of intervals(a)) {
    const hit = others.find(([from, to]) => first <= to && from <= last);
    if (hit) return Math.max(first, hit[0]);
  }
  return undefined;
}
