// «Where would it be scheduled?»: the pods that come of an object of a manifest are taken through admission on a copy of the
// cluster, and through the scheduler's plugins against the cluster as it is. Nothing is written, recorded or drawn there.
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import { controllerOf, isRecord, type KubeObject } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import { resourceForKind } from '../../model/resources.ts';
import type { ScheduleDetail } from '../../trace/step.ts';
import type { ApiServer } from '../apiserver/index.ts';
import { type Explained, schedulePods } from '../scheduler/schedule-pods.ts';
import { assume, Beside, except } from './beside.ts';
import { Claims } from './claims.ts';
import { withDevices } from './devices.ts';
import { type Drafts, draftsOf, someOf } from './pods.ts';
import { Scratch } from './scratch.ts';

export interface PlacedPod {
  /** The node; null where the pod would stay Pending. */
  readonly chosen: string | null;
  /** What FailedScheduling would say. */
  readonly message: string | null;
  /** Where preemption would make room, and who would have to go (`namespace/name`). */
  readonly nominated?: string;
  readonly victims: readonly string[];
  readonly detail: ScheduleDetail;
}

export interface WouldSchedule {
  /** An object of this name is there already; the notes say what becomes of its pods. */
  readonly exists: boolean;
  /** Pods that the object asks for; the answer tells of the first `MOST`. */
  readonly wanted: number;
  readonly pods: readonly PlacedPod[];
  /** What was assumed or left out for this object, in sentences. */
  readonly notes: readonly string[];
}

