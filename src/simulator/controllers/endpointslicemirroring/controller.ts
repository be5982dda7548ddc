// Mirrors Endpoints that users keep for Services without a selector, for readers that know EndpointSlices only.
// Models pkg/controller/endpointslicemirroring, v1.36.
import { SECOND } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import type { Endpoints, Service } from '../../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import { byService, MANAGED_BY, serviceOf } from '../endpointslice/endpoint.ts';
import { SliceTracker } from '../endpointslice/tracker.ts';
import { CONTROLLER, MAX_ADDRESSES, type MirrorPlan, mirror, planMirror, shouldMirror, skipped } from './decide.ts';

/** Source: --mirroring-concurrent-service-endpoint-syncs, v1.36. */
const WORKERS = 5;
const MAX_RETRIES = 15;
/** Source: defaultSyncBackOff there. */
const RETRY_FIRST = SECOND;

const isOurs = (s: EndpointSlice): boolean => s.metadata.labels?.[MANAGED_BY] === CONTROLLER;

export class EndpointSliceMirroringController {
  private readonly ctx: ComponentContext;
  private readonly endpoints: Informer<Endpoints>;
  private readonly services: Informer<Service>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly queue: WorkQueue;
  private readonly events: EventRecorder;
  private readonly tracker = new SliceTracker();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel, RETRY_FIRST);
    this.events = new EventRecorder(ctx, 'endpoint-slice-mirroring-controller');
    this.endpoints = ctx.informers.of(ENDPOINTS);
    this.services = ctx.informers.of(SERVICES);
    this.slices = ctx.informers.of(ENDPOINT_SLICES);
    this.slices.addIndex(byService);
    const touched = (o: Endpoints | Service, cause: StepId): void => this.queue.add(keyOf(o), [cause]);
    this.endpoints.onChange({ add: touched, update: (e, _, cause) => touched(e, cause), remove: touched });
    const isBare = (s: Service): boolean => s.spec?.selector === undefined;
    this.services.onChange({
      add: (s, cause) => isBare(s) && touched(s, cause),
      update: (s, old, cause) => isBare(s) !== isBare(old) && touched(s, cause),
      remove: (s, cause) => isBare(s) && touched(s, cause),
    });
    this.slices.onChange({
      remove: (s, cause) => {
        if (isOurs(s) && this.tracker.endIsNews(serviceOf(s), s)) this.queue.add(serviceOf(s), [cause]);
      },
    });
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (key, causes) => this.sync(key, causes), MAX_RETRIES);
    this.endpoints.onSynced(() => this.services.onSynced(() => this.slices.onSynced(start)));
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const [e, service] = [this.endpoints.get(key), this.services.get(key)];
    const existing = this.slices.byIndex(byService, key).filter(isOurs);
    const mirrors = shouldMirror(e, service);
    if (!mirrors) this.tracker.forget(key);
    else if (this.tracker.isStale(key, existing)) return { error: 'EndpointSlice informer cache is out of date' };
    else this.tellSkipped(e, causes);
    return yield* this.carryOut(key, e, planMirror(mirrors ? mirror(e) : [], existing), causes);
  }

  private tellSkipped(e: Endpoints, causes: readonly StepId[]): void {
    const count = skipped(e);
    if (count === 0) return;
    const message = `A max of ${MAX_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset. ${count} addresses were skipped`;
    const subject = { apiVersion: 'v1', kind: 'Endpoints', object: e };
    this.events.event(subject, 'Warning', 'TooManyAddressesToMirror', message, causes);
  }

  private *carryOut(
    key: string,
    e: Endpoints | undefined,
    plan: MirrorPlan,
    causes: readonly StepId[],
  ): Process<SyncResult> {
    const { client } = this.ctx;
    const writes = plan.create.length + plan.update.length + plan.remove.length;
    if (writes === 0) return undefined;
    const [namespace = '', name = ''] = key.split('/');
    const step = this.ctx.record({
      kind: 'decide',
      action: 'MirrorEndpoints',
      object: { group: '', resource: 'endpoints', kind: 'Endpoints', namespace, name, uid: e?.metadata.uid ?? '' },
      causes,
      text:
        plan.create.length + plan.update.length > 0
          ? `the Service ${name} has no selector, and somebody keeps its Endpoints → mirrors them into EndpointSlices.`
          : `there are no Endpoints of ${name} to mirror any longer → deletes the slices.`,
      detail: {
        type: 'decide',
        inputs: { create: plan.create.length, update: plan.update.length, remove: plan.remove.length },
      },
    });
    const options = { causes: [step] };
    for (const s of e?.metadata.deletionTimestamp === undefined ? plan.create : []) {
      const made = yield* client.create<EndpointSlice>(ENDPOINT_SLICES, s, options);
      if (!made.ok && namespaceTerminating(made.status)) return undefined;
      if (!made.ok) return { error: made.status.message ?? 'create failed' };
      this.tracker.wrote(key, made.value);
    }
    for (const s of plan.update) {
      const done = yield* client.update<EndpointSlice>(ENDPOINT_SLICES, s, options);
      if (!done.ok) return { error: done.status.message ?? 'update failed' };
      this.tracker.wrote(key, done.value);
    }
    for (const slice of plan.remove) {
      const { metadata } = slice;
      const gone = yield* client.delete(ENDPOINT_SLICES, metadata.namespace ?? '', metadata.name ?? '', {}, options);
      if (!gone.ok) return { error: gone.status.message ?? 'delete failed' };
      this.tracker.deleted(key, slice);
    }
    return undefined;
  }
}
