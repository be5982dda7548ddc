// Models the checks of affinity, tolerations and topology spread.
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  PreferredSchedulingTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../../../../model/generated/core.v1.ts';
import type { LabelSelector } from '../../../../model/generated/meta.v1.ts';
import { optionalEnum, positive, qualifiedName } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateLabelSelector } from '../labels.ts';
import { isDns1123Label, isDns1123Subdomain, isLabelValue } from '../names.ts';
import { TAINT_EFFECTS } from './enums.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(errs: Errors, path: Path, affinity: Loose<Affinity> | undefined): void {
  if (!affinity) return;
  const node = affinity.nodeAffinity;
  if (node) {
    const at = path.child('nodeAffinity');
    const required = node[REQUIRED];
    if (required) validateNodeSelector(errs, at.child(REQUIRED), required);
    for (const [i, term] of (node[PREFERRED] ?? []).entries()) {
      validatePreferredTerm(errs, at.child(PREFERRED).index(i), term);
    }
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const pods = affinity[kind];
    if (pods) validatePodAffinity(errs, path.child(kind), pods);
  }
}

export function validateNodeSelector(errs: Errors, path: Path, selector: Loose<NodeSelector>): void {
  const terms = selector.nodeSelectorTerms ?? [];
  const at = path.child('nodeSelectorTerms');
  if (terms.length === 0) {
    errs.required(at, 'must have at least one node selector term');
    return;
  }
  for (const [i, term] of terms.entries()) validateNodeTerm(errs, at.index(i), term, false);
}

function validateNodeTerm(errs: Errors, path: Path, term: Loose<NodeSelectorTerm>, anyValue: boolean): void {
  for (const [i, requirement] of (term.matchExpressions ?? []).entries()) {
    validateNodeRequirement(errs, path.child('matchExpressions').index(i), requirement, anyValue);
  }
  for (const [i, requirement] of (term.matchFields ?? []).entries()) {
    validateNodeField(errs, path.child('matchFields').index(i), requirement);
  }
}

