// A request as a step: who asked what, which gates it passed, what it changed. Text and changes are made when somebody reads.
import { components } from '../../knowledge/components.ts';
import type { Node } from '../../model/generated/core.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { diff } from '../../model/paths.ts';
import { redact } from '../../model/redact.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { Exchange } from '../../trace/exchange.ts';
import type { DeferredStep } from '../../trace/log.ts';
import type { Actor, FieldChange, ObjectRef, Step, StepId, RequestInfo as TraceRequest } from '../../trace/step.ts';
import type { Change } from '../store/index.ts';
import type { Answer, Context, Gate } from './context.ts';
import { exchangeOf, type Wire, wireOf } from './exchange.ts';
import { summary } from './summary.ts';

const byIdentity = new Map<string, string>();
for (const c of components) {
  if (c.identity !== undefined && !byIdentity.has(c.identity)) byIdentity.set(c.identity, c.id);
}
const NODE_USER = 'system:node:';
const READS = new Set(['get', 'list', 'watch']);
const UPKEEP = new Set(['leases', 'events']);

function actorOf(ctx: Context): Actor {
  if (ctx.request.actor !== undefined) return ctx.request.actor;
  const { name } = ctx.impersonator ?? ctx.user;
  if (name.startsWith(NODE_USER)) return { component: 'kubelet', node: name.slice(NODE_USER.length) };
  if (name === 'system:apiserver') return { component: 'kube-apiserver' };
  return { component: byIdentity.get(name) ?? 'user' };
}

/**
 * What is kept of a request until its step is read: no more than that takes. With the Context its body and all that it
 * gathered would stay for ever. Names come from what is stored, where they are known, as those of the path are new strings.
 */
class Kept implements DeferredStep {
  readonly at: number;
  readonly actor: Actor;
  readonly causes: readonly StepId[];
  readonly routine: true | undefined;
  readonly isResource: boolean;
  readonly verb: string;
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Of the object; "" where there is none. */
  readonly name: string;
  readonly uid: string | undefined;
  readonly user: string;
  readonly proof: string;
  readonly grant: string;
  readonly gates: readonly Gate[];
  readonly defaulted: (() => number) | undefined;
  readonly dryRun: boolean;
  /** The write of the object that the request names, and the last one; there may be others, such as a cascade's. */
  readonly main: Change | undefined;
  readonly last: Change | undefined;
  readonly writes: number;
  readonly code: number;
  /** The refusal. */
  readonly message: string | undefined;
  readonly sentAt: number;
  /** kubectl asked for an object that is not there. */
  readonly absent: boolean;
  readonly simplification: string | undefined;
  /** Bodies and headers; of upkeep and of reads they are not kept. */
  readonly wire: Wire | undefined;

  constructor(ctx: Context, answer: Answer) {
    const { info, request, changes, resource } = ctx;
    const meta = (ctx.after ?? ctx.before)?.metadata;
    const same = meta !== undefined && (info.name === '' || meta.name === info.name);
    this.at = ctx.core.kernel.now;
    this.actor = actorOf(ctx);
    this.causes = request.causes ?? [];
    this.routine = isRoutine(ctx, this.actor) ? true : undefined;
    this.isResource = info.isResource;
    this.verb = info.verb;
    this.method = request.method;
    this.path = info.path;
    this.group = resource?.group ?? info.group;
    this.resource = resource?.plural ?? info.resource;
    this.kind = resource?.kind ?? '';
    this.subresource = info.subresource;
    this.namespace = same && meta.namespace === info.namespace ? meta.namespace : info.namespace;
    this.name = same ? (meta.name ?? '') : info.name;
    this.uid = same ? meta.uid : undefined;
    this.user = ctx.user.name;
    this.proof = ctx.proof;
    this.grant = ctx.grant;
    // A copy has no room to grow.
    this.gates = ctx.gates.slice();
    this.defaulted = ctx.defaulted;
    this.dryRun = ctx.dryRun;
    this.main = changes.find((c) => c.object.metadata.uid === meta?.uid) ?? changes[0];
    this.last = changes.at(-1);
    this.writes = changes.length;
    this.code = answer.code;
    this.message = answer.code >= 400 && isRecord(answer.body) ? String(answer.body.message ?? '') : undefined;
    this.sentAt = request.sentAt ?? this.at;
    this.absent = isAbsent(ctx, answer);
    this.simplification = ctx.simplification;
    this.wire = this.routine || READS.has(this.verb) ? undefined : wireOf(ctx, answer);
  }

  exchange(): Exchange {
    return exchangeOf(this);
  }

  step(): Omit<Step, 'id'> {
    const { at, actor, causes, routine, verb, main, last, simplification } = this;
    const object = objectRef(this);
    return {
      at,
      actor,
      kind: 'request',
      action: verb,
      ...(object === undefined ? {} : { object }),
      request: requestOf(this),
      ...(last === undefined ? {} : { changed: changed(main), resourceVersion: String(last.revision) }),
      causes,
      ...(simplification === undefined
        ? { fidelity: 'simulated' as const }
        : { fidelity: 'simplified' as const, simplification }),
      ...(routine ? { routine } : {}),
      text: sentence(this, actor.component === 'user'),
    };
  }
}

