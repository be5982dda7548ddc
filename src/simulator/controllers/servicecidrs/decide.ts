// Which ranges of service addresses hold an address or another range. Pure. Models pkg/api/servicecidr and canDeleteCIDR in
// pkg/controller/servicecidrs, v1.36. Ranges of IPv6, from which the simulator gives nothing out, hold no address here.
import type { IPAddress, ServiceCIDR } from '../../../model/generated/networking.v1.ts';

const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';

interface Range {
  readonly first: number;
  readonly last: number;
}

function numberOf(ip: string): number | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip);
  return m?.slice(1).reduce((n, part) => n * 256 + Number(part), 0);
}

function rangeOf(cidr: string): Range | undefined {
  const [ip = '', bits = ''] = cidr.split('/');
  const n = numberOf(ip);
  if (n === undefined) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(n / size) * size;
  return { first, last: first + size - 1 };
}

const rangesOf = (o: ServiceCIDR): Range[] => (o.spec?.cidrs ?? []).flatMap((c) => rangeOf(c) ?? []);

/** Ranges that the address lies in, where it was given out by the API server. */
export function holding(ip: IPAddress, all: Iterable<ServiceCIDR>): ServiceCIDR[] {
  const n = numberOf(ip.metadata.name ?? '');
  if (n === undefined || ip.metadata.labels?.[MANAGED_BY] !== ALLOCATOR) return [];
  return [...all].filter((o) => rangesOf(o).some((r) => r.first <= n && n <= r.last));
}

export function overlapping(of: ServiceCIDR, all: Iterable<ServiceCIDR>): ServiceCIDR[] {
  const mine = rangesOf(of);
  return [...all].filter((o) => rangesOf(o).some((r) => mine.some((m) => r.first <= m.last && m.first <= r.last)));
}

/** The address that keeps a range from going: no other range holds it. undefined: it may go. */
export function orphan(
  of: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: Iterable<IPAddress>,
): IPAddress | undefined {
  const others = all.filter((o) => o.metadata.name !== of.metadata.name);
  const within = (m: Range): boolean =>
    others.some((o) => rangesOf(o).some((r) => r.first <= m.first && m.last <= r.last));
  if (rangesOf(of).every(within)) return undefined;
  for (const ip of addresses) {
    const found = holding(ip, all);
    if (found.length === 1 && found[0]?.metadata.name === of.metadata.name) return ip;
  }
  return undefined;
}
