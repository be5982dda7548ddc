// Lists and maps that a body gives as empty. Go tells them from absent ones as long as a request lasts: defaults leave them be,
// and refusals print `[]` in place of `null`. Neither ownership nor etcd knows them: `omitempty` leaves them out.
import { isRecord, type KubeObject } from '../../../model/object.ts';
import { schemaForKind } from '../../../model/schema.ts';
import { type Conformed, conform } from './conform.ts';
import { applyDefaults } from './defaults/index.ts';
import { put } from './json.ts';

export interface Completed {
  readonly object: KubeObject;
  /** The object with its empty lists and maps; absent where it has none. */
  readonly sent?: KubeObject;
}

/**
 * With defaults for what was not given; what was given as empty gets none.
 * @param stored the object that was patched, where there is one.
 */
export function completed(object: KubeObject, kept: Conformed['kept'], stored?: KubeObject): Completed {
  if (kept === undefined) return { object: applyDefaults(object, stored) };
  const sent = applyDefaults(kept as KubeObject);
  const type = schemaForKind(object.apiVersion ?? '', object.kind ?? '');
  return { object: type ? (conform(sent, type).value as KubeObject) : sent, sent };
}

function isEmptied(x: unknown): boolean {
  return typeof x === 'object' && x !== null && Object.keys(x).length === 0;
}

/** `o` with the empty lists and maps that `sent` has in the same places. */
export function withEmpties<T>(o: T, sent: unknown): T {
  if (Array.isArray(o) && Array.isArray(sent)) return o.map((item, i) => withEmpties(item, sent[i])) as T;
  if (!isRecord(o) || !isRecord(sent)) return o;
  const out: Record<string, unknown> = {};
  for (const key in o) put(out, key, withEmpties(o[key], Object.hasOwn(sent, key) ? sent[key] : undefined));
  for (const key in sent) if (!Object.hasOwn(o, key) && isEmptied(sent[key])) put(out, key, sent[key]);
  return out as T;
}