function isAbsent({ info, request, resource }: Context, answer: Answer): boolean {
  if (answer.code !== 404 || info.verb !== 'get' || info.subresource !== '') return false;
  return resource !== undefined && request.userAgent.startsWith('kubectl/');
}

function isRoutine(ctx: Context, actor: Actor): boolean {
  const { info, request } = ctx;
  if (READS.has(info.verb) && (actor.component !== 'user' || request.observer === true)) return true;
  return UPKEEP.has(info.resource) || !info.isResource || isHeartbeat(ctx);
}

function objectRef({ isResource, group, resource, kind, namespace, name, uid }: Kept): ObjectRef | undefined {
  if (!isResource || name === '') return undefined;
  return { group, resource, kind, ...(namespace ? { namespace } : {}), name, ...(uid ? { uid } : {}) };
}

/** `POST deployments/web → 201`. */
function headline({ isResource, resource, subresource, path, verb, method, name, code }: Kept): string {
  const target = isResource ? [resource, name, subresource].filter((s) => s !== '').join('/') : path;
  return `${READS.has(verb) ? verb.toUpperCase() : method} ${target} → ${code}`;
}

function passed(r: Kept): string[] {
  const out: string[] = [];
  for (const g of r.gates) {
    if (g.verdict !== 'ok') continue;
    if (g.stage === 'authentication') out.push(`checked who you are (${r.proof})`);
    if (g.stage === 'authorization') out.push(`that you may (${r.grant})`);
    if (g.stage === 'defaulting') {
      const n = r.defaulted?.() ?? 0;
      if (n > 0) out.push(`filled in ${n} default${n === 1 ? '' : 's'}`);
    }
    if (g.stage === 'validation') out.push('validated');
  }
  return out;
}

function outcome({ verb, dryRun, last, writes }: Kept): string {
  if (dryRun) return 'wrote nothing, because this is a dry run';
  if (last === undefined) return verb === 'patch' || verb === 'update' ? 'found nothing to change' : 'answered';
  const did = last.current === undefined ? 'removed' : 'wrote';
  const more = writes > 1 ? ` and ${writes - 1} more` : '';
  return `${did} \`${last.key}\`${more} at revision ${last.revision}`;
}

function sentence(r: Kept, long: boolean): string {
  const head = headline(r);
  const { message, last } = r;
  // Models kubectl/pkg/cmd/apply: a get of each object, then a create where the answer was NotFound, else a patch.
  if (r.absent && long)
    return `${head}: there is no such object. This is an answer, not a failure: kubectl apply asks before it creates or changes anything.`;
  if (message !== undefined) {
    if (!long && r.code === 409 && message.startsWith('Operation cannot be fulfilled'))
      return `${head}: refused, because the object has changed since it was read; it is read again and tried again.`;
    const gate = r.gates.find((g) => g.verdict === 'refused');
    return gate === undefined || !long
      ? `${head}: ${message}`
      : `${head}. Refused at ${gate.stage.replace('-', ' ')}: ${message}`;
  }
  if (!long) {
    if (last === undefined) return READS.has(r.verb) ? `${head}.` : `${head}, nothing changed.`;
    const what = last.previous === undefined || last.current === undefined ? '' : summary(changed(r.main));
    return `${head}, revision ${last.revision}${what === '' ? '' : `: ${what}`}.`;
  }
  const steps = [...passed(r), outcome(r)];
  const list = steps.length > 1 ? `${steps.slice(0, -1).join(', ')}, and ${steps.at(-1)}` : steps[0];
  return `${head}. The API server ${list}.`;
}

function changed(change: Change | undefined): readonly FieldChange[] {
  if (change === undefined) return [];
  const before = change.previous?.value;
  const after = change.current?.value;
  const { apiVersion = '', kind = '' } = change.object;
  const type = schemaForKind(apiVersion, kind);
  const skip = (p: string): boolean => p === 'metadata.resourceVersion' || p.startsWith('metadata.managedFields');
  return diff(forDiff(before), forDiff(after), type).filter((c) => !skip(c.path));
}

function forDiff(o: KubeObject | undefined): KubeObject | undefined {
  if (o === undefined) return undefined;
  const { managedFields: _, ...metadata } = o.metadata;
  return redact({ ...o, metadata });
}

function requestOf({ verb, method, path, subresource, code, user, sentAt, gates, message }: Kept): TraceRequest {
  return {
    verb,
    method,
    path,
    ...(subresource ? { subresource } : {}),
    code,
    user,
    sentAt,
    stages: gates.map((g) => ({ ...g, text: typeof g.text === 'function' ? g.text() : g.text })),
    ...(message === undefined ? {} : { message }),
  };
}

/** A kubelet that only says once more that its node is as it was. */
function isHeartbeat(ctx: Context): boolean {
  const { info, before, after } = ctx;
  if (info.resource !== 'nodes' || info.subresource !== 'status' || info.verb !== 'patch') return false;
  const states = (o: KubeObject | undefined): string =>
    ((o as Node | undefined)?.status?.conditions ?? []).map((c) => `${c.type}=${c.status}`).join();
  return states(before) !== '' && states(before) === states(after);
}

/** The step for a request that has been answered. It reads only what no longer changes. */
export function draftOf(ctx: Context, answer: Answer): DeferredStep {
  return new Kept(ctx, answer);
}
