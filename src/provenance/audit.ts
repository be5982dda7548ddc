// An API server's audit log as steps: who asked what, what was answered, and what it changed, as far as the log's level says.
// Format: k8s.io/apiserver/pkg/apis/audit/v1 (audit.k8s.io/v1).
import { components } from '../knowledge/components.ts';
import { isRecord, type Json, type KubeObject } from '../model/object.ts';
import { redact } from '../model/redact.ts';
import { resourceOf } from '../model/resources.ts';
import { isWrite, type ObjectKey, objectKey } from '../trace/fold.ts';
import type { Actor, FieldChange, ObjectRef, RequestInfo, Stage, Step } from '../trace/step.ts';
import { Causes } from './causes.ts';
import { ownersOf, refOf } from './refs.ts';
import { changedFields, shown } from './shown.ts';

export interface ReadAudit {
  readonly steps: readonly Step[];
  /** What clocks showed at 0 µs, ms since 1970. */
  readonly epochMs: number;
  /** Objects that were there before the log begins, as the log first shows them. */
  readonly objects: readonly { readonly ref: ObjectRef; readonly value: Json }[];
  /** Machines that the log names, the control plane aside. */
  readonly nodes: readonly string[];
  /** Sentences on what could not be read. */
  readonly problems: readonly string[];
}

/** Whether a text's first line is an event of an audit log. */
export function isAuditLog(text: string): boolean {
  const first = parsed(text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n')));
  return isRecord(first) && typeof first.apiVersion === 'string' && first.apiVersion.startsWith('audit.k8s.io/');
}

export function readAudit(text: string): ReadAudit {
  const problems: string[] = [];
  const events: Json[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '') return;
    const value = parsed(line);
    const list = isRecord(value) && Array.isArray(value.items) ? value.items : [value];
    for (const one of list) {
      const problem = problemOf(one);
      if (problem === undefined) events.push(one as Json);
      else problems.push(`Line ${i + 1} ${problem}.`);
    }
  });
  const done = events.filter(isAnswered).toSorted((a, b) => answeredAt(a) - answeredAt(b));
  const first = Math.min(...done.map((event) => receivedAt(event)));
  const epochMs = done.length === 0 ? 0 : Math.floor(first / 1000);
  const reader = new Reader(epochMs * 1000);
  const steps = done.map((event) => reader.step(event));
  return { steps, epochMs, objects: reader.seeds, nodes: [...reader.nodes].toSorted(), problems };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(value: unknown): string | undefined {
  if (!isRecord(value)) return 'is no JSON object; the log may have been cut off there';
  if (value.apiVersion !== 'audit.k8s.io/v1')
    return `is ${JSON.stringify(value.apiVersion ?? 'without apiVersion')}, not audit.k8s.io/v1`;
  if (value.kind !== 'Event' || typeof value.verb !== 'string') return 'is no Event with a verb';
  if (Number.isNaN(answeredAt(value))) return 'has no usable stageTimestamp';
  return undefined;
}

/** Of the stages of a request, the one that says how it ended. */
function isAnswered({ stage }: Json): boolean {
  return stage === 'ResponseComplete' || stage === 'Panic';
}

/** µs since 1970. */
function micros(text: unknown): number {
  if (typeof text !== 'string') return Number.NaN;
  const fraction = /\.(\d+)Z?$/.exec(text)?.[1] ?? '';
  return Math.floor(Date.parse(text) / 1000) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function answeredAt(event: Json): number {
  return micros(event.stageTimestamp);
}

function receivedAt(event: Json): number {
  const at = micros(event.requestReceivedTimestamp);
  return Number.isNaN(at) ? answeredAt(event) : at;
}

const byIdentity = new Map<string, string>();
for (const { id, identity } of components) {
  if (identity !== undefined && !byIdentity.has(identity)) byIdentity.set(identity, id);
}

const METHODS: { readonly [verb: string]: string } = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};
const READS = new Set(['get', 'list', 'watch', 'proxy']);
const UPKEEP = new Set(['leases', 'events']);

class Reader {
  readonly seeds: { ref: ObjectRef; value: Json }[] = [];
  readonly nodes = new Set<string>();
  private readonly start: number;
  private readonly known = new Map<ObjectKey, KubeObject>();
  private readonly causes = new Causes();
  private id = 0;

  /** µs since 1970. */
  constructor(start: number) {
    this.start = start;
  }

