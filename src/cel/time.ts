// Instants and spans of time in text, and the fields of an instant in a time zone. Models cel-go common/types/timestamp.go and
// Go's time.ParseDuration and Duration.String.
import { CelError, Duration, MAX_INT, SECOND, Timestamp } from './values.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)?/y;

/** undefined where it is no duration. */
export function parseDuration(text: string): Duration | undefined {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return new Duration(0n);
  let nanos = 0n;
  if (body === '') return undefined;
  for (let i = 0; i < body.length; ) {
    PART.lastIndex = i;
    const [all = '', whole = '', fraction = '', unit = ''] = PART.exec(body) ?? [];
    const scale = UNITS[unit];
    if (scale === undefined || whole + fraction === '') return undefined;
    nanos += BigInt(whole || '0') * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    if (nanos > MAX_INT + 1n) return undefined;
    i += all.length;
  }
  return new Duration(sign === '-' ? -nanos : nanos);
}

const decimal = (n: bigint, per: bigint): string => {
  const digits = String(per).length - 1;
  const rest =
    digits === 0
      ? ''
      : String(n % per)
          .padStart(digits, '0')
          .replace(/0+$/, '');
  return rest === '' ? String(n / per) : `${n / per}.${rest}`;
};

/** `1h30m0s`, as Go prints it. */
export function goDuration({ nanos }: Duration): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const n = nanos < 0n ? -nanos : nanos;
  if (n < 1000n) return `${sign}${n}ns`;
  if (n < 1_000_000n) return `${sign}${decimal(n, 1000n)}µs`;
  if (n < SECOND) return `${sign}${decimal(n, 1_000_000n)}ms`;
  const hours = n / (3600n * SECOND);
  const minutes = (n / (60n * SECOND)) % 60n;
  const seconds = `${decimal(n % (60n * SECOND), SECOND)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

/** `5400s`, as CEL's string() has it. */
export function durationText({ nanos }: Duration): string {
  return nanos < 0n ? `-${decimal(-nanos, SECOND)}s` : `${decimal(nanos, SECOND)}s`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?([Zz]|([+-])(\d\d):(\d\d))$/;

/** undefined where it is no RFC 3339 time. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const m = RFC3339.exec(text);
  if (m === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = m.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  const offset = m[9] === undefined ? 0 : (Number(m[10]) * 60 + Number(m[11])) * (m[9] === '-' ? -1 : 1);
  const fraction = BigInt((m[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return new Timestamp(BigInt(date.getTime() - offset * 60_000) * 1_000_000n + fraction, offset);
}

function floorDiv(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}

const two = (n: number): string => String(n).padStart(2, '0');

export function timestampText({ nanos, offset }: Timestamp): string {
  const seconds = floorDiv(nanos, SECOND);
  const fraction = String(nanos - seconds * SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const date = new Date((Number(seconds) + offset * 60) * 1000).toISOString().slice(0, 19);
  const east = Math.abs(offset);
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(east / 60))}:${two(east % 60)}`;
  return `${date}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}

const OFFSET = /^([+-]?)(\d\d):(\d\d)$/;

/** A date whose UTC fields are those of the instant in the zone: `UTC`, `-08:00`, a name of the tz database, or its own. */
export function inZone(t: Timestamp, zone?: string): Date {
  const ms = Number(floorDiv(t.nanos, 1_000_000n));
  if (zone === undefined) return new Date(ms + t.offset * 60_000);
  const m = OFFSET.exec(zone);
  if (m !== null) return new Date(ms + (Number(m[2]) * 60 + Number(m[3])) * (m[1] === '-' ? -60_000 : 60_000));
  if (zone === '' || zone === 'UTC' || zone === 'Z') return new Date(ms);
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(new Date(ms));
    const get = (type: string): number => Number(parts.find((p) => p.type === type)?.value ?? 0);
    const date = new Date(0);
    date.setUTCFullYear(get('year'), get('month') - 1, get('day'));
    date.setUTCHours(get('hour'), get('minute'), get('second'), ((ms % 1000) + 1000) % 1000);
    return date;
  } catch {
    throw new CelError(`unknown time zone ${zone}`);
  }
}

/** From 0, on the first of January. */
export function dayOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start.getTime()) / 86_400_000);
}
