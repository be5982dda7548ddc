// The Endpoints controller: the older form of EndpointSlices, kept for who still reads it. Models pkg/controller/endpoint, v1.36.

import type { Process } from '../../../kernel/process.ts';
import type { EndpointSubset, Endpoints, Pod, Service } from '../../../model/generated/core.v1.ts';
import { keyOf, splitKey } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { ENDPOINTS, PODS, SERVICES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { isSelecting, podsBehind, TriggerTimes, watchServicePods, withTriggerTime } from '../common/endpoints.ts';
import { byNamespace } from '../common/indices.ts';
import { sameMap } from '../common/maps.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';
import { endpointsLabels, isFull, OVER_CAPACITY, sameSubsets, subsetsOf } from './decide.ts';

/** Source: --concurrent-endpoint-syncs and maxRetries in endpoints_controller.go, v1.36. */
const WORKERS = 5;
const MAX_RETRIES = 15;

interface Wanted {
  readonly subsets: readonly EndpointSubset[];
  readonly labels: { readonly [key: string]: string };
  /** Some addresses had to be left out. */
  readonly full: boolean;
  readonly time: string | undefined;
}

export class EndpointController {
  private readonly ctx: ComponentContext;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly endpoints: Informer<Endpoints>;
  private readonly events: EventRecorder;
  private readonly triggers = new TriggerTimes();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    const queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'endpoint-controller');
    this.services = ctx.informers.of(SERVICES);
    this.pods = ctx.informers.of(PODS);
    this.endpoints = ctx.informers.of(ENDPOINTS);
    this.pods.addIndex(byNamespace);
    const touched = (s: Service | Endpoints, cause: StepId): void => queue.add(keyOf(s), [cause]);
    this.services.onChange({ add: touched, update: (s, _, cause) => touched(s, cause), remove: touched });
    this.endpoints.onChange({ remove: touched });
    watchServicePods(this.pods, this.services, touched);
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, (k, c) => this.sync(k, c), MAX_RETRIES);
    this.services.onSynced(() => this.pods.onSynced(() => this.endpoints.onSynced(start)));
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const service = this.services.get(key);
    if (service === undefined) {
      this.triggers.forget(key);
      const { namespace, name } = splitKey(key);
      const gone = yield* this.ctx.client.delete(ENDPOINTS, namespace, name, {}, { causes });
      return gone.ok || gone.code === 404 ? undefined : { error: gone.status.message ?? 'delete failed' };
    }
    if (!isSelecting(service)) return undefined;
    const pods = podsBehind(service, this.pods);
    const time = this.triggers.next(key, service, pods);
    const subsets = subsetsOf(service, pods);
    const current = this.endpoints.get(key);
    const labels = endpointsLabels(service);
    const full = isFull(subsets, pods);
    const told = current?.metadata.annotations?.[OVER_CAPACITY] === 'truncated';
    const same = sameSubsets(current?.subsets, subsets) && sameMap(current?.metadata.labels, labels) && told === full;
    if (current !== undefined && same) return undefined;
    return yield* this.write(service, current, { subsets, labels, full, time }, causes);
  }

  private *write(
    service: Service,
    current: Endpoints | undefined,
    { subsets, labels, full, time }: Wanted,
    causes: readonly StepId[],
  ): Process<SyncResult> {
    const { namespace = '', name = '', uid = '' } = service.metadata;
    const ready = subsets.reduce((n, s) => n + (s.addresses?.length ?? 0), 0);
    const step = this.ctx.record({
      kind: 'decide',
      action: 'SyncService',
      object: { group: '', resource: 'services', kind: 'Service', namespace, name, uid },
      causes,
      text: `${name} has ${ready} ready address${ready === 1 ? '' : 'es'} → ${current ? 'updates' : 'creates'} the Endpoints object of the same name.`,
      detail: { type: 'decide', inputs: { ready } },
    });
    const { [OVER_CAPACITY]: __, ...known } = current?.metadata.annotations ?? {};
    const annotations = { ...withTriggerTime(known, time), ...(full ? { [OVER_CAPACITY]: 'truncated' } : {}) };
    const { annotations: _, ...metadata } = current?.metadata ?? { name, namespace };
    const next: Endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...metadata, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
      ...(subsets.length > 0 ? { subsets } : {}),
    };
    const options = { causes: [step] };
    const done =
      current === undefined
        ? yield* this.ctx.client.create<Endpoints>(ENDPOINTS, next, options)
        : yield* this.ctx.client.update<Endpoints>(ENDPOINTS, next, options);
    if (done.ok || namespaceTerminating(done.status)) return undefined;
    const error = done.status.message ?? 'write failed';
    const subject = { apiVersion: 'v1', kind: 'Endpoints', object: next };
    if (current === undefined) {
      const message = `Failed to create endpoint for service ${namespace}/${name}: ${error}`;
      this.events.event(subject, 'Warning', 'FailedToCreateEndpoint', message, [step]);
    } else {
      const message = `Failed to update endpoint ${namespace}/${name}: ${error}`;
      this.events.event(subject, 'Warning', 'FailedToUpdateEndpoint', message, [step]);
    }
    return { error };
  }
}
