// A cloud that is simulated: it gives load balancers an address and makes disks. Its state outlives the components that talk
// to it, as that of a real cloud does. Nothing of it is recorded from a provider: times are made up.
import { SECOND } from '../../kernel/kernel.ts';

/** How long the cloud takes, µs. */
export const CLOUD_TIMES = {
  createBalancer: 3 * SECOND,
  deleteBalancer: 2 * SECOND,
  createDisk: 1.5 * SECOND,
  deleteDisk: SECOND,
  attachDisk: 2 * SECOND,
  detachDisk: 1.5 * SECOND,
  resizeDisk: 2 * SECOND,
} as const;

/** Source: RFC 5737, TEST-NET-3: addresses for documentation. */
const RANGE = '203.0.113.';
const FIRST = 10;
const LAST = 254;

/** How many disks a machine takes. */
export const DISKS_PER_NODE = 16;

/** The CSI driver of this cloud. */
export const DRIVER = 'disk.csi.kube-anatomy.dev';

export class SimulatedCloud {
  /** uid of a Service → its address. */
  private readonly balancers = new Map<string, string>();
  /** Handle → the node that it is attached to. */
  private readonly disks = new Map<string, string | undefined>();

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

  /** Idempotent, as CSI wants it: the same name is the same disk. The handle. */
  createDisk(name: string): string {
    const handle = `disk-${name}`;
    if (!this.disks.has(handle)) this.disks.set(handle, undefined);
    return handle;
  }

  deleteDisk(handle: string): void {
    this.disks.delete(handle);
  }

  diskOn(handle: string): string | undefined {
    return this.disks.get(handle);
  }

  attachDisk(handle: string, node: string): void {
    this.disks.set(handle, node);
  }

  detachDisk(handle: string): void {
    if (this.disks.has(handle)) this.disks.set(handle, undefined);
  }

  private free(taken: ReadonlySet<string>): string | undefined {
    for (let n = FIRST; n <= LAST; n++) if (!taken.has(RANGE + n)) return RANGE + n;
    return undefined;
  }
}
