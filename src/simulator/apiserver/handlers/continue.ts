// Continue tokens: where the next page of a list starts, and at which revision. Models apiserver/pkg/storage/continue.go.
import { decodeBase64Url, encodeBase64Url } from '../../../model/base64.ts';
import { badRequest } from '../../../model/status.ts';
import { refuse } from '../context.ts';

const VERSION = 'meta.k8s.io/v1';

/** @param last key of the last item of the page. */
export function encodeContinue(revision: number, last: string, prefix: string): string {
  const start = `${last.slice(prefix.length)}\u0000`;
  return encodeBase64Url(JSON.stringify({ v: VERSION, rv: revision, start }));
}

/** Where to go on; `revision` is undefined for "whatever is newest". */
export function decodeContinue(token: string, prefix: string): { key: string; revision: number | undefined } {
  const text = decodeBase64Url(token);
  let value: { v?: unknown; rv?: unknown; start?: unknown } | undefined;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (value === undefined || value === null || typeof value.start !== 'string')
    return refuse(badRequest('continue key is not valid: illegal base64 data or JSON in the token'));
  if (value.v !== VERSION)
    return refuse(
      badRequest(
        `continue key is not valid: server does not recognize this encoded version ${JSON.stringify(value.v)}`,
      ),
    );
  const rv = typeof value.rv === 'number' ? value.rv : 0;
  if (rv === 0)
    return refuse(
      badRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)'),
    );
  return { key: prefix + value.start, revision: rv < 0 ? undefined : rv };
}
