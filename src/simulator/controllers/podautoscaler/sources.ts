// One metric of an autoscaler: read it, work out the replicas, and say what status and Events say of it.
// Models computeReplicasForMetric and the computeStatusFor… functions in pkg/controller/podautoscaler/horizontal.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../../model/generated/autoscaling.v2.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { formatQuantity, milliOf, quantity } from '../../../model/quantity.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Client } from '../../runtime/client.ts';
import { tolerancesOf } from './decide.ts';
import * as read from './metrics.ts';
import {
  byAverage,
  byUtilization,
  byValue,
  byValuePerPod,
  MetricError,
  type Proposal,
  type Question,
} from './replicas.ts';

export interface Target {
  readonly hpa: HorizontalPodAutoscaler;
  readonly selector: string;
  readonly pods: readonly Pod[];
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly nowMs: number;
}

/** `reason` of Event and condition; `inner` is what they say, `outer` what the sum of all metrics says. */
export interface Failure {
  readonly ok: false;
  readonly reason: string;
  readonly inner: string;
  readonly outer: string;
}

export interface Success {
  readonly ok: true;
  readonly replicas: number;
  /** `cpu resource utilization (percentage of request)` */
  readonly name: string;
  readonly status: MetricStatus;
  /** For people: `120 % of the requests, target 50 %`. */
  readonly text: string;
  readonly causes: readonly StepId[];
  /** The reading came from an annotation. */
  readonly annotated: boolean;
}

/** Memory as metrics-server writes it, everything else in thousandths. */
function amount(milli: number, resource = ''): string {
  return formatQuantity({ nano: BigInt(milli) * 1_000_000n, format: resource === 'memory' ? 'BinarySI' : 'DecimalSI' });
}

function milli(text: string | number | undefined): number | undefined {
  return text === undefined ? undefined : milliOf(quantity(text));
}

function question(t: Target, readings: read.Measured['readings'], resource?: string): Question {
  return {
    currentReplicas: t.specReplicas,
    tolerances: tolerancesOf(t.hpa),
    pods: t.pods,
    readings,
    nowMs: t.nowMs,
    ...(resource === undefined ? {} : { resource }),
  };
}

interface Outcome {
  readonly proposal: Proposal;
  readonly current: MetricValueStatus;
  readonly name: string;
  readonly text: string;
  readonly causes: readonly StepId[];
}

/** Event and condition say `inner`; the sum of all metrics says more. */
class NestedError extends MetricError {
  readonly inner: string;

  constructor(inner: string, outer: string) {
    super(outer);
    this.inner = inner;
  }
}

interface ResourceWish {
  readonly resource: string;
  readonly container: string;
  readonly target: MetricTarget;
}

