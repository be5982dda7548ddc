// A cloud that is simulated: it gives load balancers an address and makes disks. Its state outlives the components that talk
// to it, as that of a real cloud does. Nothing of it is recorded from a provider: times are made up.
import { SECOND } from '../../kernel/kernel.ts';

/** How long the cloud takes, µs. */
export const CLOUD_TIMES = {
  createBalancer: 3 * SECOND,
  deleteBalancer: 2 * SECOND,
} as const;

/** Source: RFC 5737, TEST-NET-3: addresses for documentation. */
const RANGE = '203.0.113.';
const FIRST = 10;
const LAST = 254;

export class SimulatedCloud {
  /** uid of a Service → its address. */
  private readonly balancers = new Map<string, string>();

  balancerOf(uid: string): string | undefined {
    return this.balancers.get(uid);
  }

  /** The address of a load balancer; undefined where none is left. `wanted`: spec.loadBalancerIP. */
  ensureBalancer(uid: string, wanted: string | undefined): string | undefined {
    const known = this.balancers.get(uid);
    if (known !== undefined && (wanted === undefined || wanted === known)) return known;
    const taken = new Set(this.balancers.values());
    const address = wanted === undefined ? this.free(taken) : taken.has(wanted) ? undefined : wanted;
    if (address !== undefined) this.balancers.set(uid, address);
    return address;
  }

  deleteBalancer(uid: string): void {
    this.balancers.delete(uid);
  }

  private free(taken: ReadonlySet<string>): string | undefined {
    for (let n = FIRST; n <= LAST; n++) if (!taken.has(RANGE + n)) return RANGE + n;
    return undefined;
  }
}
