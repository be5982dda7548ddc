// ResourceSlices: the devices that a driver offers.
import type {
  CapacityRequestPolicy,
  Counter,
  Device,
  DeviceAttribute,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../../../model/generated/resource.v1.ts';
import { formatQuantity, type Quantity, unitsOf } from '../../../../model/quantity.ts';
import { dnsLabel, immutable, quantity, same } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1123Subdomain, nameIsDnsSubdomain } from '../names.ts';
import { validateNodeSelector } from '../pods/affinity.ts';
import { SPEC } from '../pods/pod.ts';
import {
  attributeName,
  deviceName,
  driverName,
  MAX_QUALIFIED,
  poolName,
  validateBindings,
  validateMap,
  validateSet,
  validateSlice,
  validateTaint,
} from './parts.ts';

type Slice = Loose<ResourceSlice>;
type Spec = Loose<ResourceSliceSpec>;

const MAX_DEVICES = 128;
const MAX_TAINTED_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const MAX_COUNTERS = 32;
const MAX_CONSUMPTIONS = 2;
const MAX_ATTRIBUTES = 32;
const MAX_TAINTS = 16;
const MAX_VALUE = 64;
const MAX_OPTIONS = 10;

export function validateResourceSlice(errs: Errors, o: Slice): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  validateSpec(errs, o.spec ?? {}, undefined);
}

export function validateResourceSliceUpdate(errs: Errors, now: Slice, old: Slice): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, now.spec ?? {}, old.spec ?? {});
}

function validateSpec(errs: Errors, spec: Spec, old: Spec | undefined): void {
  const { driver = '', pool = {}, devices, sharedCounters } = spec;
  const { name = '', resourceSliceCount: count = 0, generation = 0 } = pool;
  const at = SPEC.child('pool');
  driverName(errs, SPEC.child('driver'), driver);
  poolName(errs, at.child('name'), name);
  if (count <= 0) errs.invalid(at.child('resourceSliceCount'), count, 'must be greater than zero');
  if (generation < 0) errs.invalid(at.child('generation'), generation, 'must be greater than or equal to zero');
  if (old) {
    immutable(errs, at.child('name'), name, old.pool?.name ?? '');
    immutable(errs, SPEC.child('driver'), driver, old.driver ?? '');
    immutable(errs, SPEC.child('nodeName'), spec.nodeName, old.nodeName);
  }
  validateNodes(errs, spec);
  if (sharedCounters && devices) errs.invalid(SPEC, '', 'only one of `sharedCounters` or `devices` is allowed');
  const heavy = devices?.some((d) => d.taints?.length || d.consumesCounters?.length);
  validateSet(
    errs,
    SPEC.child('devices'),
    devices,
    heavy ? MAX_TAINTED_DEVICES : MAX_DEVICES,
    (path, device) => validateDevice(errs, path, device, spec, old),
    (device) => device.name ?? '',
  );
  validateSet(
    errs,
    SPEC.child('sharedCounters'),
    sharedCounters,
    MAX_COUNTER_SETS,
    (path, set) => validateCounters(errs, path, 'name', set.name, set.counters),
    (set) => set.name ?? '',
  );
}

function nodeName(errs: Errors, path: Path, name: string, empty: string): void {
  if (name === '') errs.invalid(path, name, empty);
  else errs.each(path, name, isDns1123Subdomain(name));
}

type Flag = 'allNodes' | 'perDeviceNodeSelection';

function trueOrUnset(errs: Errors, path: Path, holder: { readonly [flag in Flag]?: boolean | undefined }, flag: Flag) {
  if (holder[flag] === false) errs.invalid(path.child(flag), false, 'must be either unset or set to true');
  return holder[flag] === true;
}

