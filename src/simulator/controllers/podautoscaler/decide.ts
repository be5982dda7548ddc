// From what the metrics ask for to what is asked of the target: stabilization, rates, limits. Pure.
// Models normalizeDesiredReplicas and its helpers in pkg/controller/podautoscaler/horizontal.go, v1.36.
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HPAScalingRules,
} from '../../../model/generated/autoscaling.v2.ts';
import { quantity } from '../../../model/quantity.ts';
import type { Tolerances } from './replicas.ts';

/** Source: --horizontal-pod-autoscaler-tolerance and -downscale-stabilization, v1.36. */
const TOLERANCE = 0.1;
export const DOWNSCALE_STABILIZATION = 300;
/** Source: scaleUpLimitFactor and scaleUpLimitMinimum: without a behavior, twice as many, or 4. */
const SCALE_UP_FACTOR = 2;
const SCALE_UP_MINIMUM = 4;

/** Milliseconds since 1970. */
export interface Recommendation {
  readonly replicas: number;
  readonly at: number;
}

export interface ScaleEvent {
  readonly change: number;
  readonly at: number;
}

/** What the controller remembers of one autoscaler; it is lost when the controller restarts, as upstream. */
export interface Memory {
  readonly recommendations: readonly Recommendation[];
  readonly ups: readonly ScaleEvent[];
  readonly downs: readonly ScaleEvent[];
}

export interface Wish {
  readonly hpa: HorizontalPodAutoscaler;
  readonly currentReplicas: number;
  /** What the metrics ask for. */
  readonly proposed: number;
  readonly memory: Memory;
  readonly nowMs: number;
}

export interface Said {
  readonly reason: string;
  readonly message: string;
}

export interface Verdict {
  readonly replicas: number;
  /** For AbleToScale, which is true. */
  readonly able: Said;
  readonly limited: Said & { readonly status: 'True' | 'False' };
}

const READY: Said = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const DOWN_STABILIZED: Said = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const UP_STABILIZED: Said = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const WITHIN: Said = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const UP_LIMIT: Said = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const DOWN_LIMIT: Said = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const TOO_MANY: Said = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW: Said = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};

export function minReplicasOf(hpa: HorizontalPodAutoscaler): number {
  return hpa.spec.minReplicas ?? 1;
}

export function tolerancesOf(hpa: HorizontalPodAutoscaler): Tolerances {
  const of = (rules: HPAScalingRules | undefined): number =>
    rules?.tolerance === undefined ? TOLERANCE : Number(quantity(rules.tolerance).nano) / 1e9;
  return { up: of(hpa.spec.behavior?.scaleUp), down: of(hpa.spec.behavior?.scaleDown) };
}

/** Source: HPAScalingRules' defaults; 0 s up, and down as the flag says. */
function windowOf(rules: HPAScalingRules | undefined, otherwise: number): number {
  return rules?.stabilizationWindowSeconds ?? otherwise;
}

/** The highest (down) or lowest (up) recommendation of the recent past keeps a target from flapping. */
function stabilized({ hpa, currentReplicas, proposed, memory, nowMs }: Wish): number {
  const { behavior } = hpa.spec;
  if (behavior === undefined) {
    const cutoff = nowMs - DOWNSCALE_STABILIZATION * 1000;
    return Math.max(proposed, ...memory.recommendations.filter((r) => r.at >= cutoff).map((r) => r.replicas));
  }
  const upCutoff = nowMs - windowOf(behavior.scaleUp, 0) * 1000;
  const downCutoff = nowMs - windowOf(behavior.scaleDown, DOWNSCALE_STABILIZATION) * 1000;
  let [up, down] = [proposed, proposed];
  for (const r of memory.recommendations) {
    if (r.at > upCutoff) up = Math.min(r.replicas, up);
    if (r.at > downCutoff) down = Math.max(r.replicas, down);
  }
  return Math.min(Math.max(currentReplicas, up), down);
}

function changeWithin(seconds: number, events: readonly ScaleEvent[], nowMs: number): number {
  let sum = 0;
  for (const e of events) if (e.at > nowMs - seconds * 1000) sum += e.change;
  return sum;
}

