// The service controller of cloud-controller-manager: has the cloud make a load balancer for each Service that wants one.
// Models k8s.io/cloud-provider/controllers/service/controller.go, v1.36.
import { type Process, sleep } from '../../../kernel/process.ts';
import type { Node, Service, ServiceStatus } from '../../../model/generated/core.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';
import type { StepId } from '../../../trace/step.ts';
import { CLOUD_TIMES, type SimulatedCloud } from '../../cloud/cloud.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { NODES, SERVICES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import * as decide from './decide.ts';

const SIMPLIFICATION = 'the cloud is simulated: the address belongs to nobody and no traffic passes';

type Balancer = ServiceStatus['loadBalancer'];

export class ServiceController {
  private readonly ctx: ComponentContext;
  private readonly cloud: SimulatedCloud;
  private readonly queue: WorkQueue;
  private readonly services: Informer<Service>;
  private readonly nodes: Informer<Node>;
  private readonly events: EventRecorder;
  /** Services that have a load balancer. */
  private readonly known = new Set<string>();
  private hosts = '';

  constructor(ctx: ComponentContext, cloud: SimulatedCloud) {
    this.ctx = ctx;
    this.cloud = cloud;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'service-controller');
    this.services = ctx.informers.of(SERVICES);
    this.nodes = ctx.informers.of(NODES);
    this.services.onChange({
      add: (s, cause) => {
        if (decide.wantsBalancer(s) || decide.needsCleanup(s)) this.queue.add(keyOf(s), [cause]);
      },
      update: (s, old, cause) => {
        const { update, say } = decide.needsUpdate(old, s);
        if (say !== undefined) this.say(s, 'Normal', say.reason, say.message, [cause]);
        if (update || decide.needsCleanup(s)) this.queue.add(keyOf(s), [cause]);
      },
      remove: (s) => this.known.delete(keyOf(s)),
    });
    const start = (): void => {
      this.hosts = this.targets().join();
      // Source: --concurrent-service-syncs 1, v1.36.
      startWorkers(ctx.kernel, ctx.scope, this.queue, 1, (key, causes) => this.sync(key, causes));
      this.nodes.onChange({
        update: (_, __, cause) => this.nodesChanged(cause),
        remove: (_, cause) => this.nodesChanged(cause),
      });
    };
    this.services.onSynced(() => this.nodes.onSynced(start));
  }

  private targets(): string[] {
    return [...this.nodes.all()].filter(decide.isTarget).map((n) => n.metadata.name ?? '');
  }

  private nodesChanged(cause: StepId): void {
    const hosts = this.targets();
    if (hosts.join() === this.hosts) return;
    this.hosts = hosts.join();
    for (const key of this.known) {
      const s = this.services.get(key);
      if (s === undefined || !decide.wantsBalancer(s)) continue;
      if (hosts.length === 0) this.noNodes(s, [cause]);
      else this.say(s, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts', [cause]);
    }
  }

  private noNodes(s: Service, causes: readonly StepId[]): void {
    this.say(s, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer', causes);
  }

  private say(
    s: Service,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    causes: readonly StepId[],
  ): void {
    this.events.event({ apiVersion: 'v1', kind: 'Service', object: s }, type, reason, message, causes);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const s = this.services.get(key);
    if (s === undefined) return undefined;
    const remove = !decide.wantsBalancer(s) || decide.needsCleanup(s);
    const error = yield* remove ? this.remove(s, causes) : this.ensure(s, causes);
    if (error === undefined) return undefined;
    this.say(s, 'Warning', 'SyncLoadBalancerFailed', `Error syncing load balancer: ${error}`, causes);
    return { error };
  }

  private *ensure(s: Service, causes: readonly StepId[]): Process<string | undefined> {
    this.say(s, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer', causes);
    const { finalizers = [] } = s.metadata;
    if (!decide.hasFinalizer(s)) {
      const marked = yield* this.patch(s, { metadata: { finalizers: [...finalizers, decide.FINALIZER] } }, causes);
      if (marked !== undefined) return `failed to add load balancer cleanup finalizer: ${marked}`;
    }
    const hosts = this.targets();
    if (hosts.length === 0) this.noNodes(s, causes);
    const { uid = '' } = s.metadata;
    const isNew = this.cloud.balancerOf(uid) === undefined;
    const address = this.cloud.ensureBalancer(uid, s.spec?.loadBalancerIP);
    if (address === undefined) return 'failed to ensure load balancer: the simulated cloud has no such address left';
    if (isNew) yield* sleep(this.ctx.kernel, CLOUD_TIMES.createBalancer);
    this.known.add(keyOf(s));
    const text = `the cloud made a load balancer at ${address} for ${s.metadata.name}, which sends to ${hosts.length} nodes.`;
    const step = this.record(s, 'EnsureLoadBalancer', text, causes, { address, nodes: hosts.length });
    this.say(s, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer', [step]);
    return yield* this.writeStatus(s, { ingress: [{ ip: address, ipMode: 'VIP' }] }, [step]);
  }

  private *remove(s: Service, causes: readonly StepId[]): Process<string | undefined> {
    const { uid = '' } = s.metadata;
    let because = causes;
    if (this.cloud.balancerOf(uid) !== undefined) {
      this.say(s, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer', causes);
      yield* sleep(this.ctx.kernel, CLOUD_TIMES.deleteBalancer);
      this.cloud.deleteBalancer(uid);
      const text = `the cloud deleted the load balancer of ${s.metadata.name}.`;
      because = [this.record(s, 'DeleteLoadBalancer', text, causes, {})];
    }
    if (decide.hasFinalizer(s)) {
      const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': [decide.FINALIZER] } };
      const freed = yield* this.patch(s, patch, because);
      if (freed !== undefined) return `failed to remove load balancer cleanup finalizer: ${freed}`;
    }
    this.known.delete(keyOf(s));
    this.say(s, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer', because);
    return yield* this.writeStatus(s, {}, because);
  }

  private *writeStatus(
    s: Service,
    loadBalancer: NonNullable<Balancer>,
    causes: readonly StepId[],
  ): Process<string | undefined> {
    if (equal(s.status?.loadBalancer ?? {}, loadBalancer)) return undefined;
    const ingress = loadBalancer.ingress ?? null;
    const error = yield* this.patch(s, { status: { loadBalancer: { ingress } } }, causes);
    return error === undefined ? undefined : `failed to update load balancer status: ${error}`;
  }

  /** Finalizers too are written through the status: that is all that the controller may write. */
  private *patch(s: Service, patch: object, causes: readonly StepId[]): Process<string | undefined> {
    const { namespace = '', name = '' } = s.metadata;
    const options = { causes, subresource: 'status' };
    const done = yield* this.ctx.client.patch(SERVICES, namespace, name, 'strategic', patch, options);
    return done.ok || done.code === 404 ? undefined : (done.status.message ?? 'patch failed');
  }

  private record(
    s: Service,
    action: string,
    text: string,
    causes: readonly StepId[],
    inputs: { [name: string]: string | number },
  ): StepId {
    const { namespace = '', name = '', uid = '' } = s.metadata;
    return this.ctx.record({
      kind: 'decide',
      action,
      object: { group: '', resource: 'services', kind: 'Service', namespace, name, uid },
      causes,
      text,
      detail: { type: 'decide', inputs },
      fidelity: 'simplified',
      simplification: SIMPLIFICATION,
    });
  }
}
