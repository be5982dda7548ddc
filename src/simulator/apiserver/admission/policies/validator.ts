// What one ValidatingAdmissionPolicy, with one object of parameters, says of a request. Models
// k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go.
import { BOOL, NULL, STRING } from '../../../../cel/types.ts';
import { typeName } from '../../../../cel/values.ts';
import type { ValidatingAdmissionPolicy, Validation } from '../../../../model/generated/admissionregistration.v1.ts';
import { compileExpression, compileVariables, type Expression, type NamedExpression } from '../../cel/compile.ts';
import { admissionEnvironment } from '../../cel/environment.ts';
import {
  activation,
  BUDGET,
  type Evaluated,
  Evaluation,
  type Inputs,
  MATCH_BUDGET,
  OutOfBudget,
} from '../../cel/evaluate.ts';
import { compileConditions, evaluateConditions } from '../../cel/match-conditions.ts';
import type { FailurePolicy } from './source.ts';

const MAX_MESSAGE = 5 * 1024;

interface CompiledValidation {
  readonly validation: Validation;
  readonly expression: Expression;
  readonly message: Expression | undefined;
}

export interface CompiledPolicy {
  readonly conditions: readonly NamedExpression[];
  readonly variables: readonly NamedExpression[];
  readonly validations: readonly CompiledValidation[];
  readonly annotations: readonly NamedExpression[];
  readonly failurePolicy: FailurePolicy;
}

export interface Decision {
  readonly deny: boolean;
  readonly message: string;
  readonly reason: string;
  /** Where it stands among the policy's validations. */
  readonly index: number;
  /** For whoever reads the step: the expression, and what it came to. */
  readonly told: string;
}

export type Annotation =
  | { readonly key: string; readonly value: string }
  /** Refuses, as the failure policy is Fail. */
  | { readonly key: string; readonly error: string };

export interface Verdict {
  readonly decisions: readonly Decision[];
  readonly annotations: readonly Annotation[];
  /** Why no expression was evaluated. */
  readonly skipped?: string;
}

export function compilePolicy({ spec = {} }: ValidatingAdmissionPolicy): CompiledPolicy {
  const params = spec.paramKind !== undefined;
  const env = admissionEnvironment({ params, authorizer: true });
  const composed = compileVariables(env, spec.variables ?? []);
  const plain = compileVariables(admissionEnvironment({ params, authorizer: false }), spec.variables ?? []);
  return {
    conditions: compileConditions(spec.matchConditions, env),
    variables: composed.variables,
    validations: (spec.validations ?? []).map((validation) => ({
      validation,
      expression: compileExpression(composed.env, validation.expression, [BOOL]),
      message: validation.messageExpression
        ? compileExpression(plain.env, validation.messageExpression, [STRING])
        : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      name: key,
      ...compileExpression(composed.env, valueExpression, [STRING, NULL]),
    })),
    failurePolicy: spec.failurePolicy,
  };
}

function failed(policy: CompiledPolicy, message: string): Verdict {
  const deny = policy.failurePolicy !== 'Ignore';
  const how = deny ? 'refused, as the failure policy is Fail' : 'let pass, as the failure policy is Ignore';
  const decision = { deny, message, reason: '', index: 0, told: `${message}: ${how}` };
  return { decisions: [decision], annotations: [] };
}

function messageOf({ validation }: CompiledValidation, evaluated: Evaluated | undefined): string {
  const made = evaluated !== undefined && 'value' in evaluated ? evaluated.value : undefined;
  if (typeof made === 'string') {
    const text = made.trim();
    if (text !== '' && text.length <= MAX_MESSAGE && !text.includes('\n')) return text;
  }
  const { message = '', expression } = validation;
  return message === '' ? `failed expression: ${expression.trim()}` : message.trim();
}

/** The messages of all validations are worked out before it is known which are needed, as upstream does. */
function messages(policy: CompiledPolicy, inputs: Inputs, budget: number): (Evaluated | undefined)[] | OutOfBudget {
  if (policy.validations.every((v) => v.message === undefined)) return [];
  const evaluation = new Evaluation(activation({ ...inputs, authorizer: undefined }), policy.variables, budget);
  try {
    return policy.validations.map(({ message }) => message && evaluation.run(message));
  } catch (e) {
    if (e instanceof OutOfBudget) return e;
    throw e;
  }
}

function decide(
  policy: CompiledPolicy,
  compiled: CompiledValidation,
  index: number,
  got: Evaluated,
  message: () => Evaluated | undefined | OutOfBudget,
): Decision {
  const source = compiled.validation.expression.trim();
  const onError = policy.failurePolicy !== 'Ignore';
  if ('error' in got) {
    const told = `${got.error} (failurePolicy ${policy.failurePolicy ?? 'Fail'})`;
    return { deny: onError, message: got.error, reason: '', index, told };
  }
  if (got.value === true) return { deny: false, message: '', reason: '', index, told: `\`${source}\` is true` };
  const text = message();
  if (text instanceof OutOfBudget) {
    const why = `failed messageExpression: ${text.message}`;
    return { deny: onError, message: why, reason: '', index, told: why };
  }
  const reason = compiled.validation.reason ?? 'Invalid';
  return { deny: true, message: messageOf(compiled, text), reason, index, told: `\`${source}\` is false` };
}

function annotationsOf(policy: CompiledPolicy, evaluation: Evaluation): Annotation[] {
  const out: Annotation[] = [];
  for (const expression of policy.annotations) {
    const key = expression.name;
    const got = evaluation.run(expression);
    if ('error' in got) {
      if (policy.failurePolicy !== 'Ignore') out.push({ key, error: got.error });
    } else if (typeof got.value === 'string') {
      const value = got.value.trim();
      if (value !== '') out.push({ key, value });
    } else if (got.value !== null) {
      const error = `valueExpression '${expression.source}' resulted in unsupported return type: ${typeName(got.value)}. Return type must be either string or null.`;
      out.push({ key, error });
    }
  }
  return out;
}

export function validate(policy: CompiledPolicy, inputs: Inputs): Verdict {
  const values = activation(inputs);
  if (policy.conditions.length > 0) {
    const evaluation = new Evaluation(values, [], MATCH_BUDGET);
    const matched = evaluateConditions(evaluation, policy.conditions, policy.failurePolicy);
    if ('error' in matched) return failed(policy, matched.error);
    if (!matched.matches) {
      const skipped =
        matched.failed === undefined
          ? 'a match condition failed, and the failure policy is Ignore'
          : `its match condition ${JSON.stringify(matched.failed)} does not hold`;
      return { decisions: [], annotations: [], skipped };
    }
  }
  const evaluation = new Evaluation(values, policy.variables, BUDGET);
  try {
    const results = policy.validations.map((v) => evaluation.run(v.expression));
    let worded: (Evaluated | undefined)[] | OutOfBudget | undefined;
    const wording = (i: number) => {
      worded ??= messages(policy, inputs, evaluation.budget);
      return worded instanceof OutOfBudget ? worded : worded[i];
    };
    const decisions = policy.validations.flatMap((v, i) => {
      const got = results[i];
      return got === undefined ? [] : [decide(policy, v, i, got, () => wording(i))];
    });
    return { decisions, annotations: annotationsOf(policy, new Evaluation(values, policy.variables, BUDGET)) };
  } catch (e) {
    if (e instanceof OutOfBudget) return failed(policy, e.message);
    throw e;
  }
}
