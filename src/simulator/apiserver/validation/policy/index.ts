// Models pkg/apis/policy/validation: PodDisruptionBudgets.
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../../../model/generated/policy.v1.ts';
import { intOrPercent, nonNegative, notMoreThan100Percent, optionalEnum } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateConditions, validateLabelSelector } from '../labels.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsPathSegment } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { Ordered } from '../value.ts';

type Budget = Loose<PodDisruptionBudget>;
type Spec = Loose<PodDisruptionBudgetSpec>;

function validateSpec(errs: Errors, spec: Spec): void {
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = new Ordered([
      ['MinAvailable', minAvailable],
      ['Selector', spec.selector],
      ['MaxUnavailable', maxUnavailable],
      ['UnhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy],
    ]);
    errs.invalid(SPEC, shown, 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    intOrPercent(errs, SPEC.child(field), value);
    notMoreThan100Percent(errs, SPEC.child(field), value);
  }
  validateLabelSelector(errs, SPEC.child('selector'), spec.selector);
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  optionalEnum(errs, SPEC, 'unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, policies);
}

function validateBudget(errs: Errors, o: Budget): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsPathSegment });
  validateSpec(errs, o.spec ?? {});
}

function validateBudgetUpdate(errs: Errors, now: Budget, old: Budget): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, now.spec ?? {});
}

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

function validateBudgetStatus(errs: Errors, now: Budget, old: Budget): void {
  const status = Path.of('status');
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateConditions(errs, status.child('conditions'), now.status?.conditions);
  for (const field of COUNTS) nonNegative(errs, status, field, now.status?.[field]);
}

export const POLICY: RuleTable = {
  'policy/PodDisruptionBudget': {
    create: validateBudget,
    update: validateBudgetUpdate,
    subresources: { status: validateBudgetStatus },
  },
};