  step(event: Json): Step {
    const id = ++this.id;
    const actor = actorOf(event);
    if (actor.component === 'kubelet' && actor.node !== undefined) this.nodes.add(actor.node);
    const response = objectOf(event.responseObject);
    const ref = isRecord(event.objectRef) ? refOfEvent(event.objectRef, response) : undefined;
    const request = requestOf(event, this.start);
    const base = {
      id,
      at: answeredAt(event) - this.start,
      actor,
      kind: 'request',
      action: request.verb,
      ...(ref ? { object: ref } : {}),
      request,
      fidelity: 'observed',
    } as const;
    const wrote = isWrite({ ...base, causes: [], text: '' });
    const changed = ref && wrote ? this.changes(event, ref, response) : undefined;
    const revision = wrote && changed !== undefined ? response?.metadata.resourceVersion : undefined;
    const routine = isRoutine(event, actor, ref, changed) ? { routine: true as const } : {};
    return {
      ...base,
      causes: wrote && !routine.routine ? this.caused(id, actor, event, ref, response) : [],
      ...(changed === undefined ? {} : { changed }),
      ...(revision === undefined ? {} : { resourceVersion: revision }),
      ...routine,
      text: sentence(event, request, ref, revision),
    };
  }

  private caused(
    id: number,
    { component }: Actor,
    event: Json,
    ref: ObjectRef | undefined,
    response: KubeObject | undefined,
  ): number[] {
    if (!ref) {
      const { namespace } = isRecord(event.objectRef) ? event.objectRef : {};
      return typeof namespace === 'string' && component !== 'user' ? this.causes.inNamespace(namespace, component) : [];
    }
    const creates = event.verb === 'create' && (event.objectRef as Json).subresource === undefined;
    const owners = ownersOf(response?.metadata.name === undefined ? this.known.get(objectKey(ref)) : response);
    const write = { component, ref, owners, creates };
    const causes = this.causes.of(write);
    this.causes.note({ ...write, id });
    if (!this.known.has(objectKey(ref))) this.causes.noteDeletion(id, component);
    return causes;
  }

  /** What a write changed; undefined where the log's level does not say. */
  private changes(event: Json, ref: ObjectRef, response: KubeObject | undefined): readonly FieldChange[] | undefined {
    const { verb } = event;
    const sub = (event.objectRef as Json).subresource;
    const key = objectKey(ref);
    const before = this.known.get(key);
    const sent = objectOf(event.requestObject);
    if (sub === 'binding' || sub === 'scale') return this.changedBy(key, before, sub, sent);
    if (typeof verb === 'string' && verb.startsWith('delete')) return this.deletion(key, ref, before, response);
    if (!response || response.kind === 'Status' || response.metadata.name === undefined) return undefined;
    this.known.set(key, response);
    if (response.kind === 'Node') this.nodes.add(ref.name);
    if (before === undefined && verb !== 'create') {
      this.seeds.push({ ref, value: shown(response) as unknown as Json });
      return [];
    }
    return changedFields(before, response);
  }

  /** A binding and a scale are other objects than the one that they change. */
  private changedBy(
    key: ObjectKey,
    before: KubeObject | undefined,
    sub: 'binding' | 'scale',
    sent: KubeObject | undefined,
  ): readonly FieldChange[] | undefined {
    const { target, spec } = (sent ?? {}) as { target?: { name?: string }; spec?: { replicas?: number } };
    const [path, value] = sub === 'binding' ? ['spec.nodeName', target?.name] : ['spec.replicas', spec?.replicas];
    if (value === undefined || path === undefined) return undefined;
    const field = path.slice('spec.'.length);
    const old = (before as { spec?: Json } | undefined)?.spec;
    if (before) this.known.set(key, { ...before, spec: { ...old, [field]: value } } as KubeObject);
    return [{ path, ...(old?.[field] === undefined ? {} : { before: old[field] }), after: value }];
  }

  private deletion(
    key: ObjectKey,
    ref: ObjectRef,
    before: KubeObject | undefined,
    response: KubeObject | undefined,
  ): readonly FieldChange[] | undefined {
    if (ref.name === '') return undefined;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = response?.metadata ?? {};
    const waits = deletionTimestamp !== undefined && (Number(deletionGracePeriodSeconds) > 0 || finalizers.length > 0);
    if (response && response.kind !== 'Status' && waits) {
      this.known.set(key, response);
      return changedFields(before ?? response, response);
    }
    this.known.delete(key);
    return [{ path: 'metadata.name', before: ref.name }];
  }
}

/** An object of the log, without what is secret. */
function objectOf(value: unknown): KubeObject | undefined {
  if (!isRecord(value)) return undefined;
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  return redact({ ...value, metadata } as unknown as KubeObject);
}

