// What is likely to be wrong with a policy's expressions, as the kinds that it matches have other fields or types. Models
// TypeChecker in k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go.
import { compile, type Environment } from '../../../cel/index.ts';
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicy,
} from '../../../model/generated/admissionregistration.v1.ts';
import { allResources, apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import { compileVariables } from '../../apiserver/cel/compile.ts';
import { admissionEnvironment } from '../../apiserver/cel/environment.ts';
import { BUILT_IN, typeForKind } from './types.ts';

const MAX_TYPES = 10;

const wild = (list: readonly string[]): boolean => list.some((x) => x.includes('*'));

/** The kinds that a rule names outright; none where it has wildcards. */
function named({ apiGroups = [], apiVersions = [], resources = [] }: NamedRuleWithOperations): ResourceInfo[] {
  if (wild(apiGroups) || wild(apiVersions)) return [];
  const plain = resources.filter((r) => !/[*/]/.test(r));
  return allResources().filter(
    (r) => apiGroups.includes(r.group) && apiVersions.includes(r.version) && plain.includes(r.plural),
  );
}

const order = (a: ResourceInfo, b: ResourceInfo): number => {
  const [x, y] = [a, b].map((r) => `${r.group}\0${r.version}\0${r.kind}`);
  return x === y ? 0 : (x ?? '') < (y ?? '') ? -1 : 1;
};

function kindsOf({ spec = {} }: ValidatingAdmissionPolicy): ResourceInfo[] {
  const found = new Map<string, ResourceInfo>();
  for (const rule of spec.matchConstraints?.resourceRules ?? []) {
    for (const r of named(rule)) found.set(`${apiVersionOf(r)}/${r.kind}`, r);
  }
  return [...found.values()].sort(order).slice(0, MAX_TYPES);
}

/** An environment for each kind, in which `object` has that kind's type. */
function environments(policy: ValidatingAdmissionPolicy): [string, Environment][] {
  const { paramKind, variables = [] } = policy.spec ?? {};
  const params = paramKind && typeForKind(paramKind.apiVersion ?? '', paramKind.kind ?? '');
  return kindsOf(policy).flatMap((r) => {
    const object = typeForKind(apiVersionOf(r), r.kind);
    if (object === undefined) return [];
    const types = { object, provider: BUILT_IN, ...(params ? { params } : {}) };
    const env = admissionEnvironment({ params: paramKind !== undefined, authorizer: true, types });
    return [[`${apiVersionOf(r)}, Kind=${r.kind}`, compileVariables(env, variables).env]];
  });
}

export function typeWarnings(policy: ValidatingAdmissionPolicy): ExpressionWarning[] {
  const kinds = environments(policy);
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, source: string): void => {
    const told = kinds.flatMap(([kind, env]) => {
      const compiled = compile(env, source);
      return 'issues' in compiled ? [`${kind}: ${compiled.issues}\n`] : [];
    });
    if (told.length > 0) warnings.push({ fieldRef, warning: told.join('\n') });
  };
  for (const [i, { expression, messageExpression = '' }] of (policy.spec?.validations ?? []).entries()) {
    check(`spec.validations[${i}].expression`, expression);
    if (messageExpression !== '') check(`spec.validations[${i}].messageExpression`, messageExpression);
  }
  return warnings;
}
