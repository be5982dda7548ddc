// Models ValidateLoadBalancerStatus.
import type { LoadBalancerIngress, Service } from '../../../../model/generated/core.v1.ts';
import { dnsSubdomain } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { parseIp, validateLegacyIp } from '../ip.ts';

export type LooseService = Loose<Service>;

const INGRESS = Path.of('status', 'loadBalancer', 'ingress');
const MODES = ['Proxy', 'VIP'];

export function validateLoadBalancerStatus(errs: Errors, now: LooseService, old: LooseService): void {
  const ingress = now.status?.loadBalancer?.ingress ?? [];
  if (now.spec?.type !== 'LoadBalancer' && ingress.length > 0) {
    errs.forbidden(INGRESS, "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  const existing = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  for (const [i, entry] of ingress.entries()) validateIngress(errs, INGRESS.index(i), entry, existing);
}

function validateIngress(
  errs: Errors,
  path: Path,
  entry: Loose<LoadBalancerIngress>,
  existing: readonly string[],
): void {
  const { ip = '', ipMode, hostname = '' } = entry;
  if (ip !== '') validateLegacyIp(errs, path.child('ip'), ip, existing);
  const mode = path.child('ipMode');
  if (ipMode === undefined) {
    if (ip !== '') errs.required(mode, 'must be specified when `ip` is set');
  } else if (ip === '') errs.forbidden(mode, 'may not be specified when `ip` is not set');
  else if (!MODES.includes(ipMode)) errs.notSupported(mode, ipMode, MODES);
  if (hostname === '') return;
  dnsSubdomain(errs, path.child('hostname'), hostname);
  if (parseIp(hostname)) errs.invalid(path.child('hostname'), hostname, 'must be a DNS name, not an IP address');
}
