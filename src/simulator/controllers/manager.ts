// kube-controller-manager: one process, many controllers, each under its own ServiceAccount, all on shared informers.
// Models cmd/kube-controller-manager/app, v1.36.
import type { Scope } from '../../kernel/process.ts';
import type { LegacyToken } from '../apiserver/tokens.ts';
import type { Certificate } from '../bootstrap/pki/x509.ts';
import { ComponentContext, controllerIdentity, type Surroundings } from '../runtime/component.ts';
import { runAsLeader } from '../runtime/leader.ts';
import { AttachDetachController } from './attachdetach/controller.ts';
import { BootstrapSigner, TokenCleaner } from './bootstrap/controller.ts';
import { CertificateApprover, CertificateCleaner, CertificateSigner } from './certificates/controller.ts';
import { SIGNERS } from './certificates/decide.ts';
import { ClusterRoleAggregationController } from './clusterroleaggregation/controller.ts';
import { CronJobController } from './cronjob/controller.ts';
import { DaemonSetController } from './daemonset/controller.ts';
import { DeploymentController } from './deployment/controller.ts';
import { DisruptionController } from './disruption/controller.ts';
import { EndpointController } from './endpoint/controller.ts';
import { EndpointSliceController } from './endpointslice/controller.ts';
import { EndpointSliceMirroringController } from './endpointslicemirroring/controller.ts';
import { EphemeralVolumeController } from './ephemeral/controller.ts';
import { ExpandController } from './expand/controller.ts';
import { GarbageCollector } from './garbagecollector/controller.ts';
import { JobController } from './job/controller.ts';
import { NamespaceController } from './namespace/controller.ts';
import { NodeIpamController } from './nodeipam/controller.ts';
import { NodeLifecycleController } from './nodelifecycle/controller.ts';
import { HorizontalPodAutoscalerController } from './podautoscaler/controller.ts';
import { PodGarbageCollector } from './podgc/controller.ts';
import {
  AttributesProtectionController,
  ClaimProtectionController,
  VolumeProtectionController,
} from './protection/controller.ts';
import { PersistentVolumeBinder } from './pvbinder/controller.ts';
import { OF_REPLICATION_CONTROLLERS, ReplicaSetController } from './replicaset/controller.ts';
import { ResourceClaimController } from './resourceclaim/controller.ts';
import { ResourceQuotaController } from './resourcequota/controller.ts';
import { RootCACertPublisher } from './rootca/controller.ts';
import { ServiceAccountController } from './serviceaccount/controller.ts';
import { ServiceAccountTokenController } from './serviceaccounttoken/controller.ts';
import { ServiceCidrController } from './servicecidrs/controller.ts';
import { StatefulSetController } from './statefulset/controller.ts';
import { TaintEvictionController } from './tainteviction/controller.ts';
import { TtlController } from './ttl/controller.ts';
import { TtlAfterFinishedController } from './ttlafterfinished/controller.ts';
import { ValidatingAdmissionPolicyStatusController } from './validatingadmissionpolicystatus/controller.ts';

export interface ManagerOptions {
  readonly node: string;
  /** The cluster's CA: root-ca-cert-publisher hands its certificate to every namespace, signers sign with its key. */
  readonly ca: Certificate;
  /** With --controllers=*,bootstrapsigner,tokencleaner. */
  readonly kubeadm: boolean;
  /** Signs a token without an end, with the key that the API server trusts. */
  readonly signToken: (token: LegacyToken) => string;
  /** The range of pod addresses for a node. */
  readonly podCIDR: (node: string) => string | undefined;
}

interface Controller {
  /** Id in the knowledge data. */
  readonly name: string;
  /** The ServiceAccount it acts as, where it is not its own. */
  readonly account?: string;
  /** Off unless --controllers names it, as kubeadm has it. */
  readonly kubeadm?: true;
  start(ctx: ComponentContext, options: ManagerOptions): unknown;
}

const NAME = 'kube-controller-manager';
const TOKENS = 'serviceaccount-token-controller';

