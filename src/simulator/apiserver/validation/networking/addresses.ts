// Models the checks of IPAddresses, ServiceCIDRs and EndpointSlices.
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../../model/generated/discovery.v1.ts';
import type { IPAddress, ParentReference, ServiceCIDR } from '../../../../model/generated/networking.v1.ts';
import { dnsLabel, dnsSubdomain, immutable, qualifiedName } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { BAD_IP, isIpv6, parseIp, validateCidr, validateNonSpecialIp } from '../ip.ts';
import { validateLabels } from '../labels.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isLabelValue, nameIsDnsSubdomain } from '../names.ts';
import { PROTOCOLS } from '../pods/enums.ts';
import { SPEC } from '../pods/pod.ts';
import { fullyQualifiedDomain, pathSegment, requiredSegment } from '../references.ts';
import { Ordered } from '../value.ts';

export function validateIpAddress(errs: Errors, o: Loose<IPAddress>): void {
  const name = (text: string): readonly string[] => (parseIp(text) ? [] : [BAD_IP]);
  validateMeta(errs, o.metadata, { namespaced: false, name });
  const parent = o.spec?.parentRef;
  const at = SPEC.child('parentRef');
  if (!parent) {
    errs.required(at);
    return;
  }
  if (parent.group) dnsSubdomain(errs, at.child('group'), parent.group);
  requiredSegment(errs, at.child('resource'), parent.resource);
  requiredSegment(errs, at.child('name'), parent.name);
  if (parent.namespace) pathSegment(errs, at.child('namespace'), parent.namespace);
}

function parentValue(parent: Loose<ParentReference> | undefined): Ordered | undefined {
  if (!parent) return undefined;
  return new Ordered([
    ['Group', parent.group ?? ''],
    ['Resource', parent.resource ?? ''],
    ['Namespace', parent.namespace ?? ''],
    ['Name', parent.name ?? ''],
  ]);
}

export function validateIpAddressUpdate(errs: Errors, now: Loose<IPAddress>, old: Loose<IPAddress>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  const parent = now.spec?.parentRef;
  immutable(errs, SPEC.child('parentRef'), parent, old.spec?.parentRef, parentValue(parent));
}

export function validateServiceCidr(errs: Errors, o: Loose<ServiceCIDR>): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  validateRanges(errs, o.spec?.cidrs ?? []);
}

function validateRanges(errs: Errors, cidrs: readonly string[]): void {
  const at = SPEC.child('cidrs');
  const shown = new Ordered([['CIDRs', cidrs]]);
  const v6 = cidrs.filter((cidr) => isIpv6(cidr.split('/')[0] ?? '')).length;
  if (cidrs.length === 0) errs.required(at, 'at least one CIDR required');
  else if (cidrs.length > 2) errs.invalid(at, shown, 'may only hold up to 2 values');
  else if (cidrs.length === 2 && v6 !== 1) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errs.invalid(at, shown, detail);
  } else for (const [i, cidr] of cidrs.entries()) validateCidr(errs, at.index(i), cidr);
}

export function validateServiceCidrUpdate(errs: Errors, now: Loose<ServiceCIDR>, old: Loose<ServiceCIDR>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  const [before, after] = [old.spec?.cidrs ?? [], now.spec?.cidrs ?? []];
  const at = SPEC.child('cidrs');
  // A single range may get one of the other family beside it.
  const dual = before.length === 1 && after.length === 2;
  if (!dual && before.length !== after.length) immutable(errs, at, after, before);
  else for (const [i, cidr] of before.entries()) immutable(errs, at.index(i), after[i], cidr);
  if (dual) validateRanges(errs, after);
}

export function validateMetaOnly(errs: Errors, now: Loose<ServiceCIDR>, old: Loose<ServiceCIDR>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
}

const LIMITS = { endpoints: 1000, addresses: 100, ports: 20_000, topology: 16, hints: 8 };
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const ENDPOINTS = Path.of('endpoints');

