// What the kubelet knows of one pod on its node and of each of its containers: what its runtime tells, what its probes found,
// and why the last attempt to start a container failed. Models pkg/kubelet/container and reason_cache.go, v1.36.
import type {
  Container,
  ContainerRestartRule,
  ContainerState,
  ContainerStateTerminated,
  Pod,
  ResourceRequirements,
} from '../../model/generated/core.v1.ts';

/** What the kubelet knows of one container: its latest run, and how the one before it ended. */
export interface ContainerRecord {
  /** As it was when it was last started, or as the pod has it where it never was. */
  container: Container;
  state: ContainerState;
  lastState: ContainerState;
  ready: boolean;
  /** Undefined under a runtime that does not tell. */
  started: boolean | undefined;
  restartCount: number;
  containerID?: string;
  imageID?: string;
  /** Why it could not be started; shown in the place of its state from the next status on. */
  held?: { readonly reason: string; readonly message: string };
  /** The probe that says it is to be killed. */
  unhealthy?: 'liveness' | 'startup';
  /** What its cgroup was set to, where that is not what it was given. */
  actuated?: ResourceRequirements;
  /** When its last run ended, µs of virtual time. */
  endedAt?: number;
}

/** What the kubelet knows of one pod on its node. */
export interface PodRecord {
  readonly init: readonly ContainerRecord[];
  readonly main: readonly ContainerRecord[];
  /** Of `kubectl debug`: added while the pod runs, never started again. */
  ephemeral?: readonly ContainerRecord[];
  readonly hostIP: string;
  readonly startTime: string;
  podIP?: string;
  sandboxReady: boolean;
  /** Why the kubelet has ended the pod: it has failed, whatever its containers do. */
  evicted?: Eviction;
  /** No container of the pod will run again: they have been stopped, and at last nothing of the pod is left to tell. */
  terminated?: 'stopped' | 'over';
  /** The pod has come to its end, and its containers and sandbox are still to be stopped: the phase is not told yet. */
  ending?: boolean;
  /** Whether the pod's cgroup was read: from the second status with running containers on. */
  cgroup?: 'there' | 'read';
  /** All of its containers are taken away and started over. */
  restarting?: boolean;
  /** What was asked of its resources after it had started, as conditions of the pod tell it. */
  resize?: ResizeRecord;
}

export interface Eviction {
  readonly reason: string;
  readonly message: string;
  /** Told as the condition DisruptionTarget, with this message. */
  readonly disruption?: string;
  /** Seconds that its containers are given, in the place of the pod's own. */
  readonly grace?: number;
}

interface ResizeRecord {
  /** It does not fit now (`Deferred`), or never will (`Infeasible`). */
  pending?: { readonly reason: 'Deferred' | 'Infeasible'; readonly message: string; readonly generation: number };
  /** The generation of the pod that is being brought about. */
  inProgress?: number;
}

export function newRecord(container: Container, waiting: string): ContainerRecord {
  return {
    container,
    state: { waiting: { reason: waiting } },
    lastState: {},
    ready: false,
    started: false,
    restartCount: 0,
  };
}

/** As a container is told of that was never created. Source: convertToAPIContainerStatuses, v1.36. */
function unstarted(pod: Pod): string {
  return (pod.spec?.initContainers?.length ?? 0) > 0 ? 'PodInitializing' : 'ContainerCreating';
}

export function newPodRecord(pod: Pod, hostIP: string, startTime: string): PodRecord {
  const waiting = unstarted(pod);
  return {
    init: (pod.spec?.initContainers ?? []).map((c) => newRecord(c, waiting)),
    main: (pod.spec?.containers ?? []).map((c) => newRecord(c, waiting)),
    hostIP,
    startTime,
    sandboxReady: false,
    // The node's own address is known before anything runs.
    ...(pod.spec?.hostNetwork ? { podIP: hostIP } : {}),
  };
}

/** Containers that were added to the pod while it runs: nobody asks whether they are ready or have started. */
export function addEphemeral(pod: Pod, r: PodRecord): void {
  const known = r.ephemeral ?? [];
  const added = (pod.spec?.ephemeralContainers ?? []).filter((c) => !known.some((k) => k.container.name === c.name));
  if (added.length === 0) return;
  const made = added.map((c) => ({ ...newRecord(c as Container, 'ContainerCreating'), started: undefined }));
  r.ephemeral = [...known, ...made];
}

