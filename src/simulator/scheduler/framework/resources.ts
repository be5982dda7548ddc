// What a pod asks for and what a node offers, as plain numbers.
// Models staging/src/k8s.io/component-helpers/resource/helpers.go and framework.Resource of pkg/scheduler.
import type { Container, ContainerStatus, Pod } from '../../../model/generated/core.v1.ts';
import type { Quantity } from '../../../model/generated/meta.v1.ts';
import { milliValue, wholeValue } from './quantity.ts';

type Requests = { readonly [resource: string]: Quantity } | undefined;

/** CPU in thousandths of a core, the rest in whole units (bytes, devices). */
export interface Resources {
  readonly milliCPU: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Huge pages, extended resources and the like; absent when there are none. */
  readonly scalar?: ReadonlyMap<string, number>;
}

/** Counts while it is being summed up; only its maker holds it. */
export class ResourceSum implements Resources {
  milliCPU = 0;
  memory = 0;
  ephemeralStorage = 0;
  scalar: Map<string, number> | undefined;

  add(r: Resources, sign: 1 | -1 = 1): void {
    this.milliCPU += sign * r.milliCPU;
    this.memory += sign * r.memory;
    this.ephemeralStorage += sign * r.ephemeralStorage;
    if (r.scalar === undefined) return;
    this.scalar ??= new Map();
    for (const [name, n] of r.scalar) this.scalar.set(name, (this.scalar.get(name) ?? 0) + sign * n);
  }

  clone(): ResourceSum {
    const copy = new ResourceSum();
    copy.add(this);
    return copy;
  }
}

/** What a container without requests is taken to use when nodes are scored. Source: pkg/scheduler/util/pod_resources.go. */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

const PLAIN = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

function isScalar(name: string): boolean {
  return !PLAIN.has(name) && (name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-'));
}

/** A resource list in the numbers that scheduling uses. `pods` is not part of it. */
export function resourcesOf(list: Requests): ResourceSum {
  const out = new ResourceSum();
  if (list === undefined) return out;
  for (const name in list) {
    const q = list[name];
    if (q === undefined) continue;
    if (name === 'cpu') out.milliCPU = milliValue(q);
    else if (name === 'memory') out.memory = wholeValue(q);
    else if (name === 'ephemeral-storage') out.ephemeralStorage = wholeValue(q);
    else if (isScalar(name)) {
      out.scalar ??= new Map();
      out.scalar.set(name, wholeValue(q));
    }
  }
  return out;
}

function max(a: ResourceSum, b: Resources): ResourceSum {
  const out = new ResourceSum();
  out.milliCPU = Math.max(a.milliCPU, b.milliCPU);
  out.memory = Math.max(a.memory, b.memory);
  out.ephemeralStorage = Math.max(a.ephemeralStorage, b.ephemeralStorage);
  if (a.scalar === undefined && b.scalar === undefined) return out;
  out.scalar = new Map(a.scalar);
  for (const [name, n] of b.scalar ?? []) out.scalar.set(name, Math.max(n, out.scalar.get(name) ?? 0));
  return out;
}

/** A resize that its node can never grant does not count as wanted. Source: IsPodResizeInfeasible. */
function refused(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'PodResizePending' && c.reason === 'Infeasible') ?? false;
}

/**
 * While a resize is under way a container counts with the larger of what it has and what it wants. `filled`: a resource that
 * it does not name counts with its default.
 */
function ofContainer(
  pod: Pod,
  c: Container,
  statuses: readonly ContainerStatus[] | undefined,
  filled: boolean,
): ResourceSum {
  const requests = c.resources?.requests;
  let out = resourcesOf(requests);
  const status = statuses?.find((s) => s.name === c.name);
  const actual = status?.resources?.requests;
  if (status?.resources !== undefined) {
    const has = max(resourcesOf(actual), resourcesOf(status.allocatedResources));
    out = refused(pod) ? has : max(out, has);
  }
  if (!filled) return out;
  const names = (r: string): boolean =>
    requests?.[r] !== undefined || actual?.[r] !== undefined || status?.allocatedResources?.[r] !== undefined;
  if (!names('cpu')) out.milliCPU = DEFAULT_MILLI_CPU;
  if (!names('memory')) out.memory = DEFAULT_MEMORY;
  return out;
}

function sum(pod: Pod, filled: boolean): ResourceSum {
  const { spec, status } = pod;
  let total = new ResourceSum();
  if (spec === undefined) return total;
  for (const c of spec.containers) total.add(ofContainer(pod, c, status?.containerStatuses, filled));
  if (spec.initContainers !== undefined && spec.initContainers.length > 0) {
    // A restartable init container (sidecar) keeps running, so it counts beside those that start after it.
    const sidecars = new ResourceSum();
    let peak = new ResourceSum();
    for (const c of spec.initContainers) {
      const stays = c.restartPolicy === 'Always';
      const own = ofContainer(pod, c, stays ? status?.initContainerStatuses : undefined, filled);
      const during = own.clone();
      during.add(sidecars);
      if (stays) {
        total.add(own);
        sidecars.add(own);
      }
      peak = max(peak, during);
    }
    total = max(total, peak);
  }
  return total;
}

/** Requests on the pod itself take the place of its containers' sum. */
function withPodLevel(total: ResourceSum, pod: Pod): ResourceSum {
  const level = pod.spec?.resources?.requests;
  if (level !== undefined) {
    const own = resourcesOf(level);
    if (level.cpu !== undefined) total.milliCPU = own.milliCPU;
    if (level.memory !== undefined) total.memory = own.memory;
    for (const [name, n] of own.scalar ?? []) {
      total.scalar ??= new Map();
      total.scalar.set(name, n);
    }
  }
  if (pod.spec?.overhead !== undefined) total.add(resourcesOf(pod.spec.overhead));
  return total;
}

/** What the pod reserves on its node. */
export function podRequests(pod: Pod): Resources {
  return withPodLevel(sum(pod, false), pod);
}

/** The same with defaults for containers that ask for nothing, for scoring. */
export function podRequestsNonZero(pod: Pod): Resources {
  return withPodLevel(sum(pod, true), pod);
}
