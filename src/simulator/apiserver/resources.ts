// Sums of resources over a pod's containers. Models k8s.io/component-helpers/resource.PodRequests and PodLimits.
import type { Container, Pod } from '../../model/generated/core.v1.ts';
import { addQuantities, compareQuantities, formatQuantity, type Quantity, quantity } from '../../model/quantity.ts';

export type Resources = { readonly [name: string]: string | number } | undefined;
type Totals = Map<string, Quantity>;

function add(to: Totals, more: Resources | Totals): void {
  const entries =
    more instanceof Map ? more : Object.entries(more ?? {}).map(([k, v]): [string, Quantity] => [k, quantity(v)]);
  for (const [name, q] of entries) {
    const had = to.get(name);
    to.set(name, had === undefined ? q : addQuantities(had, q));
  }
}

function raise(to: Totals, least: Totals): void {
  for (const [name, q] of least) {
    const had = to.get(name);
    if (had === undefined || compareQuantities(had, q) < 0) to.set(name, q);
  }
}

/** Init containers run one after the other beside the sidecars started before them; the largest of them counts. */
function initPeak(init: readonly Container[], field: 'requests' | 'limits', sidecars: Totals): Totals {
  const peak: Totals = new Map();
  for (const c of init) {
    const now: Totals = new Map(sidecars);
    add(now, c.resources?.[field]);
    if (c.restartPolicy === 'Always') add(sidecars, c.resources?.[field]);
    raise(peak, c.restartPolicy === 'Always' ? sidecars : now);
  }
  return peak;
}

export function podQuantities(pod: Pod, field: 'requests' | 'limits'): ReadonlyMap<string, Quantity> {
  const total: Totals = new Map();
  for (const c of pod.spec?.containers ?? []) add(total, c.resources?.[field]);
  const sidecars: Totals = new Map();
  const peak = initPeak(pod.spec?.initContainers ?? [], field, sidecars);
  add(total, sidecars);
  raise(total, peak);
  for (const [name, value] of Object.entries(pod.spec?.resources?.[field] ?? {})) total.set(name, quantity(value));
  if (field === 'requests') add(total, pod.spec?.overhead);
  else {
    for (const [name, value] of Object.entries(pod.spec?.overhead ?? {})) {
      const had = total.get(name);
      if (had !== undefined && had.nano !== 0n) total.set(name, addQuantities(had, quantity(value)));
    }
  }
  return total;
}

export function podTotals(pod: Pod, field: 'requests' | 'limits'): Resources {
  return Object.fromEntries([...podQuantities(pod, field)].map(([k, q]) => [k, formatQuantity(q)]));
}
