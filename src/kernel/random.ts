// Seeded randomness (sfc32). Everything in a simulation that is random draws from here, so a seed replays a run.
import { fnv1a32 } from './fnv.ts';

/** The letters and digits that Kubernetes uses in generated names: no vowels, nothing that looks alike.
 *  Source: staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go, v1.36. */
const ALPHANUMS = 'bcdfghjklmnpqrstvwxz2456789';

const HEX = '0123456789abcdef';
const DASH = 45;

export class Random {
  readonly seed: string;
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: string) {
    this.seed = seed;
    this.a = fnv1a32(`${seed}/a`);
    this.b = fnv1a32(`${seed}/b`);
    this.c = fnv1a32(`${seed}/c`);
    this.d = 1;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A stream of its own: what one component draws does not shift what another gets. */
  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`);
  }

  uint32(): number {
    const t = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    return t >>> 0;
  }

  /** In [0, 1). */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number in [0, n). */
  int(n: number): number {
    return Math.floor(this.float() * n);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(items.length)];
    if (item === undefined) throw new Error('pick from an empty list');
    return item;
  }

  /** `n` characters as in generated object names. */
  suffix(n = 5): string {
    let out = '';
    for (let i = 0; i < n; i++) out += ALPHANUMS[this.int(ALPHANUMS.length)];
    return out;
  }

  hex(n: number): string {
    return String.fromCharCode(...this.hexCodes(n));
  }

  /** Character codes, as what is made of them at once takes less room than what is added up: ids are kept for ever. */
  private hexCodes(n: number): number[] {
    const codes: number[] = new Array(n);
    let word = 0;
    for (let i = 0; i < n; i++) {
      if (i % 8 === 0) word = this.uint32();
      codes[i] = HEX.charCodeAt((word >>> (28 - 4 * (i % 8))) & 15);
    }
    return codes;
  }

  bytes(n: number): Uint8Array {
    const out = new Uint8Array(n);
    for (let i = 0; i < n; i++) out[i] = this.uint32() & 0xff;
    return out;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const codes = this.hexCodes(32);
    codes[12] = HEX.charCodeAt(4);
    // The two highest bits of the digit are 10.
    codes[16] = HEX.charCodeAt((HEX.indexOf(String.fromCharCode(codes[16] ?? 0)) & 3) | 8);
    for (const at of [20, 16, 12, 8]) codes.splice(at, 0, DASH);
    return String.fromCharCode(...codes);
  }
}
