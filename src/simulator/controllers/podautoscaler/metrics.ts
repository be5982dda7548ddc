// Where an autoscaler's readings come from: the resource metrics API, or, for metrics that only an adapter would serve, an
// annotation. Models pkg/controller/podautoscaler/metrics/client.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { HorizontalPodAutoscaler, MetricIdentifier } from '../../../model/generated/autoscaling.v2.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import type { LabelSelector, Status } from '../../../model/generated/meta.v1.ts';
import type { KubeList, KubeObject } from '../../../model/object.ts';
import { milliOf, parseQuantity } from '../../../model/quantity.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ApiResponse } from '../../apiserver/api.ts';
import type { Client } from '../../runtime/client.ts';
import { MetricError, type Reading, type Readings } from './replicas.ts';

/**
 * `kube-anatomy.dev/metric-NAME: "12"` on a pod is its reading of a Pods metric, on the autoscaler that of an Object or
 * External metric: no adapter runs in the simulated cluster that would serve custom.metrics.k8s.io.
 */
export const METRIC_PREFIX = 'kube-anatomy.dev/metric-';
const WINDOW = 60_000;

interface PodMetrics extends KubeObject {
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: { readonly [resource: string]: string } }[];
}

/** Go's durations as metrics-server writes them: `15s`, `1m0.5s`. Milliseconds. */
function durationOf(text: string): number {
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(text) ?? [];
  return Number(minutes) * 60_000 + Number(seconds) * 1000;
}

/** What client-go makes of an answer that is no success. `what`: `get pods.metrics.k8s.io`. */
function errorOf(response: ApiResponse, what: string): string {
  const status = response.body as Status | undefined;
  if (response.code === 404 && !status?.details?.name)
    return `the server could not find the requested resource (${what})`;
  if (response.code === 503) return `the server is currently unable to handle the request (${what})`;
  return status?.message ?? 'connection refused';
}

function readingOf(m: PodMetrics, resource: string, container: string): Reading | undefined {
  const measured = m.containers.filter((c) => container === '' || c.name === container);
  if (measured.length === 0) return undefined;
  let value = 0;
  for (const { usage } of measured) {
    const amount = usage[resource];
    if (amount === undefined) return undefined;
    value += milliOf(parseQuantity(amount) ?? { nano: 0n, format: 'DecimalSI' });
  }
  return { value, timestamp: Date.parse(m.timestamp), window: durationOf(m.window) };
}

export interface Measured {
  readonly readings: Readings;
  readonly step: StepId;
}

/** Throws MetricError. */
export function* resourceReadings(
  client: Client,
  namespace: string,
  selector: string,
  resource: string,
  container: string,
): Process<Measured> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
  const answer = yield* client.send({ method: 'GET', path, query: { labelSelector: [selector] }, causes: [] });
  const failed = (why: string): MetricError =>
    new MetricError(`unable to get metrics for resource ${resource}: ${why}`);
  if (answer.code !== 200) {
    const why = errorOf(answer, 'get pods.metrics.k8s.io');
    throw failed(`unable to fetch metrics from resource metrics API: ${why}`);
  }
  const { items } = answer.body as KubeList<PodMetrics>;
  if (items.length === 0) throw failed('no metrics returned from resource metrics API');
  const readings = new Map<string, Reading>();
  for (const m of items) {
    const reading = readingOf(m, resource, container);
    if (reading !== undefined) readings.set(m.metadata.name ?? '', reading);
  }
  return { readings, step: answer.step };
}

function annotated(o: KubeObject, metric: string): number | undefined {
  const text = o.metadata.annotations?.[METRIC_PREFIX + metric];
  const amount = text === undefined ? undefined : parseQuantity(text);
  return amount && milliOf(amount);
}

const NO_ADAPTER =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

/** Throws MetricError. */
export function podsReadings(pods: readonly Pod[], metric: string, nowMs: number): Readings {
  const readings = new Map<string, Reading>();
  for (const p of pods) {
    const value = annotated(p, metric);
    if (value !== undefined) readings.set(p.metadata.name ?? '', { value, timestamp: nowMs, window: WINDOW });
  }
  if (readings.size === 0) throw new MetricError(`unable to get metric ${metric}: ${NO_ADAPTER}`);
  return readings;
}

/** @param of kind and name of the described object. Throws MetricError. */
export function objectReading(
  hpa: HorizontalPodAutoscaler,
  metric: string,
  of: { kind: string; name: string },
): number {
  const value = annotated(hpa, metric);
  if (value !== undefined) return value;
  throw new MetricError(
    `unable to get metric ${metric} on ${of.kind} ${hpa.metadata.namespace}/${of.name}: ${NO_ADAPTER}`,
  );
}

/** As Go prints a *metav1.LabelSelector. */
export function printSelector(s: LabelSelector | undefined): string {
  if (s === undefined) return 'nil';
  const labels = Object.entries(s.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = (s.matchExpressions ?? []).map(
    (e) => `LabelSelectorRequirement{Key:${e.key},Operator:${e.operator},Values:[${(e.values ?? []).join(' ')}],}`,
  );
  const text = labels.map(([k, v]) => `${k}: ${v},`).join('');
  const list = expressions.map((e) => `${e},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${text}},MatchExpressions:[]LabelSelectorRequirement{${list}},}`;
}

/** Throws MetricError. */
export function externalReading(hpa: HorizontalPodAutoscaler, metric: MetricIdentifier): number {
  const { name, selector } = metric;
  const value = annotated(hpa, name);
  if (value !== undefined) return value;
  const why = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
  throw new MetricError(
    `unable to get external metric ${hpa.metadata.namespace}/${name}/${printSelector(selector)}: unable to fetch metrics from external metrics API: ${why}`,
  );
}
