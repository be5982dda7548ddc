// A pod's status as the kubelet computes it, and the patch that brings the API server's copy up to date: pure.
// Models pkg/kubelet/kubelet_pods.go, pkg/kubelet/status/{generate,status_manager}.go, v1.36.
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodIP,
  PodStatus,
} from '../../model/generated/core.v1.ts';
import type { Json } from '../../model/object.ts';
import { equal } from '../../model/paths.ts';
import { byText } from '../../model/remember.ts';
import { containerResources, podResources } from './podresources.ts';

/** What the kubelet knows of one container. */
export interface ContainerRecord {
  container: Container;
  state: ContainerState;
  lastState: ContainerState;
  ready: boolean;
  /** Undefined under a runtime that does not tell. */
  started: boolean | undefined;
  restartCount: number;
  containerID?: string;
  imageID?: string;
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
  evicted?: { readonly reason: string; readonly message: string };
  /** Set while the pod is being removed or after all its containers have ended. */
  terminated?: boolean;
  /** All containers have ended, and the pod's sandbox is still to be stopped: the phase is not told yet. */
  ending?: boolean;
  /** Whether the pod's cgroup was read: from the second status with running containers on. */
  cgroup?: 'there' | 'read';
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

export function newPodRecord(pod: Pod, hostIP: string, startTime: string): PodRecord {
  const init = pod.spec?.initContainers ?? [];
  const waiting = init.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return {
    init: init.map((c) => newRecord(c, 'PodInitializing')),
    main: (pod.spec?.containers ?? []).map((c) => newRecord(c, waiting)),
    hostIP,
    startTime,
    sandboxReady: false,
  };
}

/** Its sandbox is gone: whatever ran starts anew. */
export function startOver(r: PodRecord): void {
  for (const c of [...r.init, ...r.main]) {
    if (c.state.terminated === undefined) continue;
    c.lastState = { terminated: c.state.terminated };
    c.state = { waiting: { reason: 'ContainerCreating' } };
    c.restartCount++;
  }
}

/** The state of a container that has just ended. */
export function endOf(c: ContainerRecord, exitCode: number, now: string): ContainerState {
  const startedAt = c.state.running?.startedAt ?? now;
  return {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: now,
      ...(c.containerID ? { containerID: c.containerID } : {}),
    },
  };
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

/**
 * Whether a container that has ended is started again. Its restartPolicyRules are asked first. Models
 * ShouldContainerBeRestarted in pkg/kubelet/container/helpers.go, v1.36 (ContainerRestartRules).
 */
export function restarts(pod: Pod, record: PodRecord, c: ContainerRecord): boolean {
  const code = c.state.terminated?.exitCode ?? 0;
  const ruled = (c.container.restartPolicyRules ?? []).some(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(code) ?? false;
    return exitCodes?.operator === 'NotIn' ? !listed : listed;
  });
  if (ruled) return true;
  const policy = restartPolicyOf(pod, c.container);
  if (record.init.includes(c) && !isSidecar(c.container)) return code !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
}

type Phase = NonNullable<PodStatus['phase']>;

export function phaseOf(pod: Pod, r: PodRecord): Phase {
  if (r.evicted !== undefined) return 'Failed';
  const again = (c: ContainerRecord): boolean => !r.terminated && restarts(pod, r, c);
  const failedInit = r.init.filter((c) => !isSidecar(c.container) && (c.state.terminated?.exitCode ?? 0) !== 0);
  if (failedInit.some((c) => !again(c))) return 'Failed';
  if (!initialized(r)) return 'Pending';
  if (r.main.some((c) => c.state.waiting !== undefined && c.lastState.terminated === undefined)) return 'Pending';
  if (r.main.some((c) => c.state.running !== undefined)) return 'Running';
  const ended = r.main.every((c) => c.state.terminated !== undefined);
  if (!ended || r.main.some(again)) return 'Running';
  return r.main.some((c) => c.state.terminated?.exitCode !== 0) ? 'Failed' : 'Succeeded';
}