function* ofResource(client: Client, t: Target, { resource, container, target }: ResourceWish): Process<Outcome> {
  const { namespace = '' } = t.hpa.metadata;
  const average = milli(target.averageValue);
  const what = average === undefined ? 'utilization' : 'usage';
  const { averageUtilization } = target;
  if (average === undefined && averageUtilization === undefined)
    throw new MetricError(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  try {
    const { readings, step } = yield* read.resourceReadings(client, namespace, t.selector, resource, container);
    const q = question(t, readings, resource);
    const proposal =
      average === undefined ? byUtilization(q, averageUtilization ?? 0, container) : byAverage(q, average);
    const averageValue = amount(proposal.usage, resource);
    const causes = [step];
    if (average !== undefined) {
      const text = `${averageValue} of ${resource} a pod, target ${target.averageValue}`;
      return { proposal, current: { averageValue }, name: `${resource} resource`, text, causes };
    }
    const { utilization = 0 } = proposal;
    return {
      proposal,
      current: { averageUtilization: utilization, averageValue },
      name: `${resource} ${container === '' ? '' : 'container '}resource utilization (percentage of request)`,
      text: `${utilization} % of the requested ${resource}, target ${averageUtilization} %`,
      causes,
    };
  } catch (e) {
    if (!(e instanceof MetricError)) throw e;
    throw new MetricError(`failed to get ${resource} ${what}: ${e.message}`);
  }
}

function ofValue(t: Target, target: MetricTarget, value: number, name: string): Outcome {
  const perPod = milli(target.averageValue);
  const whole = milli(target.value) ?? 0;
  const { hpa, statusReplicas } = t;
  const proposal =
    perPod === undefined
      ? byValue(question(t, new Map()), value, whole)
      : byValuePerPod(statusReplicas, value, perPod, tolerancesOf(hpa));
  const shown = amount(proposal.usage);
  const current = perPod === undefined ? { value: shown } : { averageValue: shown };
  const text = `${shown}${perPod === undefined ? '' : ' a pod'}, target ${target.averageValue ?? target.value}`;
  return { proposal, current, name, text, causes: [] };
}

function ofPods(t: Target, spec: NonNullable<MetricSpec['pods']>): Outcome {
  const { metric, target } = spec;
  const readings = read.podsReadings(t.pods, metric.name, t.nowMs);
  const proposal = byAverage(question(t, readings), milli(target.averageValue) ?? 0);
  const averageValue = amount(proposal.usage);
  const text = `${averageValue} a pod, target ${target.averageValue}`;
  return { proposal, current: { averageValue }, name: `pods metric ${metric.name}`, text, causes: [] };
}

function externalName(metric: {
  readonly name: string;
  readonly selector?: Parameters<typeof read.printSelector>[0];
}): string {
  return `external metric ${metric.name}(${read.printSelector(metric.selector)})`;
}

function ofObject(t: Target, spec: NonNullable<MetricSpec['object']>): Outcome {
  const { metric, target, describedObject } = spec;
  const perPod = target.averageValue !== undefined;
  try {
    const value = read.objectReading(t.hpa, metric.name, describedObject);
    const name = perPod ? externalName(metric) : `${describedObject.kind} metric ${metric.name}`;
    return ofValue(t, target, value, name);
  } catch (e) {
    if (!(e instanceof MetricError) || !perPod) throw e;
    throw new NestedError(e.message, `failed to get ${metric.name} object metric: ${e.message}`);
  }
}

function ofExternal(t: Target, spec: NonNullable<MetricSpec['external']>): Outcome {
  const { metric, target } = spec;
  try {
    return ofValue(t, target, read.externalReading(t.hpa, metric), externalName(metric));
  } catch (e) {
    if (!(e instanceof MetricError)) throw e;
    const what =
      target.averageValue === undefined ? `external metric ${metric.name}` : `${metric.name} external metric`;
    throw new NestedError(e.message, `failed to get ${what}: ${e.message}`);
  }
}

/** How one metric is computed, and told. */
interface Plan {
  /** Of Event and condition when it fails. */
  readonly reason: string;
  /** What could not be got. */
  readonly what: string;
  readonly run: (client: Client) => Process<Outcome>;
  readonly status: (current: MetricValueStatus) => MetricStatus;
  readonly annotated: boolean;
}

/** A source whose reading takes no request. */
function local(run: () => Outcome): Plan['run'] {
  // biome-ignore lint/correctness/useYield: the others do, and all are called alike
  return function* () {
    return run();
  };
}

function planFor(t: Target, m: MetricSpec): Plan | undefined {
  const { type, resource, containerResource, pods, object, external } = m;
  if (resource !== undefined) {
    const { name, target } = resource;
    return {
      reason: 'FailedGetResourceMetric',
      what: `${name} resource metric value`,
      run: (client) => ofResource(client, t, { resource: name, container: '', target }),
      status: (current) => ({ type, resource: { name, current } }),
      annotated: false,
    };
  }
  if (containerResource !== undefined) {
    const { name, container, target } = containerResource;
    return {
      reason: 'FailedGetContainerResourceMetric',
      what: `${container} container metric value`,
      run: (client) => ofResource(client, t, { resource: name, container, target }),
      status: (current) => ({ type, containerResource: { name, container, current } }),
      annotated: false,
    };
  }
  if (pods !== undefined) {
    const reason = 'FailedGetPodsMetric';
    const status: Plan['status'] = (current) => ({ type, pods: { metric: pods.metric, current } });
    return { reason, what: 'pods metric value', run: local(() => ofPods(t, pods)), status, annotated: true };
  }
  if (object !== undefined) {
    const { metric, describedObject } = object;
    const reason = 'FailedGetObjectMetric';
    const status: Plan['status'] = (current) => ({ type, object: { metric, describedObject, current } });
    return { reason, what: 'object metric value', run: local(() => ofObject(t, object)), status, annotated: true };
  }
  if (external === undefined) return undefined;
  const { metric } = external;
  return {
    reason: 'FailedGetExternalMetric',
    what: `${metric.name} external metric value`,
    run: local(() => ofExternal(t, external)),
    status: (current) => ({ type, external: { metric, current } }),
    annotated: true,
  };
}

export function* compute(client: Client, t: Target, metric: MetricSpec): Process<Success | Failure> {
  const plan = planFor(t, metric);
  if (plan === undefined) {
    const inner = `unknown metric source type "${metric.type}"`;
    return { ok: false, reason: 'InvalidMetricSourceType', inner, outer: inner };
  }
  try {
    const { proposal, current, name, text, causes } = yield* plan.run(client);
    const { replicas } = proposal;
    return { ok: true, replicas, name, status: plan.status(current), text, causes, annotated: plan.annotated };
  } catch (e) {
    if (!(e instanceof MetricError)) throw e;
    const inner = e instanceof NestedError ? e.inner : e.message;
    return { ok: false, reason: plan.reason, inner, outer: `failed to get ${plan.what}: ${e.message}` };
  }
}
