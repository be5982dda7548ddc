// MutatingAdmissionPolicy: every policy that is bound and matches changes the object in turn; each sees what those before it made.
// Models k8s.io/apiserver/pkg/admission/plugin/policy/mutating/dispatcher.go and policy/generic/policy_dispatcher.go.
import { listOf } from '../../../../cel/types.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation as PolicyMutation,
} from '../../../../model/generated/admissionregistration.v1.ts';
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import { apiVersionOf, type ResourceInfo } from '../../../../model/resources.ts';
import { forbidden, StatusError } from '../../../../model/status.ts';
import type { Store } from '../../../store/index.ts';
import type { Authorizer } from '../../authz/attributes.ts';
import { compileExpression, compileVariables, type Expression, type NamedExpression } from '../../cel/compile.ts';
import { admissionEnvironment, OBJECT_TYPE, PATCH_TYPE } from '../../cel/environment.ts';
import {
  activation,
  BUDGET,
  Evaluation,
  type Inputs,
  MATCH_BUDGET,
  OutOfBudget,
  requestedName,
} from '../../cel/evaluate.ts';
import { compileConditions, evaluateConditions } from '../../cel/match-conditions.ts';
import type { Gate } from '../../context.ts';
import { toVersion } from '../../convert.ts';
import type { Mutation, Plugin, Review } from '../chain.ts';
import { Reinvocation } from '../reinvocation.ts';
import { matches } from './matching.ts';
import { collectParams, nameFor, namespaceObject, paramProblem, paramsText } from './params.ts';
import { applyConfiguration, jsonPatch, MutationError } from './patches.ts';
import { ConfigurationError, type FailurePolicy, type Hook, isExempt, PolicySource } from './source.ts';

interface CompiledMutation {
  readonly expression: Expression;
  readonly apply: typeof jsonPatch;
}

interface Compiled {
  readonly conditions: readonly NamedExpression[];
  readonly variables: readonly NamedExpression[];
  readonly mutations: readonly CompiledMutation[];
  readonly failurePolicy: FailurePolicy;
}

type Policy = MutatingAdmissionPolicy;
type Binding = MutatingAdmissionPolicyBinding;
type PolicyHook = Hook<Policy, Binding, Compiled>;

interface Problem {
  readonly message: string;
  readonly reason: string;
}

function compilePolicy({ spec = {} }: Policy): Compiled {
  const env = admissionEnvironment({ params: spec.paramKind !== undefined, authorizer: true, patches: true });
  const composed = compileVariables(env, spec.variables ?? []);
  const compile = ({ patchType, applyConfiguration: apply, jsonPatch: patch }: PolicyMutation): CompiledMutation =>
    patchType === 'JSONPatch'
      ? { expression: compileExpression(composed.env, patch?.expression ?? '', [listOf(PATCH_TYPE)]), apply: jsonPatch }
      : {
          expression: compileExpression(composed.env, apply?.expression ?? '', [OBJECT_TYPE]),
          apply: applyConfiguration,
        };
  return {
    conditions: compileConditions(spec.matchConditions, env),
    variables: composed.variables,
    mutations: (spec.mutations ?? []).map(compile),
    failurePolicy: spec.failurePolicy,
  };
}

/** One policy, binding and object of parameters. */
interface Invocation {
  readonly hook: PolicyHook;
  readonly binding: Binding;
  readonly params: KubeObject | undefined;
  readonly as: ResourceInfo;
}

const keyOf = ({ hook, binding, params }: Invocation): string =>
  [hook.policy.metadata?.name, binding.metadata?.name, params?.metadata.namespace, params?.metadata.name].join('/');

/** Storage gives a new object its uid and time later; expressions do not see them. */
function asSent(r: Review): Review {
  if (r.operation !== 'CREATE' || r.subresource !== '' || r.object === undefined) return r;
  const { uid: _, creationTimestamp: __, ...metadata } = r.object.metadata;
  return { ...r, object: { ...r.object, metadata } };
}

export class MutatingPolicies implements Plugin {
  readonly name = 'MutatingAdmissionPolicy';
  private readonly source: PolicySource<Policy, Binding, Compiled>;
  private readonly authorizer: Authorizer;
  /** What has to be asked again is kept for policies apart from webhooks. */
  private readonly again = new WeakMap<Reinvocation, Reinvocation>();

  constructor(store: Store, authorizer: Authorizer) {
    this.source = new PolicySource(store, 'mutating', compilePolicy);
    this.authorizer = authorizer;
  }

  handles(r: Review): boolean {
    return r.object !== undefined && this.source.hooks.length > 0 && !isExempt(r);
  }

  mutate(r: Review): Mutation | undefined {
    const problems: Problem[] = [];
    const invocations = this.source.hooks.flatMap((hook) => invocationsOf(hook, r, problems));
    const round = this.roundOf(r);
    round.begin(r.object);
    let object = r.object;
    const notes: string[] = [];
    for (const invocation of invocations) {
      if (round.again && !round.mayAskAgain(keyOf(invocation))) continue;
      const next = this.invoke(invocation, { ...r, ...(object === undefined ? {} : { object }) }, problems);
      if (next === undefined) continue;
      if (!equal(next, object)) {
        notes.push(`${JSON.stringify(invocation.hook.policy.metadata?.name)} changed the object`);
        round.changed();
        if (r.reinvocation !== undefined) r.reinvocation.wanted = true;
      }
      if (invocation.hook.policy.spec?.reinvocationPolicy === 'IfNeeded') round.remember(keyOf(invocation));
      object = next;
    }
    round.end(object);
    if (problems.length > 0) throw new StatusError(refusal(r, problems));
    return notes.length === 0 || object === undefined ? undefined : { object, note: notes.join(', ') };
  }

