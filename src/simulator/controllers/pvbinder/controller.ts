// The PersistentVolume binder: brings claims and volumes together, and frees the volumes of claims that are gone.
// Models pkg/controller/volume/persistentvolume/pv_controller.go, v1.36.

import { SECOND } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
  PersistentVolumeStatus,
  Pod,
} from '../../../model/generated/core.v1.ts';
import type { StorageClass } from '../../../model/generated/storage.v1.ts';
import { type KubeObject, keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { className } from '../../scheduler/plugins/volumes.ts';
import { byNamespace } from '../common/indices.ts';
import * as decide from './decide.ts';

/** Source: --pvclaimbinder-sync-period, v1.36. */
const RESYNC = 15 * SECOND;

type ClaimPhase = NonNullable<PersistentVolumeClaimStatus['phase']>;
type VolumePhase = NonNullable<PersistentVolumeStatus['phase']>;

/** A refused write ends the sync; the next resync tries again. */
class Stop extends Error {}

/** The informer's view, with the controller's own writes on top of it until the watch has brought them. */
class Latest<T extends KubeObject> {
  private readonly own = new Map<string, T>();
  private readonly informer: Informer<T>;

  constructor(informer: Informer<T>) {
    this.informer = informer;
  }

  get(key: string): T | undefined {
    const [seen, own] = [this.informer.get(key), this.own.get(key)];
    if (seen === undefined || own === undefined) return seen;
    const newer = Number(own.metadata.resourceVersion) > Number(seen.metadata.resourceVersion);
    if (!newer) this.own.delete(key);
    return newer ? own : seen;
  }

  *all(): Generator<T> {
    for (const o of this.informer.all()) yield this.get(keyOf(o)) ?? o;
  }

  wrote(o: T): T {
    this.own.set(keyOf(o), o);
    return o;
  }
}

export class PersistentVolumeBinder {
  private readonly ctx: ComponentContext;
  private readonly claimQueue: WorkQueue;
  private readonly volumeQueue: WorkQueue;
  private readonly claims: Latest<PersistentVolumeClaim>;
  private readonly volumes: Latest<PersistentVolume>;
  private readonly classes: Informer<StorageClass>;
  private readonly pods: Informer<Pod>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.claimQueue = new WorkQueue(ctx.kernel);
    this.volumeQueue = new WorkQueue(ctx.kernel);
    this.events = new EventRecorder(ctx, 'persistentvolume-controller');
    const claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    const volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    this.claims = new Latest(claims);
    this.volumes = new Latest(volumes);
    this.classes = ctx.informers.of(STORAGE_CLASSES);
    this.pods = ctx.informers.of(PODS);
    this.pods.addIndex(byNamespace);
    const claim = (c: PersistentVolumeClaim, cause: StepId): void => this.claimQueue.add(keyOf(c), [cause]);
    const volume = (v: PersistentVolume, cause: StepId): void => this.volumeQueue.add(keyOf(v), [cause]);
    claims.onChange({
      add: claim,
      update: (c, _, cause) => claim(c, cause),
      remove: (c, cause) => {
        if (c.spec?.volumeName) this.volumeQueue.add(c.spec.volumeName, [cause]);
      },
    });
    volumes.onChange({
      add: volume,
      update: (v, _, cause) => volume(v, cause),
      remove: (v, cause) => {
        const ref = v.spec?.claimRef;
        if (ref !== undefined) this.claimQueue.add(`${ref.namespace}/${ref.name}`, [cause]);
      },
    });
    const start = (): void => {
      // One worker each, as upstream starts them.
      startWorkers(ctx.kernel, ctx.scope, this.claimQueue, 1, (k, c) => this.guard(this.syncClaim(k, c)));
      startWorkers(ctx.kernel, ctx.scope, this.volumeQueue, 1, (k, c) => this.guard(this.syncVolume(k, c)));
      this.resyncLater(claims, volumes);
    };
    claims.onSynced(() => volumes.onSynced(() => this.classes.onSynced(() => this.pods.onSynced(start))));
  }

  private resyncLater(claims: Informer<PersistentVolumeClaim>, volumes: Informer<PersistentVolume>): void {
    const { kernel, scope } = this.ctx;
    kernel.schedule(
      RESYNC,
      () => {
        if (!scope.alive) return;
        for (const c of claims.all()) this.claimQueue.add(keyOf(c), []);
        for (const v of volumes.all()) this.volumeQueue.add(keyOf(v), []);
        this.resyncLater(claims, volumes);
      },
      true,
    );
  }

  private *guard(sync: Process<void>): Process<SyncResult> {
    try {
      yield* sync;
    } catch (e) {
      if (!(e instanceof Stop)) throw e;
    }
    return undefined;
  }

  private *syncClaim(key: string, causes: readonly StepId[]): Process<void> {
    const claim = this.claims.get(key);
    if (claim === undefined) return;
    if (claim.metadata.annotations?.[decide.BIND_COMPLETED] !== undefined) return yield* this.boundClaim(claim, causes);
    if (claim.spec?.volumeName) return yield* this.namedVolume(claim, claim.spec.volumeName, causes);
    const delayed = this.isDelayed(claim);
    const volume = decide.bestVolume(this.volumes.all(), claim, delayed);
    if (volume !== undefined) return yield* this.bind(volume, claim, causes);
    if (yield* this.setDefaultClass(claim, causes)) return;
    if (delayed) this.sayWaiting(claim, causes);
    else if (className(claim) !== '') return yield* this.provision(claim, causes);
    else {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      this.say(claim, 'Normal', 'FailedBinding', message, causes);
    }
    yield* this.claimPhase(claim, 'Pending', undefined, causes);
  }

  /** A claim without a class gets the default one that has come since. True where it was written. */
  private *setDefaultClass(claim: PersistentVolumeClaim, causes: readonly StepId[]): Process<boolean> {
    const found = decide.hasClass(claim) ? undefined : decide.defaultClass(this.classes.all());
    if (found === undefined) return false;
    const spec = { ...claim.spec, storageClassName: found };
    const next: PersistentVolumeClaim = { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec };
    const done = yield* this.ctx.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, next, { causes });
    if (done.ok) this.claims.wrote(done.value);
    return done.ok;
  }

  private isDelayed(claim: PersistentVolumeClaim): boolean {
    if (claim.metadata.annotations?.[decide.SELECTED_NODE] !== undefined) return false;
    return this.classes.get(className(claim))?.volumeBindingMode === 'WaitForFirstConsumer';
  }

  private sayWaiting(claim: PersistentVolumeClaim, causes: readonly StepId[]): void {
    const waiting = this.pods
      .byIndex(byNamespace, claim.metadata.namespace ?? '')
      .filter((p) => !p.spec?.nodeName)
      .filter((p) => p.spec?.volumes?.some((v) => v.persistentVolumeClaim?.claimName === claim.metadata.name))
      .map((p) => p.metadata.name);
    if (waiting.length === 0) {
      const message = 'waiting for first consumer to be created before binding';
      this.say(claim, 'Normal', 'WaitForFirstConsumer', message, causes);
    } else {
      const pods = waiting.length > 1 ? `pods ${waiting.join(',')}` : `pod ${waiting[0]}`;
      this.say(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${pods} to be scheduled`, causes);
    }
  }

  private *namedVolume(claim: PersistentVolumeClaim, name: string, causes: readonly StepId[]): Process<void> {
    const volume = this.volumes.get(name);
    if (volume !== undefined && decide.isReservedFor(volume, claim)) return yield* this.bind(volume, claim, causes);
    if (volume !== undefined && volume.spec?.claimRef === undefined) {
      const wrong = decide.mismatch(volume, claim);
      if (wrong === undefined) return yield* this.bind(volume, claim, causes);
      const message = `Cannot bind to requested volume "${name}": ${wrong}`;
      this.say(claim, 'Warning', 'VolumeMismatch', message, causes);
    } else if (volume !== undefined && claim.metadata.annotations?.[decide.BOUND_BY_CONTROLLER] === undefined) {
      const message = `volume "${name}" already bound to a different claim.`;
      this.say(claim, 'Warning', 'FailedBinding', message, causes);
    }
    yield* this.claimPhase(claim, 'Pending', undefined, causes);
  }

  private *boundClaim(claim: PersistentVolumeClaim, causes: readonly StepId[]): Process<void> {
    const name = claim.spec?.volumeName;
    const volume = this.volumes.get(name ?? '');
    const ref = volume?.spec?.claimRef;
    if (volume !== undefined && (ref === undefined || ref.uid === claim.metadata.uid))
      return yield* this.bind(volume, claim, causes);
    let reason = 'ClaimLost';
    let message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
    if (!name) message = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
    else if (volume !== undefined) {
      reason = 'ClaimMisbound';
      message = 'Two claims are bound to the same volume, this one is bound incorrectly';
    }
    if (claim.status?.phase === 'Lost') return;
    const next = yield* this.claimPhase(claim, 'Lost', undefined, causes);
    this.say(next, 'Warning', reason, message, causes);
  }

  /** A volume from outside: the class's driver makes it, and the next sync finds it reserved for the claim. */
  private *provision(claim: PersistentVolumeClaim, causes: readonly StepId[]): Process<void> {
    const name = className(claim);
    const found = this.classes.get(name);
    if (found === undefined) {
      const message = `storageclass.storage.k8s.io "${name}" not found`;
      this.say(claim, 'Warning', 'ProvisioningFailed', message, causes);
      return;
    }
    const provisioner = decide.driverFor(found.provisioner);
    if (provisioner.startsWith('kubernetes.io/')) {
      const message = `no volume plugin matched name: ${provisioner}`;
      this.say(claim, 'Warning', 'ProvisioningFailed', message, causes);
      return;
    }
    const { annotations = {} } = claim.metadata;
    if (annotations[decide.PROVISIONER] !== provisioner) {
      const added = { [decide.BETA_PROVISIONER]: provisioner, [decide.PROVISIONER]: provisioner };
      const metadata = { ...claim.metadata, annotations: { ...annotations, ...added } };
      const next: PersistentVolumeClaim = { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata };
      const done = yield* this.ctx.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, next, { causes });
      if (!done.ok) throw new Stop();
      this.claims.wrote(done.value);
    }
    const message =
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system ` +
      'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
    this.say(claim, 'Normal', 'ExternalProvisioning', message, causes);
  }

  /** Four writes, each of which is left out where it says nothing new: volume, its phase, claim, its status. */
  private *bind(volume: PersistentVolume, claim: PersistentVolumeClaim, causes: readonly StepId[]): Process<void> {
    const { client } = this.ctx;
    const held = decide.boundVolume(volume, claim);
    const own = decide.boundClaim(claim, volume);
    const step = held === undefined && own === undefined ? causes : [this.explain(volume, claim, causes)];
    let v = volume;
    if (held !== undefined) {
      const done = yield* client.update<PersistentVolume>(PERSISTENT_VOLUMES, held, { causes: step });
      if (!done.ok) throw new Stop();
      v = this.volumes.wrote(done.value);
    }
    v = yield* this.volumePhase(v, 'Bound', step);
    let c = claim;
    const named = decide.boundClaim(claim, v);
    if (named !== undefined) {
      const done = yield* client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, named, { causes: step });
      if (!done.ok) throw new Stop();
      c = this.claims.wrote(done.value);
    }
    yield* this.claimPhase(c, 'Bound', v, step);
  }

  private explain(volume: PersistentVolume, claim: PersistentVolumeClaim, causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = claim.metadata;
    const asked = claim.spec?.resources?.requests?.storage ?? '';
    const has = volume.spec?.capacity?.storage ?? '';
    return this.ctx.record({
      kind: 'decide',
      action: 'BindClaim',
      object: { group: '', resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespace, name, uid },
      causes,
      text: `${name} asks for ${asked}; ${volume.metadata.name} has ${has}, the same class and its access modes → binds the two.`,
      detail: { type: 'decide', inputs: { asked, has, volume: volume.metadata.name ?? '' } },
    });
  }

  private *volumePhase(v: PersistentVolume, phase: VolumePhase, causes: readonly StepId[]): Process<PersistentVolume> {
    if (v.status?.phase === phase) return v;
    const { message: _, ...rest } = v.status ?? {};
    const next: PersistentVolume = { ...v, apiVersion: 'v1', kind: 'PersistentVolume', status: { ...rest, phase } };
    const done = yield* this.ctx.client.update<PersistentVolume>(PERSISTENT_VOLUMES, next, {
      causes,
      subresource: 'status',
    });
    if (!done.ok) throw new Stop();
    return this.volumes.wrote(done.value);
  }

  private *claimPhase(
    c: PersistentVolumeClaim,
    phase: ClaimPhase,
    volume: PersistentVolume | undefined,
    causes: readonly StepId[],
  ): Process<PersistentVolumeClaim> {
    const status = decide.claimStatus(c, phase, volume);
    if (status === undefined) return c;
    const next: PersistentVolumeClaim = { ...c, apiVersion: 'v1', kind: 'PersistentVolumeClaim', status };
    const done = yield* this.ctx.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, next, {
      causes,
      subresource: 'status',
    });
    if (!done.ok) throw new Stop();
    return this.claims.wrote(done.value);
  }

  private *syncVolume(key: string, causes: readonly StepId[]): Process<void> {
    const volume = this.volumes.get(key);
    if (volume === undefined) return;
    const ref = volume.spec?.claimRef;
    if (!ref?.uid) {
      yield* this.volumePhase(volume, 'Available', causes);
      return;
    }
    const found = this.claims.get(`${ref.namespace}/${ref.name}`);
    const claim = found?.metadata.uid === ref.uid ? found : undefined;
    if (claim === undefined) return yield* this.release(volume, causes);
    if (!claim.spec?.volumeName) this.claimQueue.add(keyOf(claim), causes);
    else if (claim.spec.volumeName === volume.metadata.name) yield* this.volumePhase(volume, 'Bound', causes);
    else if (decide.wasMadeFor(volume)) yield* this.release(volume, causes);
    else yield* this.unbind(volume, causes);
  }

  /** The claim got another volume: this one is free again. */
  private *unbind(volume: PersistentVolume, causes: readonly StepId[]): Process<void> {
    const next = decide.unboundVolume(volume);
    const done = yield* this.ctx.client.update<PersistentVolume>(PERSISTENT_VOLUMES, next, { causes });
    if (!done.ok) throw new Stop();
    yield* this.volumePhase(this.volumes.wrote(done.value), 'Available', causes);
  }

  private *release(volume: PersistentVolume, causes: readonly StepId[]): Process<void> {
    const { name = '', uid = '' } = volume.metadata;
    const policy = volume.spec?.persistentVolumeReclaimPolicy ?? 'Retain';
    const phase = volume.status?.phase;
    if (phase !== 'Released' && phase !== 'Failed') {
      const step = this.ctx.record({
        kind: 'decide',
        action: 'ReleaseVolume',
        object: { group: '', resource: 'persistentvolumes', kind: 'PersistentVolume', name, uid },
        causes,
        text: `the claim of ${name} is gone → Released; its reclaim policy is ${policy}.`,
        detail: { type: 'decide', inputs: { reclaimPolicy: policy } },
        ...(policy === 'Recycle' && decide.hasRecycler(volume)
          ? { fidelity: 'simplified', simplification: 'no recycler pod empties the volume: it stays Released' }
          : {}),
      });
      const released = yield* this.volumePhase(volume, 'Released', [step]);
      return yield* this.reclaim(released, policy, [step]);
    }
    yield* this.reclaim(volume, policy, causes);
  }

  /** Only hostPath volumes below /tmp are deleted here; what a driver made, the driver deletes. */
  private *reclaim(volume: PersistentVolume, policy: string, causes: readonly StepId[]): Process<void> {
    if (volume.metadata.deletionTimestamp !== undefined) return;
    if (policy === 'Recycle' && !decide.hasRecycler(volume)) {
      yield* this.failed(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!', causes);
    }
    if (policy !== 'Delete') return;
    if (volume.metadata.annotations?.[decide.PROVISIONED_BY] !== undefined || volume.spec?.csi !== undefined) return;
    const { name = '' } = volume.metadata;
    const path = volume.spec?.hostPath?.path;
    if (path !== undefined && /^\/tmp\/.+/.test(path)) {
      yield* this.ctx.client.delete(PERSISTENT_VOLUMES, '', name, {}, { causes });
      return;
    }
    const message =
      path === undefined
        ? `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`
        : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
    yield* this.failed(volume, 'VolumeFailedDelete', message, causes);
  }

  private *failed(volume: PersistentVolume, reason: string, message: string, causes: readonly StepId[]): Process<void> {
    if (volume.status?.phase === 'Failed') return;
    const status = { ...volume.status, phase: 'Failed' as const, message };
    const next: PersistentVolume = { ...volume, apiVersion: 'v1', kind: 'PersistentVolume', status };
    const done = yield* this.ctx.client.update<PersistentVolume>(PERSISTENT_VOLUMES, next, {
      causes,
      subresource: 'status',
    });
    if (!done.ok) throw new Stop();
    const subject = { apiVersion: 'v1', kind: 'PersistentVolume', object: this.volumes.wrote(done.value) };
    this.events.event(subject, 'Warning', reason, message, [done.step]);
  }

  private say(
    claim: PersistentVolumeClaim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    causes: readonly StepId[],
  ): void {
    this.events.event(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', object: claim },
      type,
      reason,
      message,
      causes,
    );
  }
}
