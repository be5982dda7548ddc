// Which claims and volumes a pod uses, for the four volume plugins.
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../../model/generated/core.v1.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { type Labels, nodeSelectorMatches } from '../framework/selectors.ts';

/** The claim that a volume stands for: named, or made for the pod (generic ephemeral volume). */
export function claimName(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}

export function claimNames(pod: PodInfo): string[] {
  return (pod.pod.spec?.volumes ?? []).flatMap((v) => claimName(pod.pod, v) ?? []);
}

export function missingClaim(name: string): string {
  return `persistentvolumeclaim "${name}" not found`;
}

export const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

export function className(o: PersistentVolumeClaim | PersistentVolume): string {
  return o.metadata.annotations?.[BETA_CLASS] ?? o.spec?.storageClassName ?? '';
}

export function isBound(claim: PersistentVolumeClaim): boolean {
  return !!claim.spec?.volumeName && claim.metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;
}

/** Whether the claim waits for a pod before it is bound. */
export function waitsForConsumer(claim: PersistentVolumeClaim, cluster: ClusterLookup): boolean {
  const name = className(claim);
  return name !== '' && cluster.storageClass(name)?.volumeBindingMode === 'WaitForFirstConsumer';
}

export function volumeFitsNode(volume: PersistentVolume, labels: Labels, node: string): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return required === undefined || nodeSelectorMatches(required, labels, node);
}
