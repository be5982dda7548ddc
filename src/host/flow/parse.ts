// What a webview sends is checked before it is believed: the page shows data from clusters.
import { isRecord } from '../../model/object.ts';
import type { FromFlow } from '../../protocol/flow.ts';
import type { ObjectRef } from '../../trace/step.ts';

const MAX_TEXT = 20 * 1024 * 1024;

function text(x: unknown): x is string {
  return typeof x === 'string' && x.length <= MAX_TEXT;
}

function count(x: unknown): x is number {
  return Number.isSafeInteger(x) && (x as number) >= 0;
}

const NAME = /^[\w.:-]{1,253}$/;

function isObjectRef(x: unknown): x is ObjectRef & { [key: string]: unknown } {
  if (!isRecord(x)) return false;
  const named = [x.resource, x.kind, x.name].every((s) => typeof s === 'string' && NAME.test(s));
  const group = x.group === '' || (typeof x.group === 'string' && NAME.test(x.group));
  const namespace = x.namespace === undefined || (typeof x.namespace === 'string' && NAME.test(x.namespace));
  return named && group && namespace;
}

/** The message, or undefined for what is none. */
export function parseFromFlow(x: unknown): FromFlow | undefined {
  if (!isRecord(x)) return undefined;
  switch (x.type) {
    case 'ready':
      return count(x.protocol) ? (x as unknown as FromFlow) : undefined;
    case 'resync':
      return count(x.have) ? (x as unknown as FromFlow) : undefined;
    case 'error':
      return text(x.message) && (x.stack === undefined || text(x.stack)) ? (x as unknown as FromFlow) : undefined;
    default:
      return count(x.request) && isRequest(x) ? (x as unknown as FromFlow) : undefined;
  }
}

function isRequest(x: { readonly [key: string]: unknown }): boolean {
  switch (x.type) {
    case 'clock':
      return x.command === 'run' || x.command === 'hold' || x.command === 'step';
    case 'openObject':
      return isObjectRef(x.object);
    case 'explainField':
      return isObjectRef(x.object) && text(x.path);
    case 'copyTranscript':
      return text(x.markdown);
    case 'export':
      return text(x.suggestedName) && text(x.mediaType) && text(x.data);
    default:
      return false;
  }
}
