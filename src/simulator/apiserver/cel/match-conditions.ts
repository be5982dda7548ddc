// Conditions that narrow what a policy or webhook is asked about. Models
// k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions/matcher.go.
import { BOOL } from '../../../cel/types.ts';
import type { MatchCondition } from '../../../model/generated/admissionregistration.v1.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { aggregate } from '../../../model/status.ts';
import type { Review } from '../admission/chain.ts';
import type { Authorizer } from '../authz/attributes.ts';
import { compileExpression, type NamedExpression } from './compile.ts';
import { admissionEnvironment } from './environment.ts';
import { activation, Evaluation, MATCH_BUDGET, OutOfBudget } from './evaluate.ts';

export type Matched =
  | { readonly matches: true }
  /** `failed`: the condition that said no; undefined where errors are ignored. */
  | { readonly matches: false; readonly failed: string | undefined }
  | { readonly matches: false; readonly error: string };

/** All must hold. One that says no outweighs errors of others, which count by the failure policy. */
export function evaluateConditions(
  evaluation: Evaluation,
  conditions: readonly NamedExpression[],
  failurePolicy: string | undefined,
): Matched {
  const errors: string[] = [];
  try {
    let no: string | undefined;
    for (const condition of conditions) {
      const got = evaluation.run(condition);
      if ('error' in got) errors.push(got.error);
      else if (got.value === false) no ??= condition.name;
    }
    if (no !== undefined) return { matches: false, failed: no };
  } catch (e) {
    if (!(e instanceof OutOfBudget)) throw e;
    errors.push(e.message);
  }
  if (errors.length === 0) return { matches: true };
  if (failurePolicy === 'Ignore') return { matches: false, failed: undefined };
  return { matches: false, error: aggregate(errors) };
}

export function compileConditions(
  conditions: readonly MatchCondition[] | undefined,
  env = admissionEnvironment({ params: false, authorizer: true }),
): readonly NamedExpression[] {
  return (conditions ?? []).map(({ name, expression }) => ({ name, ...compileExpression(env, expression, [BOOL]) }));
}

const compiled = new WeakMap<readonly MatchCondition[], readonly NamedExpression[]>();

/**
 * Whether a webhook is to be asked about a request, as far as its `matchConditions` say. They are compiled once for each list.
 * `as` is the version of the resource that the webhook's rules matched.
 */
export function evaluateMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  review: Review,
  as: ResourceInfo,
  authorizer: Authorizer,
  failurePolicy: string | undefined,
): Matched {
  if (conditions === undefined || conditions.length === 0) return { matches: true };
  const known = compiled.get(conditions) ?? compileConditions(conditions);
  compiled.set(conditions, known);
  const evaluation = new Evaluation(activation({ review, as, authorizer }), [], MATCH_BUDGET);
  return evaluateConditions(evaluation, known, failurePolicy);
}
