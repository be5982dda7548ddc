// Models k8s.io/apimachinery/pkg/apis/meta/v1/validation: labels, label selectors, conditions, managed fields.
import type {
  Condition,
  LabelSelector,
  LabelSelectorRequirement,
  ManagedFieldsEntry,
} from '../../../model/generated/meta.v1.ts';
import { selects } from '../../../model/selectors.ts';
import { qualifiedName, sortedKeys } from './common.ts';
import type { Errors, Loose, Path } from './field.ts';
import { isLabelValue, isQualifiedName, regexError } from './names.ts';
import { Ordered } from './value.ts';

export type StringMap = { readonly [key: string]: string | undefined };

/** Maps found sound before: the pods of one template share theirs, and an update seldom brings others. */
const sound = new WeakSet<StringMap>();

export function validateLabels(errs: Errors, path: Path, labels: StringMap | undefined): void {
  if (labels === undefined || sound.has(labels)) return;
  const before = errs.count;
  for (const key of sortedKeys(labels)) {
    qualifiedName(errs, path, key);
    const value = labels?.[key] ?? '';
    errs.each(path, value, isLabelValue(value));
  }
  if (errs.count === before) sound.add(labels);
}

export function validateLabelSelector(
  errs: Errors,
  path: Path,
  selector: Loose<LabelSelector> | undefined,
  allowInvalidValues = false,
): void {
  if (!selector) return;
  validateLabels(errs, path.child('matchLabels'), selector.matchLabels);
  const expressions = selector.matchExpressions ?? [];
  for (const [i, expression] of expressions.entries()) {
    validateRequirement(errs, path.child('matchExpressions').index(i), expression, allowInvalidValues);
  }
}

function validateRequirement(
  errs: Errors,
  path: Path,
  requirement: Loose<LabelSelectorRequirement>,
  allowInvalidValues: boolean,
): void {
  const { key = '', operator = '', values = [] } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errs.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errs.forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else errs.invalid(path.child('operator'), operator, 'not a valid selector operator');
  qualifiedName(errs, path.child('key'), key);
  if (allowInvalidValues) return;
  for (const [i, value] of values.entries()) errs.each(path.child('values').index(i), value, isLabelValue(value));
}

/** A label selector as an error shows it, in the order of its Go struct. */
export function selectorValue(selector: Loose<LabelSelector> | undefined): unknown {
  if (!selector) return undefined;
  const fields: [string, unknown][] = [];
  if (Object.keys(selector.matchLabels ?? {}).length > 0) fields.push(['matchLabels', selector.matchLabels]);
  if (selector.matchExpressions?.length) fields.push(['matchExpressions', selector.matchExpressions]);
  return new Ordered(fields);
}

/** Whether it can be turned into a selector: keys, values and operators are sound (LabelSelectorAsSelector). */
export function isUsableSelector(selector: Loose<LabelSelector> | undefined): boolean {
  if (!selector) return true;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (isQualifiedName(key).length > 0 || isLabelValue(value ?? '').length > 0) return false;
  }
  return (selector.matchExpressions ?? []).every(isUsableRequirement);
}

function isUsableRequirement({ key = '', operator = '', values = [] }: Loose<LabelSelectorRequirement>): boolean {
  if (isQualifiedName(key).length > 0 || values.some((v) => isLabelValue(v).length > 0)) return false;
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  return (operator === 'Exists' || operator === 'DoesNotExist') && values.length === 0;
}

export function isEmptySelector(selector: Loose<LabelSelector> | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
}

/** An absent selector matches nothing, an empty one everything. The selector must be usable. */
export function selectorMatches(selector: Loose<LabelSelector> | undefined, labels: StringMap | undefined): boolean {
  return selects(selector as LabelSelector | undefined, (labels ?? {}) as { readonly [key: string]: string });
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

/** fieldManager, of a request or of an entry of metadata.managedFields. */
export function validateFieldManager(errs: Errors, path: Path, manager: string): void {
  if (manager.length > 128) errs.tooLong(path, 128);
  if (PRINTABLE.test(manager)) return;
  let position = 0;
  for (const char of manager) {
    if (!PRINTABLE.test(char)) {
      const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      errs.invalid(path, manager, `invalid character U+${code} (at position ${position})`);
    }
    position += char.length;
  }
}

export function validateManagedFields(
  errs: Errors,
  path: Path,
  entries: readonly Loose<ManagedFieldsEntry>[] | undefined,
): void {
  entries?.forEach((entry, i) => {
    // Every write of every object comes by here: paths are made for what is wrong only.
    if (isManagedFieldsEntry(entry)) return;
    const at = path.index(i);
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errs.invalid(at.child('operation'), entry.operation ?? '', 'must be `Apply` or `Update`');
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
      errs.invalid(at.child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`');
    }
    validateFieldManager(errs, at.child('manager'), entry.manager ?? '');
    if ((entry.subresource ?? '').length > 256) errs.tooLong(at.child('subresource'), 256);
  });
}

function isManagedFieldsEntry({
  operation,
  fieldsType,
  manager = '',
  subresource = '',
}: Loose<ManagedFieldsEntry>): boolean {
  return (
    (operation === 'Apply' || operation === 'Update') &&
    (!fieldsType || fieldsType === 'FieldsV1') &&
    manager.length <= 128 &&
    PRINTABLE.test(manager) &&
    subresource.length <= 256
  );
}

const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';

export function validateConditions(
  errs: Errors,
  path: Path,
  conditions: readonly Loose<Condition>[] | undefined,
): void {
  const seen = new Set<string>();
  for (const [i, condition] of (conditions ?? []).entries()) {
    const at = path.index(i);
    const { type = '', status = '', reason = '', message = '' } = condition;
    if (seen.has(type)) errs.duplicate(at.child('type'), type);
    seen.add(type);
    qualifiedName(errs, at.child('type'), type);
    if (!['False', 'True', 'Unknown'].includes(status)) {
      errs.notSupported(at.child('status'), status, ['False', 'True', 'Unknown']);
    }
    if ((condition.observedGeneration ?? 0) < 0) {
      errs.invalid(
        at.child('observedGeneration'),
        condition.observedGeneration,
        'must be greater than or equal to zero',
      );
    }
    if (!condition.lastTransitionTime) errs.required(at.child('lastTransitionTime'), 'must be set');
    validateReason(errs, at.child('reason'), reason);
    if (message.length > 32 * 1024) errs.tooLong(at.child('message'), 32 * 1024);
  }
}

function validateReason(errs: Errors, path: Path, reason: string): void {
  if (reason === '') {
    errs.required(path, 'must be set');
    return;
  }
  if (!new RegExp(`^${REASON}$`).test(reason)) {
    const message =
      "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'";
    const examples = ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB'];
    errs.invalid(path, reason, regexError(message, REASON, ...examples));
  }
  if (reason.length > 1024) errs.tooLong(path, 1024);
}
