// Models the checks of StatefulSets, DaemonSets and ControllerRevisions (pkg/apis/apps/validation).
import type {
  ControllerRevision,
  DaemonSet,
  DaemonSetSpec,
  DaemonSetUpdateStrategy,
  StatefulSet,
  StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from '../../../../model/generated/apps.v1.ts';
import {
  dnsLabel,
  immutable,
  intOrPercent,
  intOrPercentValue,
  nonNegative,
  notMoreThan100Percent,
  same,
} from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { isEmptySelector, isUsableSelector, selectorValue, validateLabelSelector, validateLabels } from '../labels.ts';
import { validateAnnotations, validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../names.ts';
import { validatePodAnnotations } from '../pods/annotations.ts';
import { SPEC, validatePodTemplateSpec } from '../pods/pod.ts';
import { Ordered } from '../value.ts';
import { validateClaimTemplates, validateStatefulTemplate } from './claimtemplates.ts';
import {
  validateAlwaysRestarts,
  validateAvailable,
  validateCollisions,
  validateCounts,
  validateTemplateLabels,
  validateWorkloadSelector,
} from './workload.ts';

const STATUS = Path.of('status');
const RETENTION = ['Retain', 'Delete'];

function validateStatefulSetSpec(errs: Errors, spec: Loose<StatefulSetSpec>): void {
  const { podManagementPolicy: policy = '' } = spec;
  if (policy === '') errs.required(SPEC.child('podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errs.invalid(SPEC.child('podManagementPolicy'), policy, "must be 'OrderedReady' or 'Parallel'");
  }
  validateStatefulStrategy(errs, SPEC.child('updateStrategy'), spec.updateStrategy ?? {});
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  if (retention) {
    for (const field of ['whenDeleted', 'whenScaled'] as const) {
      const value = retention[field] ?? '';
      const at = SPEC.child('persistentVolumeClaimRetentionPolicy').child(field);
      if (!RETENTION.includes(value)) errs.notSupported(at, value, RETENTION);
    }
  }
  nonNegative(errs, SPEC, 'replicas', spec.replicas);
  nonNegative(errs, SPEC, 'minReadySeconds', spec.minReadySeconds);
  nonNegative(errs, SPEC, 'ordinals.start', spec.ordinals?.start);
  nonNegative(errs, SPEC, 'revisionHistoryLimit', spec.revisionHistoryLimit);
  validateWorkloadSelector(errs, SPEC, spec.selector, 'statefulset');
  validateTemplate(errs, spec);
}

function validateTemplate(errs: Errors, spec: Loose<StatefulSetSpec>): void {
  const { selector, template = {} } = spec;
  const at = SPEC.child('template');
  if (!isUsableSelector(selector)) errs.invalid(SPEC.child('selector'), selectorValue(selector), '');
  else {
    const { labels, annotations } = template.metadata ?? {};
    if (!selector || !isEmptySelector(selector)) validateTemplateLabels(errs, at, template, selector);
    // Upstream checks these here and again with the whole template.
    validateLabels(errs, at.child('labels'), labels);
    validateAnnotations(errs, at.child('annotations'), annotations);
    validatePodAnnotations(errs, at.child('annotations'), annotations, template.spec ?? {});
  }
  validateStatefulTemplate(errs, spec);
  validateAlwaysRestarts(errs, at, template, 'StatefulSet');
  validateClaimTemplates(errs, spec);
}

function validateStatefulStrategy(errs: Errors, path: Path, strategy: Loose<StatefulSetUpdateStrategy>): void {
  const { type = '', rollingUpdate } = strategy;
  const at = path.child('rollingUpdate');
  if (type === '') errs.required(path);
  else if (type === 'OnDelete') {
    if (!rollingUpdate) return;
    errs.invalid(at, rollingValue(rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'");
  } else if (type !== 'RollingUpdate') {
    const shown = new Ordered([
      ['Type', type],
      ['RollingUpdate', rollingUpdate && rollingValue(rollingUpdate)],
    ]);
    errs.invalid(path, shown, "must be 'RollingUpdate' or 'OnDelete'");
  } else if (rollingUpdate) {
    nonNegative(errs, at, 'partition', rollingUpdate.partition);
    const { maxUnavailable } = rollingUpdate;
    if (maxUnavailable === undefined) return;
    const where = at.child('maxUnavailable');
    intOrPercent(errs, where, maxUnavailable);
    if (intOrPercentValue(maxUnavailable) === 0) errs.invalid(where, maxUnavailable, 'cannot be 0');
    notMoreThan100Percent(errs, where, maxUnavailable);
  }
}

function rollingValue(rolling: NonNullable<Loose<StatefulSetUpdateStrategy>['rollingUpdate']>): Ordered {
  return new Ordered([
    ['Partition', rolling.partition ?? 0],
    ['MaxUnavailable', rolling.maxUnavailable],
  ]);
}

export function validateStatefulSet(errs: Errors, o: Loose<StatefulSet>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsLabel });
  validateStatefulSetSpec(errs, o.spec ?? {});
  const { serviceName } = o.spec ?? {};
  if (serviceName) dnsLabel(errs, SPEC.child('serviceName'), serviceName);
}

const CHANGEABLE = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'persistentVolumeClaimRetentionPolicy',
  'revisionHistoryLimit',
] as const;

const STATEFUL_FIXED =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export function validateStatefulSetUpdate(errs: Errors, now: Loose<StatefulSet>, old: Loose<StatefulSet>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateStatefulSetSpec(errs, now.spec ?? {});
  const compared: { [field: string]: unknown } = { ...now.spec };
  for (const field of CHANGEABLE) compared[field] = old.spec?.[field];
  if (!same(compared, old.spec ?? {})) errs.forbidden(SPEC, STATEFUL_FIXED);
}

const STATEFUL_COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
];
const STATEFUL_WITHIN = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];

