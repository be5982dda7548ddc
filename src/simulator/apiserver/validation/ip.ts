// IP addresses and CIDR blocks as the API server parses them: net.ParseIP and net.ParseCIDR in the lenient form of
// k8s.io/utils/net, which accepts leading zeros in IPv4.
import type { Errors, Path } from './field.ts';

/** The bytes of an address: 4 for IPv4 and IPv4-mapped IPv6, 16 for other IPv6. */
export function parseIp(text: string): readonly number[] | undefined {
  if (text.includes(':')) return parseIpv6(text);
  return parseIpv4(text);
}

function parseIpv4(text: string): readonly number[] | undefined {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((b) => b <= 255) ? bytes : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : parseGroups(half)));
  const [head, tail] = groups;
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  const bytes = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  const mapped = bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12) : bytes;
}

function parseGroups(text: string): readonly number[] | undefined {
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes('.')) {
      const last = parseIpv4(group);
      if (!last) return undefined;
      bytes.push(...last);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const n = Number.parseInt(group, 16);
      bytes.push(n >> 8, n & 255);
    } else return undefined;
  }
  return bytes;
}

export interface Cidr {
  readonly ip: readonly number[];
  readonly prefix: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  const ip = parseIp(address);
  if (!ip || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = address.includes(':') ? 128 : 32;
  if (Number(length) > bits) return undefined;
  return { ip, prefix: Number(length) - (bits === 128 && ip.length === 4 ? 96 : 0) };
}

export function cidrContains(cidr: Cidr, ip: readonly number[]): boolean {
  if (cidr.ip.length !== ip.length) return false;
  for (let bit = 0; bit < cidr.prefix; bit++) {
    const mask = 128 >> (bit & 7);
    if (((cidr.ip[bit >> 3] ?? 0) & mask) !== ((ip[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

export const isIpv6 = (text: string): boolean => parseIp(text)?.length === 16;
export const BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function validateIp(errs: Errors, path: Path, value: string): void {
  if (!parseIp(value)) errs.invalid(path, value, BAD_IP);
}

export function validateCidr(errs: Errors, path: Path, value: string): void {
  if (!parseCidr(value)) errs.invalid(path, value, BAD_CIDR);
}

/** Fields that predate strict parsing: what an object already holds may stay (IsValidIPForLegacyField). */
export function validateLegacyIp(errs: Errors, path: Path, value: string, existing: readonly string[] = []): void {
  if (!existing.includes(value)) validateIp(errs, path, value);
}

export function validateLegacyCidr(errs: Errors, path: Path, value: string, existing: readonly string[] = []): void {
  if (!existing.includes(value)) validateCidr(errs, path, value);
}

/** Addresses of Services and endpoints: no loopback, link-local, multicast or unspecified ones (ValidateEndpointIP). */
export function validateNonSpecialIp(errs: Errors, path: Path, value: string): void {
  const ip = parseIp(value);
  if (!ip) {
    errs.invalid(path, value, 'must be a valid IP address');
    return;
  }
  const v4 = ip.length === 4;
  const [a = 0, b = 0, c = 0] = ip;
  if (ip.every((n) => n === 0)) errs.invalid(path, value, `may not be unspecified (${value})`);
  if (v4 ? a === 127 : ip.slice(0, 15).every((n) => n === 0) && ip[15] === 1) {
    errs.invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  }
  if (v4 ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80) {
    errs.invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (v4 ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 0x0f) === 2) {
    errs.invalid(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
}
