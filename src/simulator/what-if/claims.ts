// Claims that a question has made: what the volume binder and a provisioner would do with them before the pod is scheduled.
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../model/generated/core.v1.ts';
import type { StorageClass } from '../../model/generated/storage.v1.ts';
import { claimFor } from '../controllers/ephemeral/controller.ts';
import { bestVolume, boundClaim, boundVolume, claimStatus } from '../controllers/pvbinder/decide.ts';
import { className } from '../scheduler/plugins/volumes.ts';
import { someOf } from './pods.ts';
import type { Scratch } from './scratch.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export class Claims {
  private readonly scratch: Scratch;
  /** By the provisioner that makes their volumes. */
  private readonly later = new Map<string, string[]>();
  private readonly atOnce = new Map<string, string[]>();

  constructor(scratch: Scratch) {
    this.scratch = scratch;
  }

  /** Makes the claim where there is none, and binds it if that needs no pod. */
  ensure(claim: PersistentVolumeClaim): void {
    if (this.scratch.same(claim) === undefined) this.settle(this.scratch.create(claim));
  }

  /** Those of generic ephemeral volumes. */
  ensureFor(pod: Pod): void {
    for (const volume of pod.spec?.volumes ?? []) {
      const claim = claimFor(pod, volume);
      if (claim) this.ensure(claim);
    }
  }

  settle(claim: PersistentVolumeClaim): void {
    if (claim.spec?.volumeName) return;
    const { scratch } = this;
    const found = scratch.find<StorageClass>('storage.k8s.io/v1', 'StorageClass', '', className(claim));
    const waits = found?.volumeBindingMode === 'WaitForFirstConsumer';
    const volume = bestVolume(scratch.all<PersistentVolume>('v1', 'PersistentVolume'), claim, waits);
    if (volume) {
      this.bind(claim, volume);
    } else if (found && found.provisioner !== NO_PROVISIONER) {
      note(waits ? this.later : this.atOnce, found.provisioner, claim.metadata.name ?? '');
      if (!waits) this.bind(claim, provisioned(claim));
    }
  }

  private bind(claim: PersistentVolumeClaim, volume: PersistentVolume): void {
    const held = boundVolume(volume, claim) ?? volume;
    this.scratch.put({ ...held, status: { ...held.status, phase: 'Bound' } } as PersistentVolume);
    const bound = boundClaim(claim, volume) ?? claim;
    this.scratch.put({
      ...bound,
      status: claimStatus(claim, 'Bound', volume) ?? claim.status,
    } as PersistentVolumeClaim);
  }

  /** What was assumed, in sentences. */
  notes(): string[] {
    return [
      ...[...this.later].map(
        ([by, claims]) =>
          `Once a pod has its node, ${by} has to make the volume of its claim (${someOf(claims)}) there; whether it can was not asked.`,
      ),
      ...[...this.atOnce].map(
        ([by, claims]) =>
          `Taken as made by ${by} before the pods are scheduled, and as within reach of every node: the volume of ${someOf(claims)}.`,
      ),
    ];
  }
}

function note(to: Map<string, string[]>, provisioner: string, claim: string): void {
  to.set(provisioner, [...(to.get(provisioner) ?? []), claim]);
}

/** The volume of a class that binds immediately, which no node is too far for. */
function provisioned({ metadata, spec }: PersistentVolumeClaim): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${metadata.uid}` },
    spec: {
      ...(spec?.accessModes ? { accessModes: spec.accessModes } : {}),
      ...(spec?.resources?.requests ? { capacity: spec.resources.requests } : {}),
      ...(spec?.storageClassName ? { storageClassName: spec.storageClassName } : {}),
      ...(spec?.volumeMode ? { volumeMode: spec.volumeMode } : {}),
    },
    status: { phase: 'Available' },
  } as PersistentVolume;
}
