// A node that runs short of memory: its condition, and which pod is ended for it. Models pkg/kubelet/eviction, v1.36. Only pods
// that say how much they use (runtime/memory.ts) put a node under pressure; while there is none, nothing is watched.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import { spawn } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import { addQuantities, compareQuantities, formatQuantity, type Quantity, quantity } from '../../model/quantity.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Refusal } from './admit.ts';
import { podRef } from './names.ts';
import { EVICTION_MEMORY } from './node.ts';
import type { NodeReporter } from './nodereporter.ts';
import type { Eviction } from './record.ts';

/** Source: monitoringInterval 10 s; evictionPressureTransitionPeriod 5 m. */
const LOOK = 10 * SECOND;
const CALM = 5 * MINUTE;
/** Seconds that a pod is given whose node defends itself. Source: immediateEvictionGracePeriodSeconds. */
const GRACE = 1;
/** What the machine's own processes are taken to use. */
const SYSTEM = quantity('300Mi');
const CRITICAL = 2_000_000_000;
const TAINT = 'node.kubernetes.io/memory-pressure';
const SIMPLIFIED = 'memory is not used: what pods are said to use is added up, beside 300 MiB for the machine itself';

/** A running container's use of memory, bytes. */
export interface Uses {
  readonly container: string;
  readonly bytes: number;
}

export interface Candidate {
  readonly pod: Pod;
  readonly uses: readonly Uses[];
  evict(eviction: Eviction, cause: StepId): void;
}

const bytesOf = (n: number): Quantity => ({ nano: BigInt(Math.round(n)) * 1_000_000_000n, format: 'BinarySI' });

function requestOf(pod: Pod, container: string): Quantity {
  const c = pod.spec?.containers.find((o) => o.name === container);
  return quantity(c?.resources?.requests?.memory ?? '0');
}

function over({ pod, uses }: Candidate): number {
  return uses.reduce((n, u) => n + u.bytes - Number(requestOf(pod, u.container).nano / 1_000_000_000n), 0);
}

/** The first to go: those that use more than they asked for, then the less important, then by how much more. */
export function ranked(candidates: readonly Candidate[]): readonly Candidate[] {
  const exceeds = (c: Candidate): number => (over(c) > 0 ? 0 : 1);
  const priority = (c: Candidate): number => c.pod.spec?.priority ?? 0;
  return candidates
    .filter((c) => priority(c) < CRITICAL)
    .toSorted((a, b) => exceeds(a) - exceeds(b) || priority(a) - priority(b) || over(b) - over(a));
}

/** As the status of the pod and its Event say it. */
export function evictionMessage({ pod, uses }: Candidate, available: Quantity): string {
  const head = `The node was low on resource: memory. Threshold quantity: ${formatQuantity(EVICTION_MEMORY)}, available: ${formatQuantity(available)}. `;
  const parts = uses.flatMap(({ container, bytes }) => {
    const used = bytesOf(bytes);
    const asked = requestOf(pod, container);
    if (compareQuantities(used, asked) <= 0) return [];
    return `Container ${container} was using ${formatQuantity(used)}, request is ${formatQuantity(asked)}, has larger consumption of memory. `;
  });
  return head + parts.join('');
}

/** Under pressure a node takes nothing that asks for nothing. */
export function refusedUnderPressure(pod: Pod): Refusal | undefined {
  const tolerated = pod.spec?.tolerations?.some((t) => t.operator === 'Exists' && (!t.key || t.key === TAINT));
  if (pod.status?.qosClass !== 'BestEffort' || tolerated || (pod.spec?.priority ?? 0) >= CRITICAL) return undefined;
  return { reason: 'Evicted', message: 'The node had condition: [MemoryPressure]. ' };
}

export class Pressure {
  private readonly ctx: ComponentContext;
  private readonly reporter: NodeReporter;
  private readonly capacity: Quantity;
  private readonly candidates: () => readonly Candidate[];
  private watching = false;
  private lowAt = Number.NEGATIVE_INFINITY;

  constructor(ctx: ComponentContext, reporter: NodeReporter, memory: string, candidates: () => readonly Candidate[]) {
    this.ctx = ctx;
    this.reporter = reporter;
    this.capacity = quantity(memory);
    this.candidates = candidates;
  }

  /** A pod is here that says how much memory it uses. */
  watch(): void {
    if (this.watching) return;
    this.watching = true;
    this.next();
  }

  private next(): void {
    this.ctx.kernel.schedule(
      LOOK,
      () => {
        if (!this.ctx.scope.alive) return;
        this.watching = this.look();
        if (this.watching) this.next();
      },
      true,
    );
  }

  /** False: there is nothing left to watch. */
  private look(): boolean {
    const candidates = this.candidates().filter((c) => c.uses.length > 0);
    const { now } = this.ctx.kernel;
    const used = candidates.flatMap((c) => c.uses).reduce((n, u) => n + u.bytes, 0);
    const free = this.capacity.nano - addQuantities(SYSTEM, bytesOf(used)).nano;
    const available: Quantity = { nano: free < 0n ? 0n : free, format: 'BinarySI' };
    if (compareQuantities(available, EVICTION_MEMORY) < 0) {
      this.lowAt = now;
      this.defend(candidates, available);
    } else if (this.reporter.memoryPressure && now - this.lowAt >= CALM) this.tell(false, 0);
    return candidates.length > 0 || this.reporter.memoryPressure;
  }

  private defend(candidates: readonly Candidate[], available: Quantity): void {
    const [first] = ranked(candidates);
    this.reporter.tell('Warning', 'EvictionThresholdMet', 'Attempting to reclaim memory');
    if (!this.reporter.memoryPressure) this.tell(true, 0);
    if (first === undefined) return;
    const message = evictionMessage(first, available);
    const step = this.ctx.record({
      kind: 'node',
      action: 'Evict',
      object: podRef(first.pod),
      causes: [],
      text: `ends the pod, because its node runs short of memory. ${message.trim()}`,
      detail: { type: 'node', call: 'Evict' },
      fidelity: 'simplified',
      simplification: SIMPLIFIED,
    });
    first.evict({ reason: 'Evicted', message, disruption: message, grace: GRACE }, step);
  }

  private tell(low: boolean, cause: StepId): void {
    this.reporter.memoryPressure = low;
    spawn(this.ctx.scope, this.reporter.report(cause === 0 ? [] : [cause]));
  }
}
