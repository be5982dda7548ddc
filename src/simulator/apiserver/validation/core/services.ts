// Models the checks of Services.
import type { ServicePort, ServiceSpec } from '../../../../model/generated/core.v1.ts';
import {
  dnsLabel,
  dnsSubdomain,
  IMMUTABLE,
  optionalEnum,
  portNumberOrName,
  qualifiedName,
  requiredEnum,
} from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateLegacyCidr, validateLegacyIp, validateNonSpecialIp } from '../ip.ts';
import { type StringMap, validateLabels } from '../labels.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { isPortNumber, nameIsDnsLabel } from '../names.ts';
import { PROTOCOLS } from '../pods/enums.ts';
import { SPEC } from '../pods/pod.ts';
import { Ordered } from '../value.ts';
import { type LooseService, validateLoadBalancerStatus } from './loadbalancer.ts';
import { validateClusterIps, validateClusterIpUpdate, validateFamilyUpdate } from './serviceips.ts';

type Spec = Loose<ServiceSpec>;

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

export const isHeadless = ({ clusterIPs = [] }: Spec): boolean => clusterIPs.length === 1 && clusterIPs[0] === 'None';

/** Reachable from outside: by node port, load balancer or an external address. */
const isExternal = (spec: Spec): boolean =>
  spec.type === 'LoadBalancer' ||
  spec.type === 'NodePort' ||
  (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

const needsHealthCheck = (spec: Spec): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

export function validateService(errs: Errors, o: LooseService): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsLabel });
  validateBody(errs, o, undefined);
}

export function validateServiceUpdate(errs: Errors, now: LooseService, old: LooseService): void {
  const spec = now.spec ?? {};
  const before = old.spec ?? {};
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateClusterIpUpdate(errs, spec, before);
  validateFamilyUpdate(errs, spec, before);
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer') {
    if (spec.loadBalancerClass !== before.loadBalancerClass) {
      errs.invalid(SPEC.child('loadBalancerClass'), spec.loadBalancerClass, 'may not change once set');
    }
  }
  validateLoadBalancerClass(errs, spec);
  const ports = needsHealthCheck(before) && needsHealthCheck(spec);
  if (ports && spec.healthCheckNodePort !== before.healthCheckNodePort) {
    errs.forbidden(SPEC.child('healthCheckNodePort'), IMMUTABLE);
  }
  validateBody(errs, now, old);
}

export function validateServiceStatus(errs: Errors, now: LooseService, old: LooseService): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateLoadBalancerStatus(errs, now, old);
}

function validateBody(errs: Errors, o: LooseService, old: LooseService | undefined): void {
  const spec = o.spec ?? {};
  const annotations: StringMap = o.metadata?.annotations ?? {};
  const mode = annotations[MODE];
  if (mode !== undefined && annotations[HINTS] !== undefined && mode !== annotations[HINTS]) {
    const at = METADATA.child('annotations').key(MODE);
    errs.invalid(at, mode, `must match annotations[${HINTS}] when both are specified`);
  }
  validateByType(errs, spec);
  validatePorts(errs, spec);
  if (spec.selector) validateLabels(errs, SPEC.child('selector'), spec.selector);
  validateAffinity(errs, spec);
  validateClusterIps(errs, spec, old?.spec);
  validateExternalIps(errs, spec, old?.spec);
  requiredEnum(errs, SPEC.child('type'), spec.type, TYPES);
  validatePortCollisions(errs, spec);
  validateSourceRanges(errs, o, old);
  validateLoadBalancing(errs, spec);
  validateTraffic(errs, spec);
}

function validateByType(errs: Errors, spec: Spec): void {
  const { type = '', ports = [] } = spec;
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errs.required(SPEC.child('ports'));
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const at = SPEC.child('clusterIPs').index(0);
    errs.invalid(at, 'None', `may not be set to 'None' for ${type} services`);
  }
  if (type !== 'ExternalName') return;
  const detail = 'may not be set for ExternalName services';
  if (spec.clusterIPs?.length) errs.forbidden(SPEC.child('clusterIPs'), detail);
  if (spec.ipFamilies?.length) errs.forbidden(SPEC.child('ipFamilies'), detail);
  if (spec.ipFamilyPolicy !== undefined) errs.forbidden(SPEC.child('ipFamilyPolicy'), detail);
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errs.required(SPEC.child('externalName'));
  else dnsSubdomain(errs, SPEC.child('externalName'), name);
}

function validatePorts(errs: Errors, spec: Spec): void {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    validatePort(errs, SPEC.child('ports').index(i), port, ports.length > 1, names);
  }
}

function validatePort(errs: Errors, path: Path, port: Loose<ServicePort>, named: boolean, names: Set<string>): void {
  const { name = '', port: number = 0, protocol, targetPort, appProtocol } = port;
  if (name !== '') {
    dnsLabel(errs, path.child('name'), name);
    if (names.has(name)) errs.duplicate(path.child('name'), name);
    names.add(name);
  } else if (named) errs.required(path.child('name'));
  errs.each(path.child('port'), number, isPortNumber(number));
  requiredEnum(errs, path.child('protocol'), protocol, PROTOCOLS);
  portNumberOrName(errs, path.child('targetPort'), targetPort);
  if (appProtocol !== undefined) qualifiedName(errs, path.child('appProtocol'), appProtocol);
}

