// A process on a machine of the simulated cluster: it can be stopped and started, and starts afresh each time.
import { Scope } from '../kernel/process.ts';

export class ManagedProcess {
  /** Id in the knowledge data. */
  readonly component: string;
  readonly node: string;
  private readonly launch: (scope: Scope) => void;
  private scope: Scope | undefined;

  constructor(component: string, node: string, launch: (scope: Scope) => void) {
    this.component = component;
    this.node = node;
    this.launch = launch;
  }

  get running(): boolean {
    return this.scope !== undefined;
  }

  start(): void {
    if (this.scope !== undefined) return;
    this.scope = new Scope();
    this.launch(this.scope);
  }

  stop(): void {
    this.scope?.close();
    this.scope = undefined;
  }
}
