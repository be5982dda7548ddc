// Models the checks of an autoscaler's metrics.
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerSpec,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../../../model/generated/autoscaling.v2.ts';
import { quantity } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { requiredSegment } from '../references.ts';

type Spec = Loose<HorizontalPodAutoscalerSpec>;
type Metric = Loose<MetricSpec>;

export function validateTargetRef(errs: Errors, path: Path, ref: Loose<CrossVersionObjectReference>): void {
  requiredSegment(errs, path.child('kind'), ref.kind);
  requiredSegment(errs, path.child('name'), ref.name);
}

/** The field of each type, in the order in which upstream looks at them. */
const FIELDS = [
  ['Object', 'object'],
  ['External', 'external'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
] as const;
const TYPES = FIELDS.map(([type]) => type as string).sort();

export function validateMetrics(errs: Errors, path: Path, spec: Spec): void {
  const metrics = spec.metrics ?? [];
  for (const [i, metric] of metrics.entries()) validateMetric(errs, path.index(i), metric);
  if (spec.minReplicas !== 0) return;
  if (metrics.some((m) => m.type === 'Object' || m.type === 'External')) return;
  const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
  errs.forbidden(path, detail);
}

function validateMetric(errs: Errors, path: Path, metric: Metric): void {
  const { type = '' } = metric;
  if (type === '') errs.required(path.child('type'), 'must specify a metric source type');
  if (!TYPES.includes(type)) errs.notSupported(path.child('type'), type, TYPES);
  const present = FIELDS.filter(([, field]) => metric[field] !== undefined).map(([, field]) => field);
  const [first, ...others] = present;
  if (first) validateSource(errs, path.child(first), first, metric);
  const expected = FIELDS.find(([t]) => t === type)?.[1];
  if (expected && metric[expected] === undefined) {
    errs.required(path.child(expected), 'must populate information for the given metric source');
  }
  // Upstream says it once more where no type matches.
  if (!expected) errs.notSupported(path.child('type'), type, TYPES);
  if (others.length === 0) return;
  for (const field of present) {
    if (field !== expected) errs.forbidden(path.child(field), 'must populate the given metric source only');
  }
}

function validateSource(errs: Errors, path: Path, field: (typeof FIELDS)[number][1], metric: Metric): void {
  const source = metric[field];
  if (!source) return;
  const target: Loose<MetricTarget> = source.target ?? {};
  const at = path.child('target');
  if (field === 'object') validateTargetRef(errs, path.child('describedObject'), metric.object?.describedObject ?? {});
  if (field === 'resource' || field === 'containerResource') {
    if (!metric[field]?.name) errs.required(path.child('name'), 'must specify a resource name');
    if (field === 'containerResource') {
      requiredSegment(errs, path.child('container'), metric.containerResource?.container, 'must specify a container');
    }
    validateTarget(errs, at, target);
    validateResourceTarget(errs, at, target);
    return;
  }
  validateIdentifier(errs, path.child('metric'), metric[field]?.metric ?? {});
  validateTarget(errs, at, target);
  const { value, averageValue } = target;
  const average = at.child('averageValue');
  if (field === 'pods') {
    if (averageValue === undefined) errs.required(average, 'must specify a positive target averageValue');
    return;
  }
  if (value === undefined && averageValue === undefined) {
    const what = field === 'object' ? 'value or averageValue' : 'value for metric or a per-pod target';
    errs.required(average, `must set either a target ${what}`);
  }
  if (field === 'external' && value !== undefined && averageValue !== undefined) {
    errs.forbidden(at.child('value'), 'may not set both a target value for metric and a per-pod target');
  }
}

function validateResourceTarget(
  errs: Errors,
  path: Path,
  { averageUtilization, averageValue }: Loose<MetricTarget>,
): void {
  if (averageUtilization === undefined && averageValue === undefined) {
    errs.required(path.child('averageUtilization'), 'must set either a target raw value or a target utilization');
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errs.forbidden(path.child('averageValue'), 'may not set both a target raw value and a target utilization');
  }
}

const TARGETS = ['Utilization', 'Value', 'AverageValue'];

function validateTarget(errs: Errors, path: Path, target: Loose<MetricTarget>): void {
  const { type = '', averageUtilization } = target;
  if (type === '') errs.required(path.child('type'), 'must specify a metric target type');
  if (!TARGETS.includes(type)) {
    errs.invalid(path.child('type'), type, 'must be either Utilization, Value, or AverageValue');
  }
  for (const field of ['value', 'averageValue'] as const) {
    const value = target[field];
    if (value !== undefined && quantity(value).nano <= 0n)
      errs.invalid(path.child(field), String(value), 'must be positive');
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errs.invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0');
  }
}

function validateIdentifier(errs: Errors, path: Path, { name }: Loose<MetricIdentifier>): void {
  requiredSegment(errs, path.child('name'), name, 'must specify a metric name');
}
