// IP addresses and CIDR blocks in CEL. Models k8s.io/apiserver/pkg/cel/library/{ip,cidr}.go, which are strict where the server's
// own old fields are not: no leading zeros, no IPv4 inside IPv6.
import { type Declared, declare } from '../../../cel/signature.ts';
import { CelError, Opaque } from '../../../cel/values.ts';
import { type Cidr, cidrContains, parseCidr, parseIp } from '../validation/ip.ts';

const IP = 'net.IP';
const CIDR = 'net.CIDR';

type Bytes = readonly number[];

/** As netip prints it: IPv6 with its longest run of zero groups left out. */
function addressText(ip: Bytes): string {
  if (ip.length === 4) return ip.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (((ip[2 * i] ?? 0) << 8) | (ip[2 * i + 1] ?? 0)).toString(16));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (groups[i + n] === '0') n++;
    if (n > best.length) best = { at: i, length: n };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

class Address extends Opaque {
  readonly type = IP;
  readonly ip: Bytes;
  constructor(ip: Bytes) {
    super();
    this.ip = ip;
  }
  override get size(): number {
    return this.ip.length;
  }
  equals(other: Opaque): boolean {
    return other instanceof Address && addressText(this.ip) === addressText(other.ip);
  }
}

class Block extends Opaque {
  readonly type = CIDR;
  readonly cidr: Cidr;
  constructor(cidr: Cidr) {
    super();
    this.cidr = cidr;
  }
  override get size(): number {
    return Math.ceil(this.cidr.prefix / 8);
  }
  get text(): string {
    return `${addressText(this.cidr.ip)}/${this.cidr.prefix}`;
  }
  equals(other: Opaque): boolean {
    return other instanceof Block && this.text === other.text;
  }
}

const mixed = (text: string): boolean => text.includes(':') && text.includes('.');
const zeros = (text: string): boolean => !text.includes(':') && /(^|\.)0\d/.test(text);

function readIp(text: string): Address | string {
  const quoted = JSON.stringify(text);
  if (text.includes('%')) return `IP address ${quoted} with zone value is not allowed`;
  const ip = zeros(text) ? undefined : parseIp(text);
  if (ip === undefined)
    return `IP Address ${quoted} parse error during conversion from string: ParseAddr(${quoted}): unable to parse IP`;
  if (ip.length === 4 && text.includes(':')) return `IPv4-mapped IPv6 address ${quoted} is not allowed`;
  return new Address(ip);
}

function readCidr(text: string): Block | string {
  const quoted = JSON.stringify(text);
  const [address = '', length = ''] = text.split('/');
  const cidr = zeros(address) || /^0\d/.test(length) ? undefined : parseCidr(text);
  if (cidr === undefined)
    return `network address parse error during conversion from string: netip.ParsePrefix(${quoted}): unable to parse`;
  if (mixed(address) && cidr.ip.length === 4) return `IPv4-mapped IPv6 address ${quoted} is not allowed`;
  return new Block(cidr);
}

function must<T extends Opaque>(read: T | string): T {
  if (typeof read === 'string') throw new CelError(read);
  return read;
}

const isGood = (read: Opaque | string): boolean => typeof read !== 'string';
const isCanonical = (text: string): boolean => addressText(must(readIp(text)).ip) === text;
const all = (bytes: Bytes, value: number): boolean => bytes.every((b) => b === value);
const isLoopback = ({ ip }: Address): boolean =>
  ip.length === 4 ? ip[0] === 127 : all(ip.slice(0, 15), 0) && ip[15] === 1;
const isUnspecified = ({ ip }: Address): boolean => all(ip, 0);
const isMulticast = ({ ip: [a = 0], ip }: Address): boolean => (ip.length === 4 ? a >> 4 === 14 : a === 0xff);
const isLinkLocalMulticast = ({ ip: [a = 0, b = 0, c = 0], ip }: Address): boolean =>
  ip.length === 4 ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 15) === 2;
const isLinkLocalUnicast = ({ ip: [a = 0, b = 0], ip }: Address): boolean =>
  ip.length === 4 ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80;

function isGlobalUnicast(a: Address): boolean {
  const broadcast = a.ip.length === 4 && all(a.ip, 255);
  return !(broadcast || isUnspecified(a) || isLoopback(a) || isMulticast(a) || isLinkLocalUnicast(a));
}

const containsIp = ({ cidr }: Block, { ip }: Address): boolean => cidrContains(cidr, ip);
const containsBlock = (outer: Block, { cidr }: Block): boolean =>
  outer.cidr.prefix <= cidr.prefix && cidrContains(outer.cidr, cidr.ip);

function masked({ cidr: { ip, prefix } }: Block): Block {
  const bytes = ip.map((b, i) => b & (0xff00 >> Math.min(8, Math.max(0, prefix - 8 * i))));
  return new Block({ ip: bytes.map((b) => b & 255), prefix });
}

export const ADDRESSES: readonly Declared[] = [
  declare(`ip(string): ${IP}`, (text: string) => must(readIp(text))),
  declare('isIP(string): bool', (text: string) => isGood(readIp(text))),
  declare('ip.isCanonical(string): bool', isCanonical),
  declare(`string(${IP}): string`, ({ ip }: Address) => addressText(ip)),
  declare(`${IP}.family(): int`, ({ ip }: Address) => (ip.length === 4 ? 4n : 6n)),
  declare(`${IP}.isUnspecified(): bool`, isUnspecified),
  declare(`${IP}.isLoopback(): bool`, isLoopback),
  declare(`${IP}.isLinkLocalMulticast(): bool`, isLinkLocalMulticast),
  declare(`${IP}.isLinkLocalUnicast(): bool`, isLinkLocalUnicast),
  declare(`${IP}.isGlobalUnicast(): bool`, isGlobalUnicast),
  declare(`cidr(string): ${CIDR}`, (text: string) => must(readCidr(text))),
  declare('isCIDR(string): bool', (text: string) => isGood(readCidr(text))),
  declare(`string(${CIDR}): string`, (b: Block) => b.text),
  declare(`${CIDR}.containsIP(${IP}): bool`, containsIp),
  declare(`${CIDR}.containsIP(string): bool`, (b: Block, ip: string) => containsIp(b, must(readIp(ip)))),
  declare(`${CIDR}.containsCIDR(${CIDR}): bool`, containsBlock),
  declare(`${CIDR}.containsCIDR(string): bool`, (b: Block, other: string) => containsBlock(b, must(readCidr(other)))),
  declare(`${CIDR}.ip(): ${IP}`, ({ cidr }: Block) => new Address(cidr.ip)),
  declare(`${CIDR}.masked(): ${CIDR}`, masked),
  declare(`${CIDR}.prefixLength(): int`, ({ cidr }: Block) => BigInt(cidr.prefix)),
];
