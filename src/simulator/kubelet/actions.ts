// What one sync of a pod does to its containers: pure. Models computePodActions and computeInitContainerActions in
// pkg/kubelet/kuberuntime/kuberuntime_manager.go, v1.36.
import type { Container, Pod } from '../../model/generated/core.v1.ts';
import { type ContainerRecord, isSidecar, type PodRecord, restartPolicyOf, restarts } from './record.ts';
import { resizeRestarts } from './resize.ts';

/** A running container that is to be stopped, and the word of its Event. */
export interface Kill {
  readonly c: ContainerRecord;
  readonly message: string;
  /** Its probe may give it less time. */
  readonly by?: 'liveness' | 'startup';
}

interface Actions {
  /** Whose cgroups are to be set anew. */
  readonly resize: readonly ContainerRecord[];
  readonly kill: readonly Kill[];
  /** Those that were added to the pod while it runs. */
  readonly ephemeral: readonly ContainerRecord[];
  readonly init: readonly ContainerRecord[];
  readonly main: readonly ContainerRecord[];
}

const NONE: readonly ContainerRecord[] = [];

const created = (c: ContainerRecord): boolean => c.state.waiting === undefined;
const runs = (c: ContainerRecord): boolean => c.state.running !== undefined;

/** As the pod has it now: its image may have been changed since it was started. */
export function specOf(pod: Pod, c: ContainerRecord): Container {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const { name } = c.container;
  return containers.find((o) => o.name === name) ?? initContainers.find((o) => o.name === name) ?? c.container;
}

const changed = (pod: Pod, c: ContainerRecord): boolean => specOf(pod, c).image !== c.container.image;

export function computeActions(pod: Pod, record: PodRecord): Actions {
  const kill: Kill[] = [];
  const resize: ContainerRecord[] = [];
  const ephemeral = record.ephemeral?.filter((c) => !created(c)) ?? NONE;
  const { initialized, start } = initActions(pod, record, kill);
  const main = initialized ? mainActions(pod, record, kill, resize) : NONE;
  return { resize, kill, ephemeral, init: start, main };
}

interface InitProgress {
  readonly initialized: boolean;
  readonly start: readonly ContainerRecord[];
}

/** From the last one back, because what ran before it must have ended well. */
function initActions(pod: Pod, record: PodRecord, kill: Kill[]): InitProgress {
  const { init } = record;
  let initialized = record.main.some(runs);
  if (init.length === 0) return { initialized: true, start: NONE };
  let before = initialized;
  const start = new Set<ContainerRecord>();
  const next = (i: number): void => {
    const following = init[i + 1];
    if (following === undefined) initialized = true;
    else if (!before) start.add(following);
  };
  for (let i = init.length - 1; i >= 0; i--) {
    const c = init[i] as ContainerRecord;
    if (!created(c)) {
      if (before && isSidecar(c.container)) start.add(c);
      continue;
    }
    if (before && !isSidecar(c.container)) continue;
    if (runs(c)) {
      if (isSidecar(c.container)) sidecarActions(pod, c, () => next(i), kill, start);
    } else if (isSidecar(c.container)) start.add(c);
    else if (c.state.terminated?.exitCode === 0) next(i);
    else if (restarts(pod, record, c)) start.add(c);
    before = true;
  }
  const first = init[0];
  if (!before && first !== undefined) start.add(first);
  return { initialized, start: init.filter((c) => start.has(c)) };
}

/** What follows a sidecar waits until it has started; its other probes hold nobody up. */
function sidecarActions(
  pod: Pod,
  c: ContainerRecord,
  next: () => void,
  kill: Kill[],
  start: Set<ContainerRecord>,
): void {
  const { name } = c.container;
  const stop = (why: string, by?: Kill['by']): void => {
    kill.push({ c, message: `Init container ${name} ${why}`, ...(by ? { by } : {}) });
    start.add(c);
  };
  if (c.unhealthy === 'startup') stop('failed startup probe', 'startup');
  if (c.started !== true) return;
  next();
  if (changed(pod, c)) stop('definition changed');
  else if (c.unhealthy === 'liveness') stop('failed liveness probe', 'liveness');
}

function mainActions(pod: Pod, record: PodRecord, kill: Kill[], resize: ContainerRecord[]): readonly ContainerRecord[] {
  return record.main.filter((c) => {
    if (!runs(c)) return !created(c) || restarts(pod, record, c);
    const why = reasonToKill(pod, c);
    if (why === undefined && c.actuated === undefined) return false;
    if (why === undefined && !resizeRestarts(c)) {
      resize.push(c);
      return false;
    }
    if (why === undefined) {
      kill.push({ c, message: `Container ${c.container.name} resize requires restart` });
      return true;
    }
    const { text, again, by } = why;
    kill.push({ c, message: again ? `${text}, will be restarted` : text, ...(by ? { by } : {}) });
    return again;
  });
}

interface Reason {
  readonly text: string;
  readonly again: boolean;
  readonly by?: Kill['by'];
}

/** What is defined anew is started anew, whatever the policy says. */
function reasonToKill(pod: Pod, c: ContainerRecord): Reason | undefined {
  const { name } = c.container;
  if (changed(pod, c)) return { text: `Container ${name} definition changed`, again: true };
  const by = c.unhealthy;
  const again = restartPolicyOf(pod, c.container) !== 'Never';
  if (by !== undefined) return { text: `Container ${name} failed ${by} probe`, again, by };
  return undefined;
}
