// The rules of small groups: scheduling, coordination, node, events.
import type { Lease, LeaseSpec } from '../../../../model/generated/coordination.v1.ts';
import type { RuntimeClass } from '../../../../model/generated/node.v1.ts';
import type { PriorityClass } from '../../../../model/generated/scheduling.v1.ts';
import { dnsLabel, immutable, requiredEnum } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateLabels } from '../labels.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain } from '../names.ts';
import { validateTolerations } from '../pods/affinity.ts';
import { PREEMPTION_POLICIES } from '../pods/enums.ts';
import { SPEC } from '../pods/pod.ts';
import { validateResources } from '../pods/resources.ts';
import { domainPrefixedPath } from '../references.ts';
import type { RuleTable } from '../rules.ts';

const CLUSTER = { namespaced: false, name: nameIsDnsSubdomain };

/** What users may give; above it is the system's. */
const HIGHEST = 1_000_000_000;
const SYSTEM: { readonly [name: string]: number } = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

function validatePriorityClass(errs: Errors, o: Loose<PriorityClass>): void {
  validateMeta(errs, o.metadata, CLUSTER);
  const name = o.metadata?.name ?? '';
  const { value = 0 } = o;
  if (name.startsWith('system-')) {
    if (SYSTEM[name] === undefined || SYSTEM[name] !== value || o.globalDefault) {
      const detail =
        "priority class names with 'system-' prefix are reserved for system use only. error: " +
        (SYSTEM[name] === undefined
          ? `${name} is not a known system priority class`
          : SYSTEM[name] !== value
            ? `value of ${name} PriorityClass must be ${SYSTEM[name]}`
            : `globalDefault of ${name} PriorityClass must be false`);
      errs.forbidden(METADATA.child('name'), detail);
    }
  } else if (value > HIGHEST) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST}`;
    errs.forbidden(Path.of('value'), detail);
  }
  if (o.preemptionPolicy !== undefined) {
    requiredEnum(errs, Path.of('preemptionPolicy'), o.preemptionPolicy, PREEMPTION_POLICIES);
  }
}

function validatePriorityClassUpdate(errs: Errors, now: Loose<PriorityClass>, old: Loose<PriorityClass>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  const fixed = 'may not be changed in an update.';
  if ((now.value ?? 0) !== (old.value ?? 0)) errs.forbidden(Path.of('value'), fixed);
  const policy = Path.of('preemptionPolicy');
  immutable(errs, policy, now.preemptionPolicy, old.preemptionPolicy);
}

const STRATEGIES = ['OldestEmulationVersion'];

function validateLeaseSpec(errs: Errors, spec: Loose<LeaseSpec>): void {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions, strategy, preferredHolder } = spec;
  if (duration !== undefined && duration <= 0) {
    errs.invalid(SPEC.child('leaseDurationSeconds'), duration, 'must be greater than 0');
  }
  if (transitions !== undefined && transitions < 0) {
    errs.invalid(SPEC.child('leaseTransitions'), transitions, 'must be greater than or equal to 0');
  }
  if (strategy !== undefined) validateStrategy(errs, strategy);
  if (preferredHolder && !strategy) {
    errs.forbidden(SPEC.child('preferredHolder'), 'may only be specified when `strategy` is defined');
  }
}

function validateStrategy(errs: Errors, strategy: string): void {
  if (STRATEGIES.includes(strategy)) return;
  if (strategy.includes('/')) domainPrefixedPath(errs, SPEC.child('strategy'), strategy);
  else errs.notSupported(SPEC.child('strategy'), strategy, STRATEGIES);
}

function validateLease(errs: Errors, o: Loose<Lease>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateLeaseSpec(errs, o.spec ?? {});
}

function validateLeaseUpdate(errs: Errors, now: Loose<Lease>, old: Loose<Lease>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateLeaseSpec(errs, now.spec ?? {});
}

function validateRuntimeClass(errs: Errors, o: Loose<RuntimeClass>): void {
  const { handler = '', overhead, scheduling } = o;
  validateMeta(errs, o.metadata, CLUSTER);
  dnsLabel(errs, Path.of('handler'), handler);
  if (overhead) validateResources(errs, Path.of('overhead'), { limits: overhead.podFixed }, new Set());
  if (!scheduling) return;
  const at = Path.of('scheduling');
  if (scheduling.nodeSelector) validateLabels(errs, at.child('nodeSelector'), scheduling.nodeSelector);
  const tolerations = scheduling.tolerations ?? [];
  validateTolerations(errs, at.child('tolerations'), tolerations);
  const seen = new Set<string>();
  for (const [i, { tolerationSeconds: _, ...rest }] of tolerations.entries()) {
    const key = JSON.stringify(Object.entries(rest).sort());
    if (seen.has(key)) errs.duplicate(at.child('tolerations').index(i), rest);
    seen.add(key);
  }
}

function validateRuntimeClassUpdate(errs: Errors, now: Loose<RuntimeClass>, old: Loose<RuntimeClass>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  immutable(errs, Path.of('handler'), now.handler ?? '', old.handler ?? '');
}

export const CLUSTER_RULES: RuleTable = {
  'scheduling.k8s.io/PriorityClass': { create: validatePriorityClass, update: validatePriorityClassUpdate },
  'coordination.k8s.io/Lease': { create: validateLease, update: validateLeaseUpdate },
  'node.k8s.io/RuntimeClass': { create: validateRuntimeClass, update: validateRuntimeClassUpdate },
};
