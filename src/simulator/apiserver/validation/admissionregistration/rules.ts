// What webhooks and policies apply to: operations on resources, narrowed by selectors and conditions.

import { BOOL } from '../../../../cel/types.ts';
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
} from '../../../../model/generated/admissionregistration.v1.ts';
import { compileExpression } from '../../cel/compile.ts';
import { admissionEnvironment } from '../../cel/environment.ts';
import { optionalEnum, qualifiedName, requiredEnum } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateLabelSelector } from '../labels.ts';
import { pathSegment } from '../references.ts';

export type OperationRule = Loose<NamedRuleWithOperations>;

export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const MATCH_POLICIES = ['Equivalent', 'Exact'];
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

function alone(errs: Errors, path: Path, values: readonly string[], what: string): void {
  if (values.length > 1 && values.includes('*')) {
    errs.invalid(path, values, `if '*' is present, must not specify other ${what}`);
  }
}

export function validateRule(errs: Errors, path: Path, rule: OperationRule): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (operations.length === 0) errs.required(path.child('operations'));
  alone(errs, path.child('operations'), operations, 'operations');
  for (const [i, operation] of operations.entries()) {
    if (!OPERATIONS.includes(operation)) errs.notSupported(path.child('operations').index(i), operation, OPERATIONS);
  }
  if (apiGroups.length === 0) errs.required(path.child('apiGroups'));
  alone(errs, path.child('apiGroups'), apiGroups, 'API groups');
  if (apiVersions.length === 0) errs.required(path.child('apiVersions'));
  alone(errs, path.child('apiVersions'), apiVersions, 'API versions');
  for (const [i, version] of apiVersions.entries()) {
    if (version === '') errs.required(path.child('apiVersions').index(i));
  }
  validateResources(errs, path.child('resources'), resources);
  optionalEnum(errs, path, 'scope', scope, SCOPES);
}

function validateResources(errs: Errors, path: Path, resources: readonly string[]): void {
  if (resources.length === 0) errs.required(path);
  const withAnySubresource = new Set<string>();
  const ofAnyResource = new Set<string>();
  let plain = false;
  for (const [i, text] of resources.entries()) {
    const slash = text.indexOf('/');
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)];
    if (text === '') errs.required(path.index(i));
    else if (slash < 0) plain = text !== '*';
    else {
      const refuse = (wider: string) =>
        errs.invalid(path.index(i), text, `if '${wider}' is present, must not specify ${text}`);
      if (withAnySubresource.has(resource)) refuse(`${resource}/*`);
      if (ofAnyResource.has(sub)) refuse(`*/${sub}`);
      if (sub === '*') withAnySubresource.add(resource);
      if (resource === '*') ofAnyResource.add(sub);
    }
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errs.invalid(path, resources, "if '*/*' is present, must not specify other resources");
  }
  if (resources.includes('*') && plain) {
    errs.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
  }
}

function validateNamedRules(errs: Errors, path: Path, rules: readonly OperationRule[] | undefined): void {
  for (const [i, rule] of (rules ?? []).entries()) {
    const at = path.index(i);
    const names = rule.resourceNames ?? [];
    for (const [j, name] of names.entries()) {
      pathSegment(errs, at.child('resourceNames').index(j), name);
      if (names.indexOf(name) < j) errs.duplicate(at.child('resourceNames').index(j), name);
    }
    validateRule(errs, at, rule);
  }
}

export function validateMatchResources(errs: Errors, path: Path, match: Loose<MatchResources> | undefined): void {
  if (!match) return;
  requiredEnum(errs, path.child('matchPolicy'), match.matchPolicy, MATCH_POLICIES);
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[name]) validateLabelSelector(errs, path.child(name), match[name]);
    else errs.required(path.child(name));
  }
  validateNamedRules(errs, path.child('resourceRules'), match.resourceRules);
  validateNamedRules(errs, path.child('excludeResourceRules'), match.excludeResourceRules);
}

const MAX_CONDITIONS = 64;

/** Conditions in CEL, of webhooks and policies; those of a policy may use its params. */
export function validateMatchConditions(
  errs: Errors,
  path: Path,
  conditions: readonly Loose<MatchCondition>[] | undefined,
  params = false,
): void {
  const list = conditions ?? [];
  const names = new Set<string>();
  const env = admissionEnvironment({ params, authorizer: true });
  if (list.length > MAX_CONDITIONS) errs.tooMany(path, list.length, MAX_CONDITIONS);
  for (const [i, { name = '', expression = '' }] of list.entries()) {
    const at = path.index(i);
    const source = expression.trim();
    const error = source === '' ? undefined : compileExpression(env, source, [BOOL]).error;
    if (source === '') errs.required(at.child('expression'));
    else if (error !== undefined) errs.invalid(at.child('expression'), source, error);
    if (name === '') errs.required(at.child('name'));
    else qualifiedName(errs, at.child('name'), name);
    if (name !== '' && names.has(name)) errs.duplicate(at.child('name'), name);
    names.add(name);
  }
}
