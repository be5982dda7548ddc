// The order of fields in the Go structs, as far as the answers of a recorded API server show it: encoding/json writes a struct in
// the order of its definition. It matters where a refusal quotes an object.
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** `type → field → code` of the compact table, and `apiVersion/kind → type`. */
export interface Codes {
  readonly fields: (type: string) => ReadonlyMap<string, string> | undefined;
  readonly kinds: { readonly [kind: string]: string };
}

type Json = { readonly [key: string]: unknown };
const isRecord = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);

/** Which field was seen right before which. */
export class FieldOrder {
  private readonly after = new Map<string, Map<string, Set<string>>>();
  private readonly codes: Codes;

  constructor(codes: Codes) {
    this.codes = codes;
  }

  /** Looks at everything in a value that says what kind it is. */
  learn(x: unknown): void {
    if (Array.isArray(x)) for (const item of x) this.learn(item);
    if (!isRecord(x)) return;
    const type = this.codes.kinds[`${String(x.apiVersion)}/${String(x.kind)}`];
    if (type && x.metadata) this.object(x, type);
    else for (const value of Object.values(x)) this.learn(value);
  }

  /** Says outright how the fields of a type follow each other. */
  teach(type: string, names: readonly string[]): void {
    const seen = this.after.get(type) ?? new Map<string, Set<string>>();
    this.after.set(type, seen);
    names.forEach((name, i) => {
      const next = names[i + 1];
      seen.set(name, new Set([...(seen.get(name) ?? []), ...(next ? [next] : [])]));
    });
  }

  private object(x: Json, type: string): void {
    const fields = this.codes.fields(type);
    if (!fields) return;
    const keys = Object.keys(x).filter((k) => fields.has(k));
    this.teach(type, keys);
    for (const key of keys) this.value(x[key], fields.get(key) ?? '');
  }

  private value(x: unknown, code: string): void {
    if (code.startsWith('@') && isRecord(x)) this.object(x, code.slice(1));
    else if (code.startsWith('[') && Array.isArray(x)) for (const item of x) this.value(item, code.slice(1));
    else if (code.startsWith('{') && isRecord(x)) for (const item of Object.values(x)) this.value(item, code.slice(1));
  }

  /** The fields of a type: those that were seen in their order, among equals and for the rest by name. */
  sort(type: string, names: readonly string[]): string[] {
    const seen = this.after.get(type) ?? new Map<string, Set<string>>();
    const left = new Set([...names].sort());
    const out: string[] = [];
    while (left.size) {
      const blocked = new Set([...left].flatMap((n) => [...(seen.get(n) ?? [])]));
      const known = [...left].filter((n) => seen.has(n));
      const next = known.find((n) => !blocked.has(n)) ?? [...left].find((n) => !blocked.has(n)) ?? [...left][0];
      if (next === undefined) break;
      left.delete(next);
      out.push(next);
    }
    return out;
  }
}

/** Feeds everything that was recorded as the server wrote it. */
export function learnFrom(order: FieldOrder, shared: string): void {
  for (const file of ['defaulted.json', 'patches.json']) {
    const text = fs.readFileSync(path.join(shared, 'validation', file), 'utf8');
    const cases = JSON.parse(text) as { response?: unknown; result?: unknown }[] | { cases: { result?: unknown }[] };
    for (const c of Array.isArray(cases) ? cases : cases.cases) order.learn('response' in c ? c.response : c.result);
  }
  for (const name of fs.readdirSync(path.join(shared, 'live')).sort()) {
    for (const file of ['audit.jsonl.gz', 'watch.jsonl.gz']) {
      const at = path.join(shared, 'live', name, file);
      if (!fs.existsSync(at)) continue;
      for (const line of gunzipSync(fs.readFileSync(at)).toString().split('\n').filter(Boolean)) {
        const event = JSON.parse(line) as { object?: unknown; responseObject?: unknown };
        order.learn(event.responseObject ?? event.object);
      }
    }
  }
}
