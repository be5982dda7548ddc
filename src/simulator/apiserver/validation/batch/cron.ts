// Cron schedules as github.com/robfig/cron/v3 reads them (ParseStandard), with its words for what it cannot read.

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

class CronError extends Error {}

/** What is wrong with a schedule; undefined when nothing is. */
export function cronProblem(schedule: string): string | undefined {
  try {
    parse(schedule);
    return undefined;
  } catch (e) {
    if (e instanceof CronError) return e.message;
    throw e;
  }
}

function parse(schedule: string): void {
  let rest = schedule;
  if (/^(CRON_)?TZ=/.test(rest)) {
    const space = rest.indexOf(' ');
    const zone = rest.slice(rest.indexOf('=') + 1, space < 0 ? undefined : space);
    if (zone !== '' && !isTimeZone(zone))
      throw new CronError(`provided bad location ${zone}: unknown time zone ${zone}`);
    rest = space < 0 ? '' : rest.slice(space).trim();
  }
  if (rest.startsWith('@')) {
    descriptor(rest);
    return;
  }
  const fields = rest.split(/\s+/).filter(Boolean);
  if (fields.length !== FIELDS.length) {
    throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  for (const [i, bounds] of FIELDS.entries()) {
    for (const range of (fields[i] ?? '').split(',')) if (range !== '') parseRange(range, bounds);
  }
}

function descriptor(text: string): void {
  if (DESCRIPTORS.includes(text)) return;
  if (!text.startsWith('@every ')) throw new CronError(`unrecognized descriptor: ${text}`);
  const duration = text.slice('@every '.length);
  if (!/^[+-]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(duration)) {
    const why = `time: invalid duration ${JSON.stringify(duration)}`;
    throw new CronError(`failed to parse duration ${text}: ${why}`);
  }
}

function parseRange(expression: string, { min, max, names }: Bounds): void {
  const [range = '', ...steps] = expression.split('/');
  const [low = '', ...highs] = range.split('-');
  let start = min;
  let end = max;
  if (low !== '*' && low !== '?') {
    start = numberOrName(low, min, names);
    if (highs.length > 1) throw new CronError(`too many hyphens: ${expression}`);
    end = highs.length === 1 ? numberOrName(highs[0] ?? '', min, names) : start;
  }
  if (steps.length > 1) throw new CronError(`too many slashes: ${expression}`);
  let step = 1;
  if (steps.length === 1) {
    step = number(steps[0] ?? '');
    if (highs.length === 0) end = max;
  }
  if (start < min) throw new CronError(`beginning of range (${start}) below minimum (${min}): ${expression}`);
  if (end > max) throw new CronError(`end of range (${end}) above maximum (${max}): ${expression}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${expression}`);
}

function numberOrName(text: string, min: number, names: readonly string[] | undefined): number {
  const i = names?.indexOf(text.toLowerCase()) ?? -1;
  return i >= 0 ? i + min : number(text);
}

function number(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const n = Number(text);
  if (n < 0) throw new CronError(`negative number (${n}) not allowed: ${text}`);
  return n;
}

const zones = new Map<string, boolean>();

/** Whether the IANA database has it, in this spelling. */
export function isTimeZone(name: string): boolean {
  const hit = zones.get(name);
  if (hit !== undefined) return hit;
  const known = lookUp(name);
  if (zones.size > 1000) zones.clear();
  zones.set(name, known);
  return known;
}

function lookUp(name: string): boolean {
  if (name === 'UTC') return true;
  if (/^[+-]/.test(name)) return false;
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // Intl does not mind the case of letters; the file system that Go reads does.
    return canonical.toLowerCase() !== name.toLowerCase() || canonical === name;
  } catch {
    return false;
  }
}
