// When kube-proxy syncs: at once when it has been quiet, and not sooner than minSyncPeriod after the end of the last sync;
// what is asked for meanwhile becomes one sync. Models pkg/proxy/runner/bounded_frequency_runner.go, v1.36. Its sync every
// syncPeriod finds nothing to change in a simulation, where nobody else touches the rules, and is left out.
import type { Kernel } from '../../kernel/kernel.ts';
import { type Process, type Scope, spawn } from '../../kernel/process.ts';

export class BoundedFrequencyRunner {
  private readonly kernel: Kernel;
  private readonly scope: Scope;
  private readonly minInterval: number;
  private readonly work: () => Process<void>;
  private state: 'quiet' | 'waiting' | 'working' = 'quiet';
  private again = false;
  private notBefore = 0;

  /** `minInterval`: µs. */
  constructor(kernel: Kernel, scope: Scope, minInterval: number, work: () => Process<void>) {
    this.kernel = kernel;
    this.scope = scope;
    this.minInterval = minInterval;
    this.work = work;
  }

  run(): void {
    if (this.state === 'working') this.again = true;
    if (this.state !== 'quiet') return;
    this.state = 'waiting';
    this.kernel.schedule(this.notBefore - this.kernel.now, () => this.start());
  }

  private start(): void {
    this.state = 'working';
    spawn(this.scope, this.work(), () => {
      this.state = 'quiet';
      this.notBefore = this.kernel.now + this.minInterval;
      if (!this.again) return;
      this.again = false;
      this.run();
    });
  }
}