/** In the order in which they start. */
const CONTROLLERS: readonly Controller[] = [
  { name: 'endpoint-controller', start: (ctx) => new EndpointController(ctx) },
  { name: 'endpointslice-controller', start: (ctx) => new EndpointSliceController(ctx) },
  { name: 'endpointslicemirroring-controller', start: (ctx) => new EndpointSliceMirroringController(ctx) },
  { name: 'service-account-controller', start: (ctx) => new ServiceAccountController(ctx) },
  { name: 'root-ca-cert-publisher', start: (ctx, { ca }) => new RootCACertPublisher(ctx, ca.pem) },
  { name: 'namespace-controller', start: (ctx) => new NamespaceController(ctx) },
  { name: 'generic-garbage-collector', start: (ctx) => new GarbageCollector(ctx) },
  {
    name: 'node-ipam-controller',
    account: 'node-controller',
    start: (ctx, { podCIDR }) => new NodeIpamController(ctx, podCIDR),
  },
  { name: 'node-controller', start: (ctx) => new NodeLifecycleController(ctx) },
  { name: 'taint-eviction-controller', account: 'node-controller', start: (ctx) => new TaintEvictionController(ctx) },
  { name: 'daemon-set-controller', start: (ctx) => new DaemonSetController(ctx) },
  { name: 'job-controller', start: (ctx) => new JobController(ctx) },
  { name: 'deployment-controller', start: (ctx) => new DeploymentController(ctx) },
  { name: 'replicaset-controller', start: (ctx) => new ReplicaSetController(ctx) },
  { name: 'replication-controller', start: (ctx) => new ReplicaSetController(ctx, OF_REPLICATION_CONTROLLERS) },
  { name: 'horizontal-pod-autoscaler', start: (ctx) => new HorizontalPodAutoscalerController(ctx) },
  { name: 'disruption-controller', start: (ctx) => new DisruptionController(ctx) },
  { name: 'pod-garbage-collector', start: (ctx) => new PodGarbageCollector(ctx) },
  { name: 'statefulset-controller', start: (ctx) => new StatefulSetController(ctx) },
  { name: 'cronjob-controller', start: (ctx) => new CronJobController(ctx) },
  { name: 'resourcequota-controller', start: (ctx) => new ResourceQuotaController(ctx) },
  {
    name: 'certificate-controller',
    start: (ctx, { ca }) => {
      new CertificateApprover(ctx);
      for (const signer of SIGNERS) new CertificateSigner(ctx, signer, ca);
      new CertificateCleaner(ctx);
    },
  },
  { name: 'ttl-controller', start: (ctx) => new TtlController(ctx) },
  { name: 'resource-claim-controller', start: (ctx) => new ResourceClaimController(ctx) },
  { name: 'bootstrap-signer', kubeadm: true, start: (ctx) => new BootstrapSigner(ctx) },
  { name: 'token-cleaner', kubeadm: true, start: (ctx) => new TokenCleaner(ctx) },
  { name: 'persistent-volume-binder', start: (ctx) => new PersistentVolumeBinder(ctx) },
  { name: 'attachdetach-controller', start: (ctx) => new AttachDetachController(ctx) },
  { name: 'expand-controller', start: (ctx) => new ExpandController(ctx) },
  { name: 'ephemeral-volume-controller', start: (ctx) => new EphemeralVolumeController(ctx) },
  { name: 'pvc-protection-controller', start: (ctx) => new ClaimProtectionController(ctx) },
  { name: 'pv-protection-controller', start: (ctx) => new VolumeProtectionController(ctx) },
  {
    name: 'volumeattributesclass-protection-controller',
    start: (ctx) => new AttributesProtectionController(ctx),
  },
  { name: 'ttl-after-finished-controller', start: (ctx) => new TtlAfterFinishedController(ctx) },
  { name: 'clusterrole-aggregation-controller', start: (ctx) => new ClusterRoleAggregationController(ctx) },
  { name: 'service-cidrs-controller', start: (ctx) => new ServiceCidrController(ctx) },
  {
    name: 'validatingadmissionpolicy-status-controller',
    start: (ctx) => new ValidatingAdmissionPolicyStatusController(ctx),
  },
];

/** Contends for its Lease; the controllers run while it is held. */
export function startControllerManager(around: Surroundings, scope: Scope, options: ManagerOptions): void {
  const identity = {
    actor: { component: NAME, node: options.node },
    userAgent: `${NAME}/v1.36.2 (linux/amd64)/shared-informers`,
    credential: { type: 'certificate', commonName: `system:${NAME}`, organizations: [] },
    qps: 20,
    burst: 30,
  } as const;
  const lead = (term: Scope): void => {
    const manager = new ComponentContext(around, identity, term);
    // Before all others, and as the process itself: the ServiceAccounts of the others hang on it.
    const tokens = { ...identity, actor: { component: TOKENS, node: options.node } };
    const userAgent = `${NAME}/v1.36.2 (linux/amd64)/tokens-controller`;
    new ServiceAccountTokenController(manager.as({ ...tokens, userAgent }), {
      rootCA: options.ca.pem,
      sign: options.signToken,
    });
    const on = CONTROLLERS.filter((c) => options.kubeadm || !c.kubeadm);
    for (const { name, account, start } of on)
      start(manager.as(controllerIdentity(name, options.node, account)), options);
  };
  const elect = { ...identity, userAgent: `${NAME}/v1.36.2 (linux/amd64)/leader-election` };
  runAsLeader(around, scope, {
    name: NAME,
    node: options.node,
    identity: elect,
    eventSource: NAME,
    releases: false,
    lead,
  });
}
