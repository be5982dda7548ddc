// What the kinds of dynamic resource allocation share: names, bounded lists and sets, selectors, opaque parameters.
import type {
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
  OpaqueDeviceConfiguration,
} from '../../../../model/generated/resource.v1.ts';
import { isRecord } from '../../../../model/object.ts';
import { selectorProblem } from '../../cel/devices.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isLabelValue, regexError } from '../names.ts';
import { validateCsiDriverName } from '../pods/plugins.ts';

type Check<T> = (path: Path, item: T) => void;

/** Too long a list is refused without a look at its items. */
export function validateSlice<T>(
  errs: Errors,
  path: Path,
  list: readonly T[] | undefined,
  max: number,
  check: Check<T>,
): boolean {
  const items = list ?? [];
  if (items.length > max) {
    errs.tooMany(path, items.length, max);
    return false;
  }
  for (const [i, item] of items.entries()) check(path.index(i), item);
  return true;
}

export function validateSet<T>(
  errs: Errors,
  path: Path,
  list: readonly T[] | undefined,
  max: number,
  check: Check<T>,
  key: (item: T) => unknown,
): void {
  if (!validateSlice(errs, path, list, max, check)) return;
  const seen = new Set<unknown>();
  for (const [i, item] of (list ?? []).entries()) {
    const k = key(item);
    if (seen.has(k)) errs.duplicate(path.index(i), k);
    seen.add(k);
  }
}

export function validateMap<T>(
  path: Path,
  map: { readonly [key: string]: T | undefined } | undefined,
  longestKey: number,
  checkKey: Check<string>,
  check: Check<T>,
): void {
  for (const key of Object.keys(map ?? {}).sort()) {
    const item = map?.[key];
    const at = path.key(shortened(key, longestKey));
    checkKey(at, key);
    if (item !== undefined) check(at, item);
  }
}

function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const left = max - 3;
  return `${text.slice(0, Math.ceil(left / 2))}...${text.slice(text.length - Math.floor(left / 2))}`;
}

export const driverName = validateCsiDriverName;

export const MAX_POOL_NAME = 253;

export function poolName(errs: Errors, path: Path, name: string): void {
  if (name === '') {
    errs.required(path);
    return;
  }
  if (name.length > MAX_POOL_NAME) errs.tooLong(path, MAX_POOL_NAME);
  for (const part of name.split('/')) dnsSubdomain(errs, path, part);
}

export const MAX_IDENTIFIER = 32;
export const MAX_QUALIFIED = 63 + 1 + MAX_IDENTIFIER;
const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const identifierTest = new RegExp(`^${IDENTIFIER}$`);

function cIdentifier(errs: Errors, path: Path, id: string): void {
  if (id.length > MAX_IDENTIFIER) errs.tooLong(path, MAX_IDENTIFIER);
  if (identifierTest.test(id)) return;
  const message =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  errs.invalid(path, id, regexError(message, IDENTIFIER, 'my_name', 'MY_NAME', 'MyName'));
}

/** The name of an attribute or a capacity, with or without a domain. */
export function attributeName(errs: Errors, path: Path, name: string): void {
  const parts = name.split('/');
  const [domain = '', id = ''] = parts;
  if (parts.length === 1) cIdentifier(errs, path, name);
  if (parts.length !== 2) return;
  if (domain === '') errs.invalid(path, '', 'the domain must not be empty');
  else driverName(errs, path, domain);
  if (id === '') errs.invalid(path, '', 'the name must not be empty');
  else cIdentifier(errs, path, id);
}

export function fullAttributeName(errs: Errors, path: Path, name: string): void {
  attributeName(errs, path, name);
  if (!name.includes('/')) {
    errs.invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash');
  }
}

export const MAX_REQUESTS = 32;
export const MAX_CONFIG = 32;
const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;

