// The admission policies that are in force: each with its bindings, compiled once. Models
// k8s.io/apiserver/pkg/admission/plugin/policy/generic/policy_source.go, without the second or so that it takes to notice.
import type { ValidatingAdmissionPolicy } from '../../../../model/generated/admissionregistration.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import { etcdPrefix } from '../../../../model/resources.ts';
import type { Store } from '../../../store/index.ts';
import type { Review } from '../chain.ts';

const GROUP = 'admissionregistration.k8s.io';

interface Bound {
  readonly spec?: { readonly policyName?: string };
}

export interface Hook<P, B, C> {
  readonly policy: P;
  readonly bindings: readonly B[];
  readonly compiled: C;
}

export type Kinds = 'validating' | 'mutating';

/** The policies of one kind that have a binding, by name. */
export class PolicySource<P extends object, B extends object, C> {
  private readonly store: Store;
  private readonly policies: string;
  private readonly bindings: string;
  private readonly compile: (policy: P) => C;
  private readonly compiled = new WeakMap<P, C>();
  private read: readonly Hook<P, B, C>[] | undefined;

  constructor(store: Store, kind: Kinds, compile: (policy: P) => C) {
    this.store = store;
    this.compile = compile;
    this.policies = `${etcdPrefix(GROUP, `${kind}admissionpolicies`)}/`;
    this.bindings = `${etcdPrefix(GROUP, `${kind}admissionpolicybindings`)}/`;
    store.subscribe(({ prefix }) => {
      if (prefix === this.policies || prefix === this.bindings) this.read = undefined;
    });
  }

  get hooks(): readonly Hook<P, B, C>[] {
    this.read ??= this.load();
    return this.read;
  }

  private load(): Hook<P, B, C>[] {
    const all = [...this.store.range(this.bindings)].map((kv) => kv.value as unknown as B & Bound);
    if (all.length === 0) return [];
    return [...this.store.range(this.policies)].flatMap((kv) => {
      const policy = kv.value as unknown as P & KubeObject;
      const bindings = all.filter((b) => b.spec?.policyName === policy.metadata.name);
      return bindings.length === 0 ? [] : [{ policy, bindings, compiled: this.compiledOf(policy) }];
    });
  }

  private compiledOf(policy: P): C {
    const known = this.compiled.get(policy) ?? this.compile(policy);
    this.compiled.set(policy, known);
    return known;
  }
}

const EXCLUDED = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** No policy can be kept by a policy from being changed. */
export const isExempt = ({ resource }: Review): boolean => resource.group === GROUP && EXCLUDED.has(resource.plural);

export type FailurePolicy = NonNullable<ValidatingAdmissionPolicy['spec']>['failurePolicy'];

/** A policy cannot be applied as it is configured; counts by its failure policy. */
export class ConfigurationError extends Error {}
