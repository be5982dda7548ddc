// The clusters that a person can look at: the simulator and the contexts of the kubeconfig. One of them is shown.
import { ApiSource } from '../cluster/api-source.ts';
import type { ContextEntry, Kubeconfig, KubeconfigProblem } from '../cluster/kubeconfig.ts';
import type { Timing } from '../cluster/reflector.ts';
import type { ClusterSource } from '../cluster/source.ts';
import { Listeners } from './listeners.ts';
import type { KubeconfigPlatform } from './platform.ts';
import type { SimulatorSession } from './simulator/session.ts';

export class Clusters {
  readonly simulator: SimulatorSession;
  /** The list changed, or which one is shown, or the state of one. */
  readonly onChange = new Listeners<void>();
  readonly onShown = new Listeners<ClusterSource>();
  private readonly platform: KubeconfigPlatform | undefined;
  private readonly timing: Timing;
  private readonly setting: () => string;
  private readonly sources = new Map<string, ClusterSource>();
  private config: Kubeconfig = { contexts: [], current: undefined, problems: [] };
  private shownId = 'simulator';

  constructor(
    simulator: SimulatorSession,
    platform: KubeconfigPlatform | undefined,
    timing: Timing,
    setting: () => string,
  ) {
    this.simulator = simulator;
    this.platform = platform;
    this.timing = timing;
    this.setting = setting;
    for (const listeners of [simulator.onState, simulator.onTopology]) listeners.add(() => this.onChange.fire());
    simulator.source.onState(() => this.onChange.fire());
  }

  get shown(): ClusterSource {
    return this.sources.get(this.shownId) ?? this.simulator.source;
  }

  get contexts(): readonly ContextEntry[] {
    return this.config.contexts;
  }

  get current(): string | undefined {
    return this.config.current;
  }

  get problems(): readonly KubeconfigProblem[] {
    return this.config.problems;
  }

  get files(): readonly string[] {
    return this.platform?.files(this.setting()) ?? [];
  }

  source(id: string): ClusterSource | undefined {
    return id === 'simulator' ? this.simulator.source : this.sources.get(id);
  }

  /** Reads the kubeconfig again. Connections stay, unless their context is gone. */
  async refresh(): Promise<void> {
    if (!this.platform) return;
    this.config = await this.platform.read(this.files, this.setting());
    for (const [id, source] of this.sources) {
      if (!this.config.contexts.some((c) => `context:${c.name}` === id)) this.drop(id, source);
    }
    this.onChange.fire();
  }

  show(id: string): void {
    this.shownId = this.source(id) ? id : 'simulator';
    this.onShown.fire(this.shown);
    this.onChange.fire();
  }

  async connect(context: string): Promise<ClusterSource | undefined> {
    const { platform } = this;
    if (!platform) return undefined;
    const id = `context:${context}`;
    let source = this.sources.get(id);
    if (!source) {
      const open = () => platform.open(this.files, context);
      source = new ApiSource({ id, name: context, kind: 'kubeconfig', open, timing: this.timing });
      this.sources.set(id, source);
      source.onState(() => this.onChange.fire());
    }
    this.show(id);
    await source.connect();
    return source;
  }

  disconnect(context: string): void {
    const id = `context:${context}`;
    const source = this.sources.get(id);
    if (source) this.drop(id, source);
  }

  dispose(): void {
    for (const source of this.sources.values()) source.disconnect();
    this.simulator.stop();
  }

  private drop(id: string, source: ClusterSource): void {
    source.disconnect();
    this.sources.delete(id);
    if (this.shownId === id) this.show('simulator');
    else this.onChange.fire();
  }
}