/** Pods of one object that are worth a look. */
const MOST = 20;
const SCHEDULER = 'default-scheduler';
/** What the scheduler's plugins look up, besides nodes. */
const CONSULTED = [
  ['v1', 'Pod'],
  ['v1', 'Namespace'],
  ['v1', 'Service'],
  ['v1', 'ReplicationController'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'PersistentVolume'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['storage.k8s.io/v1', 'CSINode'],
  ['storage.k8s.io/v1', 'CSIDriver'],
  ['storage.k8s.io/v1', 'CSIStorageCapacity'],
  ['storage.k8s.io/v1', 'VolumeAttachment'],
  ['resource.k8s.io/v1', 'ResourceClaim'],
  ['resource.k8s.io/v1', 'DeviceClass'],
  ['resource.k8s.io/v1', 'ResourceSlice'],
] as const;
/** Their controllers take a pod away before they make its successor; a Job has to go itself before there can be another. */
const REPLACES = new Set(['StatefulSet', 'DaemonSet', 'Job']);

export interface WhatIfOptions {
  readonly seed: string;
  /** For an object that names none. */
  readonly namespace: string;
  /** Other objects of the manifest. Those that decide where a pod may go count as applied before it. */
  readonly beside?: readonly KubeObject[];
}

/** What else is known to whoever asks. */
export interface Given extends Pick<WhatIfOptions, 'beside'> {
  /** Another cluster's objects, to ask about that one. */
  readonly snapshot?: readonly KubeObject[];
}

/** Throws RefusedError for what cannot be answered, such as an object that the API server would refuse. */
export function wouldSchedule(server: ApiServer, object: KubeObject, options: WhatIfOptions): WouldSchedule {
  return answer(Scratch.of(server, `${options.seed}/what-if`), object, options);
}

/**
 * The same for a cluster of which there is only a snapshot: its namespaces, quotas and classes count, its own plugins, policies
 * and webhooks do not. Throws RefusedError.
 */
export function wouldScheduleOn(
  snapshot: readonly KubeObject[],
  object: KubeObject,
  options: WhatIfOptions,
): WouldSchedule {
  const scratch = Scratch.with(snapshot, `${options.seed}/what-if`);
  const kinds = new Set(snapshot.map((o) => o.kind));
  const untold = except(options.beside ?? []);
  const assumed = assume(
    scratch,
    placed(object, options.namespace),
    (kind, name) => !kinds.has(kind) && untold(kind, name),
  );
  const { notes, ...rest } = answer(scratch, object, options);
  return { ...rest, notes: [...assumed, ...notes] };
}

function answer(scratch: Scratch, object: KubeObject, options: WhatIfOptions): WouldSchedule {
  const { seed, namespace, beside = [] } = options;
  const asked = ask(scratch, object, { namespace, beside, most: MOST });
  const decisions = decide(scratch, scratch.all<Node>('v1', 'Node'), asked.pods, seed);
  return {
    exists: asked.exists,
    wanted: asked.wanted,
    notes: asked.notes,
    pods: decisions.map(({ chosen, message, nominated, victims, detail }) => ({
      chosen,
      message,
      victims,
      detail,
      ...(nominated === undefined ? {} : { nominated }),
    })),
  };
}

export interface Asked {
  readonly exists: boolean;
  readonly wanted: number;
  /** Admitted, and stored in the copy. */
  readonly pods: readonly Pod[];
  readonly notes: readonly string[];
}

/** Makes the pods of an object on the copy. Throws RefusedError where the object itself is refused. */
export function ask(
  scratch: Scratch,
  object: KubeObject,
  { namespace, beside, most }: { namespace: string; beside: readonly KubeObject[]; most: number },
): Asked {
  const wished = placed(object, namespace);
  const claims = new Claims(scratch);
  const known = scratch.same(wished);
  const counted = new Beside(scratch, claims).add(beside.map((o) => placed(o, namespace)));
  const away = known ? makeWay(scratch, known) : [];
  const warned: string[] = [];
  const made = scratch.create(wished, (w) => warned.push(`kube-apiserver warns: ${w}.`));
  const drafts: Drafts =
    made.kind === 'Pod' ? { wanted: 1, drafts: [{ pod: made as Pod }], notes: [] } : draftsOf(made, scratch, most);
  const { pods, refused } = admit(scratch, claims, drafts, made.kind === 'Pod');
  const hooks = scratch.unasked;
  const notes = [
    ...warned,
    ...away,
    ...(drafts.drafts.length < drafts.wanted ? [`Of ${drafts.wanted} pods the first ${most} are looked at.`] : []),
    ...drafts.notes,
    ...refused,
    ...counted,
    ...claims.notes(),
    ...(hooks.length > 0 ? [`Webhooks were not asked, and may refuse or change the pods: ${someOf(hooks)}.`] : []),
  ];
  return { exists: known !== undefined, wanted: drafts.wanted, pods, notes };
}

/** Where the pods would go, one after the other, among what is in the copy. */
export function decide(scratch: Scratch, nodes: readonly Node[], pods: readonly Pod[], seed: string): Explained[] {
  const otherObjects = CONSULTED.flatMap(([apiVersion, kind]) => scratch.all(apiVersion, kind));
  return schedulePods(nodes, pods, { seed, otherObjects });
}

/** In its namespace, if its kind has one. */
export function placed(o: KubeObject, namespace: string): KubeObject {
  const namespaced = resourceForKind(o.apiVersion ?? '', o.kind ?? '')?.namespaced ?? true;
  if (!namespaced || !isRecord(o.metadata) || o.metadata.namespace) return o;
  return { ...o, metadata: { ...o.metadata, namespace } };
}

/** An object of the same name gives up its place in the copy. Says what becomes of its pods. */
function makeWay(scratch: Scratch, known: KubeObject): string[] {
  scratch.remove(known);
  const what = `${known.kind} ${known.metadata.name}`;
  if (known.kind === 'CronJob' || known.kind === 'PodTemplate') return [];
  if (known.kind === 'Pod')
    return [`${what} is there already: it does not count, since it has to go before there can be another.`];
  if (!REPLACES.has(known.kind ?? ''))
    return [`${what} is there already: its pods count as running, and these would come on top.`];
  const own = scratch.all<Pod>('v1', 'Pod').filter((p) => controllerOf(p)?.uid === known.metadata.uid);
  for (const pod of own) scratch.remove(pod);
  return [`${what} is there already: its pods do not count, since each goes before another takes its place.`];
}

/** The pods as the API server would store them, up to the first that it would refuse. */
function admit(
  scratch: Scratch,
  claims: Claims,
  { drafts, wanted }: Drafts,
  made: boolean,
): { pods: readonly Pod[]; refused: readonly string[] } {
  const pods: Pod[] = [];
  for (const draft of drafts) {
    try {
      for (const claim of draft.claims ?? []) claims.ensure(claim);
      const pod = made ? draft.pod : scratch.create(draft.pod);
      ours(pod);
      claims.ensureFor(pod);
      pods.push(withDevices(scratch, pod));
    } catch (error) {
      if (!(error instanceof RefusedError) || made || error.remedy !== undefined) throw error;
      const how = pods.length === 0 ? 'None of the pods' : `Only ${pods.length} of the ${wanted} pods`;
      return { pods, refused: [`${how} would be made: ${error.message}`] };
    }
  }
  return { pods, refused: [] };
}

/** Only what kube-scheduler would take up at all. */
function ours({ spec }: Pod): void {
  const remedy = 'Only pods that kube-scheduler places can be asked about.';
  if (spec?.nodeName) {
    const why = `spec.nodeName is set: kube-scheduler has no say, the kubelet of ${spec.nodeName} takes it.`;
    throw new RefusedError(why, remedy);
  }
  if (spec?.schedulerName && spec.schedulerName !== SCHEDULER) {
    const why = `spec.schedulerName is ${spec.schedulerName}: kube-scheduler leaves the pod alone.`;
    throw new RefusedError(why, remedy);
  }
}
