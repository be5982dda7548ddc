// Addresses and node ports of Services. Models pkg/registry/core/service/{ipallocator,portallocator}: a lower band of each
// range is left for those who choose themselves.
import type { Service } from '../../../model/generated/core.v1.ts';
import type { ServiceCIDR } from '../../../model/generated/networking.v1.ts';
import type { Context } from '../context.ts';

const CIDRS = '/registry/servicecidrs/';
const ADDRESSES = '/registry/ipaddresses/';
const SERVICES = '/registry/services/specs/';
/** `--service-node-port-range`. */
export const NODE_PORTS = { first: 30_000, last: 32_767 };
/** Ports below this are drawn only when the rest is used up. */
const DYNAMIC_PORTS = NODE_PORTS.first + 86;

interface Range {
  readonly cidr: string;
  readonly base: number;
  readonly size: number;
}

function toNumber(ip: string): number | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip);
  if (m === null) return undefined;
  const parts = m.slice(1).map(Number);
  return parts.every((p) => p < 256) ? parts.reduce((n, p) => n * 256 + p, 0) : undefined;
}

const toText = (n: number): string => [24, 16, 8, 0].map((s) => Math.floor(n / 2 ** s) % 256).join('.');

function rangeOf(cidr: string): Range | undefined {
  const [ip = '', bits = ''] = cidr.split('/');
  const base = toNumber(ip);
  return base === undefined ? undefined : { cidr, base, size: 2 ** (32 - Number(bits)) };
}

function ranges(ctx: Context): Range[] {
  const out: Range[] = [];
  for (const kv of ctx.core.store.range(CIDRS)) {
    const { spec, metadata } = kv.value as ServiceCIDR;
    if (metadata?.deletionTimestamp === undefined) out.push(...(spec?.cidrs ?? []).flatMap((c) => rangeOf(c) ?? []));
  }
  return out;
}

const taken = (ctx: Context, ip: string): boolean => ctx.core.store.get(ADDRESSES + ip) !== undefined;

/** A free address, or undefined when there is none. A dry run draws the network's own address, as upstream does. */
export function drawAddress(ctx: Context): string | undefined {
  for (const range of ranges(ctx)) {
    if (ctx.dryRun) return toText(range.base);
    const usable = range.size - 2;
    const reserved = Math.min(Math.max(16, Math.floor(range.size / 16)), 256);
    const offset = reserved + ctx.core.random.int(Math.max(1, usable - reserved));
    for (let i = 0; i < usable; i++) {
      const ip = toText(range.base + 1 + ((offset + i) % usable));
      if (!taken(ctx, ip)) return ip;
    }
  }
  return undefined;
}

/** Why an address that was asked for cannot be had; undefined when it can. */
export function addressProblem(ctx: Context, ip: string): string | undefined {
  const n = toNumber(ip);
  const holder = ranges(ctx).find((r) => n !== undefined && n >= r.base && n < r.base + r.size);
  const failed = `failed to allocate IP ${ip}: `;
  if (!holder || n === undefined) return `${failed}the provided network does not match the current range`;
  // The network's own address, and the one for all.
  if (n === holder.base || n === holder.base + holder.size - 1)
    return `${failed}the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${holder.cidr}`;
  return taken(ctx, ip) ? `${failed}provided IP is already allocated` : undefined;
}

/** Ports of all Services but the one that is written. */
export function usedPorts(ctx: Context, except: string | undefined): Set<number> {
  const used = new Set<number>();
  for (const kv of ctx.core.store.range(SERVICES)) {
    const s = kv.value as Service;
    if (s.metadata?.uid === except) continue;
    for (const p of s.spec?.ports ?? []) if (p.nodePort) used.add(p.nodePort);
    if (s.spec?.healthCheckNodePort) used.add(s.spec.healthCheckNodePort);
  }
  return used;
}

export function drawPort(ctx: Context, used: Set<number>, mine: readonly number[]): number | undefined {
  if (ctx.dryRun) return Math.max(NODE_PORTS.first - 1, ...mine) + 1;
  const { first, last } = NODE_PORTS;
  const size = last - DYNAMIC_PORTS + 1;
  const offset = ctx.core.random.int(size);
  for (let i = 0; i < size; i++) {
    const port = DYNAMIC_PORTS + ((offset + i) % size);
    if (!used.has(port)) return port;
  }
  for (let port = first; port < DYNAMIC_PORTS; port++) if (!used.has(port)) return port;
  return undefined;
}
