// The sentence that a pending pod shows. Models FitError in pkg/scheduler/framework/types.go.
import type { NodeStatuses } from './node-statuses.ts';
import type { Status } from './status.ts';

/** Why an attempt found no node. */
export interface Diagnosis {
  readonly allNodes: number;
  readonly statuses: NodeStatuses;
  /** What PreFilter said when it refused the pod for every node at once. */
  readonly preFilterMessage: string;
  postFilterMessage: string;
  /** The plugins that refused; the queue waits for events that concern them. */
  readonly unschedulablePlugins: Set<string>;
  readonly pendingPlugins: Set<string>;
  /** A filter could not do its work: no node is to be trusted then. */
  broken?: Status | undefined;
}

function histogram(d: Diagnosis): string[] {
  const counts = new Map<string, number>();
  const count = (reasons: readonly string[], by: number): void => {
    for (const r of reasons) counts.set(r, (counts.get(r) ?? 0) + by);
  };
  for (const [, status] of d.statuses.entries()) count(status.reasons, 1);
  if (d.statuses.size < d.allNodes) count(d.statuses.absent.reasons, d.allNodes - d.statuses.size);
  return [...counts].map(([reason, n]) => `${n} ${reason}`).sort();
}

export function fitMessage(d: Diagnosis): string {
  let text = `0/${d.allNodes} nodes are available:`;
  if (d.preFilterMessage !== '') text += ` ${d.preFilterMessage}.`;
  else {
    const reasons = histogram(d);
    if (reasons.length > 0) text += ` ${reasons.join(', ')}.`;
  }
  return d.postFilterMessage === '' ? text : `${text} ${d.postFilterMessage}`;
}
