// What every component gets: clock, scope, client, informers, and a way to record what it decides. Components are
// started and stopped as processes are: stopping closes the scope, starting again makes everything afresh from a list.
import type { Kernel } from '../../kernel/kernel.ts';
import { Scope } from '../../kernel/process.ts';
import type { Random } from '../../kernel/random.ts';
import type { StepDraft, StepSink } from '../../trace/log.ts';
import type { Actor, StepId } from '../../trace/step.ts';
import type { ApiServerPort } from '../apiserver/api.ts';
import { Client, type Identity } from './client.ts';
import { InformerFactory } from './informer.ts';

/** What the cluster hands to a component. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly server: ApiServerPort;
  readonly trace: StepSink;
}

export class ComponentContext {
  readonly kernel: Kernel;
  readonly scope: Scope;
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly random: Random;
  readonly actor: Actor;
  private readonly server: ApiServerPort;
  private readonly trace: StepSink;

  constructor(around: Surroundings, identity: Identity, scope = new Scope(), informers?: InformerFactory) {
    this.kernel = around.kernel;
    this.server = around.server;
    this.trace = around.trace;
    this.scope = scope;
    this.actor = identity.actor;
    this.random = around.kernel.random.fork(`${identity.actor.component}/${identity.actor.node ?? ''}`);
    this.client = new Client(around.kernel, around.server, scope, identity);
    this.informers = informers ?? new InformerFactory(around.kernel, this.client, scope);
  }

  /** The same surroundings under another name, sharing the informers: how controllers live in one process. */
  as(identity: Identity): ComponentContext {
    return new ComponentContext(
      { kernel: this.kernel, server: this.server, trace: this.trace },
      identity,
      this.scope,
      this.informers,
    );
  }

  /** Records a step of this component, now. */
  record(draft: Omit<StepDraft, 'at' | 'actor' | 'fidelity'> & Partial<Pick<StepDraft, 'fidelity'>>): StepId {
    return this.trace.record({ at: this.kernel.now, actor: this.actor, fidelity: 'simulated', ...draft });
  }
}

/** The identity of a controller: a ServiceAccount, mostly its own, as with --use-service-account-credentials. */
export function controllerIdentity(name: string, node: string, account = name): Identity {
  return {
    actor: { component: name, node },
    userAgent: `kube-controller-manager/v1.36.2 (linux/amd64)/system:serviceaccount:kube-system:${account}`,
    credential: { type: 'serviceAccount', namespace: 'kube-system', name: account },
    qps: 20,
    burst: 30,
  };
}
