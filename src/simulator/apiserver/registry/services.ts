// What the registry does to Services: cluster IPs, node ports, IP families. Models pkg/registry/core/service/storage/alloc.go
// and pkg/registry/core/service/strategy.go.
import type { Service, ServicePort, ServiceSpec } from '../../../model/generated/core.v1.ts';
import { equal } from '../../../model/paths.ts';
import { internalError, invalid } from '../../../model/status.ts';
import { type Context, refuse } from '../context.ts';
import { find, keyFor, prefixOf, remove, write } from '../storage.ts';
import { addressProblem, drawAddress, drawPort, NODE_PORTS, usedPorts } from './service-allocation.ts';
import { type Obj, part, type Strategy } from './strategy.ts';

type Spec = { -readonly [K in keyof ServiceSpec]: ServiceSpec[K] };

const specOf = (o: Obj | Service | undefined): ServiceSpec => (o as Service | undefined)?.spec ?? {};
const needsClusterIP = (s: ServiceSpec): boolean => ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(s.type ?? '');
const needsNodePort = (s: ServiceSpec): boolean =>
  s.type === 'NodePort' || (s.type === 'LoadBalancer' && s.allocateLoadBalancerNodePorts !== false);
const needsHealthPort = (s: ServiceSpec): boolean => s.type === 'LoadBalancer' && s.externalTrafficPolicy === 'Local';
const headless = (s: ServiceSpec): boolean => s.clusterIP === 'None';

function problem(o: Obj, field: string, value: unknown, why: string): never {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
  return refuse(
    invalid({ group: '', kind: 'Service' }, o.metadata.name ?? '', [{ reason: 'FieldValueInvalid', field, message }]),
  );
}

function without(s: Spec, ...fields: (keyof ServiceSpec)[]): void {
  for (const f of fields) delete s[f];
}

/** clusterIP and clusterIPs[0] are one; whichever changed wins. Models normalizeClusterIPs. */
function joinClusterIPs(s: Spec, old: ServiceSpec | undefined): void {
  if (old === undefined) {
    if ((s.clusterIPs ?? []).length === 0 && s.clusterIP) s.clusterIPs = [s.clusterIP];
    return;
  }
  const sameOne = (s.clusterIP ?? '') === (old.clusterIP ?? '');
  const sameList = equal(s.clusterIPs ?? [], old.clusterIPs ?? []);
  if (!sameOne && sameList) {
    if (!s.clusterIP) without(s, 'clusterIPs');
    else s.clusterIPs = [s.clusterIP];
  } else if (sameOne && !sameList && (s.clusterIPs ?? []).length === 0 && s.clusterIP) {
    // Clearing the list alone keeps the address.
    s.clusterIPs = [s.clusterIP];
  }
}

/** The families of the addresses. This cluster's Services have IPv4 alone. Models initIPFamilyFields. */
function families(o: Obj, s: Spec): void {
  if (s.type === 'ExternalName') return;
  const open = headless(s) && Object.keys(s.selector ?? {}).length === 0;
  s.ipFamilyPolicy ??= open ? 'RequireDualStack' : 'SingleStack';
  if ((s.ipFamilies ?? []).length === 0) s.ipFamilies = ['IPv4'];
  if (open && s.ipFamilyPolicy !== 'SingleStack' && s.ipFamilies?.length === 1)
    s.ipFamilies = s.ipFamilies[0] === 'IPv4' ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4'];
  if (open) return;
  if (s.ipFamilyPolicy === 'RequireDualStack')
    problem(o, 'spec.ipFamilyPolicy', s.ipFamilyPolicy, 'this cluster is not configured for dual-stack services');
  const other = s.ipFamilies?.findIndex((family) => family !== 'IPv4') ?? -1;
  if (other >= 0) problem(o, `spec.ipFamilies[${other}]`, s.ipFamilies?.[other], 'not configured on this cluster');
}

function address(o: Obj, s: Spec, old: ServiceSpec | undefined, ctx: Context): void {
  if (!needsClusterIP(s) || headless(s)) return;
  if (!s.clusterIP) {
    const drawn = drawAddress(ctx);
    if (drawn === undefined) refuse(internalError('failed to allocate a serviceIP: range is full'));
    s.clusterIP = drawn;
    s.clusterIPs = [drawn];
    return;
  }
  if (s.clusterIP === old?.clusterIP && old !== undefined && needsClusterIP(old)) return;
  const why = addressProblem(ctx, s.clusterIP);
  if (why !== undefined) problem(o, 'spec.clusterIPs', s.clusterIPs ?? [s.clusterIP], why);
}

