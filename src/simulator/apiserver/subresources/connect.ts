// What goes on to a kubelet: logs, exec, attach, port-forward. The API server finds the node and checks the request; the
// kubelet answers. Models pkg/registry/core/pod/rest and LogLocation, streamLocation in pkg/registry/core/pod/strategy.go.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { Status } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { badRequest, invalid, notFound, serviceUnavailable } from '../../../model/status.ts';
import type { Connection, TextStream } from '../api.ts';
import { type Authorizer, attributesOf, cannot, refusal } from '../authz/attributes.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import type { Registry } from '../registry/create.ts';
import { first, parseBool } from '../request.ts';
import { find } from '../storage.ts';

export interface LogRequest {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  /** RFC 3339. */
  readonly sinceTime?: string | undefined;
  readonly limitBytes?: number | undefined;
}

/** The kubelets' own servers (port 10250), as the API server reaches them. */
export interface Kubelets {
  /** What a container has written; a stream where it is followed; a Status where the kubelet refuses. */
  log(request: LogRequest): { readonly text: string } | { readonly stream: TextStream } | { readonly status: Status };
  /** What answers on a pod's port to `GET /path`; undefined where nothing listens. */
  answerOn(pod: Pod, port: number, line: string): string | undefined;
  /** Whether the kubelet of a node runs. */
  running(node: string): boolean;
}

function podOf(ctx: Context, r: ResourceInfo): Pod {
  const found = find(ctx, r, ctx.info.namespace, ctx.info.name) as Pod | undefined;
  return found ?? refuse(notFound(ctx.groupResource, ctx.info.name));
}

/** The container asked for, or the only one. */
function containerOf(ctx: Context, pod: Pod): string {
  const { spec } = pod;
  const asked = first(ctx.request.query, 'container') ?? '';
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  const name = pod.metadata?.name ?? '';
  if (asked !== '') {
    if (!all.some((c) => c.name === asked)) refuse(badRequest(`container ${asked} is not valid for pod ${name}`));
    return asked;
  }
  const main = (spec?.containers ?? []).map((c) => c.name);
  if (main.length === 1) return main[0] ?? '';
  const init = (spec?.initContainers ?? []).map((c) => c.name);
  const choices = `choose one of: [${main.join(' ')}]`;
  const others = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : '';
  return refuse(badRequest(`a container name must be specified for pod ${name}, ${choices}${others}`));
}

function count(ctx: Context, name: string, least: number): number | undefined {
  const text = first(ctx.request.query, name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  const message = `Invalid value: ${text}: must be greater than or equal to ${least}`;
  return refuse(
    invalid({ group: '', kind: 'PodLogOptions' }, '', [{ reason: 'FieldValueInvalid', field: name, message }]),
  );
}

const on = (ctx: Context, name: string): boolean => parseBool(first(ctx.request.query, name)) ?? false;

export function log(ctx: Context, kubelets: Kubelets | undefined, r: ResourceInfo): Answer {
  const pod = podOf(ctx, r);
  const container = containerOf(ctx, pod);
  const node = pod.spec?.nodeName;
  // A pod that is on no node has written nothing.
  if (!node) return { code: 200, text: '', contentType: 'text/plain' };
  if (kubelets === undefined) return refuse(serviceUnavailable('containers in this cluster keep no logs'));
  const answer = kubelets.log({
    node,
    namespace: ctx.info.namespace,
    pod: ctx.info.name,
    uid: pod.metadata?.uid ?? '',
    container,
    follow: on(ctx, 'follow'),
    previous: on(ctx, 'previous'),
    timestamps: on(ctx, 'timestamps'),
    tailLines: count(ctx, 'tailLines', 0),
    sinceSeconds: count(ctx, 'sinceSeconds', 1),
    sinceTime: first(ctx.request.query, 'sinceTime'),
    limitBytes: count(ctx, 'limitBytes', 1),
  });
  if ('status' in answer) return refuse(answer.status);
  return { code: 200, contentType: 'text/plain', ...answer };
}

/**
 * Whoever reaches into a pod needs `create`, also by a GET as websockets begin. Source: the gate
 * AuthorizePodWebsocketUpgradeCreatePermission, on since v1.35.
 */
function mayCreate(ctx: Context, authorizer: Authorizer): void {
  if (ctx.info.verb === 'create') return;
  const attributes = attributesOf(ctx.user, { ...ctx.info, verb: 'create' }, undefined);
  const decision = authorizer.authorize(attributes);
  if (decision?.allowed) return;
  ctx.refuse('authorization', refusal(attributes, decision?.reason ?? ''), cannot(attributes));
}

const OPTIONS = { exec: 'PodExecOptions', attach: 'PodAttachOptions', portforward: 'PodPortForwardOptions' } as const;

/** What admission sees of such a request: its query as an object. */
function optionsObject(kind: Connection['kind'], c: Connection): KubeObject {
  const head = { kind: OPTIONS[kind], apiVersion: 'v1' };
  if (kind === 'portforward') return { ...head, ports: c.ports } as unknown as KubeObject;
  const { stdin, stdout, stderr, tty, container, command } = c;
  const flags = Object.fromEntries(Object.entries({ stdin, stdout, stderr, tty }).filter(([, on]) => on));
  return { ...head, ...flags, container, ...(kind === 'exec' ? { command } : {}) } as unknown as KubeObject;
}

/** exec, attach and port-forward: the adapter that holds the socket carries the bytes. */
export function connect(
  ctx: Context,
  site: { readonly authorizer: Authorizer; readonly registry: Registry },
  r: ResourceInfo,
  kind: Connection['kind'],
): Answer {
  mayCreate(ctx, site.authorizer);
  const pod = podOf(ctx, r);
  const { query } = ctx.request;
  const node = pod.spec?.nodeName;
  if (!node) return refuse(badRequest(`pod ${ctx.info.name} does not have a host assigned`));
  const command = query?.command ?? [];
  if (kind === 'exec' && command.length === 0)
    refuse(badRequest('you must specify at least 1 command for the container'));
  const connection: Connection = {
    kind,
    node,
    namespace: ctx.info.namespace,
    pod: ctx.info.name,
    container: kind === 'portforward' ? '' : containerOf(ctx, pod),
    command,
    stdin: on(ctx, 'stdin'),
    stdout: on(ctx, 'stdout'),
    stderr: on(ctx, 'stderr'),
    tty: on(ctx, 'tty'),
    ports: (query?.ports ?? []).flatMap((p) => p.split(',').map(Number)),
  };
  const { namespace, name } = ctx.info;
  const review = {
    ctx,
    operation: 'CONNECT' as const,
    resource: r,
    subresource: kind,
    namespace,
    name,
    old: undefined,
  };
  const object = site.registry.admission.mutate({ ...review, object: optionsObject(kind, connection) });
  site.registry.admission.validate({ ...review, object });
  return { code: 101, connection };
}
