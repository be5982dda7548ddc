// A pod in the scheduling queue and what became of its earlier attempts. Models framework.QueuedPodInfo.
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Queued } from '../framework/plugin.ts';
import { PodInfo } from '../framework/pod-info.ts';

/** More causes than a reader can take in are cut, oldest first. */
const MAX_CAUSES = 8;

export class QueuedPod implements Queued {
  info: PodInfo;
  /** When it entered the queue last, µs of virtual time. */
  timestamp: number;
  attempts = 0;
  /** Attempts that found no node; back-off grows with them. */
  unschedulableCount = 0;
  /** Attempts in a row in which something broke; back-off grows with them instead. */
  errorCount = 0;
  /** The plugins that refused it in its last attempt. */
  unschedulablePlugins: ReadonlySet<string> = new Set();
  pendingPlugins: ReadonlySet<string> = new Set();
  /** The plugin that does not let it into the active queue, and what it said. */
  gate: { readonly plugin: string; readonly message: string } | undefined;
  /** The steps for which it will be tried next. */
  causes: StepId[] = [];

  constructor(pod: Pod, now: number) {
    this.info = new PodInfo(pod);
    this.timestamp = now;
  }

  get key(): string {
    return this.info.uid;
  }

  update(pod: Pod): void {
    this.info = new PodInfo(pod);
  }

  addCauses(causes: readonly StepId[]): void {
    for (const c of causes) if (c !== 0 && !this.causes.includes(c)) this.causes.push(c);
    if (this.causes.length > MAX_CAUSES) this.causes.splice(0, this.causes.length - MAX_CAUSES);
  }

  /** The causes gathered for this attempt; the next one gathers its own. */
  takeCauses(): readonly StepId[] {
    const { causes } = this;
    this.causes = [];
    return causes;
  }
}
