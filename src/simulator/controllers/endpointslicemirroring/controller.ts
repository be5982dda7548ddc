// Mirrors Endpoints that users keep for Services without a selector, for readers that know EndpointSlices only.
// Models pkg/controller/endpointslicemirroring, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Endpoints, Service } from '../../../model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../model/generated/discovery.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import { MANAGED_BY, SERVICE_NAME } from '../endpointslice/endpoint.ts';
import { CONTROLLER, type MirrorPlan, mirror, planMirror, shouldMirror } from './decide.ts';

/** Source: --mirroring-concurrent-service-endpoint-syncs, v1.36. */
const WORKERS = 5;
const MAX_RETRIES = 15;

export class EndpointSliceMirroringController {
  private readonly ctx: ComponentContext;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    const queue = new WorkQueue(ctx.kernel);
    const endpoints = ctx.informers.of(ENDPOINTS);
    const services = ctx.informers.of(SERVICES);
    const slices = ctx.informers.of(ENDPOINT_SLICES);
    slices.addIndex('service', (s) => [`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`]);
    const touched = (o: Endpoints | Service, cause: StepId): void => queue.add(keyOf(o), [cause]);
    endpoints.onChange({ add: touched, update: (e, _, cause) => touched(e, cause), remove: touched });
    services.onChange({
      add: (s, cause) => {
        if (s.spec?.selector === undefined) touched(s, cause);
      },
      update: (s, old, cause) => {
        if ((s.spec?.selector === undefined) !== (old.spec?.selector === undefined)) touched(s, cause);
      },
      remove: touched,
    });
    const sync = (key: string, causes: readonly StepId[]): Process<SyncResult> => {
      const [e, service] = [endpoints.get(key), services.get(key)];
      const existing = slices.byIndex('service', key).filter((s) => s.metadata.labels?.[MANAGED_BY] === CONTROLLER);
      return this.carryOut(key, e, planMirror(shouldMirror(e, service) ? mirror(e) : [], existing), causes);
    };
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync, MAX_RETRIES);
    endpoints.onSynced(() => services.onSynced(() => slices.onSynced(start)));
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
    for (const s of plan.create) {
      const made = yield* client.create<EndpointSlice>(ENDPOINT_SLICES, s, options);
      if (!made.ok && !namespaceTerminating(made.status)) return { error: made.status.message ?? 'create failed' };
    }
    for (const s of plan.update) {
      const done = yield* client.update<EndpointSlice>(ENDPOINT_SLICES, s, options);
      if (!done.ok && done.code !== 404) return { error: done.status.message ?? 'update failed' };
    }
    for (const { metadata } of plan.remove) {
      const gone = yield* client.delete(ENDPOINT_SLICES, metadata.namespace ?? '', metadata.name ?? '', {}, options);
      if (!gone.ok && gone.code !== 404) return { error: gone.status.message ?? 'delete failed' };
    }
    return undefined;
  }
}
