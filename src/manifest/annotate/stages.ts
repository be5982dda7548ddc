// In which order components come to act on what a manifest says: the gates of the API server, then who waits for whom.
// Models k8s.io/apiserver/pkg/endpoints/handlers/create.go (the order of the gates) and the watches between components.
import { findComponent } from '../../knowledge/components.ts';

export interface ActingStage {
  readonly id: string;
  /** `kube-apiserver: validation`. */
  readonly title: string;
  /** When its turn comes, as a sentence. */
  readonly when: string;
}

interface ApiStage extends ActingStage {
  readonly steps: RegExp;
}

const api = (id: string, title: string, when: string, steps: RegExp): ApiStage => ({
  id: `api-${id}`,
  title: `kube-apiserver: ${title}`,
  when,
  steps,
});

/** Plugins that change objects or run in that phase; those that only refuse come after validation. */
const MUTATING =
  /^admission (NamespaceLifecycle|ServiceAccount|Priority|DefaultTolerationSeconds|DefaultStorageClass|DefaultIngressClass|LimitRanger|RuntimeClass|TaintNodesByCondition|webhook)$/;

/** In the order of a request's way through the API server. */
const GATES: readonly ApiStage[] = [
  api('authentication', 'authentication', 'Every request begins here: who is it?', /^authentication/),
  api('authorization', 'authorization', 'May this user do that?', /^authorization/),
  api(
    'decode',
    'routing and decoding',
    'The body is read as the type that its kind names.',
    /^(routing|schema|conversion)/,
  ),
  api('defaulting', 'defaulting', 'Part of decoding: fields that are left out get their defaults.', /^defaulting/),
  api('mutating', 'mutating admission', 'Plugins fill in and change, one after the other.', MUTATING),
  api(
    'validation',
    'registry and validation',
    'The finished object is prepared and held to the rules of its type.',
    /^(validation|registry|(pod|job|daemonset) strategy|create|apply)$/,
  ),
  api('validating', 'validating admission', 'Plugins that may still refuse, and change nothing.', /^admission /),
  api(
    'storage',
    'storage',
    'The object is written to etcd; from here on watches tell of it.',
    /^(storage|RBAC bootstrap)/,
  ),
];

/** What the API server does with the field in requests of another kind or time. */
const LATER: ActingStage = {
  id: 'api-later',
  title: 'kube-apiserver: later requests',
  when: 'Requests that come once the object is there: reads, updates, deletion, subresources, and those for other objects that it has a say in.',
};

/** Admission of what controllers make of a template: a request of theirs, not of whoever applied the manifest. */
const MADE: ActingStage = {
  id: 'api-made',
  title: 'kube-apiserver: admission of what is made from the template',
  when: 'Each pod or claim is a request of its own by the controller that makes it.',
};

/** Component ids, those who wait behind those who are waited for; an array shares one turn. */
const TURNS: readonly (string | typeof MADE)[] = [
  'clusterrole-aggregation-controller',
  'service-account-controller',
  'root-ca-cert-publisher',
  'cronjob-controller',
  'job-controller',
  'deployment-controller',
  'statefulset-controller',
  'daemon-set-controller',
  'replicaset-controller',
  'replication-controller',
  MADE,
  'ephemeral-volume-controller',
  'resource-claim-controller',
  'persistent-volume-binder',
  'kube-scheduler',
  'attachdetach-controller',
  'csi-driver',
  'dra-driver',
  'kubelet',
  'container-runtime',
  'cni',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'service-controller',
  'kube-proxy',
  'coredns',
  'ingress-controller',
  'horizontal-pod-autoscaler',
  'disruption-controller',
  'resourcequota-controller',
  'expand-controller',
  'node-ipam-controller',
  'node-controller',
  'taint-eviction-controller',
  'device-taint-eviction-controller',
];

/** Who acts when things end. */
const AT_THE_END: ReadonlySet<string> = new Set([
  'ttl-after-finished-controller',
  'pvc-protection-controller',
  'pv-protection-controller',
  'namespace-controller',
  'pod-garbage-collector',
  'generic-garbage-collector',
]);

function turn(component: string): ActingStage {
  const found = findComponent(component);
  const end = AT_THE_END.has(component);
  return {
    id: component,
    title: found?.name ?? component,
    when: end ? 'Its turn comes when something ends or is deleted.' : (found?.role ?? ''),
  };
}

/** Components that the list does not name come before those that act at the end. */
const ORDER: readonly string[] = [
  ...GATES.map(({ id }) => id),
  ...TURNS.map((one) => (typeof one === 'string' ? one : one.id)),
  '*',
  LATER.id,
  ...AT_THE_END,
];
const RANKS = new Map(ORDER.map((id, rank) => [id, rank]));
const NAMED = new Map([...GATES, LATER, MADE].map((stage) => [stage.id, stage]));
const UNNAMED = RANKS.get('*') ?? 0;

/** Kinds by which the API server judges or completes requests for other objects, once they are stored. */
const RULES: ReadonlySet<string> = new Set([
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'IngressClass',
  'LimitRange',
  'ResourceQuota',
  'ServiceAccount',
  'Namespace',
  'CertificateSigningRequest',
]);

/**
 * Id of the stage in which a component takes the step.
 * @param fromTemplate the field stands in a template from which controllers make other objects
 * @param kind of the object that the field is in
 */
export function stageOf(component: string, step: string | undefined, fromTemplate: boolean, kind = ''): string {
  if (component !== 'kube-apiserver') return component;
  if (step === undefined || (RULES.has(kind) && /^(admission|authorization) /.test(step))) return LATER.id;
  if (fromTemplate && /^admission /.test(step)) return MADE.id;
  return GATES.find(({ steps }) => steps.test(step))?.id ?? LATER.id;
}

export function stageById(id: string): ActingStage {
  const { steps: _, ...stage } = (NAMED.get(id) ?? turn(id)) as ApiStage;
  return stage;
}

export function compareStages(a: string, b: string): number {
  const of = (id: string): number => RANKS.get(id) ?? UNNAMED;
  return of(a) - of(b) || (a < b ? -1 : a > b ? 1 : 0);
}
