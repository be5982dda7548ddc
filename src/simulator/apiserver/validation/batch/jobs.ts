// Models the checks of Jobs (pkg/apis/batch/validation).
import type { Job, JobSpec } from '../../../../model/generated/batch.v1.ts';
import { immutable, nonNegative, optionalEnum } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isUsableSelector, selectorMatches, selectorValue, validateLabelSelector } from '../labels.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1123Label, nameIsDnsSubdomain } from '../names.ts';
import { SPEC, validatePodTemplateSpec } from '../pods/pod.ts';
import { printTemplate } from '../pods/printed.ts';
import { domainPrefixedPath } from '../references.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './policies.ts';

type Spec = Loose<JobSpec>;
type LooseJob = Loose<Job>;

const LIMITS = {
  parallelism: 100_000,
  failedIndexes: 100_000,
  completions: 100_000,
  parallelismAbove: 10_000,
  failedIndexesAbove: 10_000,
  managedBy: 63,
};

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

const isIndexed = (spec: Spec): boolean => spec.completionMode === 'Indexed';

/** What a Job and the template of a CronJob have in common. */
export function validateJobBody(errs: Errors, path: Path, spec: Spec): void {
  for (const field of COUNTS) nonNegative(errs, path, field, spec[field]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errs.required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) validateManagedBy(errs, path.child('managedBy'), spec.managedBy);
  optionalEnum(errs, path, 'completionMode', spec.completionMode, ['NonIndexed', 'Indexed']);
  if (isIndexed(spec)) validateIndexed(errs, path, spec);
  if ((spec.completionMode ?? 'NonIndexed') === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      const value = spec[field];
      if (value !== undefined) errs.invalid(path.child(field), value, 'requires indexed completion mode');
    }
  }
  if (spec.podFailurePolicy) validateFailurePolicy(errs, path.child('podFailurePolicy'), spec);
  if (spec.successPolicy) validateSuccessPolicy(errs, path.child('successPolicy'), spec);
  const replacements = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  optionalEnum(errs, path, 'podReplacementPolicy', spec.podReplacementPolicy, replacements);
  validatePodTemplateSpec(errs, path.child('template'), spec.template ?? {});
  validateRestartPolicy(errs, path.child('template').child('spec').child('restartPolicy'), spec);
}

function validateIndexed(errs: Errors, path: Path, spec: Spec): void {
  const { completions, parallelism, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  const most = 'must be less than or equal to';
  const pathOf = { parallelism: path.child('parallelism'), failed: path.child('maxFailedIndexes') };
  if (completions === undefined) errs.required(path.child('completions'), 'when completion mode is Indexed');
  if (parallelism !== undefined && parallelism > LIMITS.parallelism) {
    errs.invalid(pathOf.parallelism, parallelism, `${most} ${LIMITS.parallelism} when completion mode is Indexed`);
  }
  if (failed !== undefined && completions !== undefined && failed > completions) {
    errs.invalid(pathOf.failed, failed, `${most} completions`);
  }
  if (failed !== undefined && failed > LIMITS.failedIndexes) {
    errs.invalid(pathOf.failed, failed, `${most} ${LIMITS.failedIndexes}`);
  }
  if ((completions ?? 0) <= LIMITS.completions || backoffLimitPerIndex === undefined) return;
  const above = `when completions are above ${LIMITS.completions} and used with backoff limit per index`;
  if (failed === undefined) {
    errs.required(pathOf.failed, `must be specified when completions is above ${LIMITS.completions}`);
  }
  if (parallelism !== undefined && parallelism > LIMITS.parallelismAbove) {
    errs.invalid(pathOf.parallelism, parallelism, `${most} ${LIMITS.parallelismAbove} ${above}`);
  }
  if (failed !== undefined && failed > LIMITS.failedIndexesAbove) {
    errs.invalid(pathOf.failed, failed, `${most} ${LIMITS.failedIndexesAbove} ${above}`);
  }
}

/** `example.com/controller`: who is responsible for the Job. */
function validateManagedBy(errs: Errors, path: Path, name: string): void {
  domainPrefixedPath(errs, path, name);
  if (name.length > LIMITS.managedBy) errs.tooLong(path, LIMITS.managedBy);
}

function validateRestartPolicy(errs: Errors, path: Path, spec: Spec): void {
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') errs.required(path, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') errs.notSupported(path, policy, ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy && policy !== 'Never') {
    errs.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified');
  }
}

