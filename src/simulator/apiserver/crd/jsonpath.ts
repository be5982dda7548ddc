// The simple JSON paths of printer columns, scale and selectable fields: `.spec.size`, `.status.conditions[?(@.type=="Ready")].status`.
// Models k8s.io/client-go/util/jsonpath as far as CustomResourceDefinitions use it.
import { isRecord } from '../../../model/object.ts';

type Step =
  | { readonly key: string }
  | { readonly index: number }
  | { readonly every: true }
  | { readonly where: string; readonly is: string };

const TOKEN =
  /\.([A-Za-z0-9_\-/]+|\\\.)+|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+)\]|\[\*\]|\.\*|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]/y;

function parse(path: string): Step[] | undefined {
  const steps: Step[] = [];
  const text = path.replace(/^\$/, '').replace(/^(?=[^.[])/, '.');
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(text);
    if (m === null) return undefined;
    at = TOKEN.lastIndex;
    const [whole, , single, double, index, where, is] = m;
    if (index !== undefined) steps.push({ index: Number(index) });
    else if (where !== undefined) steps.push({ where, is: is ?? '' });
    else if (whole === '[*]' || whole === '.*') steps.push({ every: true });
    else steps.push({ key: single ?? double ?? whole.slice(1).replaceAll('\\.', '.') });
  }
  return steps;
}

function step(value: unknown, s: Step): unknown[] {
  if ('key' in s) return isRecord(value) && value[s.key] !== undefined ? [value[s.key]] : [];
  if ('every' in s) return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  if (!Array.isArray(value)) return [];
  if ('index' in s) return value.slice(s.index, s.index === -1 ? undefined : s.index + 1);
  return value.filter((item) => readPath(item, `.${s.where}`).some((v) => String(v) === s.is));
}

const parsed = new Map<string, Step[] | undefined>();

/** Every value that the path leads to; none where it leads nowhere. */
export function readPath(value: unknown, path: string): unknown[] {
  if (!parsed.has(path)) parsed.set(path, parse(path));
  const steps = parsed.get(path);
  if (steps === undefined) return [];
  let values = [value];
  for (const s of steps) values = values.flatMap((v) => step(v, s));
  return values;
}

/** The object with the value at a path of plain keys replaced. */
export function withPath(o: unknown, path: string, value: unknown): unknown {
  const keys = path.replace(/^\./, '').split('.');
  const set = (at: unknown, i: number): unknown => {
    const key = keys[i];
    if (key === undefined) return value;
    const record = isRecord(at) ? at : {};
    return { ...record, [key]: set(record[key], i + 1) };
  };
  return set(o, 0);
}
