// Models the checks of ResourceQuotas and LimitRanges.
import type {
  LimitRange,
  LimitRangeItem,
  ResourceQuota,
  ResourceQuotaSpec,
} from '../../../../model/generated/core.v1.ts';
import { formatQuantity, milliOf, type Quantity, unitsOf } from '../../../../model/quantity.ts';
import { IMMUTABLE, quantity, sortedKeys } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isQualifiedName, nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { Amounts } from '../pods/resources.ts';
import {
  isOvercommitAllowed,
  isStandardQuotaResource,
  validateContainerResourceName,
  validateQuotaResourceName,
  validateResourceName,
  validateResourceQuantity,
} from '../resourcenames.ts';
import { Ordered } from '../value.ts';

const META = { namespaced: true, name: nameIsDnsSubdomain };

const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

const POD_COMPUTE = new Set([
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
  'pods',
]);

function isScopeFor(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  if (scope === 'VolumeAttributesClass')
    return resource === 'persistentvolumeclaims' || resource === 'requests.storage';
  return SCOPES.includes(scope) ? POD_COMPUTE.has(resource) : true;
}

function validateAmounts(errs: Errors, path: Path, amounts: Amounts | undefined): void {
  for (const name of sortedKeys(amounts)) {
    const at = path.key(name);
    validateQuotaResourceName(errs, at, name);
    validateResourceQuantity(errs, at, name, quantity(amounts?.[name]));
  }
}

function validateQuotaSpec(errs: Errors, spec: Loose<ResourceQuotaSpec>): void {
  validateAmounts(errs, SPEC.child('hard'), spec.hard);
  validateScopes(errs, spec);
  if (spec.scopeSelector) validateScopeSelector(errs, spec);
}

function validateScopes(errs: Errors, spec: Loose<ResourceQuotaSpec>): void {
  const scopes = spec.scopes ?? [];
  const at = SPEC.child('scopes');
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) errs.invalid(at, scopes, 'unsupported scope');
    for (const name of sortedKeys(spec.hard)) {
      if (isStandardQuotaResource(name) && !isScopeFor(scope, name)) {
        errs.invalid(at, scopes, 'unsupported scope applied to resource');
      }
    }
  }
  validateOpposites(errs, at, scopes, scopes);
}

function validateOpposites(errs: Errors, path: Path, scopes: readonly string[], shown: unknown): void {
  for (const [a, b] of OPPOSITES) {
    if (scopes.includes(a) && scopes.includes(b)) errs.invalid(path, shown, 'conflicting scopes');
  }
}

const EXISTS_ONLY = SCOPES.filter((s) => s !== 'PriorityClass' && s !== 'VolumeAttributesClass');

function validateScopeSelector(errs: Errors, spec: Loose<ResourceQuotaSpec>): void {
  const at = SPEC.child('scopeSelector').child('matchExpressions');
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const shown = new Ordered([
    [
      'MatchExpressions',
      expressions.map(
        (e) =>
          new Ordered([
            ['ScopeName', e.scopeName ?? ''],
            ['Operator', e.operator ?? ''],
            ['Values', e.values],
          ]),
      ),
    ],
  ]);
  for (const { scopeName = '', operator = '', values = [] } of expressions) {
    if (!SCOPES.includes(scopeName)) errs.invalid(at.child('scopeName'), scopeName, 'unsupported scope');
    for (const name of sortedKeys(spec.hard)) {
      if (isStandardQuotaResource(name) && !isScopeFor(scopeName, name)) {
        errs.invalid(at, shown, 'unsupported scope applied to resource');
      }
    }
    if (EXISTS_ONLY.includes(scopeName) && operator !== 'Exists') {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errs.invalid(at.child('operator'), operator, detail);
    }
    validateOperator(errs, at, operator, values);
  }
  const names = expressions.map((e) => e.scopeName ?? '');
  validateOpposites(errs, at, names, spec.scopes);
}

function validateOperator(errs: Errors, path: Path, operator: string, values: readonly string[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errs.required(path.child('values'), detail);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errs.invalid(path.child('values'), values, detail);
  } else errs.invalid(path.child('operator'), operator, 'not a valid selector operator');
}

function validateQuotaStatusAmounts(errs: Errors, o: Loose<ResourceQuota>): void {
  for (const field of ['hard', 'used'] as const) validateAmounts(errs, Path.of('status', field), o.status?.[field]);
}

export function validateResourceQuota(errs: Errors, o: Loose<ResourceQuota>): void {
  validateMeta(errs, o.metadata, META);
  validateQuotaSpec(errs, o.spec ?? {});
  validateQuotaStatusAmounts(errs, o);
}

export function validateResourceQuotaUpdate(errs: Errors, now: Loose<ResourceQuota>, old: Loose<ResourceQuota>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateQuotaSpec(errs, now.spec ?? {});
  const scopes = new Set(now.spec?.scopes ?? []);
  const before = new Set(old.spec?.scopes ?? []);
  const kept = scopes.size === before.size && [...scopes].every((s) => before.has(s));
  if (!kept) errs.invalid(SPEC.child('scopes'), now.spec?.scopes, IMMUTABLE);
}