  private roundOf({ reinvocation }: Review): Reinvocation {
    if (reinvocation === undefined) return new Reinvocation();
    const round = this.again.get(reinvocation) ?? new Reinvocation();
    this.again.set(reinvocation, round);
    round.again = reinvocation.again;
    return round;
  }

  /** The object that goes on; undefined where the policy does not apply. */
  private invoke(i: Invocation, r: Review, problems: Problem[]): KubeObject | undefined {
    const { compiled } = i.hook;
    const inputs = { as: i.as, authorizer: this.authorizer, params: i.params, namespace: namespaceObject(r) };
    const failed = (why: string): void => {
      tell(r, i, why, compiled.failurePolicy === 'Ignore' ? 'ok' : 'refused');
      if (compiled.failurePolicy !== 'Ignore') problems.push({ message: refusedBy(i, why), reason: 'Invalid' });
    };
    if (compiled.conditions.length > 0) {
      const evaluation = new Evaluation(activation({ ...inputs, review: asSent(r) }), [], MATCH_BUDGET);
      const matched = evaluateConditions(evaluation, compiled.conditions, compiled.failurePolicy);
      if ('error' in matched) failed(matched.error);
      else if (!matched.matches)
        tell(r, i, `its match condition ${JSON.stringify(matched.failed ?? '')} does not hold`, 'skipped');
      if (!matched.matches) return undefined;
    }
    let object = r.object;
    for (const mutation of compiled.mutations) {
      if (object === undefined) break;
      const now = { ...r, object };
      try {
        object = mutated(mutation, now, { ...inputs, review: asSent(now) }, compiled.variables);
        tell(r, i, `evaluated \`${mutation.expression.source.trim()}\``);
      } catch (e) {
        if (!(e instanceof MutationError)) throw e;
        failed(e.message);
      }
    }
    return object;
  }
}

function mutated(
  { expression, apply }: CompiledMutation,
  r: Review & { readonly object: KubeObject },
  inputs: Inputs,
  variables: readonly NamedExpression[],
): KubeObject {
  const evaluation = new Evaluation(activation(inputs), variables, BUDGET);
  try {
    const got = evaluation.run(expression);
    if ('error' in got) throw new MutationError(got.error);
    const own = r.object.kind === r.resource.kind;
    const version = r.object.apiVersion ?? '';
    const sent = own ? toVersion(r.object, apiVersionOf(inputs.as)) : r.object;
    return toVersion(apply(r, sent, got.value), version);
  } catch (e) {
    if (e instanceof OutOfBudget) throw new MutationError(e.message);
    throw e;
  }
}

function invocationsOf(hook: PolicyHook, r: Review, problems: Problem[]): Invocation[] {
  const { policy, bindings, compiled } = hook;
  const as = matches(policy.spec?.matchConstraints, r);
  if (as === undefined) return [];
  const add = (message: string): void => {
    if (compiled.failurePolicy !== 'Ignore') problems.push({ message, reason: '' });
  };
  const problem = paramProblem(r.ctx.core, policy.spec?.paramKind);
  if (problem !== undefined) {
    add(`policy ${JSON.stringify(policy.metadata?.name)} denied request: ${problem}`);
    return [];
  }
  return bindings.flatMap((binding) => {
    if (matches(binding.spec?.matchResources, r) === undefined) return [];
    try {
      const found = collectParams(policy.spec?.paramKind, binding.spec?.paramRef, r);
      return found.map((params) => ({ hook, binding, params, as }));
    } catch (e) {
      if (!(e instanceof ConfigurationError)) throw e;
      add(refusedBy({ hook, binding }, `failed to configure binding: ${e.message}`));
      return [];
    }
  });
}

function refusedBy({ hook, binding }: Pick<Invocation, 'hook' | 'binding'>, why: string): string {
  return `policy '${hook.policy.metadata?.name}' with binding '${binding.metadata?.name}' denied request: ${why}`;
}

function tell(r: Review, { hook, binding, params }: Invocation, what: string, verdict: Gate['verdict'] = 'ok'): void {
  const [policy, bound] = [hook.policy, binding].map((o) => JSON.stringify(o.metadata?.name));
  const text = `MutatingAdmissionPolicy ${policy}, binding ${bound}${paramsText(params)}: ${what}`;
  r.ctx.gates.push({ stage: 'mutating-admission', verdict, text });
}

/** The first problem is the message; all of them are causes. */
function refusal(r: Review, problems: readonly Problem[]): Status {
  const status = forbidden({ group: r.resource.group, resource: r.resource.plural }, nameFor(r, requestedName(r)), '');
  const [first] = problems;
  return {
    ...status,
    message: first?.message ?? '',
    ...(first?.reason ? { reason: first.reason } : {}),
    details: { ...status.details, causes: problems.map(({ message }) => ({ message })) },
  };
}
