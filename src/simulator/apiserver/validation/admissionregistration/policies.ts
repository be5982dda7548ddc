// Admission policies in CEL, and their bindings.

import type { Environment } from '../../../../cel/index.ts';
import { BOOL, listOf, NULL, STRING, type Type } from '../../../../cel/types.ts';
import type {
  AuditAnnotation,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyStatus,
  Validation,
  Variable,
} from '../../../../model/generated/admissionregistration.v1.ts';
import { compileExpression, compileVariables } from '../../cel/compile.ts';
import { admissionEnvironment, OBJECT_TYPE, PATCH_TYPE } from '../../cel/environment.ts';
import { dnsSubdomain, optionalEnum, qualifiedName, requiredEnum, same } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateConditions, validateLabelSelector } from '../labels.ts';
import { type Meta, validateMeta } from '../meta.ts';
import { isDns1035Label, isDns1123Subdomain, nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import { pathSegment } from '../references.ts';
import { FAILURE_POLICIES, REINVOCATION_POLICIES, validateMatchConditions, validateMatchResources } from './rules.ts';

type Validating = Loose<ValidatingAdmissionPolicy>;
type Mutating = Loose<MutatingAdmissionPolicy>;
type Binding = Loose<ValidatingAdmissionPolicyBinding>;

const CLUSTER = { namespaced: false, name: nameIsDnsSubdomain };
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const NO_CHANGE = { paramKind: undefined, matchConditions: undefined };
const MAX_ANNOTATIONS = 20;
const MAX_VALUE = 5 * 1024;

/** The environments of a policy's expressions; only those with an authorizer may ask it. */
interface Environments {
  readonly env: Environment;
  readonly messages: Environment;
}

/** What both kinds of policies begin with. */
function validateScope(
  errs: Errors,
  spec: NonNullable<Validating['spec'] & Mutating['spec']>,
  unchanged: boolean,
  patches = false,
): Environments {
  const params = spec.paramKind !== undefined;
  const { paramKind, matchConstraints: match } = spec;
  const at = SPEC.child('matchConstraints');
  requiredOrSupported(errs, SPEC.child('failurePolicy'), spec.failurePolicy, FAILURE_POLICIES);
  if (paramKind) validateParamKind(errs, SPEC.child('paramKind'), paramKind);
  if (!match) errs.required(at);
  else {
    validateMatchResources(errs, at, match);
    if (!match.resourceRules?.length) errs.required(at.child('resourceRules'));
  }
  if (!unchanged) validateMatchConditions(errs, SPEC.child('matchConditions'), spec.matchConditions, params);
  const declared = spec.variables ?? [];
  const { env, variables } = compileVariables(admissionEnvironment({ params, authorizer: true, patches }), declared);
  for (const [i, variable] of declared.entries()) {
    validateVariable(errs, SPEC.child('variables').index(i), variable, variables[i]?.error);
  }
  return { env, messages: compileVariables(admissionEnvironment({ params, authorizer: false }), declared).env };
}

/** An expression that does not compile, or comes to another type than is wanted. `compiled`: what of it is looked at. */
function mustCompile(
  errs: Errors,
  path: Path,
  env: Environment,
  types: readonly Type[],
  source: string,
  compiled = source,
): void {
  const { error } = compileExpression(env, compiled, types);
  if (error !== undefined) errs.invalid(path, source, error);
}

function requiredOrSupported(errs: Errors, path: Path, value: string | undefined, supported: readonly string[]): void {
  if (value === undefined) errs.required(path);
  else if (!supported.includes(value)) errs.notSupported(path, value, supported);
}

export function validateValidating(errs: Errors, o: Validating, unchanged = false): void {
  const { validations = [], auditAnnotations: audits = [], ...spec } = o.spec ?? {};
  validateMeta(errs, o.metadata, CLUSTER);
  const { env, messages } = validateScope(errs, spec, unchanged);
  if (validations.length + audits.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    errs.required(SPEC.child('validations'), detail);
    errs.required(SPEC.child('auditAnnotations'), detail);
    return;
  }
  for (const [i, validation] of validations.entries()) {
    validateValidation(errs, SPEC.child('validations').index(i), validation, { env, messages });
  }
  validateAudits(errs, SPEC.child('auditAnnotations'), audits, o.metadata, env);
}

export function validateValidatingUpdate(errs: Errors, now: Validating, old: Validating): void {
  validateValidating(errs, now, sameMatch(now.spec ?? NO_CHANGE, old.spec ?? NO_CHANGE));
}

export function validateMutating(errs: Errors, o: Mutating, unchanged = false): void {
  const { mutations = [], reinvocationPolicy, ...spec } = o.spec ?? {};
  validateMeta(errs, o.metadata, CLUSTER);
  const { env } = validateScope(errs, spec, unchanged, true);
  if (mutations.length === 0) errs.required(SPEC.child('mutations'), 'mutations must contain at least one item');
  for (const [i, mutation] of mutations.entries()) {
    validateMutation(errs, SPEC.child('mutations').index(i), mutation, env);
  }
  requiredEnum(errs, SPEC.child('reinvocationPolicy'), reinvocationPolicy, REINVOCATION_POLICIES);
}

export function validateMutatingUpdate(errs: Errors, now: Mutating, old: Mutating): void {
  validateMutating(errs, now, sameMatch(now.spec ?? NO_CHANGE, old.spec ?? NO_CHANGE));
}

function sameMatch(now: NonNullable<Mutating['spec']>, old: NonNullable<Mutating['spec']>): boolean {
  return same(now.paramKind, old.paramKind) && same(now.matchConditions, old.matchConditions);
}

function validateParamKind(errs: Errors, path: Path, { apiVersion = '', kind = '' }: Loose<ParamKind>): void {
  const at = path.child('apiVersion');
  const parts = apiVersion.split('/');
  if (apiVersion === '') errs.required(at);
  else if (parts.length > 2) errs.invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else validateGroupVersion(errs, at, apiVersion, parts);
  const problems = isDns1035Label(kind.toLowerCase());
  if (kind === '') errs.required(path.child('kind'));
  else if (problems.length > 0) {
    const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    errs.invalid(path.child('kind'), kind, detail);
  }
}

function validateGroupVersion(errs: Errors, path: Path, whole: string, parts: readonly string[]): void {
  const group = parts.length > 1 ? (parts[0] ?? '') : '';
  const version = parts.at(-1) ?? '';
  const ofGroup = group === '' ? [] : isDns1123Subdomain(group);
  const ofVersion = isDns1035Label(version);
  if (ofGroup.length > 0) errs.invalid(path, group, ofGroup.join(','));
  if (version === '') errs.invalid(path, whole, 'version must be specified');
  else if (ofVersion.length > 0) errs.invalid(path, version, ofVersion.join(','));
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function validateVariable(
  errs: Errors,
  path: Path,
  { name = '', expression = '' }: Loose<Variable>,
  problem: string | undefined,
): void {
  if (name.trim() === '') errs.required(path.child('name'), 'name is not specified');
  else if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
    errs.invalid(path.child('name'), name, 'name is not a valid CEL identifier');
  }
  if (expression.trim() === '') errs.required(path.child('expression'), 'expression is not specified');
  else if (problem !== undefined) errs.invalid(path.child('expression'), expression, problem);
}

function validateValidation(errs: Errors, path: Path, v: Loose<Validation>, { env, messages }: Environments): void {
  const { expression = '', message = '', messageExpression = '', reason } = v;
  if (expression.trim() === '') errs.required(path.child('expression'), 'expression is not specified');
  else mustCompile(errs, path.child('expression'), env, [BOOL], expression);
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errs.invalid(path.child('messageExpression'), messageExpression, 'must be non-empty if specified');
  } else if (messageExpression !== '') {
    mustCompile(errs, path.child('messageExpression'), messages, [STRING], messageExpression);
  }
  if (message !== '' && message.trim() === '') {
    errs.invalid(path.child('message'), message, 'message must be non-empty if specified');
  } else if (/[\n\r]/.test(message.trim())) {
    errs.invalid(path.child('message'), message, 'message must not contain line breaks');
  }
  optionalEnum(errs, path, 'reason', reason, REASONS);
}

