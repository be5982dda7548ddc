// The attach/detach controller: asks for a volume to be attached where a pod needs it, and to be detached where none does.
// Models pkg/controller/volume/attachdetach, v1.36. What attaches is the CSI driver's external-attacher.
import { MINUTE, MS } from '../../../kernel/kernel.ts';
import { type Process, spawn } from '../../../kernel/process.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type { CSIDriver, VolumeAttachment } from '../../../model/generated/storage.v1.ts';
import { type KubeObject, keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import * as kinds from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import * as decide from './decide.ts';

/** Source: reconcilerLoopPeriod, 100 ms: here the loop turns when something has changed. */
const LOOP = 100 * MS;
/** Source: csiTimeout in pkg/volume/csi, 2 min: how long an attacher may take. */
const ATTACH_TIMEOUT = 2 * MINUTE;

type Wanted = decide.Wanted;

export class AttachDetachController {
  private readonly ctx: ComponentContext;
  private readonly events: EventRecorder;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly attachments: Informer<VolumeAttachment>;
  private readonly drivers: Informer<CSIDriver>;
  /** Since when (ms) nobody has needed an attachment, by its name. */
  private readonly unneeded = new Map<string, number>();
  /** Attachments that were asked for, with the time (µs) and the pods that wait; until they are attached. */
  private readonly asked = new Map<string, { at: number; wanted: Wanted }>();
  private readonly reported = new Set<string>();
  private causes: StepId[] = [];
  private scheduled = false;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.events = new EventRecorder(ctx, 'attachdetach-controller');
    this.pods = ctx.informers.of(kinds.PODS);
    this.nodes = ctx.informers.of(kinds.NODES);
    this.claims = ctx.informers.of(kinds.PERSISTENT_VOLUME_CLAIMS);
    this.volumes = ctx.informers.of(kinds.PERSISTENT_VOLUMES);
    this.attachments = ctx.informers.of(kinds.VOLUME_ATTACHMENTS);
    this.drivers = ctx.informers.of(kinds.CSI_DRIVERS);
    const all = [this.pods, this.nodes, this.claims, this.volumes, this.attachments, this.drivers];
    const synced = (): void => {
      if (all.every((i) => i.synced)) this.watch();
    };
    for (const informer of all) informer.onSynced(synced);
  }

  private watch(): void {
    const poke = (_: KubeObject, cause: StepId): void => this.poke(cause);
    const changed = (_: KubeObject, __: KubeObject, cause: StepId): void => this.poke(cause);
    const usesClaims = (p: Pod): boolean =>
      p.spec?.volumes?.some((v) => v.persistentVolumeClaim ?? v.ephemeral) ?? false;
    const pod = (p: Pod, cause: StepId): void => {
      if (usesClaims(p)) this.poke(cause);
    };
    this.pods.onChange({
      add: pod,
      update: (p, old, cause) => {
        if (p.spec?.nodeName !== old.spec?.nodeName || p.status?.phase !== old.status?.phase) pod(p, cause);
      },
      remove: (p, cause) => {
        for (const key of this.reported) if (key.startsWith(`${p.metadata.uid}/`)) this.reported.delete(key);
        pod(p, cause);
      },
    });
    this.claims.onChange({ update: changed });
    this.attachments.onChange({ add: poke, update: changed, remove: poke });
    this.nodes.onChange({
      update: (n, old, cause) => {
        const inUse = (x: Node): string => (x.status?.volumesInUse ?? []).join();
        if (inUse(n) !== inUse(old) || decide.isOutOfService(n) !== decide.isOutOfService(old)) this.poke(cause);
      },
      remove: poke,
    });
  }

  private poke(cause: StepId): void {
    if (cause !== 0 && !this.causes.includes(cause)) this.causes = [...this.causes.slice(-7), cause];
    if (this.scheduled) return;
    // A cluster without such volumes has nothing to reconcile.
    if (this.attachments.size === 0 && ![...this.volumes.all()].some((v) => v.spec?.csi !== undefined)) return;
    this.scheduled = true;
    this.ctx.kernel.schedule(LOOP, () => {
      if (this.ctx.scope.alive) spawn(this.ctx.scope, this.reconcile());
    });
  }

  private later(us: number): void {
    this.ctx.kernel.schedule(us, () => this.poke(0), true);
  }

  private *reconcile(): Process<void> {
    const { causes } = this;
    this.causes = [];
    const wanted = decide.wanted(this.pods.all(), {
      claim: (key) => this.claims.get(key),
      volume: (name) => this.volumes.get(name),
      attaches: (driver) => this.drivers.get(driver)?.spec.attachRequired ?? true,
    });
    const here = new Map<string, VolumeAttachment>();
    for (const a of this.attachments.all()) {
      const { persistentVolumeName = '' } = a.spec.source;
      // An attachment of a volume that is not there is somebody else's (processVolumeAttachments skips it).
      const ours = this.volumes.get(persistentVolumeName) !== undefined || this.asked.has(a.metadata.name ?? '');
      if (ours) here.set(decide.keyFor(persistentVolumeName, a.spec.nodeName), a);
    }
    // Detaches come first: a volume may have to leave one node for another.
    for (const [key, a] of here) {
      if (wanted.has(key)) this.unneeded.delete(keyOf(a));
      else if (a.metadata.deletionTimestamp === undefined) yield* this.detach(a, causes);
    }
    for (const [key, w] of wanted) {
      const a = here.get(key);
      if (a === undefined) yield* this.attach(w, [...here.values()], wanted, causes);
      else this.waited(a, w, causes);
    }
    yield* this.reportAttached(here, wanted, causes);
    this.scheduled = false;
    if (this.causes.length > 0) this.poke(0);
  }

  private *attach(
    w: Wanted,
    attachments: readonly VolumeAttachment[],
    wanted: ReadonlyMap<string, Wanted>,
    causes: readonly StepId[],
  ): Process<void> {
    const { name = '' } = w.volume.metadata;
    const elsewhere = attachments.filter(
      (a) => a.spec.source.persistentVolumeName === name && a.spec.nodeName !== w.node,
    );
    if (elsewhere.length > 0 && !decide.mayBeShared(w.volume)) {
      const others = elsewhere.flatMap((a) => wanted.get(decide.keyFor(name, a.spec.nodeName))?.pods ?? []);
      this.reportMultiAttach(w, others, causes);
      return;
    }
    const attachment = decide.attachmentFor(w);
    if (this.asked.has(attachment.metadata.name ?? '')) return;
    const step = this.record(w.volume, 'AttachVolume', causes, {
      text: `${w.pods.map((p) => p.metadata.name).join(', ')} on ${w.node} needs ${name} → asks for it to be attached there.`,
      inputs: { node: w.node, volume: name, pods: w.pods.length },
    });
    this.asked.set(attachment.metadata.name ?? '', { at: this.ctx.kernel.now, wanted: w });
    yield* this.ctx.client.create<VolumeAttachment>(kinds.VOLUME_ATTACHMENTS, attachment, { causes: [step] });
    this.later(ATTACH_TIMEOUT + LOOP);
  }

  private reportMultiAttach(w: Wanted, others: readonly Pod[], causes: readonly StepId[]): void {
    for (const pod of w.pods) {
      const key = `${pod.metadata.uid}/${w.volume.metadata.name}`;
      if (this.reported.has(key)) continue;
      this.reported.add(key);
      const message = decide.multiAttachMessage(w.volume.metadata.name ?? '', pod, others);
      this.say(pod, 'Warning', 'FailedAttachVolume', message, causes);
    }
  }

  /** Tells the pods when the driver is done, or takes too long. */
  private waited(a: VolumeAttachment, w: Wanted, causes: readonly StepId[]): void {
    const name = a.metadata.name ?? '';
    const asked = this.asked.get(name);
    const volume = w.volume.metadata.name ?? '';
    if (asked === undefined) return;
    if (a.status?.attached) {
      this.asked.delete(name);
      const message = `AttachVolume.Attach succeeded for volume "${volume}" `;
      for (const pod of asked.wanted.pods) this.say(pod, 'Normal', 'SuccessfulAttachVolume', message, causes);
    } else if (this.ctx.kernel.now - asked.at > ATTACH_TIMEOUT) {
      asked.at = this.ctx.kernel.now;
      this.later(ATTACH_TIMEOUT + LOOP);
      const why = `timed out waiting for external-attacher of ${a.spec.attacher} CSI driver to attach volume ${w.volume.spec?.csi?.volumeHandle}`;
      const message = `AttachVolume.Attach failed for volume "${volume}" : ${why}`;
      for (const pod of w.pods) this.say(pod, 'Warning', 'FailedAttachVolume', message, causes);
    }
  }

  private *detach(a: VolumeAttachment, causes: readonly StepId[]): Process<void> {
    const { name = '' } = a.metadata;
    const now = this.ctx.kernel.wallMs;
    const since = this.unneeded.get(name) ?? now;
    if (!this.unneeded.has(name)) this.later(decide.UNMOUNT_WAIT * MS + LOOP);
    this.unneeded.set(name, since);
    const volume = this.volumes.get(a.spec.source.persistentVolumeName ?? '');
    const unique = volume === undefined ? '' : decide.uniqueName(volume);
    const node = this.nodes.get(a.spec.nodeName);
    if (!decide.mayDetach(node, unique, now - since)) return;
    const inUse = node?.status?.volumesInUse?.includes(unique) ?? false;
    const why = inUse
      ? 'the kubelet has not said that it is unmounted, and nobody waits longer'
      : 'it is unmounted there';
    const step = this.record(volume ?? a, 'DetachVolume', causes, {
      text: `no pod on ${a.spec.nodeName} needs ${a.spec.source.persistentVolumeName} and ${why} → asks for it to be detached.`,
      inputs: { node: a.spec.nodeName, inUse, waitedSeconds: (now - since) / 1000 },
    });
    // First the node's status: what is not reported there may not be mounted any more.
    if (node !== undefined) yield* this.writeAttached(node, (names) => names.filter((n) => n !== unique), [step]);
    yield* this.ctx.client.delete(kinds.VOLUME_ATTACHMENTS, '', name, {}, { causes: [step] });
    this.asked.delete(name);
    this.unneeded.delete(name);
  }

  private *reportAttached(
    here: ReadonlyMap<string, VolumeAttachment>,
    wanted: ReadonlyMap<string, Wanted>,
    causes: readonly StepId[],
  ): Process<void> {
    const byNode = new Map<string, string[]>();
    for (const [key, { volume, node }] of wanted) {
      const a = here.get(key);
      if (a?.status?.attached && a.metadata.deletionTimestamp === undefined)
        byNode.set(node, [...(byNode.get(node) ?? []), decide.uniqueName(volume)]);
    }
    for (const [name, attached] of byNode) {
      const node = this.nodes.get(name);
      if (node !== undefined) yield* this.writeAttached(node, (names) => [...new Set([...names, ...attached])], causes);
    }
  }

  private *writeAttached(node: Node, change: (names: string[]) => string[], causes: readonly StepId[]): Process<void> {
    const known = (node.status?.volumesAttached ?? []).map((v) => v.name);
    const next = change(known);
    if (next.join() === known.join()) return;
    const volumesAttached = next.length > 0 ? next.map((name) => ({ name, devicePath: '' })) : null;
    const { name = '' } = node.metadata;
    const options = { causes, subresource: 'status' };
    yield* this.ctx.client.patch(kinds.NODES, '', name, 'strategic', { status: { volumesAttached } }, options);
  }

  private say(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, causes: readonly StepId[]): void {
    this.events.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, type, reason, message, causes);
  }

  private record(
    o: PersistentVolume | VolumeAttachment,
    action: string,
    causes: readonly StepId[],
    { text, inputs }: { text: string; inputs: { [name: string]: string | number | boolean } },
  ): StepId {
    const { name = '', uid = '' } = o.metadata;
    const group = o.kind === 'VolumeAttachment' ? 'storage.k8s.io' : '';
    const resource = o.kind === 'VolumeAttachment' ? 'volumeattachments' : 'persistentvolumes';
    const kind = o.kind === 'VolumeAttachment' ? 'VolumeAttachment' : 'PersistentVolume';
    const object = { group, resource, kind, name, uid };
    return this.ctx.record({ kind: 'decide', action, object, causes, text, detail: { type: 'decide', inputs } });
  }
}
