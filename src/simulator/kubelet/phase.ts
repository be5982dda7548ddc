// The phase of a pod, from what its containers came to: pure. Models getPhase in pkg/kubelet/kubelet_pods.go, v1.36.
import type { Pod, PodStatus } from '../../model/generated/core.v1.ts';
import { type ContainerRecord, isSidecar, type PodRecord, restarts } from './record.ts';

export type Phase = NonNullable<PodStatus['phase']>;

const everEnded = (c: ContainerRecord): boolean => c.lastState.terminated !== undefined;

/** Once a container of the pod proper has run, the pod is not initialized again, whatever its sidecars do. */
export function anyMainStarted(r: PodRecord): boolean {
  return r.main.some((c) => c.state.running !== undefined || c.state.terminated !== undefined || everEnded(c));
}

export function initialized(r: PodRecord): boolean {
  return r.init.every((c) => (isSidecar(c.container) ? c.started === true : c.state.terminated?.exitCode === 0));
}

/** A pod that is over for good has failed, unless all it had to do is done. */
export function phaseOf(pod: Pod, r: PodRecord): Phase {
  if (r.evicted !== undefined) return 'Failed';
  const phase = livingPhase(pod, r);
  return r.terminated === 'over' && phase !== 'Succeeded' ? 'Failed' : phase;
}

function livingPhase(pod: Pod, r: PodRecord): Phase {
  const again = (c: ContainerRecord): boolean =>
    r.terminated === undefined && (r.restarting === true || restarts(pod, r, c));
  const plain = r.init.filter((c) => !isSidecar(c.container) && c.state.terminated?.exitCode !== 0);
  if (plain.some((c) => c.state.terminated !== undefined && !again(c))) return 'Failed';
  if (plain.some((c) => c.state.terminated === undefined && !everEnded(c))) return 'Pending';
  if (!initialized(r) && !anyMainStarted(r)) return 'Pending';
  if (r.main.some((c) => c.state.waiting !== undefined && !everEnded(c))) return 'Pending';
  if (r.main.some((c) => c.state.running !== undefined)) return 'Running';
  const ended = r.main.every((c) => c.state.terminated !== undefined);
  if (!ended || r.main.some(again)) return 'Running';
  return r.main.some((c) => c.state.terminated?.exitCode !== 0) ? 'Failed' : 'Succeeded';
}