export function initialized(r: PodRecord): boolean {
  return r.init.every((c) => (isSidecar(c.container) ? c.started === true : c.state.terminated?.exitCode === 0));
}

function unready(r: PodRecord): string[] {
  return [...r.init.filter((c) => isSidecar(c.container)), ...r.main]
    .filter((c) => !c.ready)
    .map((c) => c.container.name);
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

function verdicts(pod: Pod, r: PodRecord, phase: Phase): { readonly [type: string]: Verdict } {
  const yes: Verdict = { status: 'True' };
  const incomplete = r.init.filter((c) => (isSidecar(c.container) ? !c.started : c.state.terminated?.exitCode !== 0));
  const names = (list: readonly string[]): string => `[${list.join(' ')}]`;
  const init: Verdict = initialized(r)
    ? phase === 'Succeeded'
      ? { status: 'True', reason: 'PodCompleted' }
      : yes
    : {
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: ${names(incomplete.map((c) => c.container.name))}`,
      };
  const waiting = unready(r);
  let containers: Verdict = yes;
  if (phase === 'Succeeded') containers = { status: 'False', reason: 'PodCompleted' };
  else if (phase === 'Failed') containers = { status: 'False', reason: 'PodFailed' };
  else if (waiting.length > 0)
    containers = {
      status: 'False',
      reason: 'ContainersNotReady',
      message: `containers with unready status: ${names(waiting)}`,
    };
  return {
    PodReadyToStartContainers: r.sandboxReady ? yes : { status: 'False' },
    Initialized: init,
    Ready: containers.status === 'True' ? readinessGates(pod) : containers,
    ContainersReady: containers,
    PodScheduled: yes,
  };
}

function readinessGates(pod: Pod): Verdict {
  const missing = (pod.spec?.readinessGates ?? []).filter(
    (g) => !pod.status?.conditions?.some((c) => c.type === g.conditionType && c.status === 'True'),
  );
  if (missing.length === 0) return { status: 'True' };
  const message = missing
    .map((g) => `corresponding condition of pod readiness gate "${g.conditionType}" does not exist.`)
    .join(', ');
  return { status: 'False', reason: 'ReadinessGatesNotReady', message };
}

function conditions(
  pod: Pod,
  r: PodRecord,
  phase: Phase,
  previous: readonly PodCondition[],
  now: string,
): PodCondition[] {
  const own = Object.entries(verdicts(pod, r, phase)).map(([type, v]): PodCondition => {
    const known = previous.find((c) => c.type === type);
    const lastTransitionTime = known?.status === v.status ? known.lastTransitionTime : now;
    const lastProbeTime = null as unknown as string;
    const { status, ...why } = v;
    // As Go orders them, here and below: what is in order is stored as it is.
    return {
      type,
      observedGeneration: pod.metadata.generation ?? 1,
      status,
      lastProbeTime,
      lastTransitionTime: lastTransitionTime ?? now,
      ...why,
    };
  });
  return [...own, ...previous.filter((c) => !own.some((o) => o.type === c.type))];
}

const TOKEN_MOUNT = 'Disabled';

/** As containerd names what it runs: with its registry. Models distribution/reference (ParseNormalizedNamed). */
export function fullImageName(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const named = /[.:]/.test(first) || first === 'localhost';
  const path = named ? image : `docker.io/${slash < 0 ? 'library/' : ''}${image}`;
  const tagged = path.includes('@') || path.slice(path.lastIndexOf('/')).includes(':');
  return tagged ? path : `${path}:latest`;
}

function containerStatus(r: ContainerRecord): ContainerStatus {
  const { container: c } = r;
  const mounts = (c.volumeMounts ?? []).map((m) => ({
    name: m.name,
    mountPath: m.mountPath,
    ...(m.readOnly ? { readOnly: true, recursiveReadOnly: TOKEN_MOUNT } : {}),
  }));
  const running = r.state.running !== undefined;
  const requests = c.resources?.requests;
  const real = r.containerID?.startsWith('containerd:') === true;
  return {
    name: c.name,
    state: r.state,
    lastState: r.lastState,
    ready: r.ready,
    restartCount: r.restartCount,
    image: real ? fullImageName(c.image ?? '') : (c.image ?? ''),
    imageID: r.imageID ?? '',
    ...(r.containerID ? { containerID: r.containerID } : {}),
    ...(r.started === undefined ? {} : { started: r.started }),
    ...(requests && (running || r.started) ? { allocatedResources: requests } : {}),
    ...(running || r.state.waiting === undefined ? { resources: containerResources(c) } : {}),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    // A fake runtime tells of no user.
    ...(real ? { user: { linux: { gid: 0, supplementalGroups: [0], uid: 0 } } } : {}),
  };
}

export function podStatus(pod: Pod, r: PodRecord, now: string): PodStatus {
  const phase = phaseOf(pod, r);
  const ip = r.podIP;
  return {
    ...pod.status,
    observedGeneration: pod.metadata.generation ?? 1,
    phase: r.ending ? 'Running' : phase,
    ...r.evicted,
    conditions: conditions(pod, r, phase, pod.status?.conditions ?? [], now),
    hostIP: r.hostIP,
    hostIPs: [{ ip: r.hostIP }],
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
    startTime: r.startTime,
    ...(r.init.length > 0 ? { initContainerStatuses: r.init.map(containerStatus) } : {}),
    containerStatuses: r.main.map(containerStatus),
    ...(r.ephemeral ? { ephemeralContainerStatuses: r.ephemeral.map(containerStatus) } : {}),
    ...podResources(pod, r.cgroup === 'read'),
  };
}

/** Addresses are merged by their text: those that are gone have to be taken away by name. */
function replacedIPs(before: readonly PodIP[], after: readonly PodIP[]): object[] {
  const gone = before.filter((b) => !after.some((a) => a.ip === b.ip));
  return [...after, ...gone.map(({ ip }) => ({ $patch: 'delete', ip }))];
}

/** The orders that conditions come in are few, and every patch that is kept holds on to one. */
const orderOf = byText(1_000, (types) => types.split(',').map((type) => ({ type })));

/** A strategic merge patch from one status to the next; undefined where they are equal. */
export function statusPatch(pod: Pod, before: PodStatus | undefined, after: PodStatus): object | undefined {
  const patch: Record<string, unknown> = {};
  const old = (before ?? {}) as { readonly [key: string]: unknown };
  const now = after as { readonly [key: string]: unknown };
  for (const key in now) {
    const value = now[key];
    if (key === 'conditions' || equal(old[key], value)) continue;
    patch[key] = key === 'podIPs' ? replacedIPs(before?.podIPs ?? [], after.podIPs ?? []) : value;
  }
  const known = before?.conditions ?? [];
  const changed = (after.conditions ?? []).flatMap((c) => {
    const k = known.find((x) => x.type === c.type);
    return k === undefined ? c : (conditionPatch(k, c) ?? []);
  });
  if (changed.length > 0) {
    patch['$setElementOrder/conditions'] = orderOf((after.conditions ?? []).map(({ type }) => type).join());
    patch.conditions = changed;
  }
  return Object.keys(patch).length === 0 ? undefined : { metadata: { uid: pod.metadata.uid }, status: patch };
}

/** What differs, beside the merge key: a strategic merge patch keeps what it does not name, so what is gone is named as null. */
function conditionPatch(before: PodCondition, after: PodCondition): object | undefined {
  const x = before as unknown as Json;
  const y = after as unknown as Json;
  const patch: Record<string, unknown> = {};
  // A field that is null says as little as one that is not there.
  for (const key in y) if ((x[key] ?? null) !== (y[key] ?? null)) patch[key] = y[key] ?? null;
  for (const key in x) if (!Object.hasOwn(y, key) && (x[key] ?? null) !== null) patch[key] = null;
  return Object.keys(patch).length === 0 ? undefined : { ...patch, type: after.type };
}
