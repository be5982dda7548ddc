// Values of Secrets are never shown: not in steps, not in the view of etcd, not in a document of a live object.
import { isRecord, type KubeObject } from './object.ts';

/** Where `kubectl apply` keeps what it applied last, as JSON. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
export const HIDDEN = '<redacted>';

function hideValues(data: unknown): unknown {
  if (!isRecord(data)) return data === undefined ? undefined : HIDDEN;
  return Object.fromEntries(Object.keys(data).map((k) => [k, HIDDEN]));
}

function hideApplied(text: string): string {
  try {
    const o = JSON.parse(text) as unknown;
    if (!isRecord(o)) return HIDDEN;
    return JSON.stringify({
      ...o,
      ...('data' in o ? { data: hideValues(o.data) } : {}),
      ...('stringData' in o ? { stringData: hideValues(o.stringData) } : {}),
    });
  } catch {
    return HIDDEN;
  }
}

/** The object without what is secret; lists are looked into, anything else but a Secret is returned as it is. */
export function redact<T extends KubeObject>(o: T): T {
  if (o.kind === 'Secret' && (o.apiVersion === 'v1' || o.apiVersion === undefined)) return redactSecret(o);
  const { items } = o as { items?: unknown };
  if (!o.kind?.endsWith('List') || !Array.isArray(items)) return o;
  // Items of a typed list carry no kind of their own.
  const kind = o.kind === 'SecretList' ? { kind: 'Secret' } : {};
  return { ...o, items: items.map((item: unknown) => (isRecord(item) ? redact({ ...item, ...kind } as never) : item)) };
}

function redactSecret<T extends KubeObject>(o: T): T {
  const { data, stringData } = o as { data?: unknown; stringData?: unknown };
  const annotations = o.metadata?.annotations;
  const applied = annotations?.[LAST_APPLIED];
  return {
    ...o,
    ...(applied === undefined
      ? {}
      : { metadata: { ...o.metadata, annotations: { ...annotations, [LAST_APPLIED]: hideApplied(applied) } } }),
    ...(data === undefined ? {} : { data: hideValues(data) }),
    ...(stringData === undefined ? {} : { stringData: hideValues(stringData) }),
  };
}