function validateNodeRequirement(
  errs: Errors,
  path: Path,
  requirement: Loose<NodeSelectorRequirement>,
  anyValue: boolean,
): void {
  const { key = '', operator = '', values = [] } = requirement;
  const at = path.child('values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errs.required(at, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errs.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) errs.required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else errs.invalid(path.child('operator'), operator, 'not a valid selector operator');
  qualifiedName(errs, path.child('key'), key);
  if (anyValue) return;
  for (const [i, value] of values.entries()) errs.each(at.index(i), value, isLabelValue(value));
}

function validateNodeField(errs: Errors, path: Path, requirement: Loose<NodeSelectorRequirement>): void {
  const { key = '', operator = '', values = [] } = requirement;
  if (operator !== 'In' && operator !== 'NotIn') {
    errs.invalid(path.child('operator'), operator, 'not a valid selector operator');
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errs.required(path.child('values'), detail);
  }
  if (key !== 'metadata.name') {
    errs.invalid(path.child('key'), key, 'not a valid field selector key');
    return;
  }
  for (const [i, value] of values.entries()) errs.each(path.child('values').index(i), value, isDns1123Subdomain(value));
}

function validateWeight(errs: Errors, path: Path, weight = 0): void {
  if (weight <= 0 || weight > 100) errs.invalid(path.child('weight'), weight, 'must be in the range 1-100');
}

function validatePreferredTerm(errs: Errors, path: Path, term: Loose<PreferredSchedulingTerm>): void {
  validateWeight(errs, path, term.weight);
  validateNodeTerm(errs, path.child('preference'), term.preference ?? {}, true);
}

function validatePodAffinity(errs: Errors, path: Path, affinity: Loose<PodAffinity>): void {
  for (const [i, term] of (affinity[REQUIRED] ?? []).entries()) {
    validatePodTerm(errs, path.child(REQUIRED).index(i), term);
  }
  for (const [i, weighted] of (affinity[PREFERRED] ?? []).entries()) {
    const at = path.child(PREFERRED).index(i);
    validateWeight(errs, at, weighted.weight);
    validatePodTerm(errs, at.child('podAffinityTerm'), weighted.podAffinityTerm ?? {});
  }
}

function validatePodTerm(errs: Errors, path: Path, term: Loose<PodAffinityTerm>): void {
  const { topologyKey = '' } = term;
  validateLabelSelector(errs, path.child('labelSelector'), term.labelSelector);
  validateLabelSelector(errs, path.child('namespaceSelector'), term.namespaceSelector);
  for (const name of term.namespaces ?? []) errs.each(path.child('namespace'), name, isDns1123Label(name));
  validateMatchLabelKeys(errs, path, term);
  if (topologyKey === '') errs.required(path.child('topologyKey'), 'can not be empty');
  qualifiedName(errs, path.child('topologyKey'), topologyKey);
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
  readonly labelSelector?: Loose<LabelSelector> | undefined;
}

function validateMatchLabelKeys(errs: Errors, path: Path, term: LabelKeys): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  for (const [name, keys] of [
    ['matchLabelKeys', matchLabelKeys],
    ['mismatchLabelKeys', mismatchLabelKeys],
  ] as const) {
    if (keys.length === 0) continue;
    const at = path.child(name);
    if (!labelSelector) errs.forbidden(at, 'must not be specified when labelSelector is not set');
    else for (const [i, key] of keys.entries()) qualifiedName(errs, at.index(i), key);
  }
  if (labelSelector && matchLabelKeys.length > 0) validateNotInSelector(errs, path, matchLabelKeys, labelSelector);
  for (const [i, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    const where = path.child('matchLabelKeys').index(i);
    errs.invalid(where, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
  }
}

/** The server merges matchLabelKeys into the selector before this: a key that occurs twice was there already. */
function validateNotInSelector(
  errs: Errors,
  path: Path,
  keys: readonly string[],
  selector: Loose<LabelSelector>,
): void {
  const seen = new Set(Object.keys(selector.matchLabels ?? {}));
  for (const { key = '' } of selector.matchExpressions ?? []) {
    const i = keys.lastIndexOf(key);
    if (i >= 0 && seen.has(key)) errs.invalid(path.index(i), key, 'exists in both matchLabelKeys and labelSelector');
    seen.add(key);
  }
}

export function validateTolerations(errs: Errors, path: Path, tolerations: readonly Loose<Toleration>[]): void {
  for (const [i, toleration] of tolerations.entries()) validateToleration(errs, path.index(i), toleration);
}

function validateToleration(errs: Errors, path: Path, toleration: Loose<Toleration>): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  const at = path.child('operator');
  if (key !== '') qualifiedName(errs, path.child('key'), key);
  else if (operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errs.invalid(at, operator, detail);
  }
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errs.invalid(path.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  if (operator === 'Equal' || operator === '') {
    const messages = isLabelValue(value);
    if (messages.length > 0) errs.invalid(at, value, messages.join(';'));
  } else if (operator === 'Exists') {
    if (value !== '') errs.invalid(at, value, "value must be empty when `operator` is 'Exists'");
  } else if (operator === 'Lt' || operator === 'Gt') {
    // Behind a feature gate that v1.36 leaves off.
    errs.notSupported(at, operator, ['Equal', 'Exists', 'Lt', 'Gt']);
  } else errs.notSupported(at, operator, ['Equal', 'Exists']);
  if (effect !== '' && !TAINT_EFFECTS.includes(effect)) errs.notSupported(path.child('effect'), effect, TAINT_EFFECTS);
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];

export function validateSpread(
  errs: Errors,
  path: Path,
  constraints: readonly Loose<TopologySpreadConstraint>[],
): void {
  for (const [i, constraint] of constraints.entries()) {
    const at = path.index(i);
    const { topologyKey = '', whenUnsatisfiable: action = '', minDomains } = constraint;
    positive(errs, at, 'maxSkew', constraint.maxSkew ?? 0);
    if (topologyKey === '') errs.required(at.child('topologyKey'), 'can not be empty');
    if (!ACTIONS.includes(action)) errs.notSupported(at.child('whenUnsatisfiable'), action, ACTIONS);
    const rest = constraints.slice(i + 1);
    if (rest.some((r) => (r.topologyKey ?? '') === topologyKey && (r.whenUnsatisfiable ?? '') === action)) {
      errs.duplicate(at.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${action}}`);
    }
    if (minDomains !== undefined) {
      positive(errs, at, 'minDomains', minDomains);
      if (action !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
        errs.invalid(at.child('minDomains'), minDomains, detail);
      }
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      optionalEnum(errs, at, policy, constraint[policy], ['Honor', 'Ignore']);
    }
    validateMatchLabelKeys(errs, at, {
      matchLabelKeys: constraint.matchLabelKeys,
      labelSelector: constraint.labelSelector,
    });
    validateLabelSelector(errs, at.child('labelSelector'), constraint.labelSelector);
  }
}
