// Defaults of the kinds that configure a cluster. Models the defaults.go of each group in pkg/apis and in the aggregated servers.
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../../model/generated/admissionregistration.v1.ts';
import type { CustomResourceDefinition } from '../../../../model/generated/apiextensions.v1.ts';
import type { APIService } from '../../../../model/generated/apiregistration.v1.ts';
import type { TokenRequest } from '../../../../model/generated/authentication.v1.ts';
import type { EndpointSlice } from '../../../../model/generated/discovery.v1.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../../../model/generated/flowcontrol.v1.ts';
import type { IngressClass, NetworkPolicy, NetworkPolicyPort } from '../../../../model/generated/networking.v1.ts';
import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from '../../../../model/generated/rbac.v1.ts';
import type {
  DeviceRequest,
  DeviceSubRequest,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
} from '../../../../model/generated/resource.v1.ts';
import type { PriorityClass } from '../../../../model/generated/scheduling.v1.ts';
import type { CSIDriver, StorageClass } from '../../../../model/generated/storage.v1.ts';
import { fill, mapList, update } from './fill.ts';

const RBAC = 'rbac.authorization.k8s.io';

function subject(s: Subject): Subject {
  return s.kind === 'User' || s.kind === 'Group' ? fill(s, { apiGroup: RBAC }) : s;
}

export function roleBinding<T extends RoleBinding | ClusterRoleBinding>(b: T): T {
  // Written as "" where it is absent.
  const roleRef: RoleRef | undefined = b.roleRef && !b.roleRef.apiGroup ? { ...b.roleRef, apiGroup: RBAC } : undefined;
  return update<RoleBinding | ClusterRoleBinding>(b, { roleRef, subjects: mapList(b.subjects, subject) }) as T;
}

function policyPort(p: NetworkPolicyPort): NetworkPolicyPort {
  return fill(p, { protocol: 'TCP' });
}

export function networkPolicy(n: NetworkPolicy): NetworkPolicy {
  if (!n.spec) return n;
  const { ingress, egress, policyTypes } = n.spec;
  return update(n, {
    spec: update(n.spec, {
      policyTypes: policyTypes?.length ? policyTypes : egress?.length ? ['Ingress', 'Egress'] : ['Ingress'],
      ingress: mapList(ingress, (r) => update(r, { ports: mapList(r.ports, policyPort) })),
      egress: mapList(egress, (r) => update(r, { ports: mapList(r.ports, policyPort) })),
    }),
  });
}

export function ingressClass(c: IngressClass): IngressClass {
  const parameters = c.spec?.parameters;
  return c.spec && parameters
    ? update(c, { spec: update(c.spec, { parameters: fill(parameters, { scope: 'Cluster' }) }) })
    : c;
}

export function storageClass(s: StorageClass): StorageClass {
  return fill(s, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

export function csiDriver(d: CSIDriver): CSIDriver {
  return update(d, {
    spec: fill(d.spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      requiresRepublish: false,
      seLinuxMount: false,
    }),
  });
}

export function priorityClass(p: PriorityClass): PriorityClass {
  return fill(p, { preemptionPolicy: 'PreemptLowerPriority' });
}

export function endpointSlice(e: EndpointSlice): EndpointSlice {
  return update(e, { ports: mapList(e.ports ?? undefined, (p) => fill(p, { name: '', protocol: 'TCP' })) });
}

const SELECTORS = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} } as const;

function rule(r: RuleWithOperations): RuleWithOperations {
  return fill(r, { scope: '*' });
}

function webhook<T extends ValidatingWebhook | MutatingWebhook>(w: T): T {
  const { clientConfig } = w;
  return update<ValidatingWebhook | MutatingWebhook>(
    fill(w, { failurePolicy: 'Fail', timeoutSeconds: 10, ...SELECTORS } as Partial<T>),
    {
      rules: mapList(w.rules, rule),
      clientConfig:
        clientConfig?.service && update(clientConfig, { service: fill(clientConfig.service, { port: 443 }) }),
    },
  ) as T;
}

export function validatingWebhooks(c: ValidatingWebhookConfiguration): ValidatingWebhookConfiguration {
  return update(c, { webhooks: mapList(c.webhooks, webhook) });
}

export function mutatingWebhooks(c: MutatingWebhookConfiguration): MutatingWebhookConfiguration {
  return update(c, { webhooks: mapList(c.webhooks, (w) => webhook(fill(w, { reinvocationPolicy: 'Never' }))) });
}

