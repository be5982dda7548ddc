// Models the checks of a Job's podFailurePolicy and successPolicy.
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../../../model/generated/batch.v1.ts';
import { nonNegative, qualifiedName } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { Ordered } from '../value.ts';
import { countIndexes } from './indexes.ts';

type Spec = Loose<JobSpec>;

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const LIMITS = { rules: 20, patterns: 20, values: 255, indexes: 64 * 1024 };

/** Required or unsupported; the required ones are listed as Go prints a slice with %q. */
function requireOneOf(errs: Errors, path: Path, value: string, supported: readonly string[]): void {
  if (value === '') errs.required(path, `valid values: [${supported.map((v) => `"${v}"`).join(' ')}]`);
  else if (!supported.includes(value)) errs.notSupported(path, value, supported);
}

export function validateFailurePolicy(errs: Errors, path: Path, spec: Spec): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const at = path.child('rules');
  if (rules.length > LIMITS.rules) errs.tooMany(at, rules.length, LIMITS.rules);
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map((c) => c.name ?? ''));
  for (const [i, rule] of rules.entries()) validateFailureRule(errs, at.index(i), rule, spec, names);
}

function validateFailureRule(
  errs: Errors,
  path: Path,
  rule: Loose<PodFailurePolicyRule>,
  spec: Spec,
  names: ReadonlySet<string>,
): void {
  const { action = '', onExitCodes, onPodConditions = [] } = rule;
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errs.invalid(path.child('action'), action, 'requires the backoffLimitPerIndex to be set');
    }
  } else requireOneOf(errs, path.child('action'), action, ACTIONS);
  if (onExitCodes) validateExitCodes(errs, path.child('onExitCodes'), onExitCodes, names);
  const at = path.child('onPodConditions');
  if (onPodConditions.length > LIMITS.patterns) errs.tooMany(at, onPodConditions.length, LIMITS.patterns);
  for (const [i, { type = '', status = '' }] of onPodConditions.entries()) {
    qualifiedName(errs, at.index(i).child('type'), type);
    requireOneOf(errs, at.index(i).child('status'), status, STATUSES);
  }
  if (onExitCodes && onPodConditions.length > 0) {
    errs.invalidObject(path, 'specifying both OnExitCodes and OnPodConditions is not supported');
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    errs.invalidObject(path, 'specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function validateExitCodes(
  errs: Errors,
  path: Path,
  codes: Loose<PodFailurePolicyOnExitCodesRequirement>,
  names: ReadonlySet<string>,
): void {
  const { operator = '', containerName, values } = codes;
  const list = values ?? [];
  requireOneOf(errs, path.child('operator'), operator, OPERATORS);
  if (containerName !== undefined && !names.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errs.invalid(path.child('containerName'), containerName, detail);
  }
  const at = path.child('values');
  if (list.length === 0) errs.invalid(at, values, 'at least one value is required');
  else if (list.length > LIMITS.values) errs.tooMany(at, list.length, LIMITS.values);
  const seen = new Set<number>();
  for (const [i, value] of list.entries()) {
    if (operator === 'In' && value === 0) errs.invalid(at.index(i), value, 'must not be 0 for the In operator');
    if (seen.has(value)) errs.duplicate(at.index(i), value);
    seen.add(value);
  }
  if (list.some((value, i) => (list[i - 1] ?? value) > value)) errs.invalid(at, list, 'must be ordered');
}

export function validateSuccessPolicy(errs: Errors, path: Path, spec: Spec): void {
  const rules = spec.successPolicy?.rules ?? [];
  if (spec.completionMode !== 'Indexed') {
    const shown = rules.map(
      (r) =>
        new Ordered([
          ['SucceededIndexes', r.succeededIndexes],
          ['SucceededCount', r.succeededCount],
        ]),
    );
    errs.invalid(path, new Ordered([['Rules', shown]]), 'requires indexed completion mode');
    return;
  }
  const at = path.child('rules');
  if (rules.length === 0) {
    errs.required(at, 'at least one rules must be specified when the successPolicy is specified');
  }
  if (rules.length > LIMITS.rules) errs.tooMany(at, rules.length, LIMITS.rules);
  for (const [i, rule] of rules.entries()) validateSuccessRule(errs, at.index(i), rule, spec.completions ?? 0);
}

function validateSuccessRule(errs: Errors, path: Path, rule: Loose<SuccessPolicyRule>, completions: number): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    errs.required(path, 'at least one of succeededCount or succeededIndexes must be specified');
  }
  let total = 0;
  if (indexes !== undefined) {
    const at = path.child('succeededIndexes');
    if (indexes.length > LIMITS.indexes) errs.tooLong(at, LIMITS.indexes);
    const counted = countIndexes(indexes, completions);
    if (typeof counted === 'string') errs.invalid(at, indexes, `error parsing succeededIndexes: ${counted}`);
    else total = counted;
  }
  if (count === undefined) return;
  const at = path.child('succeededCount');
  const most = 'must be less than or equal to';
  nonNegative(errs, path, 'succeededCount', count);
  if (count > completions) errs.invalid(at, count, `${most} ${completions} (the number of specified completions)`);
  if (indexes !== undefined && count > total) {
    const what = '(the number of indexes in the specified succeededIndexes field)';
    errs.invalid(at, count, `${most} ${total} ${what}`);
  }
}
