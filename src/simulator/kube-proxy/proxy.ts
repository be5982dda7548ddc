// kube-proxy on one node: learns of Services, EndpointSlices and its own Node, and writes rules into the node's kernel.
// It writes nothing to the API but the Event of its start. Models cmd/kube-proxy/app/server.go and pkg/proxy, v1.36.
import { MS, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep, spawn } from '../../kernel/process.ts';
import type { Node } from '../../model/generated/core.v1.ts';
import { nodeFacts } from '../../netfilter/rules.ts';
import type { NodeFacts, ProxyConfig } from '../../netfilter/types.ts';
import type { StepId } from '../../trace/step.ts';
import type { Query } from '../apiserver/api.ts';
import type { Identity } from '../runtime/client.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { ENDPOINT_SLICES, type Kind, NODES, pathOf, SERVICE_CIDRS, SERVICES } from '../runtime/kinds.ts';
import { EventV1Recorder } from '../runtime/recorder.ts';
import type { LineChanges, RuleChanges, Seen } from './changes.ts';
import type { ProxyFeed } from './feed.ts';
import { about, once, sentence, total } from './narrate.ts';
import { BoundedFrequencyRunner } from './runner.ts';

/** Source: SetDefaults_KubeProxyConfiguration, v1.36: minSyncPeriod of iptables and of nftables. */
const MIN_SYNC = SECOND;
/** How long iptables-restore or nft takes for a few Services; that it grows with the rules is left out. */
const RESTORE = 15 * MS;
const RESTORE_JITTER = 10 * MS;
/** As reflectors wait before they try again. */
const RETRY_MIN = 0.8 * SECOND;
const RETRY_MAX = 30 * SECOND;

const SERVICE_QUERY: Query = {
  labelSelector: ['!service.kubernetes.io/service-proxy-name'],
  fieldSelector: ['spec.clusterIP!=None'],
};
const SLICE_QUERY: Query = { labelSelector: ['!service.kubernetes.io/headless'] };
const WATCHED: readonly (readonly [Kind, Query])[] = [
  [SERVICES, SERVICE_QUERY],
  [ENDPOINT_SLICES, SLICE_QUERY],
  [SERVICE_CIDRS, {}],
];

/** The rules in a machine's kernel. They stay when kube-proxy ends, and are lost when the machine goes off. */
export interface Tables {
  /** Version of the feed that they were made of; undefined: there are none. */
  synced: number | undefined;
  node: NodeFacts | undefined;
  /** Service ranges that they know. Only nftables has a rule about them. */
  ranges: string;
}

export interface KubeProxyOptions {
  readonly node: string;
  readonly config: ProxyConfig;
  readonly feed: ProxyFeed;
  readonly changes: RuleChanges;
  readonly tables: Tables;
}

export function kubeProxyIdentity(node: string): Identity {
  return {
    actor: { component: 'kube-proxy', node },
    userAgent: 'kube-proxy/v1.36.2 (linux/amd64)',
    credential: { type: 'serviceAccount', namespace: 'kube-system', name: 'kube-proxy' },
    qps: 5,
    burst: 10,
  };
}

export class KubeProxy {
  private readonly ctx: ComponentContext;
  private readonly options: KubeProxyOptions;
  private readonly runner: BoundedFrequencyRunner;
  private facts: NodeFacts | undefined;
  private connected = false;
  /** A sync after a start writes everything. */
  private full = true;

  constructor(ctx: ComponentContext, options: KubeProxyOptions) {
    this.ctx = ctx;
    this.options = options;
    this.runner = new BoundedFrequencyRunner(ctx.kernel, ctx.scope, MIN_SYNC, () => this.sync());
    const { feed, node } = options;
    const { scope } = ctx;
    feed.follow(options.tables, scope, () => this.changed());
    const nodes = ctx.informers.of(NODES, { fieldSelector: [`metadata.name=${node}`] });
    nodes.onChange({ add: (one) => this.seen(one), update: (one) => this.seen(one) });
  }

  /** It waits for its Node to be registered with an address; afterwards only the zone's label matters. */
  private seen(node: Node): void {
    const facts = nodeFacts(node);
    if (facts.ips.length === 0) return;
    const known = this.facts;
    this.facts = known === undefined ? facts : { ...known, zone: facts.zone };
    if (known === undefined) this.begin(node);
    else if (known.zone !== facts.zone) this.changed();
  }

  private begin(node: Node): void {
    const { ctx } = this;
    const name = node.metadata.name ?? '';
    // Upstream refers to the Node with its name for a uid, and without an apiVersion.
    const regarding = { apiVersion: '', kind: 'Node', object: { kind: 'Node', metadata: { name, uid: name } } };
    const events = new EventV1Recorder(ctx, 'kube-proxy', `kube-proxy-${name}`);
    events.event({ regarding, type: 'Normal', reason: 'Starting', action: 'StartKubeProxy', note: '', causes: [] });
    spawn(ctx.scope, this.follow());
  }

