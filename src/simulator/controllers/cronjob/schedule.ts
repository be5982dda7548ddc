// Cron schedules: five fields or a word such as @daily, in a time zone. Models github.com/robfig/cron/v3, ParseStandard.

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written as `*` or `?`. */
  readonly any: boolean;
}

export interface Schedule {
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
  /** ms; `@every 90s`. */
  readonly every?: number;
}

const WORDS: { readonly [word: string]: string } = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export class ScheduleError extends Error {}

function number(text: string, names: readonly string[], base: number): number {
  const at = names.indexOf(text.toLowerCase());
  if (at >= 0) return at + base;
  if (!/^\d+$/.test(text))
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  return Number(text);
}

function field(text: string, min: number, max: number, names: readonly string[] = [], base = 0): Field {
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(',')) {
    const [range = '', step, more] = part.split('/');
    if (more !== undefined) throw new ScheduleError(`too many slashes: ${part}`);
    let [from, to] = [min, max];
    if (range === '*' || range === '?') any ||= step === undefined;
    else {
      const [a = '', b, c] = range.split('-');
      if (c !== undefined) throw new ScheduleError(`too many hyphens: ${part}`);
      from = number(a, names, base);
      to = b === undefined ? (step === undefined ? from : max) : number(b, names, base);
    }
    const by = step === undefined ? 1 : number(step, [], 0);
    if (from < min) throw new ScheduleError(`beginning of range (${from}) below minimum (${min}): ${part}`);
    if (to > max) throw new ScheduleError(`end of range (${to}) above maximum (${max}): ${part}`);
    if (from > to) throw new ScheduleError(`beginning of range (${from}) beyond end of range (${to}): ${part}`);
    if (by === 0) throw new ScheduleError(`step of range should be a positive number: ${part}`);
    for (let i = from; i <= to; i += by) values.add(i);
  }
  return { values, any };
}

const UNITS: { readonly [unit: string]: number } = { h: 3_600_000, m: 60_000, s: 1_000 };

export function parseSchedule(text: string): Schedule {
  const every = /^@every ((?:\d+[hms])+)$/.exec(text.trim());
  const spec = every ? '* * * * *' : (WORDS[text.trim()] ?? text.trim());
  const parts = spec.split(/\s+/);
  if (spec.startsWith('@')) throw new ScheduleError(`unrecognized descriptor: ${spec}`);
  if (parts.length !== 5)
    throw new ScheduleError(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts;
  let period = 0;
  for (const [, n, unit] of (every?.[1] ?? '').matchAll(/(\d+)([hms])/g))
    period += Number(n) * (UNITS[unit ?? ''] ?? 0);
  return {
    minute: field(minute, 0, 59),
    hour: field(hour, 0, 23),
    day: field(day, 1, 31),
    month: field(month, 1, 12, MONTHS, 1),
    weekday: field(weekday, 0, 6, DAYS),
    ...(every ? { every: Math.max(1_000, period) } : {}),
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in the zone is ahead of UTC at `ms`. Throws RangeError for a zone that does not exist. */
function offset(zone: string, ms: number): number {
  if (zone === 'UTC' || zone === 'Etc/UTC') return 0;
  let f = formats.get(zone);
  if (f === undefined) {
    const two = '2-digit';
    f = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    formats.set(zone, f);
  }
  const p: Record<string, number> = {};
  for (const { type, value } of f.formatToParts(new Date(ms))) p[type] = Number(value);
  const local = Date.UTC(p.year ?? 0, (p.month ?? 1) - 1, p.day ?? 1, p.hour ?? 0, p.minute ?? 0, p.second ?? 0);
  return local - Math.floor(ms / 1000) * 1000;
}

export function isZone(zone: string): boolean {
  try {
    offset(zone, 0);
    return true;
  } catch {
    return false;
  }
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
const FIVE_YEARS = 5 * 366 * 24 * HOUR;

function dayMatches(s: Schedule, local: Date): boolean {
  if (!s.month.values.has(local.getUTCMonth() + 1)) return false;
  const byDay = s.day.values.has(local.getUTCDate());
  const byWeekday = s.weekday.values.has(local.getUTCDay());
  // Where both are restricted, either will do.
  return s.day.any || s.weekday.any ? byDay && byWeekday : byDay || byWeekday;
}

/** The first time after `afterMs` (ms since 1970); undefined where there is none within five years. */
export function nextTime(s: Schedule, afterMs: number, zone = 'UTC'): number | undefined {
  if (s.every !== undefined) return (Math.floor(afterMs / 1000) + Math.floor(s.every / 1000)) * 1000;
  let t = (Math.floor(afterMs / MINUTE) + 1) * MINUTE;
  const end = afterMs + FIVE_YEARS;
  while (t <= end) {
    const local = new Date(t + offset(zone, t));
    if (!dayMatches(s, local)) {
      // To the next full hour, or by whole days in UTC, which has no summer time to trip over.
      t += zone === 'UTC' ? 24 * HOUR - (t % (24 * HOUR)) : HOUR - (t % HOUR);
    } else if (!s.hour.values.has(local.getUTCHours())) t += HOUR - (t % HOUR);
    else if (!s.minute.values.has(local.getUTCMinutes())) t += MINUTE;
    else return t;
  }
  return undefined;
}
