// The audit log: one audit.k8s.io/v1 Event for each mutating request, at level RequestResponse. Models
// k8s.io/apiserver/pkg/audit. Built only when somebody listens.
import { rfc3339Micro } from '../../kernel/time.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import type { Query } from './api.ts';
import type { Answer, Context, User } from './context.ts';

export type AuditListener = (event: object) => void;

const MUTATING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** The policy: every change of an object, but for the leases' renewals, which would be most of the log and never end. */
export function isAudited({ info }: Context): boolean {
  return info.isResource && MUTATING.has(info.verb) && info.resource !== 'leases';
}

function uri(path: string, query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([k, values]) =>
    values.map((v) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`),
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

function userOf(u: User): object {
  return {
    username: u.name,
    ...(u.uid ? { uid: u.uid } : {}),
    groups: u.groups,
    ...(u.extra ? { extra: u.extra } : {}),
  };
}

function nameIn(body: unknown): { name?: string; uid?: string } {
  if (!isRecord(body) || !isRecord(body.metadata)) return {};
  const { name, uid } = (body as unknown as KubeObject).metadata;
  return { ...(name ? { name } : {}), ...(uid ? { uid } : {}) };
}

function objectRef(ctx: Context): object {
  const { info } = ctx;
  const sent = nameIn(ctx.requestObject);
  const name = info.name || (info.verb === 'create' ? sent.name : undefined);
  const uid = info.verb === 'patch' ? undefined : sent.uid;
  return {
    resource: info.resource,
    ...(info.namespace ? { namespace: info.namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
    ...(info.group ? { apiGroup: info.group } : {}),
    apiVersion: info.version,
    ...(info.subresource ? { subresource: info.subresource } : {}),
  };
}

function statusOf(answer: Answer): object {
  const { body, code } = answer;
  if (!isRecord(body) || body.kind !== 'Status') return { metadata: {}, code };
  const { kind: _, apiVersion: __, ...status } = body;
  return { ...status, code };
}

export function auditEvent(ctx: Context, answer: Answer): object {
  const { core, info, request } = ctx;
  const { kernel } = core;
  const received = kernel.epochMs + (request.sentAt ?? kernel.now) / 1000;
  const status = statusOf(answer);
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: core.auditIds.uuid(),
    stage: 'ResponseComplete',
    requestURI: uri(request.path, request.query),
    verb: info.verb,
    user: userOf(ctx.impersonator ?? ctx.user),
    ...(ctx.impersonator === undefined ? {} : { impersonatedUser: userOf(ctx.user) }),
    sourceIPs: ['127.0.0.1'],
    userAgent: request.userAgent,
    objectRef: objectRef(ctx),
    responseStatus: status,
    ...(ctx.requestObject === undefined ? {} : { requestObject: ctx.requestObject }),
    ...(answer.body === undefined ? {} : { responseObject: answer.body }),
    requestReceivedTimestamp: rfc3339Micro(received),
    stageTimestamp: ctx.nowMicro,
    annotations: {
      'authorization.k8s.io/decision': ctx.allowed ? 'allow' : 'forbid',
      'authorization.k8s.io/reason': ctx.grantReason,
      ...ctx.auditAnnotations,
    },
  };
}
