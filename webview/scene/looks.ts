// What a pod looks like, in the words that kubectl would use for it. Every look has its own shape besides its colour.
import { isRecord, type Json } from '../../src/trace/fold.ts';

/**
 * - `pending`: not bound to a node. - `creating`: bound, containers not started yet. - `running`: started, not ready.
 * - `ready`: started and ready. - `failing`: waiting in an error such as ImagePullBackOff or CrashLoopBackOff.
 * - `terminating`: marked for deletion. - `unknown`: the node is not heard from.
 */
export type PodLook =
  | 'pending'
  | 'creating'
  | 'running'
  | 'ready'
  | 'failing'
  | 'succeeded'
  | 'failed'
  | 'terminating'
  | 'unknown';

export const LOOKS: readonly PodLook[] = [
  'ready',
  'running',
  'creating',
  'pending',
  'failing',
  'terminating',
  'succeeded',
  'failed',
  'unknown',
];

export const LOOK_WORDS: { readonly [look in PodLook]: string } = {
  ready: 'ready',
  running: 'running, not ready',
  creating: 'being created',
  pending: 'on no node yet',
  failing: 'failing',
  terminating: 'terminating',
  succeeded: 'completed',
  failed: 'failed',
  unknown: 'unknown',
};

export interface PodState {
  readonly look: PodLook;
  /** In a word or two, where there is little room. */
  readonly word: string;
  /** As kubectl prints it in its STATUS column. */
  readonly status: string;
  readonly node: string | undefined;
}

/** Waiting reasons that are part of a normal start. */
const NORMAL_WAITS = new Set(['ContainerCreating', 'PodInitializing']);

export function podState(pod: Json): PodState {
  const spec = isRecord(pod.spec) ? pod.spec : {};
  const node = typeof spec.nodeName === 'string' && spec.nodeName !== '' ? spec.nodeName : undefined;
  const { look, word, status = word } = lookOf(pod, node);
  return { look, word, status, node };
}

function lookOf(pod: Json, node: string | undefined): { look: PodLook; word: string; status?: string } {
  const meta = isRecord(pod.metadata) ? pod.metadata : {};
  const status = isRecord(pod.status) ? pod.status : {};
  if (meta.deletionTimestamp !== undefined) return { look: 'terminating', word: 'Terminating' };
  if (status.phase === 'Succeeded') return { look: 'succeeded', word: 'Completed' };
  if (status.phase === 'Failed') return { look: 'failed', word: text(status.reason) ?? 'Failed' };
  if (status.phase === 'Unknown') return { look: 'unknown', word: 'Unknown' };
  const waits = waitingReason(status);
  if (waits !== undefined && !NORMAL_WAITS.has(waits)) return { look: 'failing', word: waits };
  if (status.phase === 'Running') {
    return isTrue(status.conditions, 'Ready')
      ? { look: 'ready', word: 'Running' }
      : { look: 'running', word: 'not ready', status: 'Running, not ready' };
  }
  if (node === undefined) return { look: 'pending', word: 'Pending' };
  if (waits === undefined) return { look: 'creating', word: 'Pending' };
  return { look: 'creating', word: 'creating', status: waits };
}

function waitingReason(status: Json): string | undefined {
  for (const list of [status.initContainerStatuses, status.containerStatuses]) {
    if (!Array.isArray(list)) continue;
    for (const one of list) {
      const state = isRecord(one) && isRecord(one.state) ? one.state : {};
      const reason = isRecord(state.waiting) ? text(state.waiting.reason) : undefined;
      if (reason !== undefined) return reason;
    }
  }
  return undefined;
}

export function isTrue(conditions: unknown, type: string): boolean {
  return Array.isArray(conditions) && conditions.some((c) => isRecord(c) && c.type === type && c.status === 'True');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
