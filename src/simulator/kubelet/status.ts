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
import { fullImageName } from './imagename.ts';
import { anyMainStarted, type Phase, phaseOf } from './phase.ts';
import { containerResources, podResources } from './podresources.ts';
import { type ContainerRecord, couldRestartAll, isSidecar, type PodRecord, restarts } from './record.ts';
import { allocatedPod } from './resize.ts';

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
  /** Where it is not the pod's. */
  readonly generation?: number;
}

const YES: Verdict = { status: 'True' };
const names = (list: readonly ContainerRecord[]): string => `[${list.map((c) => c.container.name).join(' ')}]`;

function initializedVerdict(r: PodRecord, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (r.init.length === 0 || anyMainStarted(r)) return YES;
  const incomplete = r.init.filter((c) => (isSidecar(c.container) ? !c.started : !c.ready));
  if (incomplete.length === 0) return YES;
  const message = `containers with incomplete status: ${names(incomplete)}`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function readyVerdict(r: PodRecord, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = [...r.init.filter((c) => isSidecar(c.container)), ...r.main].filter((c) => !c.ready);
  if (unready.length === 0) return YES;
  const message = `containers with unready status: ${names(unready)}`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function restartVerdict(r: PodRecord, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (!r.restarting) return { status: 'False' };
  const message = 'container exited with restart policy rule';
  return { status: 'True', reason: 'RestartAllContainersStarted', message };
}

/** Conditions that come and go. */
const PASSING: ReadonlySet<string> = new Set(['PodResizePending', 'PodResizeInProgress']);

function verdicts(pod: Pod, r: PodRecord, phase: Phase): { readonly [type: string]: Verdict } {
  const ready = readyVerdict(r, phase);
  const { pending, inProgress } = r.resize ?? {};
  const disruption = r.evicted?.disruption;
  return {
    ...(pending ? { PodResizePending: { status: 'True', ...pending } } : {}),
    ...(inProgress ? { PodResizeInProgress: { status: 'True', generation: inProgress } } : {}),
    ...(disruption
      ? { DisruptionTarget: { status: 'True', reason: 'TerminationByKubelet', message: disruption } }
      : {}),
    PodReadyToStartContainers: r.sandboxReady ? YES : { status: 'False' },
    Initialized: initializedVerdict(r, phase),
    Ready: ready.status === 'True' ? readinessGates(pod) : ready,
    ContainersReady: ready,
    PodScheduled: YES,
    ...(couldRestartAll(pod) ? { AllContainersRestarting: restartVerdict(r, phase) } : {}),
  };
}

function readinessGates(pod: Pod): Verdict {
  const missing = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType: type }) => {
    const known = pod.status?.conditions?.find((c) => c.type === type);
    if (known === undefined) return `corresponding condition of pod readiness gate "${type}" does not exist.`;
    if (known.status === 'True') return [];
    return `the status of pod readiness gate "${type}" is not "True", but ${known.status}`;
  });
  if (missing.length === 0) return YES;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
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
    const { status, generation, ...why } = v;
    // As Go orders them, here and below: what is in order is stored as it is.
    return {
      type,
      observedGeneration: generation ?? pod.metadata.generation ?? 1,
      status,
      lastProbeTime,
      lastTransitionTime: lastTransitionTime ?? now,
      ...why,
    };
  });
  return [...own, ...previous.filter((c) => !PASSING.has(c.type) && !own.some((o) => o.type === c.type))];
}

const TOKEN_MOUNT = 'Disabled';

/** What could not be started waits, and says why; how it ended has become its last state. */
function statesOf(
  pod: Pod,
  record: PodRecord,
  r: ContainerRecord,
): { state: ContainerState; lastState: ContainerState } {
  const { state, lastState, held } = r;
  if (held === undefined || state.running !== undefined) return { state, lastState };
  const over = pod.metadata.deletionTimestamp ?? record.terminated ?? record.evicted;
  if (over !== undefined || (state.terminated !== undefined && !restarts(pod, record, r))) return { state, lastState };
  return { state: { waiting: held }, lastState: state.terminated ? { terminated: state.terminated } : lastState };
}

/** Images are taken to run as root where the pod does not say otherwise. */
function userOf(pod: Pod, c: Container): { gid: number; supplementalGroups: readonly number[]; uid: number } {
  const { runAsUser, runAsGroup, fsGroup, supplementalGroups = [] } = pod.spec?.securityContext ?? {};
  const uid = c.securityContext?.runAsUser ?? runAsUser ?? 0;
  const gid = c.securityContext?.runAsGroup ?? runAsGroup ?? 0;
  const more = [...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])];
  return { gid, supplementalGroups: more.length === 0 ? [gid] : [...new Set([gid, ...more])], uid };
}

function containerStatus(pod: Pod, record: PodRecord, r: ContainerRecord): ContainerStatus {
  const { container: c } = r;
  const { state, lastState } = statesOf(pod, record, r);
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
    state,
    lastState,
    ready: r.ready,
    restartCount: r.restartCount,
    image: real ? fullImageName(c.image ?? '') : (c.image ?? ''),
    imageID: r.imageID ?? '',
    ...(r.containerID ? { containerID: r.containerID } : {}),
    ...(r.started === undefined ? {} : { started: r.started }),
    ...(requests && (running || r.started) ? { allocatedResources: requests } : {}),
    ...(running || r.state.waiting === undefined ? { resources: containerResources(r.actuated ?? c.resources) } : {}),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    // A fake runtime tells of no user.
    ...(real ? { user: { linux: userOf(pod, c) } } : {}),
  };
}

export function podStatus(pod: Pod, r: PodRecord, now: string): PodStatus {
  const phase = phaseOf(pod, r);
  const ip = r.podIP;
  const told = (c: ContainerRecord): ContainerStatus => containerStatus(pod, r, c);
  const { reason, message } = r.evicted ?? {};
  return {
    ...pod.status,
    observedGeneration: pod.metadata.generation ?? 1,
    // While something of it still runs, a pod is not said to be over.
    phase: r.ending ? (pod.status?.phase ?? 'Running') : phase,
    ...(reason === undefined || r.ending ? {} : { reason, message }),
    conditions: conditions(pod, r, phase, pod.status?.conditions ?? [], now),
    hostIP: r.hostIP,
    hostIPs: [{ ip: r.hostIP }],
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
    startTime: r.startTime,
    ...(r.init.length > 0 ? { initContainerStatuses: r.init.map(told) } : {}),
    containerStatuses: r.main.map(told),
    ...(r.ephemeral ? { ephemeralContainerStatuses: r.ephemeral.map(told) } : {}),
    ...podResources(pod, r.cgroup === 'read', r.resize && allocatedPod(pod, r)),
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
  const changed = (after.conditions ?? []).flatMap((c): object | object[] => {
    const k = known.find((x) => x.type === c.type);
    return k === undefined ? c : (conditionPatch(k, c) ?? []);
  });
  const gone = known.filter((k) => PASSING.has(k.type) && !after.conditions?.some((c) => c.type === k.type));
  changed.push(...gone.map(({ type }) => ({ $patch: 'delete', type })));
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