/** Which nodes reach the devices: exactly one way of saying so. */
function validateNodes(errs: Errors, spec: Spec): void {
  const set: string[] = [];
  const { nodeName: node, nodeSelector: selector } = spec;
  if (node) set.push('`nodeName`');
  if (node !== undefined) {
    nodeName(errs, SPEC.child('nodeName'), node, 'must be either unset or set to a non-empty string');
  }
  if (selector) {
    const at = SPEC.child('nodeSelector');
    const terms = selector.nodeSelectorTerms ?? [];
    set.push('`nodeSelector`');
    validateNodeSelector(errs, at, selector);
    if (terms.length !== 1) {
      errs.invalid(at.child('nodeSelectorTerms'), terms, 'must have exactly one node selector term');
    }
  }
  if (trueOrUnset(errs, SPEC, spec, 'allNodes')) set.push('`allNodes`');
  if (trueOrUnset(errs, SPEC, spec, 'perDeviceNodeSelection')) set.push('`perDeviceNodeSelection`');
  const needed = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) errs.required(SPEC, needed);
  else if (set.length > 1) {
    errs.invalid(SPEC, `{${set.join(', ')}}`, `${needed}, but multiple fields are set`);
  }
}

function validateDevice(errs: Errors, path: Path, device: Loose<Device>, spec: Spec, old: Spec | undefined): void {
  const { name = '', attributes = {}, capacity = {}, taints = [] } = device;
  const before = old?.devices?.find((d) => (d.name ?? '') === name);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  deviceName(errs, path.child('name'), name);
  if (count > MAX_ATTRIBUTES) {
    errs.invalid(path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`);
  }
  const checkName = (at: Path, key: string) => attributeName(errs, at, key);
  validateMap(path.child('attributes'), attributes, MAX_QUALIFIED, checkName, (at, attribute) =>
    validateAttribute(errs, at, attribute),
  );
  validateMap(path.child('capacity'), capacity, MAX_QUALIFIED, checkName, (at, { value, requestPolicy }) => {
    const where = at.child('requestPolicy');
    if (!requestPolicy) return;
    if (device.allowMultipleAllocations) validatePolicy(errs, where, requestPolicy, quantity(value));
    else errs.forbidden(where, 'allowMultipleAllocations must be true');
  });
  if (!before || !same(before.taints, taints)) {
    validateSlice(errs, path.child('taints'), taints, MAX_TAINTS, (at, taint) => validateTaint(errs, at, taint));
  }
  validateSet(
    errs,
    path.child('consumesCounters'),
    device.consumesCounters,
    MAX_CONSUMPTIONS,
    (at, { counterSet, counters }) => validateCounters(errs, at, 'counterSet', counterSet, counters),
    ({ counterSet = '' }) => counterSet,
  );
  validateDeviceNodes(errs, path, device, spec.perDeviceNodeSelection ?? false);
  validateBindings(errs, path, device);
}

function validateDeviceNodes(errs: Errors, path: Path, device: Loose<Device>, perDevice: boolean): void {
  const { nodeName: node, nodeSelector: selector, allNodes } = device;
  if (!perDevice) {
    const detail =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    if (node !== undefined || selector || allNodes !== undefined) errs.invalid(path, undefined, detail);
    return;
  }
  const set: string[] = [];
  if (node) set.push('`nodeName`');
  if (node !== undefined) nodeName(errs, path.child('nodeName'), node, 'must not be empty');
  if (selector) {
    set.push('`nodeSelector`');
    validateNodeSelector(errs, path.child('nodeSelector'), selector);
  }
  if (trueOrUnset(errs, path, { allNodes }, 'allNodes')) set.push('`allNodes`');
  const detail =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) errs.required(path, detail);
  else if (set.length > 1) errs.invalid(path, `{${set.join(', ')}}`, detail);
}

function validateCounters(
  errs: Errors,
  path: Path,
  nameField: string,
  name: string | undefined,
  counters: { readonly [name: string]: Loose<Counter> | undefined } | undefined,
): void {
  const at = path.child('counters');
  const count = Object.keys(counters ?? {}).length;
  if (!name) errs.required(path.child(nameField));
  else dnsLabel(errs, path.child(nameField), name);
  if (count === 0) errs.required(at);
  else if (count > MAX_COUNTERS) errs.tooMany(at, count, MAX_COUNTERS);
  else {
    const checkName = (where: Path, key: string) => dnsLabel(errs, where, key);
    validateMap(at, counters, 63, checkName, () => undefined);
  }
}

const NUMBER = '(0|[1-9]\\d*)';
const PRE = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const BUILD = '[0-9a-zA-Z-]+';
const SEMVER = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${PRE}(\\.${PRE})*)?(\\+${BUILD}(\\.${BUILD})*)?$`);

function validateAttribute(errs: Errors, path: Path, attribute: Loose<DeviceAttribute>): void {
  const { string, version } = attribute;
  if (string !== undefined && string.length > MAX_VALUE) errs.tooLong(path.child('string'), MAX_VALUE);
  if (version !== undefined) {
    const at = path.child('version');
    if (!SEMVER.test(version)) errs.invalid(at, version, 'must be a string compatible with semver.org spec 2.0.0');
    if (version.length > MAX_VALUE) errs.tooLong(at, MAX_VALUE);
  }
  const count = Object.values(attribute).filter((value) => value !== undefined).length;
  if (count !== 1) errs.invalid(path, count === 0 ? '' : attribute, 'exactly one value must be specified');
}

function validatePolicy(errs: Errors, path: Path, policy: Loose<CapacityRequestPolicy>, capacity: Quantity): void {
  const { validValues: values = [], validRange: range, default: given } = policy;
  if (values.length > 0 && range) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    errs.forbidden(path, detail);
    return;
  }
  const field = values.length > 0 ? 'validValues' : range ? 'validRange' : undefined;
  if (!field) return;
  if (given === undefined) errs.required(path.child('default'), `required when ${field} is defined`);
  else if (range) validateRange(errs, path.child(field), range, quantity(given), capacity);
  else validateOptions(errs, path.child(field), values.map(quantity), quantity(given), capacity);
}

function validateOptions(
  errs: Errors,
  path: Path,
  options: readonly Quantity[],
  given: Quantity,
  capacity: Quantity,
): void {
  for (const [i, option] of options.entries()) {
    const before = options[i - 1];
    if (before && before.nano > option.nano) {
      errs.invalid(path.index(i), formatQuantity(option), 'values must be sorted in ascending order');
    }
  }
  const check = (at: Path, option: Quantity) => {
    if (option.nano <= capacity.nano) return;
    errs.invalid(at, formatQuantity(option), `option is larger than capacity value: ${formatQuantity(capacity)}`);
  };
  validateSet(errs, path, options, MAX_OPTIONS, check, (option) => String(unitsOf(option)));
  if (!options.some((option) => option.nano === given.nano)) {
    errs.invalid(path, formatQuantity(given), 'default value is not valid according to the requestPolicy');
  }
}

type Range = NonNullable<Loose<CapacityRequestPolicy>['validRange']>;

function validateRange(errs: Errors, path: Path, range: Range, given: Quantity, capacity: Quantity): void {
  const at = path.child('max');
  if (range.min === undefined) {
    errs.required(path.child('min'), 'required when validRange is defined');
    return;
  }
  const min = quantity(range.min);
  const max = range.max === undefined ? undefined : quantity(range.max);
  const say = (where: Path, wrong: boolean, value: Quantity, what: string, limit: Quantity) => {
    if (wrong) errs.invalid(where, formatQuantity(value), `${what}: ${formatQuantity(limit)}`);
  };
  say(path.child('min'), min.nano > capacity.nano, min, 'min is larger than capacity value', capacity);
  say(path.child('min'), given.nano < min.nano, given, 'default is less than min', min);
  if (max) {
    say(at, min.nano > max.nano, min, 'min is larger than max', max);
    say(at, max.nano > capacity.nano, max, 'max is larger than capacity value', capacity);
    say(at, given.nano > max.nano, given, 'default is more than max', max);
  }
  if (range.step === undefined) return;
  validateStep(errs, path.child('step'), quantity(range.step), min, max ? [given, max] : [given], capacity);
}

function validateStep(
  errs: Errors,
  path: Path,
  step: Quantity,
  min: Quantity,
  values: readonly Quantity[],
  capacity: Quantity,
): void {
  const text = formatQuantity(step);
  const added = { ...min, nano: min.nano + step.nano };
  if (added.nano > capacity.nano) {
    const detail = `one step ${formatQuantity(added)} is larger than capacity value: ${formatQuantity(capacity)}`;
    errs.invalid(path, text, detail);
  }
  for (const value of values) {
    if ((unitsOf(value) - unitsOf(min)) % (unitsOf(step) || 1) === 0) continue;
    const detail = `value is not a multiple of a given step (${text}) from (${formatQuantity(min)})`;
    errs.invalid(path, formatQuantity(value), detail);
  }
}