function matchResources(m: MatchResources | undefined): MatchResources | undefined {
  return (
    m &&
    update(fill(m, SELECTORS), {
      resourceRules: mapList(m.resourceRules, (r) => fill(r, { scope: '*' })),
      excludeResourceRules: mapList(m.excludeResourceRules, (r) => fill(r, { scope: '*' })),
    })
  );
}

export function validatingPolicy(p: ValidatingAdmissionPolicy): ValidatingAdmissionPolicy {
  if (!p.spec) return p;
  return update(p, {
    spec: update(fill(p.spec, { failurePolicy: 'Fail' }), {
      matchConstraints: matchResources(p.spec.matchConstraints),
    }),
  });
}

export function mutatingPolicy(p: MutatingAdmissionPolicy): MutatingAdmissionPolicy {
  if (!p.spec) return p;
  const spec = fill(p.spec, { failurePolicy: 'Fail' });
  return update(p, { spec: update(spec, { matchConstraints: matchResources(spec.matchConstraints) }) });
}

export function policyBinding<T extends ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding>(b: T): T {
  const { spec } = b;
  return spec
    ? update<T>(b, { spec: update(spec, { matchResources: matchResources(spec.matchResources) }) } as Partial<T>)
    : b;
}

export function customResourceDefinition(c: CustomResourceDefinition): CustomResourceDefinition {
  const { names, conversion } = c.spec;
  const service = conversion?.webhook?.clientConfig?.service;
  const webhook = conversion?.webhook;
  return update(c, {
    spec: update(c.spec, {
      names: names?.kind ? fill(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` }) : names,
      conversion:
        conversion && webhook?.clientConfig && service
          ? update(conversion, {
              webhook: update(webhook, {
                clientConfig: update(webhook.clientConfig, { service: fill(service, { port: 443 }) }),
              }),
            })
          : (conversion ?? { strategy: 'None' }),
    }),
  });
}

export function apiService(a: APIService): APIService {
  const service = a.spec?.service;
  return a.spec && service ? update(a, { spec: update(a.spec, { service: fill(service, { port: 443 }) }) }) : a;
}

export function tokenRequest(t: TokenRequest): TokenRequest {
  return update(t, { spec: t.spec && fill(t.spec, { expirationSeconds: 3600 }) });
}

export function flowSchema(f: FlowSchema): FlowSchema {
  return f.spec && !f.spec.matchingPrecedence ? update(f, { spec: { ...f.spec, matchingPrecedence: 1000 } }) : f;
}

export function priorityLevel(p: PriorityLevelConfiguration): PriorityLevelConfiguration {
  if (!p.spec) return p;
  const { limited, exempt, type } = p.spec;
  const queuing = limited?.limitResponse?.queuing;
  const filled = limited && fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queues = queuing && {
    ...queuing,
    queues: queuing.queues || 64,
    handSize: queuing.handSize || 8,
    queueLengthLimit: queuing.queueLengthLimit || 50,
  };
  return update(p, {
    spec: update(p.spec, {
      limited:
        filled?.limitResponse && queues
          ? update(filled, { limitResponse: { ...filled.limitResponse, queuing: queues } })
          : filled,
      exempt:
        type === 'Exempt' || exempt
          ? fill(exempt ?? {}, { nominalConcurrencyShares: 0, lendablePercent: 0 })
          : undefined,
    }),
  });
}

type Wanted = Pick<DeviceSubRequest, 'allocationMode' | 'count' | 'tolerations'>;

function wantedDevices<T extends Wanted>(d: T): T {
  const mode = fill(d, { allocationMode: 'ExactCount' } as Partial<T>);
  const counted = mode.allocationMode === 'ExactCount' ? fill(mode, { count: 1 } as Partial<T>) : mode;
  const tolerations = mapList(d.tolerations, (t) => fill(t, { operator: 'Equal' }));
  return update(counted, { tolerations } as Partial<T>);
}

function deviceRequest(r: DeviceRequest): DeviceRequest {
  return update(r, {
    exactly: r.exactly && wantedDevices(r.exactly),
    firstAvailable: mapList(r.firstAvailable, wantedDevices),
  });
}

function claimSpec(s: ResourceClaimSpec): ResourceClaimSpec {
  return update(s, {
    devices: s.devices && update(s.devices, { requests: mapList(s.devices.requests, deviceRequest) }),
  });
}

export function resourceClaim(c: ResourceClaim): ResourceClaim {
  return update(c, { spec: c.spec && claimSpec(c.spec) });
}

export function resourceClaimTemplate(t: ResourceClaimTemplate): ResourceClaimTemplate {
  return update(t, { spec: t.spec && update(t.spec, { spec: t.spec.spec && claimSpec(t.spec.spec) }) });
}
