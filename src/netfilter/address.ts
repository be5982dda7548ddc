// IP addresses and ranges, as far as rules need them.
import type { Family } from './types.ts';

export const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4');

/** The address as a number; undefined where it is none. */
function numberOf(address: string): bigint | undefined {
  return address.includes(':') ? number6(address) : number4(address);
}

function number4(address: string): bigint | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function number6(address: string): bigint | undefined {
  const [left = '', right, ...more] = address.split('::');
  if (more.length > 0) return undefined;
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(left), groups(right ?? '')];
  const gap = 8 - head.length - tail.length;
  if (right === undefined ? gap !== 0 : gap < 1) return undefined;
  const all = [...head, ...Array.from({ length: gap }, () => '0'), ...tail];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** Whether an address lies in a range; a range without a length is one address. */
export function contains(range: string, address: string): boolean {
  const [first = '', length] = range.split('/');
  if (familyOf(first) !== familyOf(address)) return false;
  const [from, value] = [numberOf(first), numberOf(address)];
  if (from === undefined || value === undefined) return false;
  const bits = familyOf(first) === 'IPv4' ? 32 : 128;
  const free = BigInt(bits - (length === undefined ? bits : Number(length)));
  return from >> free === value >> free;
}

/** In the order of their numbers, as the kernel lists them. */
export function byAddress(a: string, b: string): number {
  const [x = 0n, y = 0n] = [numberOf(a.split('/')[0] ?? ''), numberOf(b.split('/')[0] ?? '')];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}

/** `10.244.1.5:80`, `[fd00::5]:80`. */
export function withPort({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
