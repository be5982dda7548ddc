// Guards the ranges of service addresses: each gets a finalizer and a Ready condition, and goes only when no Service would be
// left with an address outside of all ranges. Models pkg/controller/servicecidrs, v1.36.
import { MS, SECOND } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { IPAddress, ServiceCIDR } from '../../../model/generated/networking.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { IP_ADDRESSES, SERVICE_CIDRS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { holding, orphan, overlapping } from './decide.ts';

const NAME = 'service-cidr-controller';
const API = 'networking.k8s.io/v1';
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const WORKERS = 5;
const MAX_RETRIES = 15;
/** Source: deletionGracePeriod: until then every API server knows that the range is going. */
const GRACE = 10 * SECOND;
const STILL_USED =
  'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';

interface Ready {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export class ServiceCidrController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly cidrs: Informer<ServiceCIDR>;
  private readonly addresses: Informer<IPAddress>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, NAME);
    this.cidrs = ctx.informers.of(SERVICE_CIDRS);
    this.addresses = ctx.informers.of(IP_ADDRESSES);
    const add = (o: ServiceCIDR, cause: StepId): void => this.queue.add(o.metadata.name ?? '', [cause]);
    const around = (ip: IPAddress, cause: StepId): void => {
      for (const o of holding(ip, this.cidrs.all())) add(o, cause);
    };
    this.cidrs.onChange({
      add: (o, cause) => {
        add(o, cause);
        for (const other of overlapping(o, this.cidrs.all())) add(other, cause);
      },
      update: (o, _, cause) => add(o, cause),
      remove: add,
    });
    this.addresses.onChange({ add: around, remove: around });
    const start = (): void =>
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, causes) => this.sync(k, causes), MAX_RETRIES);
    this.cidrs.onSynced(() => this.addresses.onSynced(start));
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const cidr = this.cidrs.get(key);
    if (cidr === undefined) return undefined;
    if (cidr.metadata.deletionTimestamp !== undefined) return yield* this.going(cidr, causes);
    if (!cidr.metadata.finalizers?.includes(FINALIZER)) {
      const step = this.explain(cidr, 'gets a finalizer: it goes only when none of its addresses is in use.', causes);
      const error = yield* this.patch(cidr, { finalizers: [FINALIZER] }, [step]);
      if (error !== undefined) return { error };
    }
    const ready = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' } as const;
    const error = yield* this.setReady(cidr, ready, causes);
    if (error === undefined) return undefined;
    const said = 'The ServiceCIDR Status can not be set to Ready=True';
    const subject = { apiVersion: API, kind: 'ServiceCIDR', object: cidr };
    this.events.event(subject, 'Warning', 'KubernetesServiceCIDRError', said, causes);
    return { error };
  }

  private *going(cidr: ServiceCIDR, causes: readonly StepId[]): Process<SyncResult> {
    const left = orphan(cidr, [...this.cidrs.all()], this.addresses.all());
    if (left !== undefined) {
      const step = this.explain(cidr, `stays: no other range holds ${left.metadata.name}, which is in use.`, causes);
      const error = yield* this.setReady(cidr, { status: 'False', reason: 'Terminating', message: STILL_USED }, [step]);
      return error === undefined ? undefined : { error };
    }
    const since = this.ctx.kernel.wallMs - Date.parse(cidr.metadata.deletionTimestamp ?? '');
    const wait = GRACE - since * MS;
    if (wait > 0) {
      this.queue.addAfter(cidr.metadata.name ?? '', wait, causes);
      return undefined;
    }
    if (!cidr.metadata.finalizers?.includes(FINALIZER)) return undefined;
    const step = this.explain(cidr, 'has no address in use that no other range holds → takes its finalizer.', causes);
    const error = yield* this.patch(cidr, { '$deleteFromPrimitiveList/finalizers': [FINALIZER] }, [step]);
    return error === undefined ? undefined : { error };
  }

  private explain(cidr: ServiceCIDR, text: string, causes: readonly StepId[]): StepId {
    const { name = '', uid = '' } = cidr.metadata;
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncServiceCIDR',
      object: { group: 'networking.k8s.io', resource: 'servicecidrs', kind: 'ServiceCIDR', name, uid },
      causes,
      text: `${name} (${(cidr.spec?.cidrs ?? []).join(', ')}) ${text}`,
      detail: { type: 'decide', inputs: { addresses: this.addresses.size } },
    });
  }

  private *patch(cidr: ServiceCIDR, metadata: object, causes: readonly StepId[]): Process<string | undefined> {
    const { name = '' } = cidr.metadata;
    const done = yield* this.ctx.client.patch(SERVICE_CIDRS, '', name, 'strategic', { metadata }, { causes });
    return done.ok || done.code === 404 ? undefined : (done.status.message ?? 'patch failed');
  }

  private *setReady(cidr: ServiceCIDR, ready: Ready, causes: readonly StepId[]): Process<string | undefined> {
    const known = cidr.status?.conditions?.find((c) => c.type === 'Ready');
    if (known?.status === ready.status && known.reason === ready.reason && known.message === ready.message)
      return undefined;
    const { name = '' } = cidr.metadata;
    const condition = { type: 'Ready', ...ready, lastTransitionTime: rfc3339(this.ctx.kernel.wallMs) };
    const body = { apiVersion: API, kind: 'ServiceCIDR', metadata: { name }, status: { conditions: [condition] } };
    const done = yield* this.ctx.client.patch(SERVICE_CIDRS, '', name, 'apply', body, {
      causes,
      subresource: 'status',
      query: { force: ['true'], fieldManager: [NAME] },
    });
    return done.ok ? undefined : (done.status.message ?? 'apply failed');
  }
}
