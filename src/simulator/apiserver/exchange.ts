// What went over the wire for a request: kept as references to what nobody mutates, made readable when somebody asks.
import { isRecord, type KubeObject } from '../../model/object.ts';
import { HIDDEN, redact } from '../../model/redact.ts';
import type { Exchange } from '../../trace/exchange.ts';
import type { Change } from '../store/index.ts';
import type { ApiRequest } from './api.ts';
import type { Answer, Context } from './context.ts';
import { JSON_TYPE } from './negotiate.ts';

/** Bodies and headers of a request that is kept. */
export interface Wire {
  readonly userAgent: string;
  readonly query: ApiRequest['query'];
  readonly body: ApiRequest['body'];
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly impersonate: ApiRequest['impersonate'];
  readonly answer: unknown;
  readonly answerType: string;
  readonly warnings: readonly string[];
}

const NO_WARNINGS: readonly string[] = [];

export function wireOf({ request, warnings }: Context, { body: answer, contentType: answerType }: Answer): Wire {
  const { userAgent, query, body, contentType, accept, impersonate } = request;
  return {
    userAgent,
    query,
    body,
    contentType,
    accept,
    impersonate,
    answer,
    answerType: answerType ?? JSON_TYPE,
    warnings: warnings.length === 0 ? NO_WARNINGS : warnings,
  };
}

export interface KeptRequest {
  readonly method: string;
  readonly path: string;
  readonly resource: string;
  readonly subresource: string;
  readonly code: number;
  readonly last: Change | undefined;
  readonly wire: Wire | undefined;
}

export function exchangeOf({ method, path, resource, subresource, code, last, wire }: KeptRequest): Exchange {
  if (!wire) {
    return {
      request: { line: `${method} ${path}`, headers: [] },
      response: { code, headers: [], note: 'Of upkeep and of reads, headers and bodies are not kept.' },
    };
  }
  const secret = resource === 'secrets' || resource === 'tokenreviews' || subresource === 'token';
  const seen = (value: unknown): unknown => (secret ? hidden(value, resource) : shown(value));
  const { query, answer, answerType, warnings } = wire;
  const body = wire.body && ('raw' in wire.body ? fromText(wire.body.raw) : wire.body.value);
  return {
    request: {
      line: `${method} ${path}${queryText(query)}`,
      headers: requestHeaders(wire, body !== undefined),
      ...(body === undefined ? {} : { body: seen(body) }),
    },
    response: {
      code,
      headers: [['Content-Type', answerType], ...warnings.map((text) => ['Warning', `299 - "${text}"`] as const)],
      ...(answer === undefined ? {} : { body: seen(answer) }),
    },
    ...(last === undefined ? {} : { etcd: etcdOf(last) }),
  };
}

function etcdOf({ key, revision, previous }: Change): NonNullable<Exchange['etcd']> {
  return { key, revision, ...(previous === undefined ? {} : { before: previous.modRevision }) };
}

function requestHeaders(wire: Wire, body: boolean): (readonly [string, string])[] {
  const { userAgent, accept, contentType, impersonate } = wire;
  return [
    ['User-Agent', userAgent],
    ['Accept', accept ?? JSON_TYPE],
    ...(body ? [['Content-Type', contentType ?? JSON_TYPE] as const] : []),
    ...(impersonate ? [['Impersonate-User', impersonate.user] as const] : []),
  ];
}

function queryText(query: ApiRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function fromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function shown(value: unknown): unknown {
  return isRecord(value) && typeof value.kind === 'string' ? redact(value as unknown as KubeObject) : value;
}

/** Of a Secret its keys stay; anything that carries a token is hidden as a whole. */
function hidden(value: unknown, resource: string): unknown {
  if (isRecord(value) && value.kind === 'Status') return value;
  if (resource !== 'secrets' || !isRecord(value)) return HIDDEN;
  return redact({ ...value, apiVersion: 'v1', kind: 'Secret' } as unknown as KubeObject);
}
