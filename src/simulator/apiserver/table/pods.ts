// The row of a pod. Models printPod in pkg/printers/internalversion/printers.go.
import type { Container, ContainerStatus, Pod } from '../../../model/generated/core.v1.ts';
import { parseTime } from '../../../model/time.ts';
import { type Cell, NONE, since } from './format.ts';

interface Counts {
  restarts: number;
  /** Milliseconds since 1970 of the last restart; 0 for none. */
  last: number;
}

function addRestarts(c: Counts, s: ContainerStatus): void {
  c.restarts += s.restartCount ?? 0;
  const at = s.lastState?.terminated?.finishedAt;
  c.last = Math.max(c.last, at ? (parseTime(at) ?? 0) : 0);
}

const isSidecar = (c: Container | undefined): boolean => c?.restartPolicy === 'Always';

function terminatedReason(t: { reason?: string; signal?: number; exitCode?: number }): string {
  if (t.reason) return t.reason;
  return t.signal ? `Signal:${t.signal}` : `ExitCode:${t.exitCode ?? 0}`;
}

interface Init {
  readonly reason: string | undefined;
  readonly ready: number;
  readonly all: Counts;
  readonly sidecars: Counts;
}

/** The first init container that has not done its part names the pod's state. */
function initState(pod: Pod): Init {
  const specs = pod.spec?.initContainers ?? [];
  const all: Counts = { restarts: 0, last: 0 };
  const sidecars: Counts = { restarts: 0, last: 0 };
  let ready = 0;
  for (const [i, s] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = isSidecar(specs.find((c) => c.name === s.name));
    addRestarts(all, s);
    if (sidecar) addRestarts(sidecars, s);
    const { terminated, waiting } = s.state ?? {};
    if (terminated !== undefined && (terminated.exitCode ?? 0) === 0) continue;
    if (sidecar && s.started) {
      if (s.ready) ready++;
      continue;
    }
    if (terminated !== undefined) return { reason: `Init:${terminatedReason(terminated)}`, ready, all, sidecars };
    if (waiting?.reason && waiting.reason !== 'PodInitializing')
      return { reason: `Init:${waiting.reason}`, ready, all, sidecars };
    return { reason: `Init:${i}/${specs.length}`, ready, all, sidecars };
  }
  return { reason: undefined, ready, all, sidecars };
}

function condition(pod: Pod, type: string): boolean {
  return (pod.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True');
}

interface State {
  reason: string;
  ready: number;
  counts: Counts;
}

function mainState(pod: Pod, from: State): State {
  const state = { ...from, counts: { ...from.counts } };
  let running = false;
  for (const s of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(state.counts, s);
    const { waiting, terminated, running: runs } = s.state ?? {};
    if (waiting?.reason) state.reason = waiting.reason;
    else if (terminated !== undefined) state.reason = terminatedReason(terminated);
    else if (s.ready && runs !== undefined) {
      running = true;
      state.ready++;
    }
  }
  if (state.reason === 'Completed' && running) state.reason = condition(pod, 'Ready') ? 'Running' : 'NotReady';
  return state;
}

function stateOf(pod: Pod): State {
  const { status } = pod;
  let reason: string = status?.reason || status?.phase || '';
  if ((status?.conditions ?? []).some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated'))
    reason = 'SchedulingGated';
  const init = initState(pod);
  let state: State = { reason: init.reason ?? reason, ready: init.ready, counts: init.all };
  if (init.reason === undefined || condition(pod, 'Initialized'))
    state = mainState(pod, { ...state, counts: init.sidecars });
  if (pod.metadata?.deletionTimestamp !== undefined) {
    if (status?.reason === 'NodeLost') state.reason = 'Unknown';
    else if (status?.phase !== 'Failed' && status?.phase !== 'Succeeded') state.reason = 'Terminating';
  }
  return state;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  return `${gates.filter((g) => condition(pod, g.conditionType)).length}/${gates.length}`;
}

export function podCells(pod: Pod, now: number): Cell[] {
  const { reason, ready, counts } = stateOf(pod);
  const specs = pod.spec?.initContainers ?? [];
  const total = (pod.spec?.containers ?? []).length + specs.filter(isSidecar).length;
  const ago = counts.last > 0 ? since(new Date(counts.last).toISOString(), now) : '';
  const restarts = counts.restarts > 0 && ago !== '' ? `${counts.restarts} (${ago} ago)` : String(counts.restarts);
  return [
    pod.metadata?.name ?? '',
    `${ready}/${total}`,
    reason,
    restarts,
    since(pod.metadata?.creationTimestamp, now),
    pod.status?.podIP || NONE,
    pod.spec?.nodeName || NONE,
    pod.status?.nominatedNodeName || NONE,
    readinessGates(pod),
  ];
}

/** A finished pod's row says so, which is how `kubectl get` can leave it out. */
export function podRowConditions(pod: Pod): object[] {
  const done = (reason: string, message: string): object[] => [{ type: 'Completed', status: 'True', reason, message }];
  if (pod.status?.phase === 'Succeeded') return done('Succeeded', 'The pod has completed successfully.');
  return pod.status?.phase === 'Failed' ? done('Failed', 'The pod failed.') : [];
}
