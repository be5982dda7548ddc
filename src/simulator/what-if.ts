// «Where would it be scheduled?»: an object of a manifest is taken through admission without being stored, and the pods that
// come of it through the scheduler's plugins, against the cluster as it is now. Nothing is written, recorded or drawn.
import { Random } from '../kernel/random.ts';
import type { Deployment, ReplicaSet } from '../model/generated/apps.v1.ts';
import type { Node, Pod } from '../model/generated/core.v1.ts';
import type { KubeObject } from '../model/object.ts';
import { RefusedError } from '../model/refused.ts';
import { type ResourceInfo, resourceForKind } from '../model/resources.ts';
import { isStatus } from '../model/status.ts';
import type { ScheduleDetail } from '../trace/step.ts';
import type { ApiRequest } from './apiserver/api.ts';
import type { ApiServer } from './apiserver/index.ts';
import { applyDefaults, decodeBody } from './apiserver/machinery/index.ts';
import { objectsOf } from './apiserver/storage.ts';
import { controllerRef, podFromTemplate } from './controllers/common/podcontrol.ts';
import { newReplicaSet } from './controllers/deployment/newset.ts';
import { schedulePods } from './scheduler/schedule-pods.ts';

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
  /** An object of this name is there already: its pods count as running, and these would come on top. */
  readonly exists: boolean;
  /** Pods that the object asks for; the answer tells of the first `MOST`. */
  readonly wanted: number;
  readonly pods: readonly PlacedPod[];
}

