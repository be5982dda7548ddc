// How the API server prints a refused value. Upstream prints Go values: strings quoted as Go quotes them, numbers and
// booleans plain, everything else as encoding/json marshals it (maps sorted by key, <, > and & escaped).
import { quote } from '../../../model/quote.ts';

/** A Go struct: its fields keep their order. The names are Go's where the internal type carries no JSON tags. */
export class Ordered {
  readonly fields: readonly (readonly [string, unknown])[];

  constructor(fields: readonly (readonly [string, unknown])[]) {
    this.fields = fields;
  }
}

/** As encoding/json with its default escaping. */
export function goJson(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (value instanceof Ordered) {
    const shown = value.fields.map(([name, v]) => `${goJson(name)}:${goJson(v)}`);
    return `{${shown.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, v]) => `${goJson(name)}:${goJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function valueText(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return goJson(value);
}
