// external-attacher: attaches a disk to a node for each VolumeAttachment, and detaches it when that is deleted.
// Models kubernetes-csi/external-attacher.
import { type Process, sleep } from '../../kernel/process.ts';
import type { PersistentVolume } from '../../model/generated/core.v1.ts';
import type { VolumeAttachment } from '../../model/generated/storage.v1.ts';
import { keyOf } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Informer } from '../runtime/informer.ts';
import { PERSISTENT_VOLUMES, VOLUME_ATTACHMENTS } from '../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../runtime/workqueue.ts';
import { CLOUD_TIMES, DRIVER, type SimulatedCloud } from './cloud.ts';
import { call } from './sidecar.ts';

const FINALIZER = `external-attacher/${DRIVER.replaceAll('.', '-')}`;
const NODE_ID = 'csi.alpha.kubernetes.io/node-id';

export class Attacher {
  private readonly ctx: ComponentContext;
  private readonly cloud: SimulatedCloud;
  private readonly attachments: Informer<VolumeAttachment>;
  private readonly volumes: Informer<PersistentVolume>;

  constructor(ctx: ComponentContext, cloud: SimulatedCloud) {
    this.ctx = ctx;
    this.cloud = cloud;
    this.attachments = ctx.informers.of(VOLUME_ATTACHMENTS);
    this.volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    const queue = new WorkQueue(ctx.kernel);
    const seen = (a: VolumeAttachment, cause: StepId): void => {
      if (a.spec.attacher === DRIVER) queue.add(keyOf(a), [cause]);
    };
    this.attachments.onChange({ add: seen, update: (a, _, cause) => seen(a, cause) });
    // A volume that is being deleted waits for its attachments.
    this.volumes.onChange({ update: (v, _, cause) => this.freed(v, queue, cause) });
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, queue, 10, (k, causes) => this.sync(k, causes));
    this.attachments.onSynced(() => this.volumes.onSynced(start));
  }

  private freed(v: PersistentVolume, queue: WorkQueue, cause: StepId): void {
    if (v.metadata.deletionTimestamp !== undefined && v.metadata.finalizers?.includes(FINALIZER))
      queue.add(`volume:${v.metadata.name}`, [cause]);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    if (key.startsWith('volume:')) return yield* this.freeVolume(key.slice('volume:'.length), causes);
    const a = this.attachments.get(key);
    if (a === undefined) return undefined;
    if (a.metadata.deletionTimestamp !== undefined) return yield* this.detach(a, causes);
    return a.status?.attached ? undefined : yield* this.attach(a, causes);
  }

  private *attach(a: VolumeAttachment, causes: readonly StepId[]): Process<SyncResult> {
    const volume = this.volumes.get(a.spec.source.persistentVolumeName ?? '');
    if (volume === undefined) return { error: `could not find PersistentVolume ${a.spec.source.persistentVolumeName}` };
    const name = a.metadata.name ?? '';
    const { nodeName } = a.spec;
    if (!volume.metadata.finalizers?.includes(FINALIZER)) {
      const finalizers = [...(volume.metadata.finalizers ?? []), FINALIZER];
      const patch = { metadata: { finalizers } };
      yield* this.ctx.client.patch(PERSISTENT_VOLUMES, '', volume.metadata.name ?? '', 'merge', patch, { causes });
    }
    const marked = { metadata: { annotations: { [NODE_ID]: nodeName }, finalizers: [FINALIZER] } };
    if (!a.metadata.finalizers?.includes(FINALIZER)) {
      const done = yield* this.ctx.client.patch(VOLUME_ATTACHMENTS, '', name, 'merge', marked, { causes });
      if (!done.ok) return { error: done.status.message ?? 'patch failed' };
    }
    const handle = volume.spec?.csi?.volumeHandle ?? '';
    const elsewhere = this.cloud.diskOn(handle);
    if (elsewhere !== undefined && elsewhere !== nodeName)
      return { error: `disk ${handle} is attached to ${elsewhere}` };
    yield* sleep(this.ctx.kernel, CLOUD_TIMES.attachDisk);
    this.cloud.attachDisk(handle, nodeName);
    const step = call(
      this.ctx,
      'ControllerPublishVolume',
      volume,
      `the cloud attached the disk ${handle} to ${nodeName}.`,
      causes,
    );
    const options = { causes: [step], subresource: 'status' };
    const said = yield* this.ctx.client.patch(
      VOLUME_ATTACHMENTS,
      '',
      name,
      'merge',
      { status: { attached: true } },
      options,
    );
    return said.ok || said.code === 404 ? undefined : { error: said.status.message ?? 'patch failed' };
  }

  private *detach(a: VolumeAttachment, causes: readonly StepId[]): Process<SyncResult> {
    if (!a.metadata.finalizers?.includes(FINALIZER)) return undefined;
    const name = a.metadata.name ?? '';
    const volume = this.volumes.get(a.spec.source.persistentVolumeName ?? '');
    yield* sleep(this.ctx.kernel, CLOUD_TIMES.detachDisk);
    let because = causes;
    if (volume !== undefined) {
      const handle = volume.spec?.csi?.volumeHandle ?? '';
      this.cloud.detachDisk(handle);
      const text = `the cloud detached the disk ${handle} from ${a.spec.nodeName}.`;
      because = [call(this.ctx, 'ControllerUnpublishVolume', volume, text, causes)];
    }
    const finalizers = a.metadata.finalizers.filter((f) => f !== FINALIZER);
    const patch = { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } };
    const done = yield* this.ctx.client.patch(VOLUME_ATTACHMENTS, '', name, 'merge', patch, { causes: because });
    if (!done.ok && done.code !== 404) return { error: done.status.message ?? 'patch failed' };
    if (volume?.metadata.deletionTimestamp !== undefined) return yield* this.freeVolume(keyOf(volume), because);
    return undefined;
  }

  private *freeVolume(name: string, causes: readonly StepId[]): Process<SyncResult> {
    const volume = this.volumes.get(name);
    const attached = [...this.attachments.all()].some(
      (a) => a.spec.source.persistentVolumeName === name && a.metadata.deletionTimestamp === undefined,
    );
    if (volume === undefined || attached) return undefined;
    const finalizers = (volume.metadata.finalizers ?? []).filter((f) => f !== FINALIZER);
    const patch = {
      metadata: {
        finalizers: finalizers.length > 0 ? finalizers : null,
        resourceVersion: volume.metadata.resourceVersion,
      },
    };
    const done = yield* this.ctx.client.patch(PERSISTENT_VOLUMES, '', name, 'merge', patch, { causes });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'patch failed' };
  }
}