export function validateResourceQuotaStatus(errs: Errors, now: Loose<ResourceQuota>, old: Loose<ResourceQuota>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  if (!now.metadata?.resourceVersion) errs.required(Path.of('resourceVersion'));
  validateQuotaStatusAmounts(errs, now);
}

const LIMIT_TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

export function validateLimitRange(errs: Errors, o: Loose<LimitRange>): void {
  validateMeta(errs, o.metadata, META);
  const seen = new Set<string>();
  for (const [i, limit] of (o.spec?.limits ?? []).entries()) {
    const at = SPEC.child('limits').index(i);
    const { type = '' } = limit;
    const messages = isQualifiedName(type);
    errs.each(at.child('type'), type, messages);
    if (messages.length === 0 && !type.includes('/') && !LIMIT_TYPES.includes(type)) {
      errs.invalid(at.child('type'), type, 'must be a standard limit type or fully qualified');
    }
    if (seen.has(type)) errs.duplicate(at.child('type'), type);
    seen.add(type);
    validateLimit(errs, at, limit);
  }
}

export function validateLimitRangeUpdate(errs: Errors, now: Loose<LimitRange>): void {
  validateLimitRange(errs, now);
}

function validateLimit(errs: Errors, path: Path, limit: Loose<LimitRangeItem>): void {
  const { type = '' } = limit;
  const names = (field: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio'): void => {
    for (const name of sortedKeys(limit[field])) {
      const at = path.child(field).key(name);
      if (type === 'Pod' || type === 'Container') validateContainerResourceName(errs, at, name);
      else validateResourceName(errs, at, name);
    }
  };
  names('max');
  names('min');
  for (const field of ['default', 'defaultRequest'] as const) {
    if (type !== 'Pod') names(field);
    else if (sortedKeys(limit[field]).length > 0) {
      errs.forbidden(path.child(field), "may not be specified when `type` is 'Pod'");
    }
  }
  const bounded = limit.min?.storage !== undefined || limit.max?.storage !== undefined;
  if (type === 'PersistentVolumeClaim' && !bounded) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errs.required(path.child('limits'), detail);
  }
  names('maxLimitRequestRatio');
  const keys = new Set(
    [limit.max, limit.min, limit.default, limit.defaultRequest, limit.maxLimitRequestRatio].flatMap(sortedKeys),
  );
  for (const name of [...keys].sort()) validateBounds(errs, path, limit, name);
}

function validateBounds(errs: Errors, path: Path, limit: Loose<LimitRangeItem>, name: string): void {
  const of = (amounts: Amounts | undefined): Quantity | undefined =>
    amounts?.[name] === undefined ? undefined : quantity(amounts[name]);
  const min = of(limit.min);
  const max = of(limit.max);
  const normal = limit.type === 'Pod' ? undefined : of(limit.default);
  const request = limit.type === 'Pod' ? undefined : of(limit.defaultRequest);
  /** Refuses `a` above `b`; the message prints the value of whichever upstream chose. */
  const above = (
    field: string,
    shown: Quantity | undefined,
    [wordA, a]: readonly [string, Quantity | undefined],
    [wordB, b]: readonly [string, Quantity | undefined],
  ): void => {
    if (!a || !b || !shown || a.nano <= b.nano) return;
    const detail = `${wordA} value ${formatQuantity(a)} is greater than ${wordB} value ${formatQuantity(b)}`;
    errs.invalid(path.child(field).key(name), formatQuantity(shown), detail);
  };
  above('min', min, ['min', min], ['max', max]);
  above('defaultRequest', request, ['min', min], ['default request', request]);
  above('defaultRequest', request, ['default request', request], ['max', max]);
  above('defaultRequest', request, ['default request', request], ['default limit', normal]);
  above('default', min, ['min', min], ['default', normal]);
  above('default', max, ['default', normal], ['max', max]);
  const ratio = of(limit.maxLimitRequestRatio);
  if (ratio) validateRatio(errs, path.child('maxLimitRequestRatio').key(name), ratio, min, max);
  if (!isOvercommitAllowed(name) && normal && request && normal.nano !== request.nano) {
    const [a, b] = [formatQuantity(normal), formatQuantity(request)];
    const detail = `default value ${a} must equal to defaultRequest value ${b} in ${name}`;
    errs.invalid(path.child('defaultRequest').key(name), b, detail);
  }
}

const MAX_MILLI = 2 ** 53 / 1000;

function validateRatio(
  errs: Errors,
  path: Path,
  ratio: Quantity,
  min: Quantity | undefined,
  max: Quantity | undefined,
): void {
  const text = formatQuantity(ratio);
  if (ratio.nano < 1_000_000_000n) errs.invalid(path, text, `ratio ${text} is less than 1`);
  if (!min || !max) return;
  const fine = [ratio, min, max].every((q) => unitsOf(q) < MAX_MILLI);
  const most = fine ? milliOf(max) / milliOf(min) : unitsOf(max) / unitsOf(min);
  const value = fine ? milliOf(ratio) / 1000 : unitsOf(ratio);
  if (value > most) errs.invalid(path, text, `ratio ${text} is greater than max/min = ${most.toFixed(6)}`);
}