/** Pods of one object that are worth a look. */
const MOST = 20;
const SCHEDULER = 'default-scheduler';
/** What the scheduler's plugins look up, besides nodes. */
const CONSULTED = [
  ['v1', 'Pod'],
  ['v1', 'Namespace'],
  ['v1', 'Service'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'PersistentVolume'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['storage.k8s.io/v1', 'CSINode'],
] as const;

export interface WhatIfOptions {
  readonly seed: string;
  readonly credential: ApiRequest['credential'];
  /** For an object that names none. */
  readonly namespace: string;
}

/** Throws RefusedError for what cannot be answered, such as an object that the API server would refuse. */
export function wouldSchedule(server: ApiServer, object: KubeObject, options: WhatIfOptions): WouldSchedule {
  const random = new Random(`${options.seed}/what-if`);
  const namespace = object.metadata?.namespace ?? options.namespace;
  const create = (o: KubeObject): KubeObject | 'exists' => {
    const r = resourceForKind(o.apiVersion ?? '', o.kind ?? '');
    if (!r) throw new RefusedError(`The simulator knows no ${o.kind} of ${o.apiVersion}.`);
    const root = r.group === '' ? '/api/v1' : `/apis/${o.apiVersion}`;
    const answer = server.rehearse(
      {
        method: 'POST',
        path: `${root}/namespaces/${namespace}/${r.plural}`,
        body: { value: o },
        userAgent: 'kubectl/v1.36.2 (linux/amd64)',
        credential: options.credential,
      },
      random,
    );
    if (answer.code === 409) return 'exists';
    if (answer.code >= 300) throw refusal(o, answer.body);
    return answer.body as KubeObject;
  };
  const { metadata } = object;
  const first = create(object);
  const exists = first === 'exists';
  // Under another name it is as if it were added: what is there stays, and counts.
  const made = exists ? create({ ...object, metadata: { ...metadata, name: `${metadata.name}-2` } }) : first;
  if (made === 'exists') throw new RefusedError(`${object.kind} ${metadata.name} is there already.`);
  const { pods, others, wanted } = podsOf(made, create);
  for (const pod of pods) ours(pod);
  const { store } = server.core;
  const all = (apiVersion: string, kind: string): KubeObject[] => {
    const r: ResourceInfo | undefined = resourceForKind(apiVersion, kind);
    return r ? [...objectsOf(store, r)] : [];
  };
  const otherObjects = [...CONSULTED.flatMap(([apiVersion, kind]) => all(apiVersion, kind)), ...others];
  return { exists, wanted, pods: placed(all('v1', 'Node') as Node[], pods, otherObjects, options.seed) };
}

/**
 * The same for a cluster of which there is only a snapshot. What its own API server would add or refuse is not known: the
 * object gets the defaults of v1.36 and nothing of admission but the value of its PriorityClass. Throws RefusedError.
 */
export function wouldScheduleOn(
  snapshot: readonly KubeObject[],
  object: KubeObject,
  options: Pick<WhatIfOptions, 'seed' | 'namespace'>,
): WouldSchedule {
  const namespace = object.metadata?.namespace ?? options.namespace;
  const whole = (o: KubeObject): KubeObject => {
    const { apiVersion = '', kind = '' } = o;
    const r = resourceForKind(apiVersion, kind);
    const decoded = r && decodeBody({ value: o }, r, { fieldValidation: 'Ignore' });
    if (!decoded) throw new RefusedError(`The simulator knows no ${kind} of ${apiVersion}.`);
    if (isStatus(decoded)) throw refusal(o, decoded);
    return applyDefaults({ ...decoded.object, metadata: { ...decoded.object.metadata, namespace } });
  };
  const made = whole(object);
  const named = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata?.namespace}/${metadata?.name}`;
  const { pods, others, wanted } = podsOf(made, whole);
  for (const pod of pods) ours(pod);
  const nodes = snapshot.filter((o) => o.kind === 'Node') as Node[];
  const otherObjects = [...snapshot.filter((o) => o.kind !== 'Node'), ...others];
  const exists = snapshot.some((o) => named(o) === named(made));
  return { exists, wanted, pods: placed(nodes, pods, otherObjects, options.seed) };
}

function placed(
  nodes: readonly Node[],
  pods: readonly Pod[],
  otherObjects: readonly KubeObject[],
  seed: string,
): PlacedPod[] {
  return schedulePods(nodes, pods, { seed, otherObjects }).map(({ chosen, message, nominated, victims, detail }) => ({
    chosen,
    message,
    victims,
    detail,
    ...(nominated === undefined ? {} : { nominated }),
  }));
}

interface Pods {
  readonly pods: readonly Pod[];
  readonly others: readonly KubeObject[];
  readonly wanted: number;
}

function podsOf(made: KubeObject, create: (o: KubeObject) => KubeObject | 'exists'): Pods {
  if (made.kind === 'Pod') return { pods: [made as Pod], others: [], wanted: 1 };
  if (made.kind !== 'Deployment' && made.kind !== 'ReplicaSet') {
    throw new RefusedError(`Where the pods of a ${made.kind} would go is not worked out yet.`, REMEDY);
  }
  const wanted = (made as Deployment | ReplicaSet).spec?.replicas ?? 1;
  const { metadata, ...rest } =
    made.kind === 'Deployment' ? newReplicaSet(made as Deployment, 1n) : (made as ReplicaSet);
  const replicaSet: ReplicaSet = { ...rest, metadata: { ...metadata, uid: metadata.uid ?? 'what-if' } };
  const owner = controllerRef(replicaSet, 'apps/v1', 'ReplicaSet');
  const pods = Array.from({ length: Math.min(wanted, MOST) }, () => {
    const pod = create(podFromTemplate(replicaSet.spec?.template ?? {}, replicaSet, owner));
    if (pod === 'exists') throw new RefusedError('No name is free for the pods.');
    return pod as Pod;
  });
  return { pods, others: [replicaSet], wanted };
}

const REMEDY = 'A Pod, a Deployment and a ReplicaSet can be asked about.';

/** Only what kube-scheduler would take up at all. */
function ours({ spec }: Pod): void {
  if (spec?.nodeName) {
    throw new RefusedError(
      `spec.nodeName is set: kube-scheduler has no say, the kubelet of ${spec.nodeName} takes it.`,
    );
  }
  if (spec?.schedulerName && spec.schedulerName !== SCHEDULER) {
    throw new RefusedError(`spec.schedulerName is ${spec.schedulerName}: kube-scheduler leaves the pod alone.`);
  }
}

function refusal({ kind, metadata }: KubeObject, body: unknown): RefusedError {
  const what = `${kind} ${metadata?.name ?? metadata?.generateName ?? ''}`.trim();
  const message = isStatus(body) ? (body.message ?? body.reason ?? '') : '';
  return new RefusedError(`kube-apiserver would refuse ${what}: ${message}`);
}
