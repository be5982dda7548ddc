// Volumes of CSI drivers on one node: the kubelet tells which it uses, waits until they are attached, and mounts them.
// Models pkg/kubelet/volumemanager and pkg/volume/csi, v1.36. Volumes of other kinds need no waiting.
import { SECOND } from '../../kernel/kernel.ts';
import { type Process, Scope, sleep, spawn, wait } from '../../kernel/process.ts';
import type { PersistentVolume, Pod } from '../../model/generated/core.v1.ts';
import type { CSIDriver } from '../../model/generated/storage.v1.ts';
import type { StepId } from '../../trace/step.ts';
import { uniqueName } from '../controllers/attachdetach/decide.ts';
import { claimsOf } from '../controllers/protection/controller.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { CSI_DRIVERS, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../runtime/kinds.ts';
import type { EventRecorder } from '../runtime/recorder.ts';
import { Configuration } from './config.ts';
import { podRef } from './names.ts';
import { retryIn } from './retry.ts';

/** Source: nodeStatusUpdateFrequency 10 s, after which a change of volumesInUse is seen at the latest. */
const STATUS_TICK = 10 * SECOND;
const RETRY = SECOND;
/** After so many looks nothing is under way any more: the pod waits for somebody, and is looked at less often. */
const SOON = 15;
const LATER = 15 * SECOND;

/** Source: exponentialBackOff in pkg/util/goroutinemap/exponentialbackoff, v1.36: 500 ms doubling to 2 m 2 s. */
const SETUP_MIN = 0.5 * SECOND;
const SETUP_MAX = 122 * SECOND;

interface Mount {
  /** Of the pod's volume. */
  readonly volume: string;
  readonly unique: string;
}

export class VolumeManager {
  private readonly ctx: ComponentContext;
  private readonly events: EventRecorder;
  private readonly node: string;
  private readonly startedAt: number;
  /** Uid of a pod → what of it is in use. */
  private readonly inUse = new Map<string, readonly string[]>();
  private reported = '';
  private readonly configuration: Configuration;

  constructor(ctx: ComponentContext, events: EventRecorder, node: string) {
    this.configuration = new Configuration(ctx);
    this.ctx = ctx;
    this.events = events;
    this.node = node;
    this.startedAt = ctx.kernel.now;
  }

  /** As node.status.volumesInUse. */
  get volumesInUse(): string[] {
    return [...new Set([...this.inUse.values()].flat())].sort();
  }

  /** Comes back when all volumes of the pod are there. That it merely takes long is told by no Event. */
  *mount(pod: Pod, cause: StepId): Process<StepId> {
    yield* this.setUp(pod, cause);
    if (claimsOf(pod).length === 0) return cause;
    for (let looks = 1; ; looks++) {
      const mounts = yield* this.find(pod, cause);
      if (typeof mounts === 'string') {
        this.say(pod, mounts, cause);
        yield* this.rest(retryIn(this.ctx, undefined));
        continue;
      }
      if (mounts.length === 0) return cause;
      yield* this.report(pod, mounts, cause);
      if (yield* this.attached(mounts, cause)) return this.stage(pod, mounts, cause);
      if (looks < SOON) yield* sleep(this.ctx.kernel, RETRY);
      else yield* this.rest(LATER);
    }
  }

  /** Volumes from ConfigMaps and Secrets: tried again, ever more slowly, until what they are made from is there. */
  private *setUp(pod: Pod, cause: StepId): Process<void> {
    const { kernel } = this.ctx;
    const from = kernel.now;
    for (const v of pod.spec?.volumes ?? []) {
      // The token's volume only needs what every namespace has.
      if (v.name.startsWith('kube-api-access-')) continue;
      for (let delay = SETUP_MIN; ; delay = Math.min(2 * delay, SETUP_MAX)) {
        const why = yield* this.configuration.missingIn(pod, v, cause);
        if (why === undefined) break;
        this.say(pod, `MountVolume.SetUp failed for volume "${v.name}" : ${why}`, cause);
        yield (resume) => {
          kernel.schedule(delay, () => resume(undefined), kernel.now - from > LATER);
        };
      }
    }
  }

  private say(pod: Pod, message: string, cause: StepId): void {
    this.events.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', 'FailedMount', message, [cause]);
  }

  /** Upkeep: somebody has to act. */
  private *rest(us: number): Process<void> {
    yield (resume) => {
      this.ctx.kernel.schedule(us, () => resume(undefined), true);
    };
  }

  /** The pod's containers are gone. */
  *unmount(pod: Pod, cause: StepId): Process<void> {
    if (this.inUse.delete(pod.metadata.uid ?? '')) yield* this.write(cause);
  }

