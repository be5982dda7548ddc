// The kube-proxies of a cluster: what they share, and what each machine's kernel keeps when its kube-proxy ends.
import type { Scope } from '../../kernel/process.ts';
import type { Mode, ProxyConfig } from '../../netfilter/types.ts';
import { ComponentContext, type Surroundings } from '../runtime/component.ts';
import type { Store } from '../store/index.ts';
import { RuleChanges } from './changes.ts';
import { ProxyFeed } from './feed.ts';
import { KubeProxy, kubeProxyIdentity, type Tables } from './proxy.ts';

/** The range that all nodes' ranges of pod addresses lie in, by how many nodes it has room for. */
const RANGES: readonly (readonly [nodes: number, range: string])[] = [
  [255, '10.244.0.0/16'],
  [1_023, '10.244.0.0/14'],
  [Number.POSITIVE_INFINITY, '10.240.0.0/12'],
];

export class KubeProxies {
  private readonly around: Surroundings;
  private readonly feed: ProxyFeed;
  private readonly changes: RuleChanges;
  private readonly config: ProxyConfig;
  private readonly tables = new Map<string, Tables>();

  /** `nodes`: how many workers there are. */
  constructor(around: Surroundings, store: Store, mode: Mode, nodes: number) {
    this.around = around;
    this.config = { mode, clusterCIDRs: [RANGES.find(([room]) => nodes <= room)?.[1] ?? ''] };
    this.feed = new ProxyFeed(around.kernel, store);
    this.changes = new RuleChanges(this.config);
  }

  start(node: string, scope: Scope): void {
    const tables: Tables = this.tables.get(node) ?? { synced: undefined, node: undefined, ranges: '' };
    this.tables.set(node, tables);
    const { feed, changes, config } = this;
    const ctx = new ComponentContext(this.around, kubeProxyIdentity(node), scope);
    new KubeProxy(ctx, { node, config, feed, changes, tables });
  }

  /** The machine's memory is gone, and the rules in it. */
  powerOff(node: string): void {
    const tables = this.tables.get(node);
    if (tables === undefined) return;
    tables.synced = undefined;
    tables.node = undefined;
  }
}
