// What a plugin answers. Nothing (undefined) means success, as a nil status does upstream.
// Models staging/src/k8s.io/kube-scheduler/framework/interface.go.

/**
 * - `Error`: something is broken inside; the pod is retried after back-off.
 * - `Unschedulable`: does not fit now; removing other pods (preemption) may help.
 * - `UnschedulableAndUnresolvable`: does not fit, and preemption would not change that.
 * - `Wait`: a Permit plugin holds the pod back for a while.
 * - `Skip`: the plugin has nothing to say in this cycle, so its later extension points are not called.
 * - `Pending`: the plugin waits for an outside component.
 */
export type Code = 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Wait' | 'Skip' | 'Pending';

export interface Status {
  readonly code: Code;
  readonly reasons: readonly string[];
  /** The plugin that said so. */
  readonly plugin: string;
}

export function unschedulable(plugin: string, ...reasons: string[]): Status {
  return { code: 'Unschedulable', reasons, plugin };
}

export function unresolvable(plugin: string, ...reasons: string[]): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons, plugin };
}

export function failure(plugin: string, message: string): Status {
  return { code: 'Error', reasons: [message], plugin };
}

export function skip(plugin: string): Status {
  return { code: 'Skip', reasons: [], plugin };
}

/** The pod was refused, as against something having broken. */
export function isRejected(s: Status): boolean {
  return s.code === 'Unschedulable' || s.code === 'UnschedulableAndUnresolvable' || s.code === 'Pending';
}

export function messageOf(s: Status): string {
  return s.reasons.join(', ');
}
