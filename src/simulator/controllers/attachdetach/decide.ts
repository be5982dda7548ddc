// Which volumes have to be attached where, and which may go: pure. Models pkg/controller/volume/attachdetach (cache,
// reconciler) and pkg/volume/csi/csi_attacher.go, v1.36.
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../../../model/base64.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type { VolumeAttachment } from '../../../model/generated/storage.v1.ts';
import { isPodTerminal } from '../common/pods.ts';
import { claimsOf } from '../protection/controller.ts';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
/** Source: maxWaitForUnmountDuration in attachdetach, 6 min. Milliseconds. */
export const UNMOUNT_WAIT = 360_000;

export interface Wanted {
  readonly volume: PersistentVolume;
  readonly node: string;
  readonly pods: readonly Pod[];
}

export interface Lookup {
  readonly claim: (key: string) => PersistentVolumeClaim | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  /** Whether volumes of a CSI driver have to be attached. */
  readonly attaches: (driver: string) => boolean;
}

export function keyFor(volume: string, node: string): string {
  return `${volume}/${node}`;
}

/** What the pods on nodes need, by volume and node. A pod that has ended needs nothing. */
export function wanted(pods: Iterable<Pod>, { claim, volume, attaches }: Lookup): Map<string, Wanted> {
  const out = new Map<string, { volume: PersistentVolume; node: string; pods: Pod[] }>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName;
    if (!node || isPodTerminal(pod)) continue;
    for (const name of claimsOf(pod)) {
      const found = volume(claim(`${pod.metadata.namespace}/${name}`)?.spec?.volumeName ?? '');
      const driver = found?.spec?.csi?.driver;
      if (found === undefined || driver === undefined || !attaches(driver)) continue;
      const key = keyFor(found.metadata.name ?? '', node);
      const known = out.get(key);
      if (known === undefined) out.set(key, { volume: found, node, pods: [pod] });
      else known.pods.push(pod);
    }
  }
  return out;
}

/** `csi-` and the SHA-256 of volume handle, driver and node. */
export function attachmentName(handle: string, driver: string, node: string): string {
  return `csi-${[...sha256(utf8(handle + driver + node))].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/** As volumesAttached and volumesInUse name a volume. */
export function uniqueName(v: PersistentVolume): string {
  return `kubernetes.io/csi/${v.spec?.csi?.driver ?? ''}^${v.spec?.csi?.volumeHandle ?? ''}`;
}

export function mayBeShared(v: PersistentVolume): boolean {
  const modes = v.spec?.accessModes ?? [];
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany');
}

export function isOutOfService(node: Node | undefined): boolean {
  return node?.spec?.taints?.some((t) => t.key === OUT_OF_SERVICE) ?? false;
}

/** Whether the kubelet has unmounted the volume, or nobody need wait for it any longer. */
export function mayDetach(node: Node | undefined, name: string, waitedMs: number): boolean {
  if (node === undefined || isOutOfService(node) || waitedMs > UNMOUNT_WAIT) return true;
  return !(node.status?.volumesInUse ?? []).includes(name);
}

/** What FailedAttachVolume says; `others`: the pods that use the volume elsewhere. */
export function multiAttachMessage(volume: string, pod: Pod, others: readonly Pod[]): string {
  const text = `Multi-Attach error for volume "${volume}" Volume is already`;
  if (others.length === 0) return `${text} exclusively attached to one node and can't be attached to another`;
  const near = others.filter((p) => p.metadata.namespace === pod.metadata.namespace).map((p) => p.metadata.name);
  const far = others.length - near.length;
  if (near.length === 0) return `${text} used by ${far} pod(s) in different namespaces`;
  const more = far > 0 ? ` and ${far} pod(s) in different namespaces` : '';
  return `${text} used by pod(s) ${near.join(', ')}${more}`;
}

export function attachmentFor({ volume, node }: Wanted): VolumeAttachment {
  const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName(volumeHandle, driver, node) },
    spec: { attacher: driver, nodeName: node, source: { persistentVolumeName: volume.metadata.name ?? '' } },
  };
}
