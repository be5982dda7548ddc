// What kube-proxies see of Services and EndpointSlices. Every one of them lists and watches both; since all are told the
// same, it is kept once: each change with its versions, so that a node asks what was there when it last wrote its rules.
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/process.ts';
import type { Service } from '../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../model/generated/discovery.v1.ts';
import type { ServiceCIDR } from '../../model/generated/networking.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { serviceOfSlice } from '../../netfilter/endpoints.ts';
import { keyOfService, portsOf, skipped } from '../../netfilter/services.ts';
import type { StepId } from '../../trace/step.ts';
import type { Change, Store } from '../store/index.ts';

/** µs, as of every informer. */
const LATENCY = 400;
const SERVICES = '/registry/services/specs/';
const SLICES = '/registry/endpointslices/';
const CIDRS = '/registry/servicecidrs/';

/** A Service with its EndpointSlices, from one version of the feed to the next that changed them. */
export interface ServiceState {
  readonly version: number;
  readonly service: Service | undefined;
  readonly slices: readonly EndpointSlice[];
}

interface Entry {
  /** `namespace/name` of the Service. */
  readonly key: string;
  readonly cause: StepId;
}

const ABSENT: ServiceState = { version: 0, service: undefined, slices: [] };

/** What is in a node's kernel. */
interface Synced {
  /** The version whose rules are there; undefined: none are. */
  readonly synced: number | undefined;
}

export class ProxyFeed {
  readonly cidrs = new Map<string, ServiceCIDR>();
  /** Of all ServiceCIDRs, and the write that made them so. */
  ranges: { readonly text: string; readonly cause: StepId } = { text: '', cause: 0 };
  /** Entry n made version n + 1 + `dropped`. */
  private log: Entry[] = [];
  private dropped = 0;
  private readonly states = new Map<string, ServiceState[]>();
  /** Of machines, so that what a stopped kube-proxy left behind can be compared with. */
  private readonly tables = new Set<Synced>();
  private readonly listeners = new Set<() => void>();
  private seen = 0;
  private proxied = 0;

  constructor(kernel: Kernel, store: Store) {
    store.subscribe((change) => {
      const { prefix } = change;
      if (prefix !== SERVICES && prefix !== SLICES && prefix !== CIDRS) return;
      kernel.schedule(LATENCY, () => this.apply(change));
    });
  }

  /** Counts what can change rules. */
  get version(): number {
    return this.dropped + this.log.length;
  }

  /** etcd's revision of the last change that was seen. */
  get revision(): number {
    return this.seen;
  }

  /** How many Services there are that kube-proxy makes rules for. */
  get services(): number {
    return this.proxied;
  }

  /** Calls `changed` whenever there is something new, until the scope closes. */
  follow(tables: Synced, scope: Scope, changed: () => void): void {
    this.tables.add(tables);
    this.listeners.add(changed);
    scope.onClose(() => this.listeners.delete(changed));
  }

  /** Services that changed after version `from`, each with the writes that did it, oldest first. */
  since(from: number): Map<string, StepId[]> {
    const out = new Map<string, StepId[]>();
    for (const { key, cause } of this.log.slice(Math.max(0, from - this.dropped))) {
      const causes = out.get(key);
      if (causes) causes.push(cause);
      else out.set(key, [cause]);
    }
    return out;
  }

  /** Every Service that there is or was, as far as anybody's rules may still have it. */
  keys(): Iterable<string> {
    return this.states.keys();
  }

  at(key: string, version: number): ServiceState {
    return this.states.get(key)?.findLast((state) => state.version <= version) ?? ABSENT;
  }

  private apply(change: Change): void {
    this.seen = Math.max(this.seen, change.revision);
    const { prefix, current, previous, cause } = change;
    const [is, was] = [current?.value, previous?.value];
    if (prefix === CIDRS) this.keepCidr(change);
    else if (prefix === SERVICES) this.service(is as Service | undefined, was as Service | undefined, cause);
    else this.moved(is as EndpointSlice | undefined, was as EndpointSlice | undefined, cause);
  }

  /** A slice that its label gives to another Service leaves the one and joins the other. */
  private moved(is: EndpointSlice | undefined, was: EndpointSlice | undefined, cause: StepId): void {
    const [key, before] = [is && serviceOfSlice(is), was && serviceOfSlice(was)];
    if (before !== undefined && was && before !== key) this.slice(before, was, undefined, cause);
    if (key === undefined || is === undefined) return;
    if (before !== key || was === undefined || !sameSlice(was, is)) this.slice(key, undefined, is, cause);
  }

  private keepCidr({ object, current, cause }: Change): void {
    const name = object.metadata.name ?? '';
    if (current) this.cidrs.set(name, current.value as KubeObject as ServiceCIDR);
    else this.cidrs.delete(name);
    const ranges = [...this.cidrs.values()].flatMap(({ spec }) => spec?.cidrs ?? []).join();
    if (ranges === this.ranges.text) return;
    this.ranges = { text: ranges, cause };
    for (const changed of this.listeners) changed();
  }

  private service(is: Service | undefined, was: Service | undefined, cause: StepId): void {
    const one = is ?? was;
    if (one === undefined || sameService(is, was)) return;
    const key = keyOfService(one);
    const counts = (service: Service | undefined): number =>
      Number(service !== undefined && skipped(service) === undefined);
    this.proxied += counts(is) - counts(was);
    this.push(key, cause, { ...this.at(key, this.version), service: is });
  }

  private slice(key: string, old: EndpointSlice | undefined, is: EndpointSlice | undefined, cause: StepId): void {
    const known = this.at(key, this.version);
    const others = known.slices.filter(({ metadata }) => metadata.name !== (is ?? old)?.metadata.name);
    const slices = is === undefined ? others : [...others, is].sort(byName);
    this.push(key, cause, { ...known, slices });
  }

  private push(key: string, cause: StepId, state: ServiceState): void {
    this.log.push({ key, cause });
    const list = this.states.get(key) ?? [];
    this.states.set(key, list);
    list.push({ ...state, version: this.version });
    if (list.length % 64 === 0 || this.log.length % 1024 === 0) this.forget(list);
    for (const changed of this.listeners) changed();
  }

  /** What no node's rules are made of any more. */
  private forget(list: ServiceState[]): void {
    let oldest = this.version;
    for (const { synced } of this.tables) oldest = Math.min(oldest, synced ?? oldest);
    const keep = list.findLastIndex((state) => state.version <= oldest);
    if (keep > 0) list.splice(0, keep);
    const gone = oldest - this.dropped;
    if (gone < 1024) return;
    this.log = this.log.slice(gone);
    this.dropped = oldest;
  }
}

const byName = (a: EndpointSlice, b: EndpointSlice): number =>
  (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;

/** Whether kube-proxy's own idea of the Service stays as it is. */
function sameService(a: Service | undefined, b: Service | undefined): boolean {
  const idea = (one: Service | undefined): string =>
    one === undefined ? '[]' : JSON.stringify([...portsOf(one, 'IPv4'), ...portsOf(one, 'IPv6')]);
  return idea(a) === idea(b);
}

function sameSlice(a: EndpointSlice, b: EndpointSlice): boolean {
  const idea = ({ endpoints, ports, addressType }: EndpointSlice): string =>
    JSON.stringify([addressType, ports, endpoints]);
  return (a.endpoints === b.endpoints && a.ports === b.ports) || idea(a) === idea(b);
}
