// A pod that asks for other resources while it runs: what it is given, and when its containers have it. Models
// pkg/kubelet/allocation and the resizing in pkg/kubelet/kuberuntime, v1.36 (InPlacePodVerticalScaling).
import { MS } from '../../kernel/kernel.ts';
import { type Process, sleep } from '../../kernel/process.ts';
import type { Container, Pod, ResourceRequirements } from '../../model/generated/core.v1.ts';
import { equal } from '../../model/paths.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { podRef } from './names.ts';
import { type ContainerRecord, isSidecar, type PodRecord } from './record.ts';
import type { Tell } from './voice.ts';

export interface Refused {
  /** Not now, or never on this node. */
  readonly reason: 'Deferred' | 'Infeasible';
  readonly message: string;
}

/** Whether the node has room for a pod beside the others; undefined: it has. */
export type Room = (pod: Pod) => Refused | undefined;

interface ResizeDeps {
  readonly ctx: ComponentContext;
  readonly record: PodRecord;
  readonly room: Room;
  readonly tell: Tell;
  /** The runtime is to be looked at. */
  readonly changed: (step: StepId) => void;
}

const resizable = (r: PodRecord): ContainerRecord[] => [...r.init.filter((c) => isSidecar(c.container)), ...r.main];

/** The pod with what its containers were given. */
export function allocatedPod(pod: Pod, record: PodRecord): Pod {
  if (record.resize === undefined || pod.spec === undefined) return pod;
  const given = (c: Container): Container => {
    const resources = resizable(record).find((r) => r.container.name === c.name)?.container.resources;
    return resources === undefined ? c : { ...c, resources };
  };
  const { initContainers, containers } = pod.spec;
  const init = initContainers === undefined ? {} : { initContainers: initContainers.map(given) };
  return { ...pod, spec: { ...pod.spec, ...init, containers: containers.map(given) } };
}

/** Whether what has changed of a container's resources takes effect only when it starts anew, as its resizePolicy says. */
export function resizeRestarts(c: ContainerRecord): boolean {
  const { resources, resizePolicy = [] } = c.container;
  const before = c.actuated ?? resources;
  const differs = (name: string): boolean =>
    !equal(before?.limits?.[name], resources?.limits?.[name]) ||
    (name === 'cpu' && !equal(before?.requests?.[name], resources?.requests?.[name]));
  return resizePolicy.some((p) => p.restartPolicy === 'RestartContainer' && differs(p.resourceName));
}

export class Resizing {
  private readonly deps: ResizeDeps;

  constructor(deps: ResizeDeps) {
    this.deps = deps;
  }

  /** The pod's spec has changed: it gets what it asks for where there is room, or is told to wait. */
  ask(pod: Pod, cause: StepId): void {
    const { record, room, tell } = this.deps;
    const wanted = this.wanted(pod);
    if (wanted.length === 0) {
      if (record.resize !== undefined) delete record.resize.pending;
      return;
    }
    const { generation = 1 } = pod.metadata;
    record.resize ??= {};
    const state = record.resize;
    const refused = room(pod);
    if (refused !== undefined) {
      const same = state.pending?.reason === refused.reason && state.pending.message === refused.message;
      state.pending = { ...refused, generation };
      const text = `Pod resize ${refused.reason}: ${summary(pod, generation, refused.message)}`;
      if (!same) tell('Warning', `Resize${refused.reason}`, text, cause);
      return;
    }
    delete state.pending;
    state.inProgress = generation;
    for (const [c, resources] of wanted) {
      if (c.state.running !== undefined) c.actuated ??= c.container.resources ?? {};
      c.container = { ...c.container, resources };
    }
    tell('Normal', 'ResizeStarted', `Pod resize started: ${summary(pod, generation)}`, cause);
  }

  /** True: what was put off has been given now. */
  again(pod: Pod, cause: StepId): boolean {
    if (this.deps.record.resize?.pending === undefined) return false;
    this.ask(pod, cause);
    return this.deps.record.resize.pending === undefined;
  }

  /** At the start of a sync: a resize is over when every container has what it was given. */
  look(pod: Pod, cause: StepId): void {
    const { resize } = this.deps.record;
    if (resize?.inProgress === undefined) return;
    if (resizable(this.deps.record).some((c) => c.actuated !== undefined)) return;
    const text = `Pod resize completed: ${summary(allocatedPod(pod, this.deps.record), resize.inProgress)}`;
    delete resize.inProgress;
    this.deps.tell('Normal', 'ResizeCompleted', text, cause);
  }

  *actuate(pod: Pod, containers: readonly ContainerRecord[], cause: StepId): Process<StepId> {
    const { ctx, changed } = this.deps;
    let last = cause;
    for (const c of containers) {
      const { name } = c.container;
      last = ctx.record({
        kind: 'node',
        action: 'UpdateContainerResources',
        object: podRef(pod),
        causes: [last],
        text: `UpdateContainerResources: sets the cgroup of container ${name} to what it was given, without a restart.`,
        detail: { type: 'node', api: 'CRI', call: 'UpdateContainerResources', data: { container: name } },
      });
      yield* sleep(ctx.kernel, 10 * MS);
      delete c.actuated;
    }
    changed(last);
    return last;
  }

  private wanted(pod: Pod): [ContainerRecord, ResourceRequirements][] {
    const { containers = [], initContainers = [] } = pod.spec ?? {};
    const specs = [...initContainers, ...containers];
    return resizable(this.deps.record).flatMap((c): [ContainerRecord, ResourceRequirements][] => {
      const resources = specs.find((s) => s.name === c.container.name)?.resources ?? {};
      return equal(resources, c.container.resources ?? {}) ? [] : [[c, resources]];
    });
  }
}

/** As an Event tells it. Models podResourceSummary in pkg/kubelet/events, v1.36. */
function summary(pod: Pod, generation: number, error?: string): string {
  const part = (list: readonly Container[]) =>
    list.map(({ name, resources: { limits, requests } = {} }) => ({ name, resources: { limits, requests } }));
  const init = part((pod.spec?.initContainers ?? []).filter(isSidecar));
  const containers = part(pod.spec?.containers ?? []);
  return JSON.stringify({ ...(init.length > 0 ? { initContainers: init } : {}), containers, generation, error });
}
