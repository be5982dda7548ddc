// How many replicas a metric asks for: pure. Models pkg/controller/podautoscaler/replica_calculator.go and
// metrics/utilization.go, v1.36. Amounts are thousandths: millicores, and thousandths of bytes.
import type { Container, Pod } from '../../../model/generated/core.v1.ts';
import { milliOf, quantity } from '../../../model/quantity.ts';
import { isPodReady, isPodTerminal, podCondition } from '../common/pods.ts';

/** Source: --horizontal-pod-autoscaler-cpu-initialization-period and -initial-readiness-delay, v1.36. Milliseconds. */
const CPU_INITIALIZATION = 5 * 60_000;
const INITIAL_READINESS_DELAY = 30_000;

export interface Reading {
  readonly value: number;
  /** Milliseconds since 1970, and milliseconds. */
  readonly timestamp: number;
  readonly window: number;
}

/** By name of the pod. */
export type Readings = ReadonlyMap<string, Reading>;

/** How far the ratio of use to target may be from 1 before anything is scaled. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

export interface Question {
  readonly currentReplicas: number;
  readonly tolerances: Tolerances;
  /** Every pod that the target's selector matches. */
  readonly pods: readonly Pod[];
  readonly readings: Readings;
  /** `cpu`: readings of pods that are starting are not trusted. */
  readonly resource?: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface Proposal {
  readonly replicas: number;
  /** The average a pod uses, in thousandths. */
  readonly usage: number;
  /** Percent of what the pods request. */
  readonly utilization?: number;
}

/** A metric that cannot be computed: its message is what Events and conditions say. */
export class MetricError extends Error {}

interface Groups {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/** Its reading does not count yet: it is starting, and starting costs more than serving. */
function isStarting(pod: Pod, reading: Reading, nowMs: number): boolean {
  const condition = podCondition(pod, 'Ready');
  const started = Date.parse(pod.status?.startTime ?? '');
  if (condition === undefined || Number.isNaN(started)) return true;
  const changed = Date.parse(condition.lastTransitionTime ?? '') || 0;
  const unready = condition.status === 'False';
  if (started + CPU_INITIALIZATION > nowMs) return unready || reading.timestamp < changed + reading.window;
  return unready && started + INITIAL_READINESS_DELAY > changed;
}

export function groupPods({ pods, readings, resource, nowMs }: Question): Groups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const { name = '' } = pod.metadata;
    const reading = readings.get(name);
    if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) ignored.push(name);
    else if (pod.status?.phase === 'Pending') unready.push(name);
    else if (reading === undefined) missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, reading, nowMs)) unready.push(name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

function needPods(pods: readonly Pod[]): void {
  if (pods.length === 0) throw new MetricError('no pods returned by selector while calculating replica count');
}

function containersOf(pod: Pod): readonly Container[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars];
}

function requestOf(pod: Pod, resource: string, container: string): number {
  const { name } = pod.metadata;
  const ofPod = pod.spec?.resources?.requests;
  if (container === '' && ofPod !== undefined) {
    const amount = ofPod[resource];
    if (amount === undefined) throw new MetricError(`missing pod-level request for ${resource} in Pod ${name}`);
    return milliOf(quantity(amount));
  }
  let sum = 0;
  let found = container === '';
  for (const c of containersOf(pod)) {
    if (container !== '' && container !== c.name) continue;
    found = true;
    const amount = c.resources?.requests?.[resource];
    if (amount === undefined)
      throw new MetricError(`missing request for ${resource} in container ${c.name} of Pod ${name}`);
    sum += milliOf(quantity(amount));
  }
  if (!found) throw new MetricError(`container ${container} not found in Pod ${name}`);
  return sum;
}

interface Ratio {
  /** Use by target: 1 is as wanted. */
  readonly ratio: number;
  readonly usage: number;
  readonly utilization?: number;
}