  /** Lists and watches; what the watches bring comes by way of the feed. */
  private *follow(): Process<void> {
    const { kernel } = this.ctx;
    let retry = RETRY_MIN;
    for (;;) {
      const watch = yield* this.connect();
      if (watch === undefined) {
        yield* sleep(kernel, retry);
        retry = Math.min(retry * 2, RETRY_MAX);
        continue;
      }
      retry = RETRY_MIN;
      this.connected = true;
      if (this.full || this.behind) this.runner.run();
      yield (resume) => {
        watch.start({ event: () => undefined, end: () => resume(undefined) });
        this.ctx.scope.onClose(() => watch.stop());
      };
      this.connected = false;
    }
  }

  /** The last of the watches, by which the end of all is noticed; undefined: the API server did not answer as hoped. */
  private *connect() {
    const { client } = this.ctx;
    for (const [kind, query] of WATCHED) {
      const list = yield* client.list(kind, '', { causes: [], query: { ...query, resourceVersion: ['0'] } });
      if (!list.ok) return undefined;
      const from = list.value.metadata.resourceVersion ?? '0';
      const watching = { ...query, watch: ['true'], allowWatchBookmarks: ['true'], resourceVersion: [from] };
      const request = { method: 'GET', path: pathOf(kind), query: watching, causes: [] } as const;
      const { watch } = yield* client.send(request, true);
      if (watch === undefined) return undefined;
      if (kind === SERVICE_CIDRS) return watch;
    }
    return undefined;
  }

  private get behind(): boolean {
    return this.options.tables.synced !== this.options.feed.version;
  }

  private changed(): void {
    if (this.connected) this.runner.run();
  }

  /** Models syncProxyRules: everything that changed since the last time, in one transaction. */
  private *sync(): Process<void> {
    const { feed, tables, changes } = this.options;
    const { facts: node, full } = this;
    if (node === undefined) return;
    const { synced, node: wasNode = node } = tables;
    const { version: to, revision, services } = feed;
    const known = feed.ranges.text;
    const causes = synced === undefined ? new Map<string, StepId[]>() : feed.since(synced);
    const keys = synced === undefined || wasNode.zone !== node.zone ? [...feed.keys()] : [...causes.keys()];
    const seen = keys.map((key): readonly [string, Seen, Seen] => {
      const before = synced === undefined ? undefined : { state: feed.at(key, synced), node: wasNode };
      const after = { state: feed.at(key, to), node };
      return [key, before ?? { ...after, state: NOTHING }, after];
    });
    const changed = seen.filter(([key, before, after]) => changes.differ(key, before, after));
    const ranges = this.rangesChange(synced);
    const quiet = !full && changed.length === 0 && ranges === undefined;
    if (!quiet) yield* sleep(this.ctx.kernel, RESTORE + this.ctx.random.int(RESTORE_JITTER));
    tables.synced = to;
    tables.node = node;
    tables.ranges = known;
    this.full = false;
    if (quiet) return;
    const why = [...changed.flatMap(([key]) => causes.get(key) ?? []), ...(ranges ? [feed.ranges.cause] : [])];
    this.tell(changed, why, { revision, services, full, ranges, base: synced === undefined ? node : undefined });
  }

  /** The one rule about unallocated addresses, where it changes; after a start with an empty kernel it is one of those always there. */
  private rangesChange(synced: number | undefined): LineChanges | undefined {
    const { feed, tables, config } = this.options;
    const [was, is] = [tables.ranges, feed.ranges.text];
    if (config.mode !== 'nftables' || synced === undefined || was === is) return undefined;
    return { added: is === '' ? 0 : 1, removed: was === '' ? 0 : 1 };
  }

  private tell(
    changed: readonly (readonly [string, Seen, Seen])[],
    causes: readonly StepId[],
    { revision, services: all, full, ranges: more, base }: Written,
  ): void {
    const { changes, config, feed } = this.options;
    const ranges = base === undefined ? [] : [...feed.cidrs.values()];
    const services = changed.map(([key]) => key);
    const counted = once(() => {
      const own = changed.map(([key, before, after]) => changes.count(key, before, after));
      const lines = total([...own, ...(more ? [more] : [])]);
      return base === undefined ? lines : { ...lines, added: lines.added + changes.base(base, ranges) };
    });
    this.ctx.record({
      kind: 'node',
      action: 'SyncProxyRules',
      ...about(services),
      // What was there before the watch began has no cause in the trace.
      causes: [...new Set(causes.filter((id) => id !== 0))].slice(-MOST_CAUSES),
      text: () => sentence(config, services, counted(), full),
      detail: () => ({
        type: 'node',
        api: config.mode === 'iptables' ? 'iptables-restore' : 'nft',
        call: 'SyncProxyRules',
        data: {
          mode: config.mode,
          clusterCIDR: config.clusterCIDRs.join(),
          revision,
          services: all,
          added: counted().added,
          removed: counted().removed,
          ...(full ? { full } : {}),
        },
      }),
    });
  }
}

interface Written {
  /** etcd's revision of the last change that the rules know of. */
  readonly revision: number;
  /** How many Services have rules. */
  readonly services: number;
  readonly full: boolean;
  readonly ranges: LineChanges | undefined;
  /** Set where the kernel had no rules at all: it now has those that are always there, too. */
  readonly base: NodeFacts | undefined;
}

const NOTHING = { version: 0, service: undefined, slices: [] };
/** A burst of changes is one sync; its latest causes tell enough. */
const MOST_CAUSES = 50;
