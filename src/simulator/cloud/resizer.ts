// external-resizer: makes a disk larger when its claim asks for more. Models kubernetes-csi/external-resizer; the simulated
// driver needs nothing to be done on the node.
import { type Process, sleep } from '../../kernel/process.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/generated/core.v1.ts';
import { keyOf } from '../../model/object.ts';
import { compareQuantities, parseQuantity } from '../../model/quantity.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Informer } from '../runtime/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../runtime/kinds.ts';
import { EventRecorder } from '../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../runtime/workqueue.ts';
import { CLOUD_TIMES, DRIVER } from './cloud.ts';
import { call } from './sidecar.ts';

type Amount = string | number | undefined;

function larger(a: Amount, b: Amount): boolean {
  const [x, y] = [parseQuantity(a ?? ''), parseQuantity(b ?? '')];
  return x !== undefined && y !== undefined && compareQuantities(x, y) > 0;
}

/** What the claim asks for beyond what it has; undefined: nothing. */
export function wantedSize(claim: PersistentVolumeClaim): Amount {
  if (claim.status?.phase !== 'Bound' || claim.metadata.deletionTimestamp !== undefined) return undefined;
  const asked = claim.spec?.resources?.requests?.storage;
  return larger(asked, claim.status.capacity?.storage) ? asked : undefined;
}

export class Resizer {
  private readonly ctx: ComponentContext;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    this.events = new EventRecorder(ctx, `external-resizer ${DRIVER}`);
    const queue = new WorkQueue(ctx.kernel);
    const seen = (c: PersistentVolumeClaim, cause: StepId): void => {
      if (wantedSize(c) !== undefined) queue.add(keyOf(c), [cause]);
    };
    this.claims.onChange({ add: seen, update: (c, _, cause) => seen(c, cause) });
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, queue, 4, (k, causes) => this.resize(k, causes));
    this.claims.onSynced(() => this.volumes.onSynced(start));
  }

  private *resize(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const claim = this.claims.get(key);
    const size = claim && wantedSize(claim);
    const volume = this.volumes.get(claim?.spec?.volumeName ?? '');
    if (claim === undefined || size === undefined || volume?.spec?.csi?.driver !== DRIVER) return undefined;
    const { name = '' } = volume.metadata;
    this.say(claim, 'Resizing', `External resizer is resizing volume ${name}`, causes);
    yield* sleep(this.ctx.kernel, CLOUD_TIMES.resizeDisk);
    const step = call(
      this.ctx,
      'ControllerExpandVolume',
      volume,
      `the cloud made the disk of ${key} larger: ${size}.`,
      causes,
    );
    const grown = { spec: { capacity: { storage: size } } };
    const done = yield* this.ctx.client.patch(PERSISTENT_VOLUMES, '', name, 'strategic', grown, { causes: [step] });
    if (!done.ok) return { error: done.status.message ?? 'patch failed' };
    const { namespace = '', name: own = '' } = claim.metadata;
    const status = { status: { capacity: { storage: size } } };
    const options = { causes: [done.step], subresource: 'status' };
    const told = yield* this.ctx.client.patch(PERSISTENT_VOLUME_CLAIMS, namespace, own, 'strategic', status, options);
    if (!told.ok) return { error: told.status.message ?? 'patch failed' };
    this.say(claim, 'VolumeResizeSuccessful', 'Resize volume succeeded', [told.step]);
    return undefined;
  }

  private say(claim: PersistentVolumeClaim, reason: string, message: string, causes: readonly StepId[]): void {
    const subject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', object: claim };
    this.events.event(subject, 'Normal', reason, message, causes);
  }
}