function within({ up, down }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

interface Rules {
  readonly measure: (values: ReadonlyMap<string, number>) => Ratio;
  /** What a pod without a reading is taken to use where the others use too little. */
  readonly assumed: (pod: string) => number;
}

/** The rule that all per-pod metrics share: pods without a reading are assumed to be the brake, never the cause. */
function propose(q: Question, rules: Rules): Proposal {
  const { ready, unready, missing, ignored } = groupPods(q);
  const skip = new Set([...unready, ...ignored]);
  const values = new Map<string, number>();
  for (const [name, reading] of q.readings) if (!skip.has(name)) values.set(name, reading.value);
  if (values.size === 0) throw new MetricError('did not receive metrics for targeted pods (pods might be unready)');
  const first = rules.measure(values);
  const { usage, utilization } = first;
  const measured = { usage, ...(utilization === undefined ? {} : { utilization }) };
  const keep = { replicas: q.currentReplicas, ...measured };
  const unreadyCount = unready.length > 0 && first.ratio > 1;
  if (!unreadyCount && missing.length === 0)
    return within(q.tolerances, first.ratio) ? keep : { replicas: Math.ceil(first.ratio * ready), ...measured };
  if (first.ratio < 1) for (const name of missing) values.set(name, rules.assumed(name));
  else if (first.ratio > 1) for (const name of missing) values.set(name, 0);
  if (unreadyCount) for (const name of unready) values.set(name, 0);
  const { ratio } = rules.measure(values);
  const turned = (first.ratio < 1 && ratio > 1) || (first.ratio > 1 && ratio < 1);
  if (within(q.tolerances, ratio) || turned) return keep;
  const replicas = Math.ceil(ratio * values.size);
  if ((ratio < 1 && replicas > q.currentReplicas) || (ratio > 1 && replicas < q.currentReplicas)) return keep;
  return { replicas, ...measured };
}

/** @param target percent of the requests. `container`: empty for the whole pod. Throws MetricError. */
export function byUtilization(q: Question, target: number, container: string): Proposal {
  needPods(q.pods);
  const { resource = '' } = q;
  const requests = new Map(q.pods.map((p) => [p.metadata.name ?? '', requestOf(p, resource, container)]));
  const measure = (values: ReadonlyMap<string, number>): Ratio => {
    let [used, requested, entries] = [0, 0, 0];
    for (const [name, value] of values) {
      const request = requests.get(name);
      if (request === undefined) continue;
      used += value;
      requested += request;
      entries++;
    }
    if (requested === 0) throw new MetricError('no metrics returned matched known pods');
    const utilization = Math.trunc((used * 100) / requested);
    return { ratio: utilization / target, usage: Math.trunc(used / entries), utilization };
  };
  const share = Math.max(100, target) / 100;
  return propose(q, { measure, assumed: (name) => Math.trunc((requests.get(name) ?? 0) * share) });
}

/** @param target thousandths for each pod. Throws MetricError. */
export function byAverage(q: Question, target: number): Proposal {
  needPods(q.pods);
  const measure = (values: ReadonlyMap<string, number>): Ratio => {
    let sum = 0;
    for (const value of values.values()) sum += value;
    const usage = Math.trunc(sum / values.size);
    return { ratio: usage / target, usage };
  };
  return propose(q, { measure, assumed: () => target });
}

/** One value for the whole target, such as the length of a queue. Throws MetricError. */
export function byValue(q: Question, value: number, target: number): Proposal {
  const ratio = value / target;
  if (q.currentReplicas === 0) return { replicas: Math.ceil(ratio), usage: value };
  if (within(q.tolerances, ratio)) return { replicas: q.currentReplicas, usage: value };
  if (q.pods.length === 0)
    throw new MetricError(
      'unable to calculate ready pods: no pods returned by selector while calculating replica count',
    );
  const ready = q.pods.filter((p) => p.status?.phase === 'Running' && isPodReady(p)).length;
  return { replicas: Math.ceil(ratio * ready), usage: value };
}

/** One value, shared by the replicas that there are. */
export function byValuePerPod(statusReplicas: number, value: number, target: number, tolerances: Tolerances): Proposal {
  const ratio = value / (target * statusReplicas);
  const replicas = within(tolerances, ratio) ? statusReplicas : Math.ceil(value / target);
  return { replicas, usage: statusReplicas === 0 ? 0 : Math.ceil(value / statusReplicas) };
}