export function allOf(r: PodRecord): ContainerRecord[] {
  return [...r.init, ...r.main, ...(r.ephemeral ?? [])];
}

/** The run has ended. The end of a program that nothing more is known of is an `Error` unless its exit code is 0. */
export function endOf(
  c: ContainerRecord,
  exitCode: number,
  now: string,
  more: { readonly reason?: string | undefined; readonly message?: string | undefined } = {},
): ContainerState {
  const startedAt = c.state.running?.startedAt ?? now;
  const terminated: ContainerStateTerminated = {
    exitCode,
    reason: more.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    ...(more.message ? { message: more.message } : {}),
    startedAt,
    finishedAt: now,
    ...(c.containerID ? { containerID: c.containerID } : {}),
  };
  return { terminated };
}

/** As Events name a part of a pod. */
export function fieldPathOf(r: PodRecord, c: ContainerRecord): string {
  const part = r.ephemeral?.includes(c) ? 'ephemeralContainers' : r.init.includes(c) ? 'initContainers' : 'containers';
  return `spec.${part}{${c.container.name}}`;
}

export function isSidecar(c: Container): boolean {
  return c.restartPolicy === 'Always';
}

/** Whose word counts: the container's own, where it has one, else the pod's. */
export function restartPolicyOf(pod: Pod, c: Container): string {
  return c.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
}

function matches({ exitCodes }: ContainerRestartRule, code: number): boolean {
  const listed = exitCodes?.values?.includes(code) ?? false;
  return exitCodes?.operator === 'NotIn' ? !listed : listed;
}

/** The first rule that names the exit code; the container's own policy counts where there is none. */
function ruleFor(c: Container, code: number): ContainerRestartRule | undefined {
  return c.restartPolicyRules?.find((r) => matches(r, code));
}

/**
 * Whether a container that has ended is started again. Its restartPolicyRules are asked first. Models
 * ShouldContainerBeRestarted in pkg/kubelet/container/helpers.go, v1.36 (ContainerRestartRules).
 */
export function restarts(pod: Pod, record: PodRecord, c: ContainerRecord): boolean {
  if (record.ephemeral?.includes(c)) return false;
  const code = c.state.terminated?.exitCode ?? 0;
  if (ruleFor(c.container, code) !== undefined) return true;
  const policy = restartPolicyOf(pod, c.container);
  if (record.init.includes(c) && !isSidecar(c.container)) return code !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
}

/** All containers of the pod start over: one of them has ended as a rule of its own says (RestartAllContainersOnContainerExits). */
export function restartsAll(record: PodRecord): boolean {
  return [...record.init, ...record.main].some((c) => {
    const code = c.state.terminated?.exitCode;
    return code !== undefined && ruleFor(c.container, code)?.action === 'RestartAllContainers';
  });
}

/** Whether a container of the pod may ever have all others start over. Models AllContainersCouldRestart, v1.36. */
export function couldRestartAll(pod: Pod): boolean {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const all = [...containers, ...initContainers];
  return all.some((c) => c.restartPolicyRules?.some((r) => r.action === 'RestartAllContainers'));
}

/** `at`: µs of virtual time. An init container that has ended well stays ready; a main container does not. */
export function finish(record: PodRecord, c: ContainerRecord, state: ContainerState, at: number): void {
  c.state = state;
  c.endedAt = at;
  c.ready = record.init.includes(c) && !isSidecar(c.container) && state.terminated?.exitCode === 0;
  c.started = record.ephemeral?.includes(c) ? undefined : false;
}

/** The runtime has nothing of the container any more: it starts as if it never had, but for how it ended. */
export function takeAway(pod: Pod, c: ContainerRecord): void {
  if (c.state.terminated !== undefined) c.lastState = { terminated: c.state.terminated };
  c.state = { waiting: { reason: unstarted(pod) } };
  c.ready = false;
  delete c.endedAt;
  delete c.held;
}

/** What never ran, or cannot be found, has failed. Models TerminatePod in pkg/kubelet/status/status_manager.go, v1.36. */
export function settleFates(record: PodRecord): void {
  record.terminated = 'over';
  const message = 'The container could not be located when the pod was terminated';
  const begun = record.init.every((c) => c.ready || c.lastState.terminated !== undefined);
  if (!begun) return;
  for (const c of record.main)
    if (c.state.terminated === undefined)
      c.state = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message } };
}
