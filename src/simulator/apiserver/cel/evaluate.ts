// Evaluating expressions against one request, within a budget. Models k8s.io/apiserver/pkg/admission/plugin/cel/activation.go.
import { type Activation, PER_CALL_LIMIT } from '../../../cel/index.ts';
import { fromJson } from '../../../cel/json.ts';
import { CelError, Dict, type Key, type Value } from '../../../cel/values.ts';
import type { KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import type { Review } from '../admission/chain.ts';
import { requestFor } from '../admission/webhooks/review.ts';
import type { Authorizer } from '../authz/attributes.ts';
import { toVersion } from '../convert.ts';
import { authorizerValue, requestResource } from './authorizer.ts';
import type { Expression, NamedExpression } from './compile.ts';

/** `celconfig.RuntimeCELCostBudget`: of all expressions of one policy for one request. */
export const BUDGET = 10_000_000;
/** `celconfig.RuntimeCELCostBudgetMatchConditions`. */
export const MATCH_BUDGET = BUDGET / 4;

const SPENT = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** No expression after this one is evaluated. */
export class OutOfBudget extends Error {
  constructor() {
    super(SPENT);
  }
}

/** What was made of an expression. */
export type Evaluated = { readonly value: Value } | { readonly error: string };

export interface Inputs {
  readonly review: Review;
  /** The version of the resource that the policy speaks of. */
  readonly as: ResourceInfo;
  readonly authorizer: Authorizer | undefined;
  readonly params?: KubeObject | undefined;
  readonly namespace?: KubeObject | undefined;
}

/** A Namespace without the fields that are not for expressions. */
function namespaceValue(o: KubeObject | undefined): Value {
  if (o === undefined) return null;
  const { managedFields: _, ownerReferences: __, ...metadata } = o.metadata;
  return fromJson({ ...o, metadata });
}

function inVersion(o: KubeObject | undefined, r: Review, as: ResourceInfo): Value {
  if (o === undefined) return null;
  return fromJson(o.kind === r.resource.kind ? toVersion(o, apiVersionOf(as)) : o);
}

/** The name that the request asks for: one that the server makes up is not known to it. */
export function requestedName({ ctx, operation, name }: Review): string {
  if (operation !== 'CREATE' || ctx.info.name !== '') return name;
  const { metadata } = (ctx.requestObject ?? {}) as Partial<KubeObject>;
  return metadata?.generateName !== undefined && !metadata.name ? '' : name;
}

/** The values of the variables that every expression has; each is made when it is first asked for. */
export function activation({ review, as, authorizer, params, namespace }: Inputs): Activation {
  const { ctx, resource, subresource } = review;
  const make: { readonly [name: string]: () => Value } = {
    object: () => inVersion(review.object, review, as),
    oldObject: () => inVersion(review.old, review, as),
    request: () => {
      const asked = requestFor({ ...review, name: requestedName(review) }, as);
      const { object: _, oldObject: __, ...request } = asked as { object: unknown; oldObject: unknown };
      return fromJson(request);
    },
    params: () => fromJson(params ?? null),
    namespaceObject: () => namespaceValue(namespace),
    ...(authorizer === undefined
      ? {}
      : {
          authorizer: () => authorizerValue(authorizer, ctx.user),
          'authorizer.requestResource': () =>
            requestResource(authorizer, ctx.user, {
              group: resource.group,
              resource: resource.plural,
              subresource,
              namespace: review.namespace,
              name: requestedName(review),
            }),
        }),
  };
  const known = new Map<string, Value>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = Object.hasOwn(make, name) ? make[name]?.() : undefined;
    if (made !== undefined) known.set(name, made);
    return made;
  };
}

/** `variables`: each is evaluated when an expression first reads it. */
class Composed extends Dict {
  private readonly expressions: ReadonlyMap<string, NamedExpression>;
  private readonly evaluate: (e: NamedExpression) => Value;
  private readonly known = new Map<string, Value | CelError>();

  constructor(expressions: readonly NamedExpression[], evaluate: (e: NamedExpression) => Value) {
    super();
    this.expressions = new Map(expressions.map((e) => [e.name, e]));
    this.evaluate = evaluate;
  }

  get size(): number {
    return this.expressions.size;
  }

  keys(): readonly Key[] {
    return [...this.expressions.keys()];
  }

  find(key: Value): Value | undefined {
    const e = typeof key === 'string' ? this.expressions.get(key) : undefined;
    if (e === undefined) return undefined;
    let found = this.known.get(e.name);
    if (found === undefined) {
      found = this.attempt(e);
      this.known.set(e.name, found);
    }
    if (found instanceof CelError) throw found;
    return found;
  }

  private attempt(e: NamedExpression): Value | CelError {
    try {
      return this.evaluate(e);
    } catch (error) {
      if (error instanceof CelError) return error;
      throw error;
    }
  }
}

/** The expressions of one policy that are evaluated for one request share variables, and what may be spent. */
export class Evaluation {
  private readonly activation: Activation;
  private left: number;
  /** Spent on variables since the last expression. */
  private composing = 0;

  constructor(activation: Activation, variables: readonly NamedExpression[], budget: number) {
    this.left = budget;
    if (variables.length === 0) {
      this.activation = activation;
      return;
    }
    const composed = new Composed(variables, (e) => this.variable(e));
    this.activation = (name) => (name === 'variables' ? composed : activation(name));
  }

  get budget(): number {
    return this.left;
  }

  private variable({ name, program, error }: NamedExpression): Value {
    const what = `composited variable ${JSON.stringify(name)}`;
    if (program === undefined) throw new CelError(`${what} fails to compile: ${error}`);
    const outcome = program.run(this.activation, PER_CALL_LIMIT);
    this.composing += outcome.cost;
    if ('value' in outcome) return outcome.value;
    throw new CelError(`${what} fails to evaluate: ${outcome.error}`);
  }

  private spend(cost: number): void {
    if (cost > this.left) throw new OutOfBudget();
    this.left -= cost;
  }

  /** @throws OutOfBudget */
  run({ source, program, error }: Expression): Evaluated {
    if (program === undefined) return { error: `compilation error: ${error}` };
    const outcome = program.run(this.activation, PER_CALL_LIMIT);
    this.spend(this.composing);
    this.composing = 0;
    this.spend(outcome.cost);
    if ('value' in outcome) return outcome;
    return { error: `expression '${source}' resulted in error: ${outcome.error}` };
  }
}