function port(o: Obj, p: ServicePort, i: number, had: ReadonlySet<number>, used: Set<number>, ctx: Context): void {
  const wanted = p.nodePort ?? 0;
  if (wanted === 0 || had.has(wanted) || ctx.dryRun) return;
  const { first, last } = NODE_PORTS;
  const field = `spec.ports[${i}].nodePort`;
  if (wanted < first || wanted > last)
    problem(o, field, wanted, `provided port is not in the valid range. The range of valid ports is ${first}-${last}`);
  if (used.has(wanted)) problem(o, field, wanted, 'provided port is already allocated');
  used.add(wanted);
}

/** Ports of one number in two protocols share one node port. */
function nodePorts(o: Obj, s: Spec, old: ServiceSpec | undefined, ctx: Context): void {
  if (!needsNodePort(s) && !needsHealthPort(s)) return;
  const used = usedPorts(ctx, o.metadata.uid);
  const had = new Set((old?.ports ?? []).map((p) => p.nodePort ?? 0));
  if (needsNodePort(s)) {
    const drawn = new Map<number, number>();
    const mine: number[] = (s.ports ?? []).map((p) => p.nodePort ?? 0);
    for (const [i, p] of (s.ports ?? []).entries()) port(o, p, i, had, used, ctx);
    for (const n of mine) if (n > 0) used.add(n);
    s.ports = (s.ports ?? []).map((p) => {
      if (p.nodePort) return p;
      const number = drawn.get(p.port) ?? draw(ctx, used, mine);
      drawn.set(p.port, number);
      mine.push(number);
      return { ...p, nodePort: number };
    });
  }
  if (needsHealthPort(s) && !s.healthCheckNodePort)
    s.healthCheckNodePort = draw(
      ctx,
      used,
      (s.ports ?? []).map((p) => p.nodePort ?? 0),
    );
}

function draw(ctx: Context, used: Set<number>, mine: readonly number[]): number {
  const drawn = drawPort(ctx, used, mine);
  if (drawn === undefined) refuse(internalError('failed to allocate a nodePort: range is full'));
  used.add(drawn);
  return drawn;
}

function create(o: Obj, ctx: Context): Obj {
  const s: Spec = { ...specOf(o) };
  joinClusterIPs(s, undefined);
  families(o, s);
  address(o, s, undefined, ctx);
  nodePorts(o, s, undefined, ctx);
  return { ...o, spec: s };
}

/** What the server chose stays when the writer leaves it out. Models patchAllocatedValues. */
function keepAllocated(s: Spec, old: ServiceSpec): void {
  if (needsClusterIP(old) && needsClusterIP(s)) {
    if (!s.clusterIP && old.clusterIP) s.clusterIP = old.clusterIP;
    if ((s.clusterIPs ?? []).length === 0 && s.clusterIP === old.clusterIP && old.clusterIPs)
      s.clusterIPs = old.clusterIPs;
  }
  if (needsNodePort(old) && needsNodePort(s)) {
    const before = new Map((old.ports ?? []).map((p) => [p.name ?? '', p.nodePort ?? 0]));
    const used = new Set((s.ports ?? []).map((p) => p.nodePort ?? 0).filter((n) => n > 0));
    s.ports = (s.ports ?? []).map((p) => {
      const had = before.get(p.name ?? '') ?? 0;
      if (p.nodePort || had === 0 || used.has(had)) return p;
      used.add(had);
      return { ...p, nodePort: had };
    });
  }
  if (needsHealthPort(old) && needsHealthPort(s) && !s.healthCheckNodePort && old.healthCheckNodePort)
    s.healthCheckNodePort = old.healthCheckNodePort;
}

