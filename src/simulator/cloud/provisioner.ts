// external-provisioner: makes a volume for a claim of its class, and deletes it when it is released.
// Models sig-storage-lib-external-provisioner and kubernetes-csi/external-provisioner.
import { type Process, sleep } from '../../kernel/process.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/generated/core.v1.ts';
import type { StorageClass } from '../../model/generated/storage.v1.ts';
import { keyOf } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import * as binder from '../controllers/pvbinder/decide.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Informer } from '../runtime/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../runtime/kinds.ts';
import { EventRecorder } from '../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../runtime/workqueue.ts';
import { className } from '../scheduler/plugins/volumes.ts';
import { CLOUD_TIMES, DRIVER, type SimulatedCloud } from './cloud.ts';
import { call } from './sidecar.ts';

const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
const DELETION = 'volume.kubernetes.io/provisioner-deletion-secret';

/** Whether the claim waits for this provisioner, and for nothing else before. */
export function shouldProvision(claim: PersistentVolumeClaim, c: StorageClass | undefined): boolean {
  const { annotations = {}, deletionTimestamp } = claim.metadata;
  if (deletionTimestamp !== undefined || claim.spec?.volumeName || c?.provisioner !== DRIVER) return false;
  if ((annotations[binder.PROVISIONER] ?? annotations[binder.BETA_PROVISIONER]) !== DRIVER) return false;
  return c.volumeBindingMode !== 'WaitForFirstConsumer' || annotations[binder.SELECTED_NODE] !== undefined;
}

export function shouldDelete(v: PersistentVolume): boolean {
  if (v.status?.phase !== 'Released' || v.spec?.persistentVolumeReclaimPolicy !== 'Delete') return false;
  return (
    v.metadata.annotations?.[binder.PROVISIONED_BY] === DRIVER && (v.metadata.finalizers ?? []).includes(FINALIZER)
  );
}

function volumeFor(claim: PersistentVolumeClaim, c: StorageClass, handle: string): PersistentVolume {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { accessModes, volumeMode, resources } = claim.spec ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: `pvc-${uid}`,
      annotations: { [binder.PROVISIONED_BY]: DRIVER, [`${DELETION}-name`]: '', [`${DELETION}-namespace`]: '' },
      finalizers: [FINALIZER],
    },
    spec: {
      ...(accessModes ? { accessModes } : {}),
      capacity: { storage: resources?.requests?.storage ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
      csi: { driver: DRIVER, volumeHandle: handle, ...(volumeMode === 'Block' ? {} : { fsType: 'ext4' }) },
      persistentVolumeReclaimPolicy: c.reclaimPolicy ?? 'Delete',
      storageClassName: c.metadata.name ?? '',
      ...(volumeMode ? { volumeMode } : {}),
      ...(c.mountOptions ? { mountOptions: c.mountOptions } : {}),
    },
  };
}

export class Provisioner {
  private readonly ctx: ComponentContext;
  private readonly cloud: SimulatedCloud;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly classes: Informer<StorageClass>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext, cloud: SimulatedCloud) {
    this.ctx = ctx;
    this.cloud = cloud;
    this.claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    this.classes = ctx.informers.of(STORAGE_CLASSES);
    this.events = new EventRecorder(ctx, `${DRIVER}_${ctx.actor.node}_${ctx.random.uuid()}`);
    const [claims, volumes] = [new WorkQueue(ctx.kernel), new WorkQueue(ctx.kernel)];
    const claim = (c: PersistentVolumeClaim, cause: StepId): void => claims.add(keyOf(c), [cause]);
    const volume = (v: PersistentVolume, cause: StepId): void => volumes.add(keyOf(v), [cause]);
    this.claims.onChange({ add: claim, update: (c, _, cause) => claim(c, cause) });
    this.volumes.onChange({ add: volume, update: (v, _, cause) => volume(v, cause) });
    const start = (): void => {
      startWorkers(ctx.kernel, ctx.scope, claims, 4, (k, causes) => this.provision(k, causes));
      startWorkers(ctx.kernel, ctx.scope, volumes, 4, (k, causes) => this.remove(k, causes));
    };
    this.claims.onSynced(() => this.volumes.onSynced(() => this.classes.onSynced(start)));
  }

  private *provision(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const claim = this.claims.get(key);
    const c = claim && this.classes.get(className(claim));
    if (claim === undefined || c === undefined || !shouldProvision(claim, c)) return undefined;
    const volume = `pvc-${claim.metadata.uid}`;
    if (this.volumes.get(volume) !== undefined) return undefined;
    const say = (reason: string, message: string, step: StepId): void =>
      this.events.event({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', object: claim }, 'Normal', reason, message, [
        step,
      ]);
    say('Provisioning', `External provisioner is provisioning volume for claim "${key}"`, causes[0] ?? 0);
    yield* sleep(this.ctx.kernel, CLOUD_TIMES.createDisk);
    const handle = this.cloud.createDisk(volume);
    const asked = claim.spec?.resources?.requests?.storage ?? '';
    const step = call(
      this.ctx,
      'CreateVolume',
      claim,
      `the cloud made a disk of ${asked}, ${handle}, for ${key}.`,
      causes,
    );
    const made = yield* this.ctx.client.create(PERSISTENT_VOLUMES, volumeFor(claim, c, handle), { causes: [step] });
    if (!made.ok && made.status.reason !== 'AlreadyExists') return { error: made.status.message ?? 'create failed' };
    say('ProvisioningSucceeded', `Successfully provisioned volume ${volume}`, made.step);
    return undefined;
  }

  private *remove(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const volume = this.volumes.get(key);
    if (volume === undefined || !shouldDelete(volume)) return undefined;
    const handle = volume.spec?.csi?.volumeHandle ?? '';
    if (this.cloud.diskOn(handle) !== undefined) {
      const message = `rpc error: code = FailedPrecondition desc = disk ${handle} is still attached to ${this.cloud.diskOn(handle)}`;
      this.events.event(
        { apiVersion: 'v1', kind: 'PersistentVolume', object: volume },
        'Warning',
        'VolumeFailedDelete',
        message,
        causes,
      );
      return { error: message };
    }
    yield* sleep(this.ctx.kernel, CLOUD_TIMES.deleteDisk);
    this.cloud.deleteDisk(handle);
    const step = call(
      this.ctx,
      'DeleteVolume',
      volume,
      `${key} is released and its policy is Delete: the cloud deleted its disk.`,
      causes,
    );
    const gone = yield* this.ctx.client.delete(PERSISTENT_VOLUMES, '', key, {}, { causes: [step] });
    if (!gone.ok && gone.code !== 404) return { error: gone.status.message ?? 'delete failed' };
    const latest = yield* this.ctx.client.get(PERSISTENT_VOLUMES, '', key, { causes: [step] });
    if (!latest.ok) return undefined;
    const finalizers = (latest.value.metadata.finalizers ?? []).filter((f) => f !== FINALIZER);
    const next: PersistentVolume = { ...latest.value, metadata: { ...latest.value.metadata, finalizers } };
    const freed = yield* this.ctx.client.update(PERSISTENT_VOLUMES, next, { causes: [step] });
    return freed.ok || freed.code === 404 ? undefined : { error: freed.status.message ?? 'update failed' };
  }
}
