// Small tools of defaulting: each gives back the object it got where there was nothing to do, so that objects share structure.
import { formatQuantity, parseQuantity } from '../../../../model/quantity.ts';

/** Sets what is absent. */
export function fill<T extends object>(o: T, defaults: Partial<T>): T {
  let out: T | undefined;
  for (const key in defaults) {
    if (Object.hasOwn(o, key) && o[key] !== undefined && o[key] !== null) continue;
    out ??= { ...o };
    out[key] = defaults[key] as T[Extract<keyof T, string>];
  }
  return out ?? o;
}

/** Replaces fields; a value of undefined leaves the field as it is. */
export function update<T extends object>(o: T, changes: Partial<T>): T {
  let out: T | undefined;
  for (const key in changes) {
    const value = changes[key];
    if (value === undefined || value === o[key]) continue;
    out ??= { ...o };
    out[key] = value as T[Extract<keyof T, string>];
  }
  return out ?? o;
}

/** Without a field. */
export function without<T extends object, K extends keyof T>(o: T, key: K): T {
  if (!(key in o)) return o;
  const { [key]: _, ...rest } = o;
  return rest as T;
}

export function mapList<T>(list: readonly T[] | undefined, each: (item: T) => T): readonly T[] | undefined {
  if (!list) return list;
  let out: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as T;
    const next = each(item);
    if (next !== item) out ??= list.slice(0, i);
    out?.push(next);
  }
  return out ?? list;
}

export type ResourceList = { readonly [name: string]: string | number };

const MILLI = 1_000_000n;

/** Amounts are rounded up to thousandths. Models SetDefaults_ResourceList. */
export function roundUp<T extends ResourceList | undefined>(list: T): T {
  if (!list) return list;
  let out: Record<string, string | number> | undefined;
  for (const name in list) {
    const q = parseQuantity(list[name] ?? '0');
    if (!q || q.nano % MILLI === 0n) continue;
    const up = q.nano > 0n ? q.nano + MILLI - (q.nano % MILLI) : q.nano - (MILLI + (q.nano % MILLI));
    out ??= { ...list };
    out[name] = formatQuantity({ ...q, nano: up });
  }
  return (out ?? list) as T;
}

/** Once defaulted, an immutable object need not be looked at again; what is made of one, as of a pod's template, is made once. */
export function once<T extends object>(work: (o: T) => T): (o: T) => T {
  const done = new WeakMap<T, T>();
  return (o) => {
    const known = done.get(o);
    if (known !== undefined) return known;
    const out = work(o);
    done.set(o, out);
    if (out !== o) done.set(out, out);
    return out;
  };
}