function validateAffinity(errs: Errors, spec: Spec): void {
  const { sessionAffinity, sessionAffinityConfig: config } = spec;
  requiredEnum(errs, SPEC.child('sessionAffinity'), sessionAffinity, ['ClientIP', 'None']);
  const at = SPEC.child('sessionAffinityConfig');
  if (sessionAffinity === 'None') {
    if (config) errs.forbidden(at, 'must not be set when session affinity is None');
    return;
  }
  if (sessionAffinity !== 'ClientIP') return;
  const detail = 'when session affinity type is ClientIP';
  const timeout = config?.clientIP?.timeoutSeconds;
  const seconds = at.child('clientIP').child('timeoutSeconds');
  if (!config) errs.required(at, detail);
  else if (!config.clientIP) errs.required(at.child('clientIP'), detail);
  else if (timeout === undefined) errs.required(seconds, detail);
  else if (timeout <= 0 || timeout > 86_400) {
    errs.invalid(seconds, timeout, 'must be greater than 0 and less than 86400');
  }
}

function validateExternalIps(errs: Errors, spec: Spec, old: Spec | undefined): void {
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) {
    const at = SPEC.child('externalIPs').index(i);
    const before = errs.count;
    validateLegacyIp(errs, at, ip, old?.externalIPs);
    if (errs.count === before) validateNonSpecialIp(errs, at, ip);
  }
}

function validatePortCollisions(errs: Errors, spec: Spec): void {
  const ports = spec.ports ?? [];
  const at = (i: number): Path => SPEC.child('ports').index(i);
  if (spec.type === 'ClusterIP') {
    for (const [i, { nodePort = 0 }] of ports.entries()) {
      if (nodePort !== 0) errs.forbidden(at(i).child('nodePort'), "may not be used when `type` is 'ClusterIP'");
    }
  }
  const seen = new Set<string>();
  for (const [i, { nodePort = 0, protocol = '' }] of ports.entries()) {
    if (nodePort === 0) continue;
    const key = `${protocol} node ${nodePort}`;
    if (seen.has(key)) errs.duplicate(at(i).child('nodePort'), nodePort);
    seen.add(key);
  }
  for (const [i, { port = 0, protocol = '' }] of ports.entries()) {
    const key = `${protocol} ${port}`;
    if (seen.has(key)) errs.duplicate(at(i), portKey(protocol, port));
    seen.add(key);
  }
}

/** Upstream compares ports by a struct of which only two fields are filled in, and prints all of it. */
function portKey(protocol: string, port: number): Ordered {
  return new Ordered([
    ['Name', ''],
    ['Protocol', protocol],
    ['AppProtocol', undefined],
    ['Port', port],
    ['TargetPort', 0],
    ['NodePort', 0],
  ]);
}

function validateSourceRanges(errs: Errors, o: LooseService, old: LooseService | undefined): void {
  const { loadBalancerSourceRanges: ranges = [], type } = o.spec ?? {};
  const detail = "may only be used when `type` is 'LoadBalancer'";
  const annotation = o.metadata?.annotations?.[SOURCE_RANGES];
  if (ranges.length > 0) {
    const at = SPEC.child('LoadBalancerSourceRanges');
    if (type !== 'LoadBalancer') errs.forbidden(at, detail);
    const existing = (old?.spec?.loadBalancerSourceRanges ?? []).map((r) => r.trim());
    for (const [i, range] of ranges.entries()) validateLegacyCidr(errs, at.index(i), range.trim(), existing);
  } else if (annotation !== undefined) {
    const at = METADATA.child('annotations').key(SOURCE_RANGES);
    if (type !== 'LoadBalancer') errs.forbidden(at, detail);
    if (old?.metadata?.annotations?.[SOURCE_RANGES] === annotation || annotation.trim() === '') return;
    for (const range of annotation.trim().split(',')) validateLegacyCidr(errs, at, range.trim());
  }
}

function validateLoadBalancerClass(errs: Errors, { type, loadBalancerClass }: Spec): void {
  if (loadBalancerClass === undefined) return;
  const at = SPEC.child('loadBalancerClass');
  if (type === 'LoadBalancer') qualifiedName(errs, at, loadBalancerClass);
  else errs.forbidden(at, "may only be used when `type` is 'LoadBalancer'");
}

function validateLoadBalancing(errs: Errors, spec: Spec): void {
  const { type, allocateLoadBalancerNodePorts: allocate } = spec;
  const field = 'allocateLoadBalancerNodePorts';
  if (allocate !== undefined && type !== 'LoadBalancer') {
    errs.forbidden(SPEC.child(field), "may only be used when `type` is 'LoadBalancer'");
  }
  // Upstream leaves `spec` out of this path.
  if (type === 'LoadBalancer' && allocate === undefined) errs.required(Path.of(field));
  validateLoadBalancerClass(errs, spec);
}

function validateTraffic(errs: Errors, spec: Spec): void {
  const {
    externalTrafficPolicy: external = '',
    healthCheckNodePort: health = 0,
    internalTrafficPolicy: internal,
  } = spec;
  const at = SPEC.child('externalTrafficPolicy');
  if (isExternal(spec)) requiredEnum(errs, at, external, POLICIES);
  else if (external !== '') errs.invalid(at, external, 'may only be set for externally-accessible services');
  const port = SPEC.child('healthCheckNodePort');
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (health !== 0) errs.invalid(port, health, detail);
  } else if (health === 0) errs.required(port);
  else errs.each(port, health, isPortNumber(health));
  if (internal === undefined) {
    const needed = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || spec.type === 'ClusterIP';
    if (needed) errs.required(SPEC.child('internalTrafficPolicy'));
  }
  optionalEnum(errs, SPEC, 'internalTrafficPolicy', internal, POLICIES);
  optionalEnum(errs, SPEC, 'trafficDistribution', spec.trafficDistribution, DISTRIBUTIONS);
}