function validateSpec(errs: Errors, spec: Spec): void {
  validateJobBody(errs, SPEC, spec);
  if (!spec.selector) errs.required(SPEC.child('selector'));
  else validateLabelSelector(errs, SPEC.child('selector'), spec.selector);
  if (!isUsableSelector(spec.selector)) return;
  const labels = spec.template?.metadata?.labels;
  if (!selectorMatches(spec.selector, labels)) {
    const at = SPEC.child('template').child('metadata').child('labels');
    errs.invalid(at, labels, '`selector` does not match template `labels`');
  }
}

/** The server makes the selector from the Job's uid; the template must carry what it put there. */
function validateGeneratedSelector(errs: Errors, o: LooseJob): void {
  const { manualSelector, selector, template } = o.spec ?? {};
  if (manualSelector || !selector) return;
  const { uid = '', name = '' } = o.metadata ?? {};
  if (uid === '') errs.required(METADATA.child('uid'));
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  const labels = template?.metadata?.labels;
  for (const [key, value] of Object.entries(expected)) {
    const at = SPEC.child('template').child('metadata').child('labels').key(key);
    const actual = labels?.[key];
    if (actual === undefined) errs.required(at, `must be '${value}'`);
    else if (actual !== value) errs.invalid(at, labels, `must be '${value}'`);
  }
  if (isUsableSelector(selector) && !selectorMatches(selector, expected)) {
    errs.invalid(SPEC.child('selector'), selectorValue(selector), '`selector` not auto-generated');
  }
}

export function validateJob(errs: Errors, o: LooseJob): void {
  const spec = o.spec ?? {};
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateGeneratedSelector(errs, o);
  validateSpec(errs, spec);
  const { completions = 0 } = spec;
  if (!isIndexed(spec) || completions <= 0) return;
  const { name = '' } = o.metadata ?? {};
  const last = `${name}-${completions - 1}`;
  if (isDns1123Label(last).length > 0) {
    errs.invalid(METADATA.child('name'), name, `will not able to create pod with invalid DNS label: ${last}`);
  }
}

export function validateJobUpdate(errs: Errors, now: LooseJob, old: LooseJob): void {
  const spec = now.spec ?? {};
  const before = old.spec ?? {};
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, spec);
  validateCompletions(errs, spec, before);
  immutable(errs, SPEC.child('selector'), spec.selector, before.selector, selectorValue(spec.selector));
  const kept = mayAdjust(old) ? adjusted(before, spec) : before.template;
  immutable(errs, SPEC.child('template'), spec.template, kept, () => printTemplate(spec.template));
  for (const field of FIXED) immutable(errs, SPEC.child(field), spec[field], before[field]);
}

const FIXED = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

/** An Indexed Job may grow or shrink, completions and parallelism together. */
function validateCompletions(errs: Errors, spec: Spec, old: Spec): void {
  const at = SPEC.child('completions');
  if (!isIndexed(spec)) {
    immutable(errs, at, spec.completions, old.completions);
    return;
  }
  if (spec.completions === old.completions || spec.completions === undefined) return;
  if (spec.completions !== spec.parallelism) {
    errs.invalid(at, spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
}

/** A suspended Job without active pods may still be told where to run and with how much. */
function mayAdjust(old: LooseJob): boolean {
  if (old.spec?.suspend !== true || (old.status?.active ?? 0) > 0) return false;
  const paused = (old.status?.conditions ?? []).some((c) => c?.type === 'Suspended' && c.status === 'True');
  return paused || old.status?.startTime === undefined;
}

/** The old template with the new one's scheduling directives, requests and limits. */
function adjusted(old: Spec, now: Spec): Spec['template'] {
  const { template } = old;
  const spec = now.template?.spec;
  const affinity = { ...template?.spec?.affinity, nodeAffinity: spec?.affinity?.nodeAffinity };
  return {
    ...template,
    metadata: {
      ...template?.metadata,
      labels: now.template?.metadata?.labels,
      annotations: now.template?.metadata?.annotations,
    },
    spec: {
      ...template?.spec,
      affinity: Object.values(affinity).some((part) => part !== undefined) ? affinity : undefined,
      nodeSelector: spec?.nodeSelector,
      tolerations: spec?.tolerations,
      schedulingGates: spec?.schedulingGates,
      containers: resized(template?.spec?.containers, spec?.containers),
      initContainers: resized(template?.spec?.initContainers, spec?.initContainers),
    },
  };
}

type Containers = NonNullable<NonNullable<Spec['template']>['spec']>['containers'];

function resized(old: Containers, now: Containers): Containers {
  return old?.map((container, i) => {
    const amounts = now?.[i]?.resources;
    if (!container || amounts === container.resources) return container;
    const { requests, limits } = amounts ?? {};
    return { ...container, resources: { ...container.resources, requests, limits } };
  });
}