/** Fields that a change of type leaves without meaning go, unless the writer set them. Models dropTypeDependentFields. */
function dropForType(s: Spec, old: ServiceSpec): void {
  if (needsClusterIP(old) && !needsClusterIP(s) && s.clusterIP === old.clusterIP) without(s, 'clusterIP', 'clusterIPs');
  if (old.type !== 'ExternalName' && s.type === 'ExternalName') {
    if (equal(s.ipFamilies, old.ipFamilies)) without(s, 'ipFamilies');
    if (s.ipFamilyPolicy === old.ipFamilyPolicy) without(s, 'ipFamilyPolicy');
    if (s.internalTrafficPolicy === old.internalTrafficPolicy) without(s, 'internalTrafficPolicy');
  }
  if (needsNodePort(old) && !needsNodePort(s)) {
    const had = new Set((old.ports ?? []).map((p) => p.nodePort ?? 0));
    if ((s.ports ?? []).every((p) => !p.nodePort || had.has(p.nodePort)))
      s.ports = (s.ports ?? []).map(({ nodePort: _, ...rest }) => rest);
  }
  if (needsHealthPort(old) && !needsHealthPort(s) && s.healthCheckNodePort === old.healthCheckNodePort)
    without(s, 'healthCheckNodePort');
  if (old.type === 'LoadBalancer' && s.type !== 'LoadBalancer') {
    if (s.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts)
      without(s, 'allocateLoadBalancerNodePorts');
    if (s.loadBalancerClass === old.loadBalancerClass) without(s, 'loadBalancerClass');
  }
  const external = (x: ServiceSpec): boolean =>
    x.type === 'NodePort' || x.type === 'LoadBalancer' || (x.externalIPs ?? []).length > 0;
  if (external(old) && !external(s) && s.externalTrafficPolicy === old.externalTrafficPolicy)
    without(s, 'externalTrafficPolicy');
}

function update(next: Obj, old: Obj, ctx: Context): Obj {
  const s: Spec = { ...specOf(next) };
  const before = specOf(old);
  keepAllocated(s, before);
  joinClusterIPs(s, before);
  dropForType(s, before);
  families(next, s);
  address(next, s, before, ctx);
  nodePorts(next, s, before, ctx);
  // Only a load balancer has a load balancer's status; the status endpoint refuses it for other types.
  const lost = before.type === 'LoadBalancer' && s.type !== 'LoadBalancer';
  return { ...next, spec: s, ...(lost ? { status: { ...part(next, 'status'), loadBalancer: {} } } : {}) };
}

function allocated(o: Obj | undefined): readonly string[] {
  const s = specOf(o);
  return o !== undefined && needsClusterIP(s) && !headless(s) ? (s.clusterIPs ?? []) : [];
}

/** Every address in use is an IPAddress object. Models ipallocator.Allocator.createIPAddress. */
function claimAddresses(next: Obj | undefined, old: Obj | undefined, ctx: Context): void {
  const r = ctx.core.resource('networking.k8s.io', 'ipaddresses', 'v1');
  if (r === undefined || ctx.dryRun) return;
  const [now, before] = [allocated(next), allocated(old)];
  for (const ip of now) {
    if (before.includes(ip) || ctx.core.store.get(keyFor(r, '', ip)) !== undefined) continue;
    const { name = '', namespace = '' } = (next ?? old)?.metadata ?? {};
    const labels = {
      'ipaddress.kubernetes.io/ip-family': ip.includes(':') ? 'IPv6' : 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    };
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name: ip, uid: ctx.core.random.uuid(), creationTimestamp: ctx.now, labels },
      spec: { parentRef: { resource: 'services', namespace, name } },
    };
    write(ctx, r, object);
  }
  for (const ip of before) {
    const held = ctx.core.store.get(prefixOf(r) + ip)?.value;
    if (!now.includes(ip) && held !== undefined) remove(ctx, r, held);
  }
}

/** Its Endpoints go with a Service at once. Models afterDelete in pkg/registry/core/service/storage/storage.go. */
function commit(next: Obj | undefined, old: Obj | undefined, ctx: Context): void {
  claimAddresses(next, old, ctx);
  const endpoints = ctx.core.resource('', 'endpoints', 'v1');
  if (next !== undefined || old === undefined || endpoints === undefined) return;
  const { name = '', namespace = '' } = old.metadata;
  const held = find(ctx, endpoints, namespace, name);
  if (held !== undefined) remove(ctx, endpoints, held);
}

export const services: Strategy = {
  create,
  update,
  commit,
  createOnUpdate: true,
  returnsDeleted: true,
};
