// The EndpointSlice controller: keeps each Service's list of addresses. Models pkg/controller/endpointslice, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Node, Pod, Service } from '../../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { isSelecting, selectsPod, TriggerTimes, watchServicePods, withTriggerTime } from '../common/endpoints.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import { isPodReady } from '../common/pods.ts';
import { CONTROLLER, MANAGED_BY, planSlices, SERVICE_NAME, type SlicePlan } from './decide.ts';

/** Source: --concurrent-service-endpoint-syncs and maxRetries in endpointslice_controller.go, v1.36. */
const WORKERS = 5;
const MAX_RETRIES = 15;

/** Upstream speaks protobuf, which knows no empty list: the API server reads null. */
function orNull<T>(list: readonly T[] | undefined): readonly T[] {
  return (list ?? []).length > 0 ? (list ?? []) : (null as unknown as readonly T[]);
}

export class EndpointSliceController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly nodes: Informer<Node>;
  private readonly events: EventRecorder;
  private readonly triggers = new TriggerTimes();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'endpoint-slice-controller');
    this.services = ctx.informers.of(SERVICES);
    this.pods = ctx.informers.of(PODS);
    this.slices = ctx.informers.of(ENDPOINT_SLICES);
    this.nodes = ctx.informers.of(NODES);
    this.pods.addIndex('namespace', (p) => [p.metadata.namespace ?? '']);
    this.slices.addIndex('service', (s) => [`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`]);
    const queue = (s: Service, cause: StepId): void => this.queue.add(keyOf(s), [cause]);
    this.services.onChange({ add: queue, update: (s, _, cause) => queue(s, cause), remove: queue });
    watchServicePods(this.pods, this.services, queue);
    const slice = (s: EndpointSlice, cause: StepId): void => {
      if (s.metadata.labels?.[MANAGED_BY] !== CONTROLLER) return;
      this.queue.add(`${s.metadata.namespace}/${s.metadata.labels[SERVICE_NAME] ?? ''}`, [cause]);
    };
    this.slices.onChange({ update: (s, _, cause) => slice(s, cause), remove: slice });
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c), MAX_RETRIES);
    this.services.onSynced(() => this.pods.onSynced(() => this.slices.onSynced(() => this.nodes.onSynced(start))));
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const service = this.services.get(key);
    if (service === undefined) {
      this.triggers.forget(key);
      return undefined;
    }
    if (!isSelecting(service) || service.metadata.deletionTimestamp !== undefined) return undefined;
    const pods = this.pods
      .byIndex('namespace', service.metadata.namespace ?? '')
      .filter((p) => selectsPod(service, p))
      .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    const existing = this.slices
      .byIndex('service', key)
      .filter((s) => s.metadata.labels?.[MANAGED_BY] === CONTROLLER && s.metadata.deletionTimestamp === undefined);
    const time = this.triggers.next(key, service, pods);
    const plan = planSlices(service, pods, existing, (name) => this.nodes.get(name));
    if (plan.create.length + plan.update.length + plan.remove.length === 0) return undefined;
    const step = this.explain(service, pods, plan, causes);
    const error = yield* this.carryOut(plan, time, step);
    if (error === undefined) return undefined;
    const subject = { apiVersion: 'v1', kind: 'Service', object: service };
    const message = `Error updating Endpoint Slices for Service ${key}: ${error}`;
    this.events.event(subject, 'Warning', 'FailedToUpdateEndpointSlices', message, [step]);
    return { error };
  }

  private explain(service: Service, pods: readonly Pod[], plan: SlicePlan, causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = service.metadata;
    const ready = pods.filter(isPodReady).length;
    const does = [
      plan.create.length > 0 ? `creates ${plan.create.length}` : '',
      plan.update.length > 0 ? `updates ${plan.update.length}` : '',
      plan.remove.length > 0 ? `deletes ${plan.remove.length}` : '',
    ].filter((x) => x !== '');
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncService',
      object: { group: '', resource: 'services', kind: 'Service', namespace, name, uid },
      causes,
      text: `the selector of ${name} matches ${pods.length} pod${pods.length === 1 ? '' : 's'}, ${ready} of them ready → ${does.join(', ')} EndpointSlice.`,
      detail: { type: 'decide', inputs: { matching: pods.length, ready } },
    });
  }

  private *carryOut(plan: SlicePlan, time: string | undefined, step: StepId): Process<string | undefined> {
    const { client } = this.ctx;
    const options = { causes: [step] };
    const stamped = (s: EndpointSlice): EndpointSlice => {
      const { annotations: _, ...metadata } = s.metadata;
      const next = withTriggerTime(s.metadata.annotations, time);
      const rest = Object.keys(next).length > 0 ? { annotations: next } : {};
      return {
        ...s,
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, ...rest },
        endpoints: orNull(s.endpoints),
        ports: orNull(s.ports),
      };
    };
    for (const s of plan.create) {
      const made = yield* client.create<EndpointSlice>(ENDPOINT_SLICES, stamped(s), options);
      if (!made.ok) return namespaceTerminating(made.status) ? undefined : made.status.message;
    }
    for (const s of plan.update) {
      const done = yield* client.update<EndpointSlice>(ENDPOINT_SLICES, stamped(s), options);
      if (!done.ok && done.code !== 404) return done.status.message;
    }
    for (const { metadata } of plan.remove) {
      const gone = yield* client.delete(ENDPOINT_SLICES, metadata.namespace ?? '', metadata.name ?? '', {}, options);
      if (!gone.ok && gone.code !== 404) return gone.status.message;
    }
    return undefined;
  }
}
