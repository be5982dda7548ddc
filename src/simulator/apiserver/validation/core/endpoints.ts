// Models the checks of Endpoints.
import type { EndpointAddress, EndpointPort, Endpoints } from '../../../../model/generated/core.v1.ts';
import { dnsLabel, qualifiedName, requiredEnum, same } from '../common.ts';
import { Errors, type Loose, Path } from '../field.ts';
import { validateLegacyIp, validateNonSpecialIp } from '../ip.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1123Subdomain, isPortNumber, nameIsDnsSubdomain } from '../names.ts';
import { PROTOCOLS } from '../pods/enums.ts';

const SUBSETS = Path.of('subsets');

function validateSubsets(errs: Errors, subsets: NonNullable<Loose<Endpoints>['subsets']>): void {
  for (const [i, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const at = SUBSETS.index(i);
    if (addresses.length + notReadyAddresses.length === 0) {
      errs.required(at, 'must specify `addresses` or `notReadyAddresses`');
    }
    for (const [j, a] of addresses.entries()) validateAddress(errs, at.child('addresses').index(j), a);
    for (const [j, a] of notReadyAddresses.entries()) validateAddress(errs, at.child('notReadyAddresses').index(j), a);
    for (const [j, port] of ports.entries()) validatePort(errs, at.child('ports').index(j), port, ports.length > 1);
  }
}

function validateAddress(errs: Errors, path: Path, address: Loose<EndpointAddress>): void {
  const { ip = '', hostname = '', nodeName } = address;
  validateLegacyIp(errs, path.child('ip'), ip);
  if (hostname !== '') dnsLabel(errs, path.child('hostname'), hostname);
  if (nodeName !== undefined) errs.each(path.child('nodeName'), nodeName, isDns1123Subdomain(nodeName));
  validateNonSpecialIp(errs, path.child('ip'), ip);
}

function validatePort(errs: Errors, path: Path, endpoint: Loose<EndpointPort>, named: boolean): void {
  const { name = '', port = 0, protocol, appProtocol } = endpoint;
  if (name !== '') dnsLabel(errs, path.child('name'), name);
  else if (named) errs.required(path.child('name'));
  errs.each(path.child('port'), port, isPortNumber(port));
  requiredEnum(errs, path.child('protocol'), protocol, PROTOCOLS);
  if (appProtocol !== undefined) qualifiedName(errs, path.child('appProtocol'), appProtocol);
}

export function validateEndpoints(errs: Errors, o: Loose<Endpoints>, old?: Loose<Endpoints>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  const found = new Errors();
  validateSubsets(found, o.subsets ?? []);
  // What an old server accepted may stay as it is.
  if (found.count > 0 && !(old && same(o.subsets, old.subsets))) errs.list.push(...found.list);
}

export function validateEndpointsUpdate(errs: Errors, now: Loose<Endpoints>, old: Loose<Endpoints>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateEndpoints(errs, now, old);
}
