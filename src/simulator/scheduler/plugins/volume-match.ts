// Which volume suits a claim, and whether its class can make one for a node.
// Models component-helpers/storage/volume.FindMatchingVolume and checkVolumeProvisions of the scheduler's volume binder.
import type { PersistentVolume, PersistentVolumeClaim } from '../../../model/generated/core.v1.ts';
import type { StorageClass } from '../../../model/generated/storage.v1.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { wholeValue } from '../framework/quantity.ts';
import { compileSelector } from '../framework/selectors.ts';
import { className, volumeFitsNode } from './volumes.ts';

/** Volumes promised to claims in attempts whose writes are still under way. */
export class VolumeAssumptions {
  private readonly claims = new Map<string, string>();

  take(volume: PersistentVolume, claim: PersistentVolumeClaim): void {
    this.claims.set(volume.metadata.name ?? '', keyOf(claim));
  }

  release(volume: PersistentVolume): void {
    this.claims.delete(volume.metadata.name ?? '');
  }

  /** The claim `namespace/name` that holds the volume, by promise or by its claimRef. */
  holder(volume: PersistentVolume): string | undefined {
    const ref = volume.spec?.claimRef;
    return ref === undefined ? this.claims.get(volume.metadata.name ?? '') : `${ref.namespace}/${ref.name}`;
  }
}

function keyOf(claim: PersistentVolumeClaim): string {
  return `${claim.metadata.namespace}/${claim.metadata.name}`;
}

function size(volume: PersistentVolume): number {
  return wholeValue(volume.spec?.capacity?.storage ?? 0);
}

/** Large enough, of the same mode and attributes, and not being deleted: what even a volume kept for the claim must be. */
function couldServe(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (
    volume.metadata.deletionTimestamp === undefined &&
    (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
    (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '') &&
    size(volume) >= wholeValue(claim.spec?.resources?.requests?.storage ?? 0)
  );
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if ((volume.status?.phase ?? 'Available') !== 'Available') return false;
  const modes = volume.spec?.accessModes ?? [];
  if (!(claim.spec?.accessModes ?? []).every((m) => modes.includes(m))) return false;
  return (
    claim.spec?.selector === undefined || compileSelector(claim.spec.selector).matches(volume.metadata.labels ?? {})
  );
}

/** One that was kept for a claim of this name that is gone is for nobody. */
function isFor(volume: PersistentVolume, holder: string, claim: PersistentVolumeClaim): boolean {
  const uid = volume.spec?.claimRef?.uid;
  return holder === keyOf(claim) && (!uid || uid === claim.metadata.uid);
}

/** The smallest volume of the claim's class that suits; one kept for this very claim, or none but that. */
export function matchVolume(
  claim: PersistentVolumeClaim,
  node: NodeInfo,
  cluster: ClusterLookup,
  taken: VolumeAssumptions,
  used: ReadonlySet<string>,
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of cluster.volumes()) {
    if (className(volume) !== className(claim) || used.has(volume.metadata.name ?? '')) continue;
    const holder = taken.holder(volume);
    if ((holder !== undefined && !isFor(volume, holder, claim)) || !couldServe(volume, claim)) continue;
    const reachable = volumeFitsNode(volume, node.labels, node.name);
    if (holder !== undefined) return reachable ? volume : undefined;
    if (!reachable || !suits(volume, claim)) continue;
    if (best === undefined || size(volume) < size(best)) best = volume;
  }
  return best;
}

export type Provision = 'can' | 'cannot' | 'full';

/** Whether the claim's class can make a volume within reach of the node. Models checkVolumeProvisions. */
export function provision(claim: PersistentVolumeClaim, node: NodeInfo, cluster: ClusterLookup): Provision {
  const found = cluster.storageClass(className(claim));
  if (found === undefined || found.provisioner === 'kubernetes.io/no-provisioner') return 'cannot';
  const terms = found.allowedTopologies ?? [];
  const fits = terms.some((t) =>
    (t.matchLabelExpressions ?? []).every((e) => e.values.includes(node.labels[e.key] ?? '\0')),
  );
  if (terms.length > 0 && !fits) return 'cannot';
  return hasRoom(claim, found, node, cluster) ? 'can' : 'full';
}

/** Drivers that opted in tell how much is left where. Models hasEnoughCapacity. */
function hasRoom(claim: PersistentVolumeClaim, found: StorageClass, node: NodeInfo, cluster: ClusterLookup): boolean {
  const wanted = claim.spec?.resources?.requests?.storage;
  if (wanted === undefined || cluster.csiDriver(found.provisioner)?.spec.storageCapacity !== true) return true;
  for (const c of cluster.storageCapacities()) {
    const limit = c.maximumVolumeSize ?? c.capacity;
    if (c.storageClassName !== found.metadata.name || limit === undefined) continue;
    if (wholeValue(limit) >= wholeValue(wanted) && compileSelector(c.nodeTopology).matches(node.labels)) return true;
  }
  return false;
}

/** Small claims take their pick first. */
export function bySize(claims: readonly PersistentVolumeClaim[]): readonly PersistentVolumeClaim[] {
  if (claims.length < 2) return claims;
  const of = (c: PersistentVolumeClaim): number => wholeValue(c.spec?.resources?.requests?.storage ?? 0);
  return claims.toSorted((a, b) => of(a) - of(b));
}
