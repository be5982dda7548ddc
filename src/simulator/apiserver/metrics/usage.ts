// What containers use, made up: a share of what they ask for that moves a little with time. Nothing runs in a simulated
// container, so there is nothing to measure; the same pod at the same time always shows the same. Who wants a load sets it:
// `kube-anatomy.dev/cpu-usage` and `kube-anatomy.dev/memory-usage` on a pod are what that pod uses, and on the workload that
// owns it what all its running pods use together, as traffic that is spread over them.
import { fnv1a32 } from '../../../kernel/fnv.ts';
import type { Container, Pod } from '../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { parseQuantity, quantity, unitsOf } from '../../../model/quantity.ts';

/** Nanocores, and bytes of the working set. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}

const CORE = 1_000_000_000;
const MIB = 1024 * 1024;
/** Seconds between two readings. Source: metrics-server's --metric-resolution. */
export const RESOLUTION = 15;

/** 0 to 1, from a text. */
const share = (text: string): number => fnv1a32(text) / 0x1_0000_0000;

function requested(c: Container, resource: string): number {
  const amount = c.resources?.requests?.[resource] ?? c.resources?.limits?.[resource];
  return amount === undefined ? 0 : unitsOf(quantity(amount));
}

/** @param seconds since 1970. Half to three quarters of the requests; a little where there are none. */
export function containerUsage(pod: Pod, c: Container, seconds: number): Usage {
  const turn = Math.floor(seconds / RESOLUTION);
  const who = `${pod.metadata?.uid}/${c.name}`;
  const level = 0.5 + share(who) / 8 + share(`${who}/${turn}`) / 8;
  const milli = c.resources?.requests?.cpu ?? c.resources?.limits?.cpu;
  const cpu = milli === undefined ? (1 + 4 * share(who)) / 1000 : Number(quantity(milli).nano) / CORE;
  const memory = requested(c, 'memory') || (8 + 24 * share(`${who}/memory`)) * MIB;
  return { cpu: Math.round(cpu * level * CORE), memory: Math.round((memory * (0.5 + share(who) / 4)) / 1024) * 1024 };
}

/** What annotations say; undefined: nothing. */
export interface Load {
  readonly cpu?: number;
  readonly memory?: number;
}

/** @param sharers how many pods the load is spread over. */
export function loadOf(o: KubeObject | undefined, sharers: number): Load {
  const read = (resource: string): number | undefined => {
    const amount = parseQuantity(o?.metadata.annotations?.[`kube-anatomy.dev/${resource}-usage`] ?? '');
    return amount && Number(amount.nano) / sharers;
  };
  const [cpu, memory] = [read('cpu'), read('memory')];
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory: memory / CORE }) };
}

export function isRunning(pod: Pod): boolean {
  return (pod.status?.containerStatuses ?? []).some((s) => s.state?.running);
}

/** The containers that run, with what they use. `load`: what they use together, where annotations say so. */
export function podUsage(
  pod: Pod,
  seconds: number,
  load: Load = {},
): { readonly name: string; readonly usage: Usage }[] {
  const running = new Set((pod.status?.containerStatuses ?? []).filter((s) => s.state?.running).map((s) => s.name));
  const containers = (pod.spec?.containers ?? []).filter((c) => running.has(c.name));
  const { cpu, memory } = { ...load, ...loadOf(pod as KubeObject, 1) };
  return containers.map((c) => {
    const usage = containerUsage(pod, c, seconds);
    const part = (total: number | undefined, otherwise: number): number =>
      total === undefined ? otherwise : Math.round(total / containers.length);
    return { name: c.name, usage: { cpu: part(cpu, usage.cpu), memory: part(memory, usage.memory) } };
  });
}

/** What the node's own processes use, beside its pods. */
const SYSTEM: Usage = { cpu: 0.06 * CORE, memory: 420 * MIB };

export function nodeUsage(node: string, pods: Iterable<Pod>, seconds: number, load: (pod: Pod) => Load): Usage {
  const wobble = 0.9 + share(`${node}/${Math.floor(seconds / RESOLUTION)}`) / 5;
  let cpu = Math.round(SYSTEM.cpu * wobble);
  let memory = SYSTEM.memory;
  for (const pod of pods) {
    for (const { usage } of podUsage(pod, seconds, load(pod))) {
      cpu += usage.cpu;
      memory += usage.memory;
    }
  }
  return { cpu, memory };
}

/** As metrics-server writes it: nanocores and kibibytes. */
export function usageOf(u: Usage): { readonly cpu: string; readonly memory: string } {
  return { cpu: `${u.cpu}n`, memory: `${Math.round(u.memory / 1024)}Ki` };
}
