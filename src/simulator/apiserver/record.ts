// A request as a step: who asked what, which gates it passed, what it changed. Text and changes are made when somebody reads.
import { components } from '../../knowledge/components.ts';
import type { Node } from '../../model/generated/core.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { diff } from '../../model/paths.ts';
import { redact } from '../../model/redact.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { StepDraft } from '../../trace/log.ts';
import type { Actor, FieldChange, ObjectRef, RequestInfo as TraceRequest } from '../../trace/step.ts';
import type { Answer, Context } from './context.ts';
import { summary } from './summary.ts';

const byIdentity = new Map<string, string>();
for (const c of components) {
  if (c.identity !== undefined && !byIdentity.has(c.identity)) byIdentity.set(c.identity, c.id);
}
const NODE_USER = 'system:node:';
const READS = new Set(['get', 'list', 'watch']);
const UPKEEP = new Set(['leases', 'events']);

export function actorOf(ctx: Context): Actor {
  if (ctx.request.actor !== undefined) return ctx.request.actor;
  const { name } = ctx.impersonator ?? ctx.user;
  if (name.startsWith(NODE_USER)) return { component: 'kubelet', node: name.slice(NODE_USER.length) };
  if (name === 'system:apiserver') return { component: 'kube-apiserver' };
  return { component: byIdentity.get(name) ?? 'user' };
}

function objectRef(ctx: Context): ObjectRef | undefined {
  const { info, resource, after, before } = ctx;
  if (!info.isResource) return undefined;
  const meta = (after ?? before)?.metadata;
  const name = info.name || meta?.name || '';
  if (name === '') return undefined;
  const { namespace } = info;
  const uid = meta?.name === name ? meta.uid : undefined;
  return {
    group: info.group,
    resource: info.resource,
    kind: resource?.kind ?? '',
    ...(namespace ? { namespace } : {}),
    name,
    ...(uid ? { uid } : {}),
  };
}

function target(ctx: Context): string {
  const { info } = ctx;
  if (!info.isResource) return info.path;
  const name = info.name || ctx.after?.metadata.name || ctx.before?.metadata.name || '';
  return [info.resource, name, info.subresource].filter((s) => s !== '').join('/');
}

/** `POST deployments/web → 201`. */
function headline(ctx: Context, code: number): string {
  const { verb } = ctx.info;
  const method = READS.has(verb) ? verb.toUpperCase() : ctx.request.method;
  return `${method} ${target(ctx)} → ${code}`;
}

function countDefaults(ctx: Context): number {
  return ctx.defaulted?.() ?? 0;
}

function passed(ctx: Context): string[] {
  const out: string[] = [];
  for (const g of ctx.gates) {
    if (g.verdict !== 'ok') continue;
    if (g.stage === 'authentication') out.push(`checked who you are (${ctx.proof})`);
    if (g.stage === 'authorization') out.push(`that you may (${ctx.grant})`);
    if (g.stage === 'defaulting' && countDefaults(ctx) > 0) {
      const n = countDefaults(ctx);
      out.push(`filled in ${n} default${n === 1 ? '' : 's'}`);
    }
    if (g.stage === 'validation') out.push('validated');
  }
  return out;
}

function outcome(ctx: Context): string {
  const last = ctx.changes.at(-1);
  if (ctx.dryRun) return 'wrote nothing, because this is a dry run';
  if (last === undefined)
    return ctx.info.verb === 'patch' || ctx.info.verb === 'update' ? 'found nothing to change' : 'answered';
  const did = last.current === undefined ? 'removed' : 'wrote';
  const more = ctx.changes.length > 1 ? ` and ${ctx.changes.length - 1} more` : '';
  return `${did} \`${last.key}\`${more} at revision ${last.revision}`;
}

function sentence(ctx: Context, code: number, message: string | undefined, long: boolean): string {
  const head = headline(ctx, code);
  if (message !== undefined) {
    if (!long && code === 409 && message.startsWith('Operation cannot be fulfilled'))
      return `${head}: refused, because the object has changed since it was read; it is read again and tried again.`;
    const gate = ctx.gates.find((g) => g.verdict === 'refused');
    return gate === undefined || !long
      ? `${head}: ${message}`
      : `${head}. Refused at ${gate.stage.replace('-', ' ')}: ${message}`;
  }
  if (!long) {
    const last = ctx.changes.at(-1);
    if (last === undefined) return READS.has(ctx.info.verb) ? `${head}.` : `${head}, nothing changed.`;
    const what = last.previous === undefined || last.current === undefined ? '' : summary(changed(ctx));
    return `${head}, revision ${last.revision}${what === '' ? '' : `: ${what}`}.`;
  }
  const steps = [...passed(ctx), outcome(ctx)];
  const list = steps.length > 1 ? `${steps.slice(0, -1).join(', ')}, and ${steps.at(-1)}` : steps[0];
  return `${head}. The API server ${list}.`;
}

function changed(ctx: Context): readonly FieldChange[] {
  const change =
    ctx.changes.find((c) => c.object.metadata.uid === (ctx.after ?? ctx.before)?.metadata.uid) ?? ctx.changes[0];
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

function requestOf(ctx: Context, code: number, message: string | undefined, sentAt: number): TraceRequest {
  const { info, request } = ctx;
  return {
    verb: info.verb,
    method: request.method,
    path: request.path,
    ...(info.subresource ? { subresource: info.subresource } : {}),
    code,
    user: ctx.user.name,
    sentAt,
    stages: ctx.gates.map((g) => ({ ...g, text: typeof g.text === 'function' ? g.text() : g.text })),
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

/** The step for a request that has been answered. Its thunks read only what no longer changes. */
export function draftOf(ctx: Context, answer: Answer): StepDraft {
  const { info } = ctx;
  const actor = actorOf(ctx);
  const byUser = actor.component === 'user';
  const message = answer.code >= 400 && isRecord(answer.body) ? String(answer.body.message ?? '') : undefined;
  const object = objectRef(ctx);
  const last = ctx.changes.at(-1);
  const sentAt = ctx.request.sentAt ?? ctx.core.kernel.now;
  const reads = READS.has(info.verb) && (!byUser || ctx.request.observer === true);
  const routine = reads || UPKEEP.has(info.resource) || !info.isResource || isHeartbeat(ctx);
  return {
    at: ctx.core.kernel.now,
    actor,
    kind: 'request',
    action: info.verb,
    ...(object === undefined ? {} : { object }),
    request: () => requestOf(ctx, answer.code, message, sentAt),
    ...(last === undefined ? {} : { changed: () => changed(ctx), resourceVersion: String(last.revision) }),
    causes: ctx.request.causes ?? [],
    fidelity: 'simulated',
    ...(routine ? { routine: true as const } : {}),
    text: () => sentence(ctx, answer.code, message, byUser),
  };
}
