// Which events may help a pod that was refused: only those that one of the plugins that refused it waits for.
// Models isPodWorthRequeuing in pkg/scheduler/backend/queue/scheduling_queue.go.
import { type ClusterEvent, concerns, type EventRegistration } from '../framework/events.ts';
import type { Enabled } from '../framework/plugin.ts';
import type { QueuedPod } from './queued-pod.ts';

/** `skip`: leave it; `backoff`: try it once its back-off is over; `now`: try it at once. */
export type Strategy = 'skip' | 'backoff' | 'now';

export interface Happening {
  readonly event: ClusterEvent;
  /** The object before and after; absent for what was added and what was deleted. */
  readonly previous?: unknown;
  readonly current?: unknown;
}

export class QueueingHints {
  private readonly registrations = new Map<string, readonly EventRegistration[]>();
  private readonly awaited = new Map<string, boolean>();

  constructor(plugins: readonly Enabled[]) {
    for (const { plugin } of plugins) this.registrations.set(plugin.name, plugin.events ?? []);
  }

  /** Whether any plugin waits for events of this kind at all. */
  concernsAny(event: ClusterEvent): boolean {
    let known = this.awaited.get(event.label);
    if (known === undefined) {
      const all = [...this.registrations.values()];
      known = all.some((list) => list.some((r) => concerns(r, event)));
      this.awaited.set(event.label, known);
    }
    return known;
  }

  judge(p: QueuedPod, { event, previous, current }: Happening): Strategy {
    const gate = p.gate === undefined ? [] : [p.gate.plugin];
    const rejectors = new Set([...p.unschedulablePlugins, ...p.pendingPlugins, ...gate]);
    if (rejectors.size === 0 || event.resource === '*') return 'backoff';
    let strategy: Strategy = 'skip';
    for (const name of rejectors) {
      const registered = this.registrations.get(name) ?? [];
      const helps = registered.some((r) => concerns(r, event) && r.hint?.(p.info.pod, previous, current) !== 'Skip');
      if (!helps) continue;
      if (p.pendingPlugins.has(name)) return 'now';
      strategy = 'backoff';
    }
    return strategy;
  }
}
