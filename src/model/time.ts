// metav1.Time and MicroTime are RFC 3339 text. No clock here: the caller says what time it is, the kernel formats.

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** The two digits at `i` as a number; NaN where there is something else. */
function two(text: string, i: number): number {
  const tens = text.charCodeAt(i) - 48;
  const ones = text.charCodeAt(i + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const SHAPE = '    -  -  T  :  :  Z';
const SIGNS = [4, 7, 10, 13, 16, 19];
const MICRO_SHAPE = '    -  -  T  :  :  .      Z';
const MICRO_SIGNS = [4, 7, 10, 13, 16, 19, 26];

/** As nearly every time is written: `2026-01-01T00:00:00Z`, or with six decimals, on a day that every month has; undefined for all else. */
function plainTime(text: string): number | undefined {
  const micro = text.length === MICRO_SHAPE.length;
  const shape = micro ? MICRO_SHAPE : SHAPE;
  if (text.length !== shape.length) return undefined;
  for (const i of micro ? MICRO_SIGNS : SIGNS) if (text.charCodeAt(i) !== shape.charCodeAt(i)) return undefined;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const [hour, minute, second] = [two(text, 11), two(text, 14), two(text, 17)];
  const right = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!right || !(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!micro) return ms;
  const us = two(text, 20) * 10_000 + two(text, 22) * 100 + two(text, 24);
  return us >= 0 ? ms + us / 1000 : undefined;
}

/** Milliseconds since 1970 of an RFC 3339 time, to the µs; undefined where the text is none. */
export function parseTime(text: string): number | undefined {
  const plain = plainTime(text);
  if (plain !== undefined) return plain;
  const m = RFC3339.exec(text);
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (month < 1 || month > 12 || new Date(ms).getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const zone = m[8] ?? 'Z';
  const offset = zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  return ms - offset * 60_000 + Number((m[7] ?? '').padEnd(6, '0').slice(0, 6)) / 1000;
}
