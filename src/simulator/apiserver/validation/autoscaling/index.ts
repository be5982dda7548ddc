// Models pkg/apis/autoscaling/validation: HorizontalPodAutoscalers and Scale.
import type { Scale } from '../../../../model/generated/autoscaling.v1.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../../../model/generated/autoscaling.v2.ts';
import { splitApiVersion } from '../../../../model/resources.ts';
import { NEGATIVE, nonNegative, optionalEnum, positive, quantity } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { validateMetrics, validateTargetRef } from './metrics.ts';

type Autoscaler = Loose<HorizontalPodAutoscaler> & {
  readonly spec?: { readonly targetCPUUtilizationPercentage?: number | undefined };
};
type Spec = Loose<HorizontalPodAutoscalerSpec>;

const LONGEST = { window: 3600, period: 1800 };

/** v1 knows one metric, which upstream turns into the form of v2 before it looks. */
function specOf(o: Autoscaler): Spec {
  const spec = o.spec ?? {};
  const cpu = spec.targetCPUUtilizationPercentage;
  if (o.apiVersion !== 'autoscaling/v1' || cpu === undefined) return spec;
  const target = { type: 'Utilization', averageUtilization: cpu };
  return { ...spec, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
}

function validateSpec(errs: Errors, spec: Spec, lowest: number): void {
  const { minReplicas: min, maxReplicas: max = 0, behavior } = spec;
  const at = SPEC.child('maxReplicas');
  if (min !== undefined && min < lowest) {
    errs.invalid(SPEC.child('minReplicas'), min, `must be greater than or equal to ${lowest}`);
  }
  if (max === 0) errs.required(at, 'must be set and greater than 0');
  else if (max < 1) errs.invalid(at, max, 'must be greater than or equal to 1');
  if (min !== undefined && max < min) errs.invalid(at, max, 'must be greater than or equal to `minReplicas`');
  validateTargetRef(errs, SPEC.child('scaleTargetRef'), spec.scaleTargetRef ?? {});
  validateTargetVersion(errs, spec.scaleTargetRef?.apiVersion ?? '');
  validateMetrics(errs, SPEC.child('metrics'), spec);
  for (const way of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior?.[way];
    if (rules) validateRules(errs, SPEC.child('behavior').child(way), rules);
  }
}

/** The core group has only one kind that scales; anything else must name its group. */
function validateTargetVersion(errs: Errors, apiVersion: string): void {
  const at = SPEC.child('scaleTargetRef').child('apiVersion');
  if (apiVersion !== 'v1' && splitApiVersion(apiVersion).group === '') {
    errs.invalid(at, apiVersion, 'apiVersion must specify API group');
  }
}

const SELECT = ['Disabled', 'Max', 'Min'];

function validateRules(errs: Errors, path: Path, rules: Loose<HPAScalingRules>): void {
  const { stabilizationWindowSeconds: window, policies = [], tolerance } = rules;
  const at = path.child('stabilizationWindowSeconds');
  if (window !== undefined && window < 0) errs.invalid(at, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > LONGEST.window) {
    errs.invalid(at, window, `must be less than or equal to ${LONGEST.window}`);
  }
  optionalEnum(errs, path, 'selectPolicy', rules.selectPolicy, SELECT);
  if (policies.length === 0) errs.required(path.child('policies'), 'must specify at least one Policy');
  for (const [i, policy] of policies.entries()) validatePolicy(errs, path.child('policies').index(i), policy);
  if (tolerance !== undefined && quantity(tolerance).nano < 0n) {
    errs.invalid(path.child('tolerance'), tolerance, NEGATIVE);
  }
}

function validatePolicy(errs: Errors, path: Path, policy: Loose<HPAScalingPolicy>): void {
  const { type = '', value = 0, periodSeconds: period = 0 } = policy;
  if (type !== 'Pods' && type !== 'Percent') errs.notSupported(path.child('type'), type, ['Percent', 'Pods']);
  positive(errs, path, 'value', value);
  positive(errs, path, 'periodSeconds', period);
  if (period > LONGEST.period) {
    errs.invalid(path.child('periodSeconds'), period, `must be less than or equal to ${LONGEST.period}`);
  }
}

function validateAutoscaler(errs: Errors, o: Autoscaler): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateSpec(errs, specOf(o), 1);
}

/** An autoscaler that scales to zero already may go on doing so. */
function validateAutoscalerUpdate(errs: Errors, now: Autoscaler, old: Autoscaler): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, specOf(now), old.spec?.minReplicas === 0 ? 0 : 1);
}

function validateAutoscalerStatus(errs: Errors, now: Autoscaler, old: Autoscaler): void {
  const status = Path.of('status');
  validateMetaUpdate(errs, now.metadata, old.metadata);
  nonNegative(errs, status, 'currentReplicas', now.status?.currentReplicas);
  nonNegative(errs, status, 'desiredReplicas', now.status?.desiredReplicas);
}

/** The `/scale` subresource of any kind. */
function validateScale(errs: Errors, o: Loose<Scale>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  nonNegative(errs, SPEC, 'replicas', o.spec?.replicas);
}

export const AUTOSCALING: RuleTable = {
  'autoscaling/HorizontalPodAutoscaler': {
    create: validateAutoscaler,
    update: validateAutoscalerUpdate,
    subresources: { status: validateAutoscalerStatus },
  },
  'autoscaling/Scale': { create: validateScale, update: validateScale },
};
