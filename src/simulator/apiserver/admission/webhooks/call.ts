// One question to one webhook and what came of it. Models callHook in the mutating and validating dispatchers of
// k8s.io/apiserver/pkg/admission/plugin/webhook.
import { decodeBase64, fromUtf8 } from '../../../../model/base64.ts';
import type { WebhookClientConfig } from '../../../../model/generated/admissionregistration.v1.ts';
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { OutboundResult } from '../../../../model/outbound.ts';
import type { ResourceInfo } from '../../../../model/resources.ts';
import { badRequest, internalError } from '../../../../model/status.ts';
import type { Answered, PendingCall } from '../../outbound/calls.ts';
import { httpError } from '../../outbound/http.ts';
import { dialService } from '../../outbound/service.ts';
import type { Review } from '../chain.ts';
import type { Hook } from './hooks.ts';
import { BadReview, denial, readVerdict, requestFor, reviewText, type Verdict } from './review.ts';

export interface Asked {
  readonly hook: Hook;
  /** The version of the resource in which the webhook is asked. */
  readonly as: ResourceInfo;
  /** Where it is: `https://…` without the time-out. */
  readonly url: string;
  readonly outcome: Outcome;
  /** Which answer came first, where several were awaited. */
  readonly order: number;
}

export type Outcome =
  | { readonly type: 'answered'; readonly verdict: Verdict; readonly ms: number }
  | { readonly type: 'denied'; readonly status: Status; readonly verdict: Verdict; readonly ms: number }
  /** The webhook could not be asked or its answer not be used; `why` is in upstream's words. */
  | { readonly type: 'failed'; readonly why: string }
  /** Refused without asking. */
  | { readonly type: 'refused'; readonly status: Status };

const DEFAULT_TIMEOUT = 10;
const SILENT = new Set(['None', 'NoneOnDryRun']);

function urlOf(config: WebhookClientConfig): string {
  const { url, service } = config;
  if (service) {
    const { name, namespace, path = '', port = 443 } = service;
    return `https://${name}.${namespace}.svc:${port}/${path.replace(/^\/+/, '')}`;
  }
  return /^https:\/\/[^/]+$/i.test(url ?? '') ? `${url}/` : (url ?? '');
}

type Ready = { readonly answer: Answered } | { readonly pending: PendingCall };

function askOutside(r: Review, key: string, url: string, text: string, hook: Hook): Ready {
  const { calls } = r.ctx;
  const known = calls?.answerTo(key);
  if (known !== undefined) return { answer: known };
  const seconds = hook.webhook.timeoutSeconds ?? DEFAULT_TIMEOUT;
  const { caBundle } = hook.webhook.clientConfig;
  const ca = caBundle ? fromUtf8(decodeBase64(caBundle) ?? new Uint8Array()) : undefined;
  const call = { method: 'POST' as const, url, body: text, timeoutMs: seconds * 1000, ...(ca ? { ca } : {}) };
  return { pending: { key, call } };
}

function judged(result: OutboundResult, url: string, uid: string, mutating: boolean, name: string): Outcome {
  if (!result.ok)
    return { type: 'failed', why: `failed to call webhook: Post ${JSON.stringify(url)}: ${result.error}` };
  const refused = httpError(result.code, result.body);
  if (refused !== undefined) return { type: 'failed', why: `failed to call webhook: ${refused}` };
  try {
    const verdict = readVerdict(result.body, uid, mutating);
    const { ms } = result;
    if (verdict.allowed) return { type: 'answered', verdict, ms };
    return { type: 'denied', status: denial(name, verdict.status), verdict, ms };
  } catch (e) {
    if (!(e instanceof BadReview)) throw e;
    return { type: 'failed', why: e.message };
  }
}

/** Asks, or says which call has to be made first. */
export function ask(r: Review, hook: Hook, as: ResourceInfo, mutating: boolean, round: number): Asked | PendingCall {
  const { name, clientConfig, timeoutSeconds = DEFAULT_TIMEOUT, sideEffects } = hook.webhook;
  const base = urlOf(clientConfig);
  const asked = { hook, as, url: base, order: 0 };
  if (r.ctx.dryRun && !SILENT.has(sideEffects))
    return {
      ...asked,
      outcome: {
        type: 'refused',
        status: badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`),
      },
    };
  const { calls } = r.ctx;
  if (calls === undefined) throw new Error('a request that meets webhooks has no place for their answers');
  const url = `${base}?timeout=${timeoutSeconds}s`;
  const request = requestFor(r, as);
  const key = `${mutating ? 'mutating' : 'validating'}/${round}/${hook.uid}/${JSON.stringify(request)}`;
  const uid = calls.idOf(key);
  const { service } = clientConfig;
  if (service) {
    const { namespace, name: to, port = 443 } = service;
    r.ctx.simplification = `no program runs behind Service ${namespace}/${to} in the simulator, so its webhook never answers`;
    const result = dialService(r.ctx.core.store, { namespace, name: to, port });
    return { ...asked, outcome: judged(result, url, uid, mutating, name) };
  }
  const ready = askOutside(r, key, url, reviewText(uid, request), hook);
  if ('pending' in ready) return ready.pending;
  return { ...asked, order: ready.answer.order, outcome: judged(ready.answer.result, url, uid, mutating, name) };
}

export const isAsked = (x: Asked | PendingCall): x is Asked => 'outcome' in x;

/** The error that a failed call is, as it is logged and answered. */
export function callError(hook: Hook, why: string): string {
  return `failed calling webhook ${JSON.stringify(hook.webhook.name)}: ${why}`;
}

export function failedStatus(hook: Hook, why: string): Status {
  return internalError(callError(hook, why));
}

/** In words, for the step. */
export function told({ hook, url, outcome }: Asked): string {
  const who = `webhook ${JSON.stringify(hook.webhook.name)} of ${hook.configuration} at ${url}`;
  switch (outcome.type) {
    case 'answered':
      return `${who} answered in ${Math.round(outcome.ms)} ms and allowed it`;
    case 'denied':
      return `${who} answered in ${Math.round(outcome.ms)} ms and refused: ${outcome.status.message}`;
    case 'failed': {
      const open = hook.webhook.failurePolicy === 'Ignore';
      return `${callError(hook, outcome.why)}; failurePolicy ${open ? 'Ignore lets the request pass' : 'Fail refuses the request'}`;
    }
    default:
      return `${who} was not asked: ${outcome.status.message}`;
  }
}
