// The PersistentVolumeClaims of a StatefulSet's pods: made before the pod, and kept or handed to the garbage collector as
// the retention policy says. Models pkg/controller/statefulset/stateful_pod_control.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { StatefulSet } from '../../../model/generated/apps.v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type { OwnerReference } from '../../../model/generated/meta.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Client } from '../../runtime/client.ts';
import type { Informer } from '../../runtime/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS } from '../../runtime/kinds.ts';
import type { EventRecorder } from '../../runtime/recorder.ts';
import { API, claimsFor, inRange, KIND, ordinalOf, podName } from './identity.ts';

type Owners = readonly OwnerReference[];

/** Who owns the claims under the policy: the set, the pod that is going, or nobody. Undefined: already so. */
export function claimOwners(set: StatefulSet, pod: Pod, known: Owners): Owners | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const condemned = !inRange(set, ordinalOf(set, pod));
  const byPod = whenScaled === 'Delete' && condemned;
  const bySet = whenDeleted === 'Delete' && !byPod;
  const [setUid, podUid] = [set.metadata.uid ?? '', pod.metadata.uid ?? ''];
  const ours = (r: OwnerReference): boolean => r.uid === setUid || (r.kind === 'Pod' && r.name === pod.metadata.name);
  const ref = (apiVersion: string, kind: string, name: string, uid: string): OwnerReference => ({
    apiVersion,
    kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  });
  const wanted: OwnerReference[] = [];
  if (bySet) wanted.push(ref(API, KIND, set.metadata.name ?? '', setUid));
  if (byPod) wanted.push(ref('v1', 'Pod', pod.metadata.name ?? '', podUid));
  const current = known.filter(ours);
  const same = current.length === wanted.length && wanted.every((w) => current.some((c) => c.uid === w.uid));
  return same ? undefined : [...known.filter((r) => !ours(r)), ...wanted];
}

export class Claims {
  private readonly client: Client;
  private readonly informer: Informer<PersistentVolumeClaim>;
  private readonly events: EventRecorder;

  constructor(client: Client, informer: Informer<PersistentVolumeClaim>, events: EventRecorder) {
    this.client = client;
    this.informer = informer;
    this.events = events;
  }

  /** Makes those that are missing; what went wrong, of all of them. Models createPersistentVolumeClaims. */
  *ensure(set: StatefulSet, ordinal: number, causes: readonly StepId[]): Process<string | undefined> {
    const subject = { apiVersion: API, kind: KIND, object: set };
    const errors: string[] = [];
    for (const claim of claimsFor(set, ordinal)) {
      const { namespace, name } = claim.metadata;
      const known = this.informer.get(`${namespace}/${name}`);
      if (known?.metadata.deletionTimestamp !== undefined) errors.push(`pvc ${name} is being deleted`);
      if (known !== undefined) continue;
      const made = yield* this.client.create<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, claim, { causes });
      const whose = `Claim ${name} Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`;
      if (made.ok) {
        this.events.event(subject, 'Normal', 'SuccessfulCreate', `Create ${whose} success`, [made.step]);
        continue;
      }
      errors.push(`failed to create PVC ${name}: ${made.status.message}`);
      if (made.status.reason === 'AlreadyExists') continue;
      const message = `Create ${whose.replace(' Pod ', ' for Pod ')} failed error: ${made.status.message}`;
      this.events.event(subject, 'Warning', 'FailedCreate', message, [made.step]);
    }
    if (errors.length < 2) return errors[0];
    return `[${[...new Set(errors)].join(', ')}]`;
  }

  /** A claim that goes with an earlier pod of the same name has to be gone first. Models PodClaimIsStale. */
  isStale(set: StatefulSet, ordinal: number): boolean {
    if (set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return false;
    return claimsFor(set, ordinal).some(({ metadata }) => {
      const owners = this.informer.get(`${metadata.namespace}/${metadata.name}`)?.metadata.ownerReferences ?? [];
      return owners.some((r) => r.kind === 'Pod' && r.name === podName(set, ordinal));
    });
  }

  /** Whether a claim has other owners than the retention policy wants. */
  isOff(set: StatefulSet, pod: Pod): boolean {
    return this.toChange(set, pod).length > 0;
  }

  *applyPolicy(set: StatefulSet, pod: Pod, causes: readonly StepId[]): Process<string | undefined> {
    for (const next of this.toChange(set, pod)) {
      const done = yield* this.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, next, { causes });
      if (!done.ok)
        return `could not update claim ${next.metadata.name} for delete policy ownerRefs: ${done.status.message}`;
    }
    return undefined;
  }

  /** The claims as they should be. One that the cache does not show yet is left to the next sync. */
  private toChange(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return claimsFor(set, ordinalOf(set, pod)).flatMap(({ metadata }) => {
      const known = this.informer.get(`${metadata.namespace}/${metadata.name}`);
      const owners = known === undefined ? undefined : claimOwners(set, pod, known.metadata.ownerReferences ?? []);
      if (known === undefined || owners === undefined) return [];
      const { ownerReferences: _, ...rest } = known.metadata;
      return [
        {
          ...known,
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: owners.length > 0 ? { ...rest, ownerReferences: owners } : rest,
        },
      ];
    });
  }
}
