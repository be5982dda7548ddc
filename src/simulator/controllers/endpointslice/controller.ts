// The EndpointSlice controller: keeps each Service's list of addresses. Models pkg/controller/endpointslice, v1.36.

import { SECOND } from '../../../kernel/kernel.ts';
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
import { isSelecting, podsBehind, TriggerTimes, watchServicePods, withTriggerTime } from '../common/endpoints.ts';
import { byNamespace } from '../common/indices.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import { isPodReady } from '../common/pods.ts';
import { type Plans, planSlices, type SlicePlan } from './decide.ts';
import { byService, CONTROLLER, MANAGED_BY, nameOf, serviceOf } from './endpoint.ts';
import { TopologyCache, ZONE } from './topology.ts';
import { SliceTracker } from './tracker.ts';

/** Source: --concurrent-service-endpoint-syncs and maxRetries in endpointslice_controller.go, v1.36. */
const WORKERS = 5;
const MAX_RETRIES = 15;
/** Source: defaultSyncBackOff and endpointSliceChangeMinSyncDelay there. */
const RETRY_FIRST = SECOND;
const SLICE_DELAY = SECOND;

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
  private readonly tracker = new SliceTracker();
  /** Of Services whose slices are being written: what was seen meanwhile, which may be our own writes before their answers. */
  private readonly writing = new Map<string, (() => void)[]>();
  private readonly topology = new TopologyCache();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel, RETRY_FIRST);
    this.events = new EventRecorder(ctx, 'endpoint-slice-controller');
    this.services = ctx.informers.of(SERVICES);
    this.pods = ctx.informers.of(PODS);
    this.slices = ctx.informers.of(ENDPOINT_SLICES);
    this.nodes = ctx.informers.of(NODES);
    this.pods.addIndex(byNamespace);
    this.slices.addIndex(byService);
    const queue = (s: Service, cause: StepId): void => this.queue.add(keyOf(s), [cause]);
    this.services.onChange({ add: queue, update: (s, _, cause) => queue(s, cause), remove: queue });
    watchServicePods(this.pods, this.services, queue);
    this.watchSlices();
    this.watchNodes();
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c), MAX_RETRIES);
    this.services.onSynced(() => this.pods.onSynced(() => this.slices.onSynced(() => this.nodes.onSynced(start))));
  }

  /** Slices that somebody else has written or deleted are set right. */
  private watchSlices(): void {
    const isOurs = (s: EndpointSlice): boolean => s.metadata.labels?.[MANAGED_BY] === CONTROLLER;
    const later = (s: EndpointSlice, cause: StepId): void => {
      if (nameOf(s) !== '') this.queue.addAfter(serviceOf(s), SLICE_DELAY, [cause]);
    };
    const laterIfNews = (s: EndpointSlice, cause: StepId): void => {
      if (isNews(s)) later(s, cause);
    };
    const seen = (s: EndpointSlice, cause: StepId): void => {
      const held = this.writing.get(serviceOf(s));
      if (held) held.push(() => laterIfNews(s, cause));
      else laterIfNews(s, cause);
    };
    const isNews = (s: EndpointSlice): boolean => isOurs(s) && this.tracker.isNews(serviceOf(s), s);
    this.slices.onChange({
      add: seen,
      update: (s, old, cause) => {
        if (nameOf(s) !== nameOf(old)) {
          later(s, cause);
          later(old, cause);
        } else if (isOurs(s) !== isOurs(old)) later(s, cause);
        else seen(s, cause);
      },
      remove: (s, cause) => {
        if (isOurs(s) && this.tracker.endIsNews(serviceOf(s), s)) later(s, cause);
      },
    });
  }

  /** Where the nodes or their zones are others, Services with hints by zone may be off balance. */
  private watchNodes(): void {
    const isReady = (n: Node): boolean => n.status?.conditions?.find((c) => c.type === 'Ready')?.status === 'True';
    const changed = (cause: StepId): void => {
      this.topology.setNodes(() => this.nodes.all());
      for (const key of this.topology.overloaded()) this.queue.add(key, [cause]);
    };
    this.nodes.onChange({
      add: (_, cause) => changed(cause),
      update: (n, old, cause) => {
        if (isReady(n) !== isReady(old) || n.metadata.labels?.[ZONE] !== old.metadata.labels?.[ZONE]) changed(cause);
      },
      remove: (_, cause) => changed(cause),
    });
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const service = this.services.get(key);
    if (service === undefined) {
      this.triggers.forget(key);
      this.tracker.forget(key);
      return undefined;
    }
    if (!isSelecting(service)) return undefined;
    const pods = podsBehind(service, this.pods);
    const existing = this.slices
      .byIndex(byService, key)
      .filter((s) => s.metadata.labels?.[MANAGED_BY] === CONTROLLER && s.metadata.deletionTimestamp === undefined);
    if (this.tracker.isStale(key, existing)) return { error: 'EndpointSlice informer cache is out of date' };
    const time = this.triggers.next(key, service, pods);
    const around = { nodeOf: (name: string) => this.nodes.get(name), topology: this.topology };
    const { plans, lost } = planSlices(service, pods, existing, around);
    const writes = plans.some((p) => p.create.length + p.update.length + p.remove.length > 0);
    const step = writes ? this.explain(service, pods, plans, causes) : undefined;
    const subject = { apiVersion: 'v1', kind: 'Service', object: service };
    const errors = new Set(
      lost.map((p) => `skipping Pod ${p.metadata.name} for Service ${key}: Node ${p.spec?.nodeName ?? ''} Not Found`),
    );
    this.writing.set(key, []);
    for (const plan of plans) {
      const error = yield* this.carryOut(service, plan, time, step === undefined ? causes : [step]);
      if (error !== undefined) errors.add(error);
      for (const e of plan.events ?? []) this.events.event(subject, e.type, e.reason, e.message, causes);
    }
    const held = this.writing.get(key) ?? [];
    this.writing.delete(key);
    for (const check of held) check();
    if (errors.size === 0) return undefined;
    const error = errors.size === 1 ? [...errors].join() : `[${[...errors].join(', ')}]`;
    const message = `Error updating Endpoint Slices for Service ${key}: ${error}`;
    this.events.event(
      subject,
      'Warning',
      'FailedToUpdateEndpointSlices',
      message,
      step === undefined ? causes : [step],
    );
    return { error };
  }

  private explain(service: Service, pods: readonly Pod[], plans: Plans['plans'], causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = service.metadata;
    const ready = pods.filter(isPodReady).length;
    const does = (['create', 'update', 'remove'] as const).flatMap((what) => {
      const count = plans.reduce((n, plan) => n + plan[what].length, 0);
      return count > 0 ? `${VERBS[what]} ${count}` : [];
    });
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncService',
      object: { group: '', resource: 'services', kind: 'Service', namespace, name, uid },
      causes,
      text: `the selector of ${name} matches ${pods.length} pod${pods.length === 1 ? '' : 's'}, ${ready} of them ready → ${does.join(', ')} EndpointSlice.`,
      detail: { type: 'decide', inputs: { matching: pods.length, ready } },
    });
  }

  private *carryOut(
    service: Service,
    plan: SlicePlan,
    time: string | undefined,
    causes: readonly StepId[],
  ): Process<string | undefined> {
    const { client } = this.ctx;
    const key = keyOf(service);
    // One that is going gets no new slices: the garbage collector would have to find them.
    for (const s of service.metadata.deletionTimestamp === undefined ? plan.create : []) {
      const made = yield* client.create<EndpointSlice>(ENDPOINT_SLICES, stamped(s, time), { causes });
      if (!made.ok && namespaceTerminating(made.status)) return undefined;
      if (!made.ok) return `failed to create EndpointSlice for Service ${key}: ${made.status.message}`;
      this.tracker.wrote(key, made.value);
    }
    for (const s of plan.update) {
      const done = yield* client.update<EndpointSlice>(ENDPOINT_SLICES, stamped(s, time), { causes });
      if (!done.ok) return failed('update', s, key, done.status.message);
      this.tracker.wrote(key, done.value);
    }
    for (const s of plan.remove) {
      const { namespace = '', name = '' } = s.metadata;
      const gone = yield* client.delete(ENDPOINT_SLICES, namespace, name, {}, { causes });
      if (!gone.ok && gone.code !== 404) return failed('delete', s, key, gone.status.message);
      if (gone.ok) this.tracker.deleted(key, s);
    }
    return undefined;
  }
}

const VERBS = { create: 'creates', update: 'updates', remove: 'deletes' } as const;

function failed(what: string, s: EndpointSlice, service: string, why: string | undefined): string {
  return `failed to ${what} ${s.metadata.name} EndpointSlice for Service ${service}: ${why}`;
}

function stamped(s: EndpointSlice, time: string | undefined): EndpointSlice {
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
}
