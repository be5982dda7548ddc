// kube-controller-manager: one process, many controllers, each under its own ServiceAccount, all on shared informers.
// Models cmd/kube-controller-manager/app, v1.36.
import type { Scope } from '../../kernel/process.ts';
import { ComponentContext, controllerIdentity, type Surroundings } from '../runtime/component.ts';
import { DeploymentController } from './deployment/controller.ts';
import { GarbageCollector } from './garbagecollector/controller.ts';
import { NamespaceController } from './namespace/controller.ts';
import { ReplicaSetController } from './replicaset/controller.ts';
import { RootCACertPublisher } from './rootca/controller.ts';
import { ServiceAccountController } from './serviceaccount/controller.ts';

export interface ManagerOptions {
  readonly node: string;
  /** PEM of the cluster's CA, which root-ca-cert-publisher hands to every namespace. */
  readonly rootCA: string;
}

type Start = (ctx: ComponentContext, options: ManagerOptions) => unknown;

/** By ServiceAccount name, in the order in which they start. */
const CONTROLLERS: { readonly [name: string]: Start } = {
  'service-account-controller': (ctx) => new ServiceAccountController(ctx),
  'root-ca-cert-publisher': (ctx, { rootCA }) => new RootCACertPublisher(ctx, rootCA),
  'namespace-controller': (ctx) => new NamespaceController(ctx),
  'generic-garbage-collector': (ctx) => new GarbageCollector(ctx),
  'deployment-controller': (ctx) => new DeploymentController(ctx),
  'replicaset-controller': (ctx) => new ReplicaSetController(ctx),
};

export function startControllerManager(around: Surroundings, scope: Scope, options: ManagerOptions): void {
  const manager = new ComponentContext(
    around,
    {
      actor: { component: 'kube-controller-manager', node: options.node },
      userAgent: 'kube-controller-manager/v1.36.2 (linux/amd64)/shared-informers',
      credential: { type: 'certificate', commonName: 'system:kube-controller-manager', organizations: [] },
      qps: 20,
      burst: 30,
    },
    scope,
  );
  for (const [name, start] of Object.entries(CONTROLLERS))
    start(manager.as(controllerIdentity(name, options.node)), options);
}
