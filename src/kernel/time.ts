// Timestamps as Kubernetes writes them. `new Date(ms)` with an argument reads no clock.

/** What was asked for last: a cluster does many things in one second, and all of them share one string. */
let known = { second: Number.NaN, text: '' };

/** metav1.Time: RFC 3339 in whole seconds, UTC. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== known.second) known = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  return known.text;
}

/** metav1.MicroTime: RFC 3339 with six decimals. `us` is the count of µs since 1970 modulo one ms, taken from `ms`. */
export function rfc3339Micro(ms: number): string {
  const whole = Math.floor(ms);
  const us = Math.min(999, Math.round((ms - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, 23)}${String(us).padStart(3, '0')}Z`;
}
