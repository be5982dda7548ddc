// What a pod's status says of resources, added up over its containers. Models generateAPIPodStatus and
// convertContainerStatusResources in pkg/kubelet/kubelet_pods.go, v1.36 (InPlacePodLevelResourcesVerticalScaling).
import type { Container, Pod, PodStatus, ResourceRequirements } from '../../model/generated/core.v1.ts';
import { addQuantities, formatQuantity, quantity } from '../../model/quantity.ts';

type Amounts = { readonly [resource: string]: string };

/** What a cgroup without a memory limit reads as: the largest number of pages, in KiB. As recorded under containerd. */
export const NO_MEMORY_LIMIT = '9007199254740988Ki';

function total(containers: readonly Container[], of: 'requests' | 'limits'): Amounts {
  const out: Record<string, string> = {};
  for (const c of containers) {
    const all = (c.resources?.[of] ?? {}) as Amounts;
    for (const name in all) {
      const known = out[name];
      const more = all[name] ?? '0';
      out[name] = known === undefined ? more : formatQuantity(addQuantities(quantity(known), quantity(more)));
    }
  }
  return out;
}

/**
 * `limited`: the kubelet has read the pod's cgroup, which tells a memory limit even where there is none. `allocated`: the pod
 * with what it was given, where that may differ from what it asks for.
 */
export function podResources(
  pod: Pod,
  limited: boolean,
  allocated = pod,
): Pick<PodStatus, 'allocatedResources' | 'resources'> {
  const { resources, containers = [], initContainers = [] } = allocated.spec ?? {};
  const counted = [...initContainers.filter((c) => c.restartPolicy === 'Always'), ...containers];
  const requests = { ...total(counted, 'requests'), ...(resources?.requests as Amounts | undefined) };
  const limits: Record<string, string> = { ...total(counted, 'limits'), ...(resources?.limits as Amounts | undefined) };
  if (limited) limits.memory ??= NO_MEMORY_LIMIT;
  const some = (a: Amounts): boolean => Object.keys(a).length > 0;
  return {
    ...(some(requests) ? { allocatedResources: requests } : {}),
    resources: { ...(some(limits) ? { limits } : {}), ...(some(requests) ? { requests } : {}) },
  };
}

/** A container that asks for anything is said to ask for memory as well, if only for none. */
export function containerResources(resources: ResourceRequirements = {}): ResourceRequirements {
  const { requests } = resources;
  if (requests === undefined || requests.memory !== undefined) return resources;
  return { ...resources, requests: { ...requests, memory: '0' } };
}