export function validateStatefulSetStatus(errs: Errors, now: Loose<StatefulSet>, old: Loose<StatefulSet>): void {
  const status = now.status ?? {};
  validateCounts(errs, STATUS, status, STATEFUL_COUNTS, STATEFUL_WITHIN);
  validateAvailable(errs, STATUS, status, 'status.readyReplicas');
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateCollisions(errs, STATUS, status, old.status ?? {});
}

function validateDaemonSetSpec(errs: Errors, spec: Loose<DaemonSetSpec>): void {
  const { selector, template = {} } = spec;
  const at = SPEC.child('selector');
  validateLabelSelector(errs, at, selector);
  if (isUsableSelector(selector)) validateTemplateLabels(errs, SPEC.child('template'), template, selector);
  if (selector && isEmptySelector(selector)) {
    errs.invalid(at, selectorValue(selector), 'empty selector is invalid for daemonset');
  }
  validatePodTemplateSpec(errs, SPEC.child('template'), template);
  validateAlwaysRestarts(errs, SPEC.child('template'), template, 'DaemonSet');
  nonNegative(errs, SPEC, 'minReadySeconds', spec.minReadySeconds);
  validateDaemonStrategy(errs, SPEC.child('updateStrategy'), spec.updateStrategy ?? {});
  nonNegative(errs, SPEC, 'revisionHistoryLimit', spec.revisionHistoryLimit);
}

function validateDaemonStrategy(errs: Errors, path: Path, strategy: Loose<DaemonSetUpdateStrategy>): void {
  const { type = '', rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  const at = path.child('rollingUpdate');
  if (type !== 'RollingUpdate') {
    const rolling =
      rollingUpdate &&
      new Ordered([
        ['MaxUnavailable', rollingUpdate.maxUnavailable ?? 0],
        ['MaxSurge', rollingUpdate.maxSurge ?? 0],
      ]);
    const shown = new Ordered([
      ['Type', type],
      ['RollingUpdate', rolling],
    ]);
    errs.notSupported(path, shown, ['RollingUpdate', 'OnDelete']);
  } else if (!rollingUpdate) errs.required(at);
  else {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    intOrPercent(errs, at.child('maxUnavailable'), maxUnavailable);
    intOrPercent(errs, at.child('maxSurge'), maxSurge);
    notMoreThan100Percent(errs, at.child('maxUnavailable'), maxUnavailable);
    notMoreThan100Percent(errs, at.child('maxSurge'), maxSurge);
    const surges = intOrPercentValue(maxSurge) !== 0;
    const spares = intOrPercentValue(maxUnavailable) !== 0;
    if (surges && spares) {
      errs.invalid(at.child('maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero');
    } else if (!surges && !spares) errs.required(at.child('maxUnavailable'), 'cannot be 0 when maxSurge is 0');
  }
}

const DAEMON_META = { namespaced: true, name: nameIsDnsSubdomain };

export function validateDaemonSet(errs: Errors, o: Loose<DaemonSet>): void {
  validateMeta(errs, o.metadata, DAEMON_META);
  validateDaemonSetSpec(errs, o.spec ?? {});
}

export function validateDaemonSetUpdate(errs: Errors, now: Loose<DaemonSet>, old: Loose<DaemonSet>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateDaemonSetSpec(errs, now.spec ?? {});
  immutable(errs, SPEC.child('selector'), now.spec?.selector, old.spec?.selector, selectorValue(now.spec?.selector));
}

const DAEMON_COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

export function validateDaemonSetStatus(errs: Errors, now: Loose<DaemonSet>, old: Loose<DaemonSet>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateCounts(errs, STATUS, now.status ?? {}, DAEMON_COUNTS);
  validateCollisions(errs, STATUS, now.status ?? {}, old.status ?? {});
}

export function validateControllerRevision(errs: Errors, o: Loose<ControllerRevision>): void {
  validateMeta(errs, o.metadata, DAEMON_META);
  if (o.data === undefined) errs.required(Path.of('data'), 'data is mandatory');
  if ((o.revision ?? 0) < 0) errs.invalid(Path.of('revision'), o.revision, 'must be greater than or equal to 0');
}

export function validateControllerRevisionUpdate(
  errs: Errors,
  now: Loose<ControllerRevision>,
  old: Loose<ControllerRevision>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateControllerRevision(errs, now);
  immutable(errs, Path.of('data'), now.data, old.data);
}
