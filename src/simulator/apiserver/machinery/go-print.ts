// JSON values as Go's fmt prints them, which is how some refusals quote what they got.
import { isRecord } from '../../../model/object.ts';

/** %v */
export function goPrint(x: unknown): string {
  if (x === null || x === undefined) return '<nil>';
  if (Array.isArray(x)) return `[${x.map(goPrint).join(' ')}]`;
  if (isRecord(x)) return `map[${entries(x, goPrint, (k) => k).join(' ')}]`;
  return String(x);
}

/** %#v */
export function goSyntax(x: unknown): string {
  if (x === null || x === undefined) return 'interface {}(nil)';
  if (typeof x === 'string') return JSON.stringify(x);
  if (Array.isArray(x)) return `[]interface {}{${x.map(goSyntax).join(', ')}}`;
  if (isRecord(x)) return `map[string]interface {}{${entries(x, goSyntax, (k) => JSON.stringify(k)).join(', ')}}`;
  return String(x);
}

/** %T */
export function goTypeOf(x: unknown): string {
  if (Array.isArray(x)) return '[]interface {}';
  if (x === null) return '<nil>';
  if (typeof x === 'number') return Number.isInteger(x) ? 'int64' : 'float64';
  if (typeof x === 'boolean') return 'bool';
  return typeof x === 'string' ? 'string' : 'map[string]interface {}';
}

function entries(
  x: { readonly [key: string]: unknown },
  print: (v: unknown) => string,
  name: (k: string) => string,
): string[] {
  return Object.keys(x)
    .sort()
    .map((k) => `${name(k)}:${print(x[k])}`);
}