function validateAudits(
  errs: Errors,
  path: Path,
  audits: readonly Loose<AuditAnnotation>[],
  meta: Meta | undefined,
  env: Environment,
): void {
  const { name = '' } = meta ?? {};
  const keys = new Set<string>();
  if (audits.length > MAX_ANNOTATIONS) {
    errs.invalid(path, audits, `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`);
  }
  for (const [i, { key = '', valueExpression = '' }] of audits.entries()) {
    const at = path.index(i);
    const value = valueExpression.trim();
    if (name === '') errs.invalid(at.child('key'), key, 'requires metadata.name be non-empty');
    else qualifiedName(errs, at.child('key'), `${name}/${key}`);
    if (value === '') errs.required(at.child('valueExpression'), 'valueExpression is not specified');
    else if (value.length > MAX_VALUE) {
      errs.required(at.child('valueExpression'), `must not exceed ${MAX_VALUE} bytes in length`);
    } else mustCompile(errs, at.child('valueExpression'), env, [STRING, NULL], valueExpression, value);
    if (keys.has(key)) errs.duplicate(at.child('key'), key);
    keys.add(key);
  }
}

const PATCHES = [
  ['JSONPatch', 'jsonPatch', 'applyConfiguration'],
  ['ApplyConfiguration', 'applyConfiguration', 'jsonPatch'],
] as const;

