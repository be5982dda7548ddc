// Which pods stand behind a Service, and with which ports. Models staging/src/k8s.io/endpointslice/util and
// pkg/controller/util/endpoint, v1.36.

import { rfc3339 } from '../../../kernel/time.ts';
import type { Pod, Service, ServicePort } from '../../../model/generated/core.v1.ts';
import { byObject } from '../../../model/remember.ts';
import { matches, selectorOfMap } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Informer } from '../../runtime/informer.ts';
import { byNamespace } from './indices.ts';
import { isPodReady, isPodTerminal, podCondition } from './pods.ts';

export const HEADLESS = 'service.kubernetes.io/headless';
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

export function isSelecting(service: Service): boolean {
  return service.spec?.selector !== undefined && service.spec.type !== 'ExternalName';
}

function selectsPod(service: Service, pod: Pod): boolean {
  return matches(selectorOfMap(service.spec?.selector), pod.metadata.labels);
}

/** A pod that has an address and has not ended; one that is terminating only where that is wanted. */
export function belongsInEndpoints(pod: Pod, terminatingToo: boolean): boolean {
  if (isPodTerminal(pod)) return false;
  if (!pod.status?.podIP && (pod.status?.podIPs ?? []).length === 0) return false;
  return terminatingToo || pod.metadata.deletionTimestamp === undefined;
}

export function addressesOf(pod: Pod, family: 'IPv4' | 'IPv6'): string[] {
  const all = (pod.status?.podIPs ?? []).map((p) => p.ip);
  return all.filter((ip) => ip.includes(':') === (family === 'IPv6'));
}

/** The number behind a Service's targetPort in this pod; undefined where the pod has no port of that name. */
export function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const wanted = port.targetPort ?? port.port;
  if (typeof wanted === 'number') return wanted;
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  for (const c of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = c.ports?.find((p) => p.name === wanted && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** A headless Service publishes the host names of pods that name it as their subdomain. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  const named =
    hostname && subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace;
  return named ? hostname : undefined;
}

export function isHeadless(service: Service): boolean {
  return !service.spec?.clusterIP || service.spec.clusterIP === 'None';
}

function endpointChanged(pod: Pod, old: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    isPodReady(pod) !== isPodReady(old) ||
    isPodTerminal(pod) !== isPodTerminal(old) ||
    pod.metadata.uid !== old.metadata.uid ||
    pod.spec?.nodeName !== old.spec?.nodeName ||
    pod.spec?.hostname !== old.spec?.hostname ||
    pod.status?.podIP !== old.status?.podIP ||
    JSON.stringify(pod.status?.podIPs) !== JSON.stringify(old.status?.podIPs)
  );
}

/** Calls `queue` with the key of every Service that a change of a pod concerns. */
export function watchServicePods(
  pods: Informer<Pod>,
  services: Informer<Service>,
  queue: (service: Service, cause: StepId) => void,
): void {
  services.addIndex(byNamespace);
  const each = (pod: Pod, cause: StepId, wanted: (s: Service) => boolean): void => {
    for (const s of services.byIndex(byNamespace, pod.metadata.namespace ?? ''))
      if (isSelecting(s) && wanted(s)) queue(s, cause);
  };
  const one = (pod: Pod, cause: StepId): void => each(pod, cause, (s) => selectsPod(s, pod));
  pods.onChange({
    add: one,
    update: (pod, old, cause) => {
      if (services.size === 0) return;
      const changed = endpointChanged(pod, old);
      if (pod.metadata.labels === old.metadata.labels) {
        if (changed) one(pod, cause);
        return;
      }
      each(pod, cause, (s) => {
        const [now, before] = [selectsPod(s, pod), selectsPod(s, old)];
        return changed ? now || before : now !== before;
      });
    },
    remove: one,
  });
}

const readySince = byObject((pod: Pod): number => Date.parse(podCondition(pod, 'Ready')?.lastTransitionTime ?? ''));

const byName = (a: Pod, b: Pod): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);

/** The pods of a Service, by name. */
export function podsBehind(service: Service, pods: Informer<Pod>): Pod[] {
  const inNamespace = pods.byIndex(byNamespace, service.metadata.namespace ?? '');
  const selector = selectorOfMap(service.spec?.selector);
  return inNamespace.filter((p) => matches(selector, p.metadata.labels)).sort(byName);
}

interface Seen {
  service: number;
  readonly pods: Map<string, number>;
}

/** Since when a Service's endpoints have been out of date: measured by who watches how fast changes reach the nodes. */
export class TriggerTimes {
  private readonly seen = new Map<string, Seen>();

  /** As the annotation has it; undefined where nothing new has set it off. */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const known = this.seen.get(key);
    const created = Date.parse(service.metadata.creationTimestamp ?? '');
    const state: Seen = known ?? { service: 0, pods: new Map() };
    let least = Number.POSITIVE_INFINITY;
    if (created > state.service) least = created;
    state.service = created;
    for (const pod of pods) {
      const name = pod.metadata.name ?? '';
      const ready = readySince(pod);
      const before = state.pods.get(name) ?? 0;
      if (Number.isNaN(ready) || ready === before) continue;
      if (ready > before) least = Math.min(least, ready);
      state.pods.set(name, ready);
    }
    if (state.pods.size > pods.length) {
      const names = new Set(pods.map((pod) => pod.metadata.name ?? ''));
      for (const name of state.pods.keys()) if (!names.has(name)) state.pods.delete(name);
    }
    this.seen.set(key, state);
    return Number.isFinite(least) ? rfc3339(least) : undefined;
  }

  forget(key: string): void {
    this.seen.delete(key);
  }
}

/** The annotations with the trigger time set or taken away. */
export function withTriggerTime(
  annotations: { readonly [key: string]: string } | undefined,
  time: string | undefined,
): { readonly [key: string]: string } {
  const { [TRIGGER_TIME]: _, ...rest } = annotations ?? {};
  return time === undefined ? rest : { ...rest, [TRIGGER_TIME]: time };
}
