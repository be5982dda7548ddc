// `pods|services|nodes/NAME/proxy/…`: a request goes on to a program in the cluster. Models ResourceLocation of
// pkg/registry/core/{pod,service,node} and UpgradeAwareHandler in k8s.io/apimachinery/pkg/util/proxy.
import type { Endpoints, Node, Pod, Service } from '../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { badRequest, notFound, serviceUnavailable } from '../../../model/status.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import type { Registry } from '../registry/create.ts';
import { find, objectsOf } from '../storage.ts';
import type { Kubelets } from './connect.ts';

/** Source: KubeletPort, pkg/cluster/ports/ports.go. */
const KUBELET_PORT = 10250;
const OPTIONS: Record<string, string> = {
  pods: 'PodProxyOptions',
  services: 'ServiceProxyOptions',
  nodes: 'NodeProxyOptions',
};

interface Target {
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** `name`, `name:port`, `scheme:name:port`. Models SplitSchemeNamePort. */
function split(id: string): Target | undefined {
  const parts = id.split(':');
  const [a = '', b = '', c = ''] = parts;
  if (parts.length === 1) return a === '' ? undefined : { scheme: '', name: a, port: '' };
  if (parts.length === 2) return a === '' ? undefined : { scheme: '', name: a, port: b };
  if (parts.length !== 3 || b === '' || !['', 'http', 'https'].includes(a)) return undefined;
  return { scheme: a, name: b, port: c };
}

function unreachable(host: string, port: number | string): never {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return refuse(serviceUnavailable(`error trying to reach service: dial tcp ${address}: connect: connection refused`));
}

export interface ProxySite {
  readonly registry: Registry;
  readonly kubelets: Kubelets | undefined;
}

function answerOf(ctx: Context, site: ProxySite, pod: Pod, port: number, target: Target): Answer {
  const line = `${ctx.request.method} /${ctx.info.rest}`;
  const ip = pod.status?.podIP ?? '';
  const text = site.kubelets?.answerOn(pod, port, line);
  if (text === undefined) return unreachable(ip, port);
  ctx.simplification =
    'a stand-in answers on the ports that a running container declares: what its real image would answer is not known';
  if (target.scheme === 'https')
    refuse(serviceUnavailable('error trying to reach service: http: server gave HTTP response to HTTPS client'));
  return { code: 200, text };
}

function proxyPod(ctx: Context, site: ProxySite, r: ResourceInfo, target: Target): Answer {
  const pod = find(ctx, r, ctx.info.namespace, target.name) as Pod | undefined;
  if (pod === undefined) return refuse(notFound(ctx.groupResource, target.name));
  const [declared] = (pod.spec?.containers ?? []).flatMap((c) => c.ports ?? []);
  const port = target.port === '' ? (declared?.containerPort ?? 80) : Number(target.port);
  if (!Number.isInteger(port)) refuse(badRequest(`invalid port ${JSON.stringify(target.port)}`));
  if (!pod.status?.podIP) refuse(badRequest('address not allowed'));
  return answerOf(ctx, site, pod, port, target);
}

/** The name of the port that was asked for by its number. */
function portName(service: Service, name: string, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const found = (service.spec?.ports ?? []).find((p) => p.port === Number(port));
  if (found === undefined)
    return refuse(serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`));
  return found.name ?? '';
}

function proxyService(ctx: Context, site: ProxySite, r: ResourceInfo, target: Target): Answer {
  const { namespace } = ctx.info;
  const service = find(ctx, r, namespace, target.name) as Service | undefined;
  if (service === undefined) return refuse(notFound(ctx.groupResource, target.name));
  const port = portName(service, target.name, target.port);
  const held = ctx.core.store.get(`/registry/services/endpoints/${namespace}/${target.name}`)?.value;
  if (held === undefined) return refuse(notFound({ group: '', resource: 'endpoints' }, target.name));
  const { subsets = [] } = held as Endpoints;
  if (subsets.length === 0)
    refuse(serviceUnavailable(`no endpoints available for service ${JSON.stringify(target.name)}`));
  for (const { addresses = [], ports = [] } of subsets) {
    const found = ports.find((p) => (p.name ?? '') === port);
    const [address] = addresses;
    if (found === undefined || address === undefined) continue;
    const { kind, name = '' } = address.targetRef ?? {};
    const pod = kind === 'Pod' ? ctx.core.store.get(`/registry/pods/${namespace}/${name}`)?.value : undefined;
    if (pod === undefined) return unreachable(address.ip ?? '', found.port);
    return answerOf(ctx, site, pod as Pod, found.port, target);
  }
  return refuse(serviceUnavailable(`no endpoints available for service ${JSON.stringify(ctx.info.name)}`));
}

function proxyNode(ctx: Context, site: ProxySite, r: ResourceInfo, target: Target): Answer {
  const node = find(ctx, r, '', target.name) as Node | undefined;
  if (node === undefined) return refuse(notFound(ctx.groupResource, target.name));
  const address = (node.status?.addresses ?? []).find((a) => a.type === 'InternalIP')?.address ?? target.name;
  const port = target.port === '' ? KUBELET_PORT : Number(target.port);
  if (port !== KUBELET_PORT || !site.kubelets?.running(target.name)) return unreachable(address, port);
  if (ctx.info.rest === 'healthz') return { code: 200, text: 'ok' };
  if (ctx.info.rest === 'pods' || ctx.info.rest === 'runningpods') {
    const pods = ctx.core.resource('', 'pods', 'v1');
    const all = pods === undefined ? [] : [...objectsOf<KubeObject & Pod>(ctx.core.store, pods)];
    const items = all.filter((p) => p.spec?.nodeName === target.name);
    return { code: 200, body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items } };
  }
  ctx.simplification = 'of the kubelet’s own paths only /healthz and /pods are simulated';
  return { code: 404, text: '404 page not found\n' };
}

export function proxy(ctx: Context, site: ProxySite, r: ResourceInfo): Answer {
  const { info, request } = ctx;
  const target = split(info.name);
  if (target === undefined) return refuse(badRequest(`invalid ${r.singular} request ${JSON.stringify(info.name)}`));
  const path = `/${info.rest}`;
  const options = { kind: OPTIONS[r.plural] ?? '', apiVersion: 'v1', path } as unknown as KubeObject;
  const { namespace, name } = info;
  const review = {
    ctx,
    operation: 'CONNECT' as const,
    resource: r,
    subresource: 'proxy',
    namespace,
    name,
    old: undefined,
  };
  const object = site.registry.admission.mutate({ ...review, object: options });
  site.registry.admission.validate({ ...review, object });
  // Relative links of a page at the root work only below a slash.
  if (info.rest === '' && !request.path.endsWith('/') && (request.method === 'GET' || request.method === 'HEAD'))
    return { code: 301, text: '', headers: { Location: `${request.path}/` } };
  if (r.plural === 'pods') return proxyPod(ctx, site, r, target);
  return r.plural === 'services' ? proxyService(ctx, site, r, target) : proxyNode(ctx, site, r, target);
}
