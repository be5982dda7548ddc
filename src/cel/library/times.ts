// Fields of instants and spans of time. Models cel-go common/types/timestamp.go and duration.go.
import { type Declared, declare } from '../signature.ts';
import { dayOfYear, inZone } from '../time.ts';
import { type Duration, SECOND, type Timestamp } from '../values.ts';

const FIELDS: Readonly<Record<string, (d: Date) => number>> = {
  getFullYear: (d) => d.getUTCFullYear(),
  getMonth: (d) => d.getUTCMonth(),
  getDayOfYear: dayOfYear,
  getDayOfMonth: (d) => d.getUTCDate() - 1,
  getDate: (d) => d.getUTCDate(),
  getDayOfWeek: (d) => d.getUTCDay(),
  getHours: (d) => d.getUTCHours(),
  getMinutes: (d) => d.getUTCMinutes(),
  getSeconds: (d) => d.getUTCSeconds(),
  getMilliseconds: (d) => d.getUTCMilliseconds(),
};

const PARTS: Readonly<Record<string, (nanos: bigint) => bigint>> = {
  getHours: (n) => n / (3600n * SECOND),
  getMinutes: (n) => n / (60n * SECOND),
  getSeconds: (n) => n / SECOND,
  getMilliseconds: (n) => n / 1_000_000n,
};

export const TIMES: readonly Declared[] = [
  ...Object.entries(FIELDS).flatMap(([name, of]) => [
    declare(`timestamp.${name}(): int`, (t: Timestamp) => BigInt(of(inZone(t)))),
    declare(`timestamp.${name}(string): int`, (t: Timestamp, zone: string) => BigInt(of(inZone(t, zone)))),
  ]),
  ...Object.entries(PARTS).map(([name, of]) => declare(`duration.${name}(): int`, (d: Duration) => of(d.nanos))),
];
