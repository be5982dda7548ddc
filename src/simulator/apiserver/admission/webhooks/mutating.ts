// MutatingAdmissionWebhook: webhooks are asked one after the other, each sees what those before it made. Models
// k8s.io/apiserver/pkg/admission/plugin/webhook/mutating.
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import { apiVersionOf, type ResourceInfo } from '../../../../model/resources.ts';
import { schemaForKind } from '../../../../model/schema.ts';
import { internalError, StatusError } from '../../../../model/status.ts';
import type { Authorizer } from '../../authz/attributes.ts';
import { toVersion } from '../../convert.ts';
import { cleaned } from '../../crd/resource.ts';
import { isCustom } from '../../crd/types.ts';
import { conform } from '../../machinery/conform.ts';
import { applyDefaults } from '../../machinery/index.ts';
import { applyJsonPatch, type Operation, PatchError } from '../../machinery/merge/json-patch.ts';
import { Suspended } from '../../outbound/calls.ts';
import type { Mutation, Review } from '../chain.ts';
import { Asking } from './asking.ts';
import { type Asked, ask, failedStatus, isAsked, told } from './call.ts';
import type { Hook, Hooks } from './hooks.ts';
import type { Verdict } from './review.ts';
import { shouldAsk } from './should-ask.ts';

const NAME = 'MutatingAdmissionWebhook';
const PATCH_TYPE = 'JSONPatch';

/** Before storage gives them, a new object has neither uid nor time, nor the name that is still to be generated. */
function asSent(r: Review): Review {
  if (r.operation !== 'CREATE' || r.subresource !== '' || r.object === undefined) return r;
  const { uid: _, creationTimestamp: __, name, ...metadata } = r.object.metadata;
  const generated = metadata.generateName !== undefined && !isGiven(r);
  const sent = { ...metadata, ...(name === undefined || generated ? {} : { name }) };
  return { ...r, name: generated ? '' : r.name, object: { ...r.object, metadata: sent } };
}

/** The name stands in the request. */
function isGiven(r: Review): boolean {
  const { metadata } = (r.ctx.requestObject ?? {}) as Partial<KubeObject>;
  return r.ctx.info.name !== '' || (metadata?.name ?? '') !== '';
}

export class MutatingWebhooks extends Asking {
  readonly name = NAME;

  constructor(hooks: Hooks, authorizer: Authorizer) {
    super(hooks, 'mutating', authorizer);
  }

  mutate(r: Review): Mutation | undefined {
    const round = r.reinvocation?.again ? 1 : 0;
    let object = r.object;
    const notes: string[] = [];
    r.reinvocation?.begin(object);
    for (const hook of this.hooks) {
      const now = { ...r, object };
      const as = shouldAsk(hook, now, this.authorizer);
      if (as === undefined || (round === 1 && !r.reinvocation?.mayAskAgain(hook.uid))) continue;
      const asked = ask(asSent(now), hook, as, true, round);
      if (!isAsked(asked)) throw new Suspended([asked]);
      r.ctx.pass('mutating-admission', told(asked));
      const next = this.outcome(now, asked, round);
      const changed = !equal(next, object);
      annotate(now, hook, round, changed);
      if (changed) {
        notes.push(`${JSON.stringify(hook.webhook.name)} changed the object`);
        r.reinvocation?.changed();
      }
      if (hook.webhook.reinvocationPolicy === 'IfNeeded') r.reinvocation?.remember(hook.uid);
      object = next;
    }
    r.reinvocation?.end(object);
    return notes.length === 0 || object === undefined ? undefined : { object, note: notes.join(', ') };
  }

  private outcome(r: Review, asked: Asked, round: number): KubeObject | undefined {
    const { hook, outcome } = asked;
    if (outcome.type === 'refused') throw new StatusError(outcome.status);
    if (outcome.type === 'failed') return failed(r, hook, outcome.why, round);
    tell(r, hook, outcome.verdict);
    if (outcome.type === 'denied') throw new StatusError(outcome.status);
    return patched(r, asked, outcome.verdict, round);
  }
}