/** Selectors in CEL. */
export function validateSelectors(
  errs: Errors,
  path: Path,
  selectors: readonly Loose<DeviceSelector>[] | undefined,
): void {
  validateSlice(errs, path, selectors, MAX_SELECTORS, (at, { cel }) => {
    if (!cel) {
      errs.required(at.child('cel'));
      return;
    }
    const { expression = '' } = cel;
    const where = at.child('cel').child('expression');
    if (expression.length > MAX_EXPRESSION) {
      errs.tooLong(where, MAX_EXPRESSION);
      return;
    }
    const problem = selectorProblem(expression);
    if (problem === 'complex') errs.forbidden(where, 'too complex, exceeds cost limit');
    else if (problem !== undefined) errs.invalid(where, expression, problem.invalid);
  });
}

const MAX_PARAMETERS = 10 * 1024;

export function validateOpaque(errs: Errors, path: Path, opaque: Loose<OpaqueDeviceConfiguration> | undefined): void {
  const at = path.child('opaque');
  if (!opaque) {
    errs.required(at);
    return;
  }
  driverName(errs, at.child('driver'), opaque.driver ?? '');
  validateRaw(errs, at.child('parameters'), opaque.parameters);
}

/** A JSON object of the driver's own making. */
export function validateRaw(errs: Errors, path: Path, value: unknown): void {
  if (value === undefined || value === null) errs.required(path);
  else if (JSON.stringify(value).length > MAX_PARAMETERS) errs.tooLong(path, MAX_PARAMETERS);
  else if (!isRecord(value)) errs.invalid(path, '<value omitted>', 'must be a valid JSON object');
}

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

export function validateTaint(errs: Errors, path: Path, taint: Loose<DeviceTaint>): void {
  const { key = '', value = '', effect = '' } = taint;
  qualifiedName(errs, path.child('key'), key);
  if (value !== '') errs.each(path.child('value'), value, isLabelValue(value));
  if (effect === '') errs.required(path.child('effect'));
  else if (!EFFECTS.includes(effect)) errs.notSupported(path.child('effect'), effect, EFFECTS);
}

export function validateToleration(errs: Errors, path: Path, toleration: Loose<DeviceToleration>): void {
  const { key = '', value = '', operator = '', effect = '' } = toleration;
  if (key !== '') qualifiedName(errs, path.child('key'), key);
  if (operator === 'Exists') {
    if (value !== '') errs.invalid(path.child('value'), value, 'must be empty for operator `Exists`');
  } else if (operator === 'Equal') errs.each(path.child('value'), value, isLabelValue(value));
  else if (operator === '') errs.required(path.child('operator'));
  else errs.notSupported(path.child('operator'), operator, ['Equal', 'Exists']);
  if (effect !== '' && !EFFECTS.includes(effect)) errs.notSupported(path.child('effect'), effect, EFFECTS);
}

const MAX_CONDITIONS = 4;

export interface Bindings {
  readonly bindingConditions?: readonly string[] | undefined;
  readonly bindingFailureConditions?: readonly string[] | undefined;
}

export function validateBindings(errs: Errors, path: Path, bindings: Bindings): void {
  const { bindingConditions: good = [], bindingFailureConditions: bad = [] } = bindings;
  const goodPath = path.child('bindingConditions');
  const badPath = path.child('bindingFailureConditions');
  for (const [at, list] of [
    [goodPath, good],
    [badPath, bad],
  ] as const) {
    validateSlice(errs, at, list, MAX_CONDITIONS, (where, name) => qualifiedName(errs, where, name));
  }
  for (const [i, name] of good.entries()) if (good.indexOf(name) < i) errs.duplicate(goodPath.index(i), name);
  for (const [i, name] of bad.entries()) {
    if (bad.indexOf(name) < i) errs.duplicate(badPath.index(i), name);
    if (good.includes(name)) {
      errs.invalid(badPath.index(i), name, 'bindingFailureConditions must not overlap with bindingConditions');
    }
  }
  if (good.length === 0 && bad.length > 0) {
    errs.invalid(goodPath, good, 'bindingConditions are required to use bindingFailureConditions');
  }
  if (bad.length === 0 && good.length > 0) {
    errs.invalid(badPath, bad, 'bindingFailureConditions are required to use bindingConditions');
  }
}

export const deviceName = dnsLabel;
export const requestName = dnsLabel;
