// Models the checks of Deployments and ReplicaSets (pkg/apis/apps/validation) and of ReplicationControllers.
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStrategy,
  ReplicaSet,
  ReplicaSetSpec,
} from '../../../../model/generated/apps.v1.ts';
import type { ReplicationController } from '../../../../model/generated/core.v1.ts';
import { immutable, intOrPercent, intOrPercentValue, nonNegative, notMoreThan100Percent } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { selectorValue } from '../labels.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain } from '../names.ts';
import { SPEC, validatePodTemplateSpec } from '../pods/pod.ts';
import { Ordered } from '../value.ts';
import {
  validateAlwaysRestarts,
  validateAvailable,
  validateCollisions,
  validateCounts,
  validateReplicated,
  validateTemplateLabels,
  validateWorkloadSelector,
} from './workload.ts';

const STATUS = Path.of('status');
const META = { namespaced: true, name: nameIsDnsSubdomain };

function validateSpec(errs: Errors, path: Path, spec: Loose<DeploymentSpec>): void {
  nonNegative(errs, path, 'replicas', spec.replicas);
  validateWorkloadSelector(errs, path, spec.selector, 'deployment');
  validateReplicated(errs, path, spec.selector, spec.template ?? {});
  validateStrategy(errs, path.child('strategy'), spec.strategy ?? {});
  nonNegative(errs, path, 'minReadySeconds', spec.minReadySeconds);
  nonNegative(errs, path, 'revisionHistoryLimit', spec.revisionHistoryLimit);
  const { progressDeadlineSeconds: deadline } = spec;
  if (deadline === undefined) return;
  nonNegative(errs, path, 'progressDeadlineSeconds', deadline);
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    errs.invalid(path.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds');
  }
}

function validateStrategy(errs: Errors, path: Path, strategy: Loose<DeploymentStrategy>): void {
  const { type = '', rollingUpdate } = strategy;
  const at = path.child('rollingUpdate');
  if (type === 'Recreate') {
    if (rollingUpdate) errs.forbidden(at, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== 'RollingUpdate') {
    errs.notSupported(path, strategyValue(strategy), ['Recreate', 'RollingUpdate']);
  } else if (!rollingUpdate) errs.required(at, 'this should be defaulted and never be nil');
  else {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    intOrPercent(errs, at.child('maxUnavailable'), maxUnavailable);
    intOrPercent(errs, at.child('maxSurge'), maxSurge);
    if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
      errs.invalid(at.child('maxUnavailable'), maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0');
    }
    notMoreThan100Percent(errs, at.child('maxUnavailable'), maxUnavailable);
  }
}

function strategyValue({ type, rollingUpdate }: Loose<DeploymentStrategy>): Ordered {
  const rolling =
    rollingUpdate &&
    new Ordered([
      ['MaxUnavailable', rollingUpdate.maxUnavailable ?? 0],
      ['MaxSurge', rollingUpdate.maxSurge ?? 0],
    ]);
  return new Ordered([
    ['Type', type ?? ''],
    ['RollingUpdate', rolling],
  ]);
}

export function validateDeployment(errs: Errors, o: Loose<Deployment>): void {
  validateMeta(errs, o.metadata, META);
  validateSpec(errs, SPEC, o.spec ?? {});
}

export function validateDeploymentUpdate(errs: Errors, now: Loose<Deployment>, old: Loose<Deployment>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, SPEC, now.spec ?? {});
  immutable(errs, SPEC.child('selector'), now.spec?.selector, old.spec?.selector, selectorValue(now.spec?.selector));
}

const DEPLOYMENT_COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'collisionCount',
];

export function validateDeploymentStatus(errs: Errors, now: Loose<Deployment>, old: Loose<Deployment>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  const status = now.status ?? {};
  const within = ['updatedReplicas', 'readyReplicas', 'availableReplicas'];
  validateCounts(errs, STATUS, status, DEPLOYMENT_COUNTS, within);
  validateAvailable(errs, STATUS, status);
  validateCollisions(errs, STATUS, status, old.status ?? {});
}

function validateReplicaSetSpec(errs: Errors, spec: Loose<ReplicaSetSpec>): void {
  nonNegative(errs, SPEC, 'replicas', spec.replicas);
  nonNegative(errs, SPEC, 'minReadySeconds', spec.minReadySeconds);
  validateWorkloadSelector(errs, SPEC, spec.selector, 'deployment');
  validateReplicated(errs, SPEC, spec.selector, spec.template ?? {});
}

export function validateReplicaSet(errs: Errors, o: Loose<ReplicaSet>): void {
  validateMeta(errs, o.metadata, META);
  validateReplicaSetSpec(errs, o.spec ?? {});
}

export function validateReplicaSetUpdate(errs: Errors, now: Loose<ReplicaSet>, old: Loose<ReplicaSet>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateReplicaSetSpec(errs, now.spec ?? {});
  immutable(errs, SPEC.child('selector'), now.spec?.selector, old.spec?.selector, selectorValue(now.spec?.selector));
}

const REPLICA_COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'];
const WITHIN = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];

type Replicated = Loose<ReplicaSet> | Loose<ReplicationController>;

export function validateReplicaStatus(errs: Errors, now: Replicated, old: Replicated): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateCounts(errs, STATUS, now.status ?? {}, REPLICA_COUNTS, WITHIN);
  validateAvailable(errs, STATUS, now.status ?? {});
}

function validateControllerSpec(errs: Errors, o: Loose<ReplicationController>): void {
  const { minReadySeconds, selector, replicas, template } = o.spec ?? {};
  if (!selector || Object.keys(selector).length === 0) errs.required(SPEC.child('selector'));
  const at = SPEC.child('template');
  if (!template) errs.required(at);
  else {
    if (selector && Object.keys(selector).length > 0) {
      validateTemplateLabels(errs, at, template, { matchLabels: selector });
    }
    validatePodTemplateSpec(errs, at, template);
    validateAlwaysRestarts(errs, at, template, 'ReplicationController');
  }
  // Declarative validation has taken these over; what it finds comes last.
  if (replicas === undefined) errs.required(SPEC.child('replicas'));
  nonNegative(errs, SPEC, 'replicas', replicas);
  nonNegative(errs, SPEC, 'minReadySeconds', minReadySeconds);
}

export function validateReplicationController(errs: Errors, o: Loose<ReplicationController>): void {
  validateMeta(errs, o.metadata, META);
  validateControllerSpec(errs, o);
}

export function validateReplicationControllerUpdate(
  errs: Errors,
  now: Loose<ReplicationController>,
  old: Loose<ReplicationController>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateControllerSpec(errs, now);
}