  /** A text: why a claim cannot be used. Models the desired-state populator in pkg/kubelet/volumemanager. */
  private *find(pod: Pod, cause: StepId): Process<Mount[] | string> {
    const { client } = this.ctx;
    const mounts: Mount[] = [];
    const options = { causes: [cause] };
    for (const v of pod.spec?.volumes ?? []) {
      const claimName =
        v.persistentVolumeClaim?.claimName ?? (v.ephemeral ? `${pod.metadata.name}-${v.name}` : undefined);
      if (claimName === undefined) continue;
      const claim = yield* client.get(PERSISTENT_VOLUME_CLAIMS, pod.metadata.namespace ?? '', claimName, options);
      const failed = (why: string): string =>
        `Unable to attach or mount volumes: unmounted volumes=[${v.name}], unattached volumes=[], failed to process volumes=[${v.name}]: error processing PVC ${pod.metadata.namespace}/${claimName}: ${why}`;
      if (!claim.ok) return failed(`failed to fetch PVC from API server: ${claim.status.message}`);
      if (claim.value.metadata.deletionTimestamp !== undefined) return failed('PVC is being deleted');
      if (claim.value.status?.phase !== 'Bound') return failed('PVC is not bound');
      const name = claim.value.spec?.volumeName ?? '';
      const volume = yield* client.get<PersistentVolume>(PERSISTENT_VOLUMES, '', name, options);
      if (!volume.ok) return failed(`failed to fetch PV ${name} from API server: ${volume.status.message}`);
      const csi = volume.value.spec?.csi;
      if (csi === undefined) continue;
      const driver = yield* client.get<CSIDriver>(CSI_DRIVERS, '', csi.driver, options);
      if (driver.ok && driver.value.spec.attachRequired === false) continue;
      mounts.push({ volume: v.name, unique: uniqueName(volume.value) });
    }
    return mounts;
  }

  /** The next report of the node's status tells what is in use; before that nothing is mounted. */
  private *report(pod: Pod, mounts: readonly Mount[], cause: StepId): Process<void> {
    this.inUse.set(
      pod.metadata.uid ?? '',
      mounts.map((m) => m.unique),
    );
    if (this.volumesInUse.join() === this.reported) return;
    const { kernel } = this.ctx;
    yield* sleep(kernel, STATUS_TICK - ((kernel.now - this.startedAt) % STATUS_TICK));
    yield* this.write(cause);
  }

  private *write(cause: StepId): Process<void> {
    const volumesInUse = this.volumesInUse;
    if (volumesInUse.join() === this.reported) return;
    const status = { volumesInUse: volumesInUse.length > 0 ? volumesInUse : null };
    const options = { causes: [cause], subresource: 'status' };
    const done = yield* this.ctx.client.patch(NODES, '', this.node, 'strategic', { status }, options);
    if (done.ok) this.reported = volumesInUse.join();
  }

  private *attached(mounts: readonly Mount[], cause: StepId): Process<boolean> {
    const node = yield* this.ctx.client.get(NODES, '', this.node, { causes: [cause] });
    const there = new Set((node.ok ? node.value.status?.volumesAttached : undefined)?.map((v) => v.name));
    return mounts.every((m) => there.has(m.unique));
  }

  private stage(pod: Pod, mounts: readonly Mount[], cause: StepId): StepId {
    return this.ctx.record({
      kind: 'node',
      action: 'NodePublishVolume',
      object: podRef(pod),
      causes: [cause],
      text: `saw ${mounts.map((m) => m.volume).join(', ')} attached to its node: the CSI driver's node part stages and mounts it.`,
      detail: { type: 'node', api: 'CSI', call: 'NodeStageVolume, NodePublishVolume' },
    });
  }
}

/** One pod's wait for its volumes, which ends when the pod is to be stopped. */
export class Mounting {
  private readonly volumes: VolumeManager;
  private readonly scope: Scope;
  private stop: (() => void) | undefined;

  constructor(volumes: VolumeManager, scope: Scope) {
    this.volumes = volumes;
    this.scope = scope;
  }

  /** Undefined: it was cancelled. */
  *mount(pod: Pod, cause: StepId): Process<StepId | undefined> {
    return yield* wait<StepId | undefined>((resume) => {
      const mounting = new Scope();
      this.scope.onClose(() => mounting.close());
      const done = (step?: StepId): void => {
        if (this.stop === undefined) return;
        this.stop = undefined;
        mounting.close();
        resume(step);
      };
      this.stop = done;
      spawn(mounting, this.volumes.mount(pod, cause), done);
    });
  }

  cancel(): void {
    this.stop?.();
  }
}
