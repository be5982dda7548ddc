// A JSON value as Go's fmt prints it with %v, which is how some refusals quote a patch.
import { isRecord } from '../../../../model/object.ts';

export function goPrint(x: unknown): string {
  if (x === null || x === undefined) return '<nil>';
  if (Array.isArray(x)) return `[${x.map(goPrint).join(' ')}]`;
  if (isRecord(x)) {
    const keys = Object.keys(x).sort();
    return `map[${keys.map((k) => `${k}:${goPrint(x[k])}`).join(' ')}]`;
  }
  return String(x);
}