/** How far the policies let the target go in one direction. */
function limitOf(w: Wish, rules: HPAScalingRules | undefined, direction: 1 | -1): number {
  const { memory, nowMs, currentReplicas } = w;
  if (rules?.selectPolicy === 'Disabled') return currentReplicas;
  const proposals = (rules?.policies ?? []).map((p) => {
    const { periodSeconds, type, value } = p;
    const added = changeWithin(periodSeconds, memory.ups, nowMs);
    const start = currentReplicas - added + changeWithin(periodSeconds, memory.downs, nowMs);
    if (type === 'Pods') return start + direction * value;
    const scaled = start * (1 + (direction * value) / 100);
    return direction > 0 ? Math.ceil(scaled) : Math.trunc(scaled);
  });
  // `Min` is the smallest change, which is the larger number on the way down.
  const least = (rules?.selectPolicy === 'Min') === direction > 0;
  const limit = least ? Math.min(...proposals) : Math.max(...proposals);
  return direction > 0 ? Math.max(limit, currentReplicas) : Math.min(limit, currentReplicas);
}

function bounded(w: Wish, wanted: number): { readonly replicas: number; readonly why: Said } {
  const { hpa, currentReplicas } = w;
  const { behavior, maxReplicas } = hpa.spec;
  const minReplicas = minReplicasOf(hpa);
  if (behavior === undefined) {
    const rate = Math.max(SCALE_UP_FACTOR * currentReplicas, SCALE_UP_MINIMUM);
    if (wanted < minReplicas) return { replicas: minReplicas, why: TOO_FEW };
    if (wanted <= Math.min(maxReplicas, rate)) return { replicas: wanted, why: WITHIN };
    return maxReplicas > rate ? { replicas: rate, why: UP_LIMIT } : { replicas: maxReplicas, why: TOO_MANY };
  }
  if (wanted > currentReplicas) {
    const rate = limitOf(w, behavior.scaleUp, 1);
    const most = Math.min(maxReplicas, rate);
    if (wanted > most) return { replicas: most, why: maxReplicas > rate ? UP_LIMIT : TOO_MANY };
  }
  if (wanted < currentReplicas) {
    const rate = limitOf(w, behavior.scaleDown, -1);
    const least = Math.max(minReplicas, rate);
    if (wanted < least) return { replicas: least, why: minReplicas < rate ? DOWN_LIMIT : TOO_FEW };
  }
  return { replicas: wanted, why: WITHIN };
}

export function normalize(w: Wish): Verdict {
  const steady = stabilized(w);
  const up = w.hpa.spec.behavior !== undefined && w.proposed >= w.currentReplicas;
  const { replicas, why } = bounded(w, steady);
  return {
    replicas,
    able: steady === w.proposed ? READY : up ? UP_STABILIZED : DOWN_STABILIZED,
    limited: { ...why, status: replicas === steady ? 'False' : 'True' },
  };
}

/** The memory with one more recommendation; what is older than any window is dropped. */
export function remember(w: Wish): Memory {
  const { behavior } = w.hpa.spec;
  const window = Math.max(windowOf(behavior?.scaleUp, 0), windowOf(behavior?.scaleDown, DOWNSCALE_STABILIZATION));
  const recent = w.memory.recommendations.filter((r) => r.at >= w.nowMs - window * 1000);
  return { ...w.memory, recommendations: [...recent, { replicas: w.proposed, at: w.nowMs }] };
}

/** The memory after the target was scaled; only a behavior's policies ask for it. */
export function scaled(memory: Memory, hpa: HorizontalPodAutoscaler, change: number, nowMs: number): Memory {
  const { behavior } = hpa.spec;
  if (behavior === undefined) return memory;
  const rules = change > 0 ? behavior.scaleUp : behavior.scaleDown;
  const longest = Math.max(0, ...(rules?.policies ?? []).map((p) => p.periodSeconds));
  const keep = (events: readonly ScaleEvent[]): ScaleEvent[] => [
    ...events.filter((e) => e.at >= nowMs - longest * 1000),
    { change: Math.abs(change), at: nowMs },
  ];
  return change > 0 ? { ...memory, ups: keep(memory.ups) } : { ...memory, downs: keep(memory.downs) };
}

export type Conditions = readonly HorizontalPodAutoscalerCondition[];

export function withCondition(
  known: Conditions,
  type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited',
  status: 'True' | 'False',
  { reason, message }: Said,
  now: string,
): Conditions {
  const old = known.find((c) => c.type === type);
  const lastTransitionTime = old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : now;
  const next = { type, status, lastTransitionTime, reason, message };
  return old === undefined ? [...known, next] : known.map((c) => (c === old ? next : c));
}