function validateAddress(errs: Errors, path: Path, type: string, address: string): void {
  if (type === 'FQDN') fullyQualifiedDomain(errs, path, address);
  else if (type === 'IPv4' || type === 'IPv6') {
    const size = parseIp(address)?.length;
    if (size !== (type === 'IPv4' ? 4 : 16)) errs.invalid(path, address, `must be a valid ${type} address`);
    validateNonSpecialIp(errs, path, address);
  }
}

function validateEndpoint(errs: Errors, path: Path, endpoint: Loose<Endpoint>, type: string): void {
  const { addresses = [], nodeName, deprecatedTopology: topology, hostname, hints } = endpoint;
  const at = path.child('addresses');
  if (addresses.length === 0) errs.required(at, 'must contain at least 1 address');
  else if (addresses.length > LIMITS.addresses) errs.tooMany(at, addresses.length, LIMITS.addresses);
  for (const [i, address] of addresses.entries()) validateAddress(errs, at.index(i), type, address);
  if (nodeName !== undefined) dnsSubdomain(errs, path.child('nodeName'), nodeName);
  if (topology) {
    const where = path.child('deprecatedTopology');
    const size = Object.keys(topology).length;
    if (size > LIMITS.topology) errs.tooMany(where, size, LIMITS.topology);
    validateLabels(errs, where, topology);
  }
  if (hostname !== undefined) dnsLabel(errs, path.child('hostname'), hostname);
  validateHints(errs, path.child('hints').child('forZones'), hints?.forZones ?? [], isLabelValue);
  const nodes = hints?.forNodes ?? [];
  validateHints(errs, path.child('hints').child('forNodes'), nodes, (name) => nameIsDnsSubdomain(name, false));
}

function validateHints(
  errs: Errors,
  path: Path,
  hints: readonly { readonly name?: string | undefined }[],
  check: (name: string) => readonly string[],
): void {
  if (hints.length > LIMITS.hints) {
    errs.tooMany(path, hints.length, LIMITS.hints);
    return;
  }
  const seen = new Set<string>();
  for (const [i, { name = '' }] of hints.entries()) {
    const at = path.index(i).child('name');
    if (seen.has(name)) errs.duplicate(at, name);
    seen.add(name);
    errs.each(at, name, check(name));
  }
}

function validatePorts(errs: Errors, ports: readonly Loose<EndpointPort>[]): void {
  const path = Path.of('ports');
  if (ports.length > LIMITS.ports) {
    errs.tooMany(path, ports.length, LIMITS.ports);
    return;
  }
  const names = new Set<string>();
  for (const [i, { name = '', protocol, appProtocol }] of ports.entries()) {
    const at = path.index(i);
    if (name !== '') dnsLabel(errs, at.child('name'), name);
    if (names.has(name)) errs.duplicate(at.child('name'), name);
    names.add(name);
    if (protocol === undefined) errs.required(at.child('protocol'));
    else if (!PROTOCOLS.includes(protocol)) errs.notSupported(at.child('protocol'), protocol, PROTOCOLS);
    if (appProtocol !== undefined) qualifiedName(errs, at.child('appProtocol'), appProtocol);
  }
}

export function validateEndpointSlice(errs: Errors, o: Loose<EndpointSlice>): void {
  const { addressType: type = '', endpoints = [], ports = [] } = o;
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  if (type === '') errs.required(Path.of('addressType'));
  else if (!ADDRESS_TYPES.includes(type)) errs.notSupported(Path.of('addressType'), type, ADDRESS_TYPES);
  if (endpoints.length > LIMITS.endpoints) errs.tooMany(ENDPOINTS, endpoints.length, LIMITS.endpoints);
  else for (const [i, endpoint] of endpoints.entries()) validateEndpoint(errs, ENDPOINTS.index(i), endpoint, type);
  validatePorts(errs, ports);
}

export function validateEndpointSliceUpdate(errs: Errors, now: Loose<EndpointSlice>, old: Loose<EndpointSlice>): void {
  validateEndpointSlice(errs, now);
  immutable(errs, Path.of('addressType'), now.addressType, old.addressType);
}
