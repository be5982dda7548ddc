// Nothing of a Secret's values leaves this function: not its data, and not the copy that kubectl keeps in an annotation.
import type { KubeObject } from '../model/object.ts';
import { isRecord, type Json } from '../model/object.ts';

export const REDACTED = '(hidden)';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object as a view may show it. The argument is not changed. */
export function redact<T extends KubeObject>(object: T): T {
  if (object.kind === 'Secret') return redactSecret(object);
  if (!isRecord(object) || !object.kind?.endsWith('List') || !Array.isArray(object.items)) return object;
  // Items of a typed list carry no kind of their own.
  const kind = object.kind === 'SecretList' ? { kind: 'Secret' } : {};
  return {
    ...object,
    items: object.items.map((item: unknown) => (isRecord(item) ? redact({ ...item, ...kind } as never) : item)),
  };
}

function redactSecret<T extends KubeObject>(secret: T): T {
  const out: Record<string, unknown> = { ...(secret as unknown as Json) };
  for (const field of ['data', 'stringData']) {
    const values = out[field];
    if (isRecord(values)) out[field] = Object.fromEntries(Object.keys(values).map((key) => [key, REDACTED]));
    else if (values !== undefined) out[field] = REDACTED;
  }
  const annotations = secret.metadata?.annotations;
  if (annotations && Object.hasOwn(annotations, LAST_APPLIED)) {
    out.metadata = { ...secret.metadata, annotations: { ...annotations, [LAST_APPLIED]: REDACTED } };
  }
  return out as unknown as T;
}