const RESULTS = { jsonPatch: listOf(PATCH_TYPE), applyConfiguration: OBJECT_TYPE };

function validateMutation(errs: Errors, path: Path, m: Loose<Mutation>, env: Environment): void {
  const type = m.patchType ?? '';
  const found = PATCHES.find(([name]) => name === type);
  if (!found) {
    requiredEnum(errs, path.child('patchType'), type, ['ApplyConfiguration', 'JSONPatch']);
    return;
  }
  const [, own, other] = found;
  if (!m[own]) errs.required(path.child(own), `must be specified when patchType is ${type}`);
  else if (!m[own].expression?.trim()) errs.required(path.child(own).child('expression'));
  else mustCompile(errs, path.child(own).child('expression'), env, [RESULTS[own]], m[own].expression);
  if (m[other]) errs.invalid(path.child(other), `{${other}}`, `must not be specified when patchType is ${type}`);
}

function validateBindingScope(errs: Errors, o: Loose<Omit<ValidatingAdmissionPolicyBinding, 'kind'>>): void {
  const { policyName = '', paramRef, matchResources } = o.spec ?? {};
  validateMeta(errs, o.metadata, CLUSTER);
  if (policyName === '') errs.required(SPEC.child('policyName'));
  else dnsSubdomain(errs, SPEC.child('policyName'), policyName);
  if (paramRef) validateParamRef(errs, SPEC.child('paramRef'), paramRef);
  validateMatchResources(errs, SPEC.child('matchResources'), matchResources);
}

export function validateMutatingBinding(errs: Errors, o: Binding): void {
  validateBindingScope(errs, o);
}

export function validateValidatingBinding(errs: Errors, o: Binding): void {
  const at = SPEC.child('validationActions');
  const actions = o.spec?.validationActions ?? [];
  validateBindingScope(errs, o);
  for (const [i, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errs.notSupported(at.index(i), action, ACTIONS);
    if (actions.indexOf(action) < i) errs.duplicate(at.index(i), action);
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errs.invalid(at, actions, detail);
  }
  if (actions.length === 0) errs.required(at, 'at least one validation action is required');
}

function validateParamRef(errs: Errors, path: Path, ref: Loose<ParamRef>): void {
  const { name = '', selector, parameterNotFoundAction: action } = ref;
  const detail = 'name and selector are mutually exclusive';
  if (name !== '') {
    pathSegment(errs, path.child('name'), name);
    if (selector) errs.forbidden(path.child('name'), detail);
  }
  if (selector) {
    validateLabelSelector(errs, path.child('selector'), selector);
    if (name !== '') errs.forbidden(path.child('selector'), detail);
  }
  if (name === '' && !selector) errs.required(path, 'one of name or selector must be specified');
  requiredEnum(errs, path.child('parameterNotFoundAction'), action, ['Deny', 'Allow']);
}

const STATUS = Path.of('status');

export function validateValidatingStatus(errs: Errors, now: Validating): void {
  const status: Loose<ValidatingAdmissionPolicyStatus> = now.status ?? {};
  const warnings = status.typeChecking?.expressionWarnings ?? [];
  for (const [i, { warning, fieldRef }] of warnings.entries()) {
    const at = STATUS.child('typeChecking').child('expressionWarnings').index(i);
    if (!warning) errs.required(at.child('warning'));
    if (!fieldRef?.trim()) errs.required(at.child('fieldRef'));
  }
  validateConditions(errs, STATUS.child('conditions'), status.conditions);
}