/** Warnings and audit annotations of an answer, whatever it decides. */
export function tell(r: Review, { webhook }: Hook, verdict: Verdict): void {
  for (const w of verdict.warnings) r.ctx.warn(w);
  for (const [key, value] of Object.entries(verdict.auditAnnotations)) annotation(r, `${webhook.name}/${key}`, value);
}

function annotation(r: Review, key: string, value: string): void {
  r.ctx.auditAnnotations = { ...r.ctx.auditAnnotations, [key]: value };
}

/** The refusal that a failed call is; undefined where failurePolicy Ignore lets the request go on without the webhook. */
export function failureOf(
  r: Review,
  hook: Hook,
  why: string,
  kind: 'mutation' | 'validating',
  round: number,
): Status | undefined {
  if (hook.webhook.failurePolicy !== 'Ignore') return failedStatus(hook, why);
  annotation(r, `failed-open.${kind}.webhook.admission.k8s.io/round_${round}_index_${hook.index}`, hook.webhook.name);
  return undefined;
}

function annotate(r: Review, hook: Hook, round: number, mutated: boolean): void {
  const value = { configuration: hook.configuration, webhook: hook.webhook.name, mutated };
  annotation(r, `mutation.webhook.admission.k8s.io/round_${round}_index_${hook.index}`, JSON.stringify(value));
}

function failed(r: Review, hook: Hook, why: string, round: number): KubeObject | undefined {
  const status = failureOf(r, hook, why, 'mutation', round);
  if (status !== undefined) throw new StatusError(status);
  return r.object;
}

function patched(r: Review, { hook, as }: Asked, verdict: Verdict, round: number): KubeObject | undefined {
  if (verdict.patch === '') return r.object;
  let operations: unknown;
  try {
    operations = JSON.parse(verdict.patch);
  } catch (e) {
    return failed(r, hook, `received undecodable patch in webhook response: ${String((e as Error).message)}`, round);
  }
  if (!Array.isArray(operations))
    return failed(
      r,
      hook,
      'received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
      round,
    );
  if (operations.length === 0) return r.object;
  const { name } = hook.webhook;
  if (r.object === undefined) {
    const what = `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`;
    throw new StatusError(internalError(what));
  }
  if (verdict.patchType !== PATCH_TYPE)
    return failed(r, hook, `unsupported patch type ${JSON.stringify(verdict.patchType)}`, round);
  const value = { configuration: hook.configuration, webhook: name, patch: operations, patchType: PATCH_TYPE };
  annotation(r, `patch.webhook.admission.k8s.io/round_${round}_index_${hook.index}`, JSON.stringify(value));
  return withPatch(r, r.object, as, operations as Operation[]);
}

/** Applies the patch in the webhook's version, then decodes, defaults and converts what came of it. */
function withPatch(r: Review, object: KubeObject, as: ResourceInfo, operations: readonly Operation[]): KubeObject {
  const own = object.kind === r.resource.kind;
  const sent = own ? toVersion(object, apiVersionOf(as)) : object;
  let next: unknown;
  try {
    next = applyJsonPatch(sent, operations);
  } catch (e) {
    if (e instanceof PatchError) throw new StatusError(internalError(e.message));
    throw e;
  }
  if (own && isCustom(as)) return toVersion(cleaned(as, next as KubeObject).object, object.apiVersion ?? '');
  const type = schemaForKind(sent.apiVersion ?? '', sent.kind ?? '');
  const decoded = type ? conform(next, type) : { value: next };
  if ('error' in decoded && decoded.error !== undefined) throw new StatusError(internalError(decoded.error));
  return toVersion(applyDefaults(decoded.value as KubeObject), object.apiVersion ?? '');
}
