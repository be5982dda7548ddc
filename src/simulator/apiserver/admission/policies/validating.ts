// ValidatingAdmissionPolicy: every policy that is bound and matches has its say; the first refusal is the answer, after all have
// been asked. Models k8s.io/apiserver/pkg/admission/plugin/policy/validating/dispatcher.go.
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../../model/generated/admissionregistration.v1.ts';
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import type { ResourceInfo } from '../../../../model/resources.ts';
import { forbidden } from '../../../../model/status.ts';
import type { Store } from '../../../store/index.ts';
import type { Authorizer } from '../../authz/attributes.ts';
import type { Plugin, Review } from '../chain.ts';
import { matches } from './matching.ts';
import { collectParams, nameFor, namespaceObject, paramProblem, paramsText } from './params.ts';
import { ConfigurationError, type Hook, isExempt, PolicySource } from './source.ts';
import { type CompiledPolicy, compilePolicy, type Decision, type Verdict, validate } from './validator.ts';

type PolicyHook = Hook<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, CompiledPolicy>;

interface Denial {
  readonly message: string;
  readonly reason: string;
}

const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};
const FAILURE_KEY = 'validation.policy.admission.k8s.io/validation_failure';
const MAX_ANNOTATION = 10 * 1024;

export class ValidatingPolicies implements Plugin {
  readonly name = 'ValidatingAdmissionPolicy';
  private readonly source: PolicySource<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, CompiledPolicy>;
  private readonly authorizer: Authorizer;

  constructor(store: Store, authorizer: Authorizer) {
    this.source = new PolicySource(store, 'validating', compilePolicy);
    this.authorizer = authorizer;
  }

  handles(r: Review): boolean {
    return this.source.hooks.length > 0 && !isExempt(r);
  }

  validate(r: Review): Status | undefined {
    const denials = this.source.hooks.flatMap((hook) => this.ask(hook, r));
    const [first] = denials;
    return first === undefined ? undefined : denied(r, first);
  }

  private ask(hook: PolicyHook, r: Review): Denial[] {
    const { policy, bindings, compiled } = hook;
    const as = matches(policy.spec?.matchConstraints, r);
    if (as === undefined) return [];
    const problem = paramProblem(r.ctx.core, policy.spec?.paramKind);
    if (problem !== undefined) {
      const message = `ValidatingAdmissionPolicy '${policy.metadata?.name}' denied request: ${problem}`;
      return compiled.failurePolicy === 'Ignore' ? [] : [{ message, reason: '' }];
    }
    const annotations = new Map<string, string[]>();
    const denials: Denial[] = [];
    for (const binding of bindings) {
      try {
        denials.push(...this.bound(hook, binding, r, as, annotations));
      } catch (e) {
        if (!(e instanceof ConfigurationError)) throw e;
        if (compiled.failurePolicy === 'Ignore') continue;
        denials.push({ message: refusedBy(policy, binding, `failed to configure binding: ${e.message}`), reason: '' });
      }
    }
    for (const [key, values] of annotations) annotate(r, `${policy.metadata?.name}/${key}`, values.join(', '));
    return denials;
  }

  private bound(
    { policy, compiled }: PolicyHook,
    binding: ValidatingAdmissionPolicyBinding,
    r: Review,
    as: ResourceInfo,
    annotations: Map<string, string[]>,
  ): Denial[] {
    if (matches(binding.spec?.matchResources, r) === undefined) return [];
    const out: Denial[] = [];
    for (const params of collectParams(policy.spec?.paramKind, binding.spec?.paramRef, r)) {
      const inputs = { review: r, as, authorizer: this.authorizer, params, namespace: namespaceObject(r) };
      const verdict = validate(compiled, inputs);
      tell(r, policy, binding, params, verdict);
      for (const d of verdict.decisions) if (d.deny) out.push(...acted(r, policy, binding, d));
      for (const a of verdict.annotations) {
        if ('error' in a) out.push({ message: refusedBy(policy, binding, a.error), reason: '' });
        else add(annotations, a.key, a.value.slice(0, MAX_ANNOTATION));
      }
    }
    return out;
  }
}

function add(annotations: Map<string, string[]>, key: string, value: string): void {
  const values = annotations.get(key) ?? [];
  if (!values.includes(value)) annotations.set(key, [...values, value]);
}

function annotate(r: Review, key: string, value: string): void {
  r.ctx.auditAnnotations = { ...r.ctx.auditAnnotations, [key]: value };
}

function refusedBy(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding, why: string): string {
  return `ValidatingAdmissionPolicy '${policy.metadata?.name}' with binding '${binding.metadata?.name}' denied request: ${why}`;
}

/** Each policy, binding and object of parameters has its own line in the step. */
function tell(
  r: Review,
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  params: KubeObject | undefined,
  { skipped, decisions }: Verdict,
): void {
  const [name, bound] = [policy, binding].map((o) => JSON.stringify(o.metadata?.name));
  const who = `ValidatingAdmissionPolicy ${name}, binding ${bound}${paramsText(params)}`;
  const actions = binding.spec?.validationActions ?? [];
  const failed = decisions.some((d) => d.deny);
  const refused = failed && actions.includes('Deny');
  const what = skipped ?? decisions.map((d) => d.told).join('; ');
  const then = failed && !refused ? `; the binding says ${actions.join(' and ')}, not Deny` : '';
  const verdict = skipped !== undefined ? 'skipped' : refused ? 'refused' : 'ok';
  r.ctx.gates.push({ stage: 'validating-admission', verdict, text: `${who}: ${what}${then}` });
}

/** What the binding does with a validation that failed; only Deny refuses. */
function acted(
  r: Review,
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  d: Decision,
): Denial[] {
  const [name, bound] = [policy.metadata?.name ?? '', binding.metadata?.name ?? ''];
  const actions = binding.spec?.validationActions ?? [];
  if (actions.includes('Warn'))
    r.ctx.warn(`Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${bound}': ${d.message}`);
  if (actions.includes('Audit')) {
    const failure = {
      message: d.message,
      policy: name,
      binding: bound,
      expressionIndex: d.index,
      validationActions: actions,
    };
    annotate(r, FAILURE_KEY, JSON.stringify([failure]));
  }
  return actions.includes('Deny') ? [{ message: refusedBy(policy, binding, d.message), reason: d.reason }] : [];
}

/** A 403 by its words; reason and code are those of the validation. Models admission.NewForbidden. */
function denied(r: Review, { message, reason }: Denial): Status {
  const status = forbidden({ group: r.resource.group, resource: r.resource.plural }, nameFor(r), message);
  const why = reason === '' ? 'Invalid' : reason;
  return {
    ...status,
    reason: why,
    code: CODES[why] ?? 422,
    details: { ...status.details, causes: [...(status.details?.causes ?? []), { message }] },
  };
}
