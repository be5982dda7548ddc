// Models the checks of a Service's cluster IPs and IP families, and of how they may change.
import type { ServiceSpec } from '../../../../model/generated/core.v1.ts';
import type { Errors, Loose } from '../field.ts';
import { isIpv6, validateLegacyIp } from '../ip.ts';
import { SPEC } from '../pods/pod.ts';

type Spec = Loose<ServiceSpec>;

const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const IPS = SPEC.child('clusterIPs');
const headless = ({ clusterIPs = [] }: Spec): boolean => clusterIPs.length === 1 && clusterIPs[0] === 'None';

export function validateClusterIps(errs: Errors, spec: Spec, old: Spec | undefined): void {
  if (spec.type === 'ExternalName') return;
  const { clusterIP = '', clusterIPs: ips = [], ipFamilies: families = [], ipFamilyPolicy: policy } = spec;
  if (clusterIP === '') {
    if (ips.length > 0) errs.invalid(IPS, ips, 'must be empty when `clusterIP` is not specified');
  } else if (ips.length === 0) errs.required(IPS);
  else if (ips[0] !== clusterIP) errs.invalid(IPS, ips, 'first value must match `clusterIP`');
  validateFamilies(errs, families);
  if (policy !== undefined && !FAMILY_POLICIES.includes(policy)) {
    errs.notSupported(SPEC.child('ipFamilyPolicy'), policy, FAMILY_POLICIES);
  }
  const sound = validateAddresses(errs, ips, old?.clusterIPs ?? []);
  if (ips.length > 2) errs.invalid(IPS, ips, 'may only hold up to 2 values');
  if (!sound) return;
  if (ips.length > 1 && !(ips.some(isIpv6) && ips.some((ip) => !isIpv6(ip)))) {
    errs.invalid(IPS, ips, 'may specify no more than one IP for each IP family');
  }
  if (headless(spec)) return;
  for (const [i, ip] of ips.entries()) {
    const family = families[i];
    if ((family === 'IPv4' && isIpv6(ip)) || (family === 'IPv6' && !isIpv6(ip))) {
      errs.invalid(IPS.index(i), ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``);
    }
  }
}

function validateFamilies(errs: Errors, families: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, family] of families.entries()) {
    const at = SPEC.child('ipFamilies').index(i);
    if (!FAMILIES.includes(family)) errs.notSupported(at, family, FAMILIES);
    if (seen.has(family)) errs.duplicate(at, family);
    seen.add(family);
  }
}

function validateAddresses(errs: Errors, ips: readonly string[], existing: readonly string[]): boolean {
  const before = errs.count;
  for (const [i, ip] of ips.entries()) {
    if (i > 0 || ip !== 'None') validateLegacyIp(errs, IPS.index(i), ip, existing);
    else if (ips.length > 1) errs.invalid(IPS, ips, "'None' must be the first and only value");
  }
  return errs.count === before;
}

const ONCE = 'may not change once set';

/** The first address stays; a second may come, or go when the policy says SingleStack. */
export function validateClusterIpUpdate(errs: Errors, now: Spec, old: Spec): void {
  if (now.type === 'ExternalName' || old.type === 'ExternalName' || (headless(now) && headless(old))) return;
  const ips = now.clusterIPs ?? [];
  const before = old.clusterIPs ?? [];
  if (before.length === ips.length) {
    for (const [i, ip] of before.entries()) if (ip !== ips[i]) errs.invalid(IPS.index(i), ips, ONCE);
    return;
  }
  const released = before.length > ips.length;
  if (released && ips.length === 0) {
    errs.invalid(IPS.index(0), now.clusterIPs, 'primary clusterIP can not be unset');
  }
  if (before.length > 0 && ips.length > 0 && ips[0] !== before[0]) errs.invalid(IPS.index(0), ips, ONCE);
  if (released && ips.length === 1) singleStack(errs, now, 'clusterIP');
}

function singleStack(errs: Errors, now: Spec, what: string): void {
  if (now.ipFamilyPolicy === 'SingleStack') return;
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  errs.invalid(SPEC.child('ipFamilyPolicy'), now.ipFamilyPolicy, detail);
}

export function validateFamilyUpdate(errs: Errors, now: Spec, old: Spec): void {
  if (now.type === 'ExternalName' || old.type === 'ExternalName') return;
  if (headless(now) || headless(old)) return;
  const families = now.ipFamilies ?? [];
  const before = old.ipFamilies ?? [];
  const first = SPEC.child('ipFamilies').index(0);
  if (before.length === families.length) {
    for (const [i, family] of before.entries()) {
      if (family !== families[i]) errs.invalid(first, families, ONCE);
    }
    return;
  }
  const released = before.length > families.length;
  if (released && !now.clusterIPs?.length) errs.invalid(first, now.ipFamilies, 'primary ipFamily can not be unset');
  // Upstream prints the addresses here, not the families.
  if (before.length > 0 && families.length > 0 && families[0] !== before[0]) errs.invalid(first, now.clusterIPs, ONCE);
  if (released && families.length === 1) singleStack(errs, now, 'ipFamily');
}
