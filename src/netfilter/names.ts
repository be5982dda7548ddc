// Names of chains: hashes, so that they are as short as the kernel wants them and stay the same from sync to sync.
// Models portProtoHash and the like in pkg/proxy/iptables/proxier.go and hashAndTruncate in pkg/proxy/nftables/proxier.go, v1.36.
import { sha256 } from '@noble/hashes/sha2.js';
import { byText } from '../model/remember.ts';
import { withPort } from './address.ts';
import type { ServicePort } from './services.ts';
import type { Endpoint } from './types.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Characters of a name in nftables, less what may stand before it. */
const LONGEST = 240;

/** SHA-256 of an ASCII text in base 32, its first sixteen characters. */
const hash = byText(20_000, (text) => {
  let out = '';
  let value = 0;
  let bits = 0;
  for (const byte of sha256(Uint8Array.from(text, (c) => c.charCodeAt(0))).subarray(0, 10)) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32[(value >> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return out;
});

/** iptables: `KUBE-SVC-67NZLRHBNDSAWJRO`. SVC: policy Cluster, SVL: policy Local, EXT: external traffic, FW: source ranges. */
export function iptablesChain(kind: 'SVC' | 'SVL' | 'EXT' | 'FW', { name, protocol }: ServicePort): string {
  return `KUBE-${kind}-${hash(name + protocol)}`;
}

/** iptables: the chain of one endpoint of one port of a Service. */
export function iptablesEndpoint({ name, protocol }: ServicePort, endpoint: Endpoint): string {
  return `KUBE-SEP-${hash(name + protocol + withPort(endpoint))}`;
}

function hashed(name: string): string {
  return `${hash(name).slice(0, 8)}-${name}`.slice(0, LONGEST);
}

const base = ({ service, port, protocol }: ServicePort): string => `${service}/${protocol}/${port}`;

/** nftables: `service-KHN6ECMT-shop/web/tcp/http`. */
export function nftablesChain(kind: 'service' | 'local' | 'external' | 'firewall', port: ServicePort): string {
  return `${kind}-${hashed(base(port))}`;
}

/** nftables: the chain of an endpoint, or the set of the clients that stay with it. */
export function nftablesEndpoint(kind: 'endpoint' | 'affinity', port: ServicePort, endpoint: Endpoint): string {
  return `${kind}-${hashed(`${base(port)}__${endpoint.ip.replaceAll(':', '.')}/${endpoint.port}`)}`;
}
