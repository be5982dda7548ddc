// What client-go makes of an answer over HTTP that is no success. Models NewGenericServerResponse in
// k8s.io/apimachinery/pkg/api/errors.
import { isRecord } from '../../../model/object.ts';

const BY_CODE: { readonly [code: number]: string } = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  410: 'the server reported a gone resource',
  413: 'the server rejected our request because it is too large',
  415: 'the body of the request was in an unknown format',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

function statusMessage(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) && value.kind === 'Status' && typeof value.message === 'string' ? value.message : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for a success. */
export function httpError(code: number, body: string): string | undefined {
  if (code >= 200 && code <= 206) return undefined;
  const said = statusMessage(body);
  if (said !== undefined) return said;
  const text = body.trim();
  if (code === 403) return text === '' ? 'unknown' : text;
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (code >= 500)
    return `an error on the server (${JSON.stringify(text === '' ? 'unknown' : text)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
}
