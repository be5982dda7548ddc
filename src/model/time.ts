// metav1.Time and MicroTime are RFC 3339 text. No clock here: the caller says what time it is, the kernel formats.

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** `2026-01-01T00:00:00Z`, as nearly every time is written. */
const UTC_SECONDS = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ$/;

/** Milliseconds since 1970 of an RFC 3339 time, to the µs; undefined where the text is none. */
export function parseTime(text: string): number | undefined {
  if (UTC_SECONDS.test(text)) {
    const at = (i: number): number => text.charCodeAt(i) * 10 + text.charCodeAt(i + 1) - 528;
    const month = at(5);
    const day = at(8);
    const hour = at(11);
    if (month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23)
      return Date.UTC(at(0) * 100 + at(2), month - 1, day, hour, at(14), at(17));
  }
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
