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

const isRefTo =
  (apiVersion: string, kind: string, name: string | undefined) =>
  (r: OwnerReference): boolean =>
    r.apiVersion === apiVersion && r.kind === kind && r.name === name;
const ofSet = (set: StatefulSet): ((r: OwnerReference) => boolean) => isRefTo(API, KIND, set.metadata.name);
const ofPod = (pod: Pod): ((r: OwnerReference) => boolean) => isRefTo('v1', 'Pod', pod.metadata.name);

/** Another controller manages the claim, or an earlier set or pod of the same name. Models hasUnexpectedController. */
export function isConflicting(set: StatefulSet, pod: Pod, known: Owners): boolean {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false;
  return known.some((r) => {
    if (ofSet(set)(r)) return r.uid !== set.metadata.uid;
    return ofPod(pod)(r) ? r.uid !== pod.metadata.uid : r.controller === true;
  });
}

/**
 * Who owns the claims under the policy: the set, the pod that is going, or nobody. Undefined: already so, or not to be
 * touched. Models isClaimOwnerUpToDate and updateClaimOwnerRefForSetAndPod.
 */
export function claimOwners(set: StatefulSet, pod: Pod, known: Owners): Owners | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const [setUid, podUid] = [set.metadata.uid ?? '', pod.metadata.uid ?? ''];
  const isStale = (mine: OwnerReference | undefined, uid: string): boolean => mine !== undefined && mine.uid !== uid;
  if (isStale(known.find(ofSet(set)), setUid) || isStale(known.find(ofPod(pod)), podUid)) return undefined;
  const ours = known.filter((r) => r.uid === setUid || r.uid === podUid);
  const others = known.filter((r) => !ofSet(set)(r) && !ofPod(pod)(r));
  if (isConflicting(set, pod, known)) return ours.length > 0 ? others : undefined;
  const condemned = !inRange(set, ordinalOf(set, pod));
  const byPod = whenScaled === 'Delete' && condemned;
  const bySet = whenDeleted === 'Delete' && !byPod;
  const owns = (uid: string): boolean => ours.some((r) => r.uid === uid);
  if (ours.every((r) => r.controller) && owns(setUid) === bySet && owns(podUid) === byPod) return undefined;
  const ref = (apiVersion: string, kind: string, name: string, uid: string): OwnerReference => ({
    apiVersion,
    kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  });
  return [
    ...others,
    ...(bySet ? [ref(API, KIND, set.metadata.name ?? '', setUid)] : []),
    ...(byPod ? [ref('v1', 'Pod', pod.metadata.name ?? '', podUid)] : []),
  ];
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
    for (const { metadata } of this.known(set, pod)) {
      if (!isConflicting(set, pod, metadata.ownerReferences ?? [])) continue;
      // The slip of the pen is upstream's.
      const message = `PersistentVolumeClaim ${metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
      const subject = { apiVersion: API, kind: KIND, object: set };
      this.events.event(subject, 'Warning', 'ConflictingController', message, causes);
    }
    for (const next of this.toChange(set, pod)) {
      const done = yield* this.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, next, { causes });
      if (!done.ok)
        return `could not update claim ${next.metadata.name} for delete policy ownerRefs: ${done.status.message}`;
    }
    return undefined;
  }

  /** The claims as they should be. */
  private toChange(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return this.known(set, pod).flatMap((claim) => {
      const owners = claimOwners(set, pod, claim.metadata.ownerReferences ?? []);
      if (owners === undefined) return [];
      const { ownerReferences: _, ...rest } = claim.metadata;
      const metadata = owners.length > 0 ? { ...rest, ownerReferences: owners } : rest;
      return [{ ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata }];
    });
  }

  /** Those that the cache shows; any other is left to the next sync. */
  private known(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return claimsFor(set, ordinalOf(set, pod)).flatMap(
      ({ metadata }) => this.informer.get(`${metadata.namespace}/${metadata.name}`) ?? [],
    );
  }
}
