// What Deployments, ReplicaSets, DaemonSets, StatefulSets and ReplicationControllers share: selector against template,
// restart policy, counts in their status.
import type { PodTemplateSpec } from '../../../../model/generated/core.v1.ts';
import type { LabelSelector } from '../../../../model/generated/meta.v1.ts';
import { nonNegative } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isEmptySelector, isUsableSelector, selectorMatches, selectorValue, validateLabelSelector } from '../labels.ts';
import { validatePodTemplateSpec } from '../pods/pod.ts';

export type Template = Loose<PodTemplateSpec>;
export type Selector = Loose<LabelSelector> | undefined;

export const MISMATCH = '`selector` does not match template `labels`';

/** A selector that must be there and not be empty. `kind` is the word of the message. */
export function validateWorkloadSelector(errs: Errors, path: Path, selector: Selector, kind: string): void {
  const at = path.child('selector');
  if (!selector) {
    errs.required(at);
    return;
  }
  validateLabelSelector(errs, at, selector);
  if (isEmptySelector(selector)) errs.invalid(at, selectorValue(selector), `empty selector is invalid for ${kind}`);
}

export function validateTemplateLabels(errs: Errors, path: Path, template: Template, selector: Selector): void {
  const { labels } = template.metadata ?? {};
  if (!selectorMatches(selector, labels)) errs.invalid(path.child('metadata').child('labels'), labels, MISMATCH);
}

/** Of Deployments and ReplicaSets, which upstream checks with the same words. */
export function validateReplicated(errs: Errors, path: Path, selector: Selector, template: Template): void {
  if (!isUsableSelector(selector)) {
    errs.invalid(path.child('selector'), selectorValue(selector), 'invalid label selector');
    return;
  }
  const at = path.child('template');
  if (!isEmptySelector(selector) || !selector) validateTemplateLabels(errs, at, template, selector);
  validatePodTemplateSpec(errs, at, template);
  validateAlwaysRestarts(errs, at, template, 'ReplicaSet');
}

export function validateAlwaysRestarts(errs: Errors, path: Path, template: Template, kind: string): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  const spec = path.child('spec');
  if (restartPolicy !== 'Always') errs.notSupported(spec.child('restartPolicy'), restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined) {
    const at = spec.child('activeDeadlineSeconds');
    errs.forbidden(at, `activeDeadlineSeconds in ${kind} is not Supported`);
  }
}

export type Counts = { readonly [field: string]: unknown };

const count = (status: Counts, field: string): number => {
  const value = status[field];
  return typeof value === 'number' ? value : 0;
};

/** None negative; none of `within` above status.replicas. */
export function validateCounts(
  errs: Errors,
  path: Path,
  status: Counts,
  fields: readonly string[],
  within: readonly string[] = [],
): void {
  for (const field of fields) nonNegative(errs, path, field, count(status, field));
  const replicas = count(status, 'replicas');
  for (const field of within) {
    const value = count(status, field);
    if (value > replicas) errs.invalid(path.child(field), value, 'cannot be greater than status.replicas');
  }
}

export function validateAvailable(errs: Errors, path: Path, status: Counts, ready = 'readyReplicas'): void {
  const available = count(status, 'availableReplicas');
  if (available > count(status, 'readyReplicas')) {
    errs.invalid(path.child('availableReplicas'), available, `cannot be greater than ${ready}`);
  }
}

/** How often a hash of a template collided with another: never less than before. */
export function validateCollisions(errs: Errors, path: Path, now: Counts, old: Counts): void {
  const before = old.collisionCount;
  if (before === undefined || count(now, 'collisionCount') >= count(old, 'collisionCount')) {
    if (before === undefined || now.collisionCount !== undefined) return;
  }
  errs.invalid(path.child('collisionCount'), count(now, 'collisionCount'), 'cannot be decremented');
}