function refOfEvent(asked: Json, response: KubeObject | undefined): ObjectRef | undefined {
  const text = (name: string): string => (typeof asked[name] === 'string' ? (asked[name] as string) : '');
  const resource = text('resource');
  const group = text('apiGroup');
  const name = text('name') || response?.metadata.name || '';
  if (resource === '' || name === '') return undefined;
  const kind = resourceOf(group, resource)?.kind ?? response?.kind ?? resource;
  return refOf({ group, resource, kind, namespace: text('namespace'), name, uid: text('uid') });
}

function actorOf({ user, impersonatedUser }: Json): Actor {
  const who = isRecord(impersonatedUser) ? impersonatedUser : user;
  const name = isRecord(who) && typeof who.username === 'string' ? who.username : '';
  if (name.startsWith('system:node:')) return { component: 'kubelet', node: name.slice('system:node:'.length) };
  if (name === 'system:apiserver') return { component: 'kube-apiserver' };
  return { component: byIdentity.get(name) ?? (name.startsWith('system:serviceaccount:') ? name : 'user') };
}

function requestOf(event: Json, start: number): RequestInfo {
  const verb = String(event.verb);
  const uri = typeof event.requestURI === 'string' ? event.requestURI : '';
  const status = isRecord(event.responseStatus) ? event.responseStatus : {};
  const user = isRecord(event.user) && typeof event.user.username === 'string' ? event.user.username : 'unknown';
  const asked = isRecord(event.objectRef) ? event.objectRef : {};
  return {
    verb,
    method: METHODS[verb] ?? 'GET',
    path: uri.split('?')[0] ?? uri,
    ...(typeof asked.subresource === 'string' ? { subresource: asked.subresource } : {}),
    code: typeof status.code === 'number' ? status.code : 0,
    user,
    sentAt: receivedAt(event) - start,
    stages: stagesOf(event),
    ...(typeof status.message === 'string' ? { message: status.message } : {}),
  };
}

function stagesOf({ user, annotations }: Json): Stage[] {
  const said = isRecord(annotations) ? annotations : {};
  const name = isRecord(user) && typeof user.username === 'string' ? user.username : undefined;
  const decision = said['authorization.k8s.io/decision'];
  const reason = said['authorization.k8s.io/reason'];
  const stages: Stage[] = [];
  if (name !== undefined) stages.push({ stage: 'authentication', verdict: 'ok', text: `taken for ${name}` });
  if (typeof decision === 'string') {
    const why = typeof reason === 'string' && reason !== '' ? reason : decision;
    stages.push({ stage: 'authorization', verdict: decision === 'allow' ? 'ok' : 'refused', text: why });
  }
  for (const [key, value] of Object.entries(said)) {
    if (key.includes('.webhook.admission.k8s.io/'))
      stages.push({
        stage: key.startsWith('mutation') ? 'mutating-admission' : 'validating-admission',
        verdict: 'ok',
        text: `${key}: ${value}`,
      });
  }
  return stages;
}

function isRoutine(
  event: Json,
  actor: Actor,
  ref: ObjectRef | undefined,
  changed: readonly FieldChange[] | undefined,
): boolean {
  const resource = isRecord(event.objectRef) ? event.objectRef.resource : undefined;
  if (READS.has(String(event.verb)) && actor.component !== 'user') return true;
  if (typeof resource !== 'string' || UPKEEP.has(resource)) return true;
  const heartbeat = ref?.kind === 'Node' && actor.component === 'kubelet' && changed !== undefined;
  return heartbeat && changed.every(({ path }) => /[tT]ime(stamp)?$/.test(path)) && event.verb === 'patch';
}

function sentence(event: Json, request: RequestInfo, ref: ObjectRef | undefined, revision: string | undefined): string {
  const target = ref
    ? [ref.resource, ref.name, request.subresource].filter((part) => part !== undefined).join('/')
    : request.path;
  const verb = READS.has(request.verb) ? request.verb.toUpperCase() : request.method;
  const head = `${verb} ${target} → ${request.code}`;
  const agent = typeof event.userAgent === 'string' ? event.userAgent.split('/')[0] : '';
  const by =
    isRecord(event.user) && actorOf(event).component === 'user'
      ? ` Asked by ${request.user}${agent === '' ? '' : ` with ${agent}`}.`
      : '';
  if (request.code >= 400) return `${head}: ${request.message ?? 'refused'}.${by}`.replace('..', '.');
  return `${head}${revision === undefined ? '' : `, revision ${revision}`}.${by}`;
}
