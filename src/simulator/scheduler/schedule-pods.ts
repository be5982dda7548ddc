// Schedules pods in order onto nodes, without a cluster: for the command line, and for «What would the scheduler do?».
import { Random } from '../../kernel/random.ts';
import type { ReplicaSet, StatefulSet } from '../../model/generated/apps.v1.ts';
import type {
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  Service,
} from '../../model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../model/generated/policy.v1.ts';
import type { DeviceClass, ResourceClaim, ResourceSlice } from '../../model/generated/resource.v1.ts';
import type { PriorityClass } from '../../model/generated/scheduling.v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
} from '../../model/generated/storage.v1.ts';
import { type KubeObject, keyOf } from '../../model/object.ts';
import type { ScheduleDetail } from '../../trace/step.ts';
import { Algorithm } from './algorithm.ts';
import { ClaimBook, claimsOf, listed } from './devices/claims.ts';
import { Cache } from './framework/cache.ts';
import type { ClusterLookup } from './framework/cluster.ts';
import { Framework } from './framework/framework.ts';
import { PodInfo } from './framework/pod-info.ts';
import { Recorder } from './framework/recorder.ts';
import { messageOf } from './framework/status.ts';
import { defaultProfile } from './plugins/default-profile.ts';
import { NominatedPods } from './queue/nominator.ts';
import { claimsAtOnce, nothing } from './unwritten.ts';

/** Scores of one node, plugin by plugin, after normalising and weighting. */
export type WeightedScores = { readonly [plugin: string]: number };

export interface Decision {
  readonly pod: string;
  readonly chosen: string | null;
  readonly filteredOut: readonly string[];
  readonly weightedScores: { readonly [node: string]: WeightedScores };
  readonly total: { readonly [node: string]: number };
  readonly message: string | null;
}

/** What else there is to know of one attempt. */
export interface Explained extends Decision {
  readonly namespace: string;
  readonly detail: ScheduleDetail;
  /** Where preemption would make room, and who would have to go (`namespace/name`). */
  readonly nominated?: string;
  readonly victims: readonly string[];
  /** Claim → the devices that it has once the pod has its node; of pods that claim some. */
  readonly devices?: { readonly [claim: string]: string };
}

export interface SchedulePodsOptions {
  readonly seed: string;
  /** Pods that already run, Services, ReplicaSets, claims, volumes, classes, budgets, namespaces and the like. */
  readonly otherObjects?: readonly KubeObject[];
  /** How many nodes a decision tells of; all by default. */
  readonly keep?: number;
}

interface Objects {
  byKind<T extends KubeObject>(kind: string): readonly T[];
  get<T extends KubeObject>(kind: string, key: string): T | undefined;
}

function index(objects: readonly KubeObject[]): Objects {
  const kinds = new Map<string, Map<string, KubeObject>>();
  for (const o of objects) {
    const kind = kinds.get(o.kind ?? '') ?? new Map<string, KubeObject>();
    kind.set(keyOf(o), o);
    kinds.set(o.kind ?? '', kind);
  }
  return {
    byKind: <T extends KubeObject>(kind: string) => [...(kinds.get(kind)?.values() ?? [])] as T[],
    get: <T extends KubeObject>(kind: string, key: string) => kinds.get(kind)?.get(key) as T | undefined,
  };
}

/** Answers from a plain list of objects. */
export function lookupIn(objects: readonly KubeObject[]): ClusterLookup {
  const all = index(objects);
  return {
    namespaceLabels: (ns) =>
      all.get<Namespace>('Namespace', ns)?.metadata.labels ?? { 'kubernetes.io/metadata.name': ns },
    services: (ns) => all.byKind<Service>('Service').filter((s) => s.metadata.namespace === ns),
    replicaSet: (ns, name) => all.get<ReplicaSet>('ReplicaSet', `${ns}/${name}`),
    replicationController: (ns, name) => all.get<ReplicationController>('ReplicationController', `${ns}/${name}`),
    statefulSet: (ns, name) => all.get<StatefulSet>('StatefulSet', `${ns}/${name}`),
    disruptionBudgets: () => all.byKind<PodDisruptionBudget>('PodDisruptionBudget'),
    claim: (ns, name) => all.get<PersistentVolumeClaim>('PersistentVolumeClaim', `${ns}/${name}`),
    volume: (name) => all.get<PersistentVolume>('PersistentVolume', name),
    volumes: () => all.byKind<PersistentVolume>('PersistentVolume'),
    storageClass: (name) => all.get<StorageClass>('StorageClass', name),
    csiNode: (name) => all.get<CSINode>('CSINode', name),
    csiDriver: (name) => all.get<CSIDriver>('CSIDriver', name),
    storageCapacities: () => all.byKind<CSIStorageCapacity>('CSIStorageCapacity'),
    attachments: (node) => all.byKind<VolumeAttachment>('VolumeAttachment').filter((a) => a.spec.nodeName === node),
    resourceClaim: (ns, name) => all.get<ResourceClaim>('ResourceClaim', `${ns}/${name}`),
    resourceClaims: () => all.byKind<ResourceClaim>('ResourceClaim'),
    deviceClass: (name) => all.get<DeviceClass>('DeviceClass', name),
    deviceClasses: () => all.byKind<DeviceClass>('DeviceClass'),
    resourceSlices: () => all.byKind<ResourceSlice>('ResourceSlice'),
  };
}

/** Source: the two classes that the API server makes at its start. */
const BUILT_IN: { readonly [className: string]: number } = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** What admission would have filled in: the namespace, an identity, and what the priority class says. */
function admitted(pod: Pod, i: number, objects: Objects): Pod {
  const { metadata, spec } = pod;
  const classes = objects.byKind<PriorityClass>('PriorityClass');
  const name = spec?.priorityClassName;
  const found = classes.find((c) => (name ? c.metadata.name === name : c.globalDefault === true));
  const preemptionPolicy = spec?.preemptionPolicy ?? found?.preemptionPolicy;
  return {
    ...pod,
    metadata: { ...metadata, namespace: metadata.namespace ?? 'default', uid: metadata.uid ?? `pod-${i}` },
    spec: {
      containers: [],
      ...spec,
      priority: spec?.priority ?? found?.value ?? BUILT_IN[name ?? ''] ?? 0,
      ...(preemptionPolicy === undefined ? {} : { preemptionPolicy: preemptionPolicy as 'Never' }),
    },
  };
}

/**
 * Schedules `pods` one after the other; each counts for those after it. Nothing is evicted: where preemption would help, the
 * decision says whom it would take, and the room counts as promised. The same seed gives the same answers.
 */
export function schedulePods(
  nodes: readonly Node[],
  pods: readonly Pod[],
  { seed, otherObjects = [], keep = Number.POSITIVE_INFINITY }: SchedulePodsOptions,
): Explained[] {
  const cache = new Cache();
  for (const n of nodes) naming('node', n, () => cache.setNode(n));
  const others = index(otherObjects);
  for (const p of others.byKind<Pod>('Pod')) {
    const done = p.status?.phase === 'Succeeded' || p.status?.phase === 'Failed';
    if (!p.spec?.nodeName || done) continue;
    const known = { ...p, metadata: { ...p.metadata, uid: p.metadata.uid ?? keyOf(p) } };
    naming('pod', p, () => cache.setPod(known));
  }
  const recorder = new Recorder();
  const cluster = lookupIn(otherObjects);
  const book = new ClaimBook(cluster);
  const random = new Random(seed);
  const nominated = new NominatedPods();
  const framework: Framework = new Framework(
    recorder.wrap(
      defaultProfile({
        cache,
        cluster,
        random,
        framework: () => framework,
        evicting: () => false,
        bindPod: nothing,
        bindVolumes: nothing,
        claimBook: book,
        claimWriter: claimsAtOnce(book),
        nowMs: () => 0,
      }),
    ),
    nominated,
  );
  const algorithm = new Algorithm(framework, cache, random, recorder, keep);
  return pods.map((p, i) => {
    const info = naming('pod', p, () => new PodInfo(admitted(p, i, others)));
    return attempt({ algorithm, framework, cache, nominated, book }, info);
  });
}

/** An object that cannot be read is an error that names it. */
function naming<T>(what: string, o: KubeObject, read: () => T): T {
  try {
    return read();
  } catch (e) {
    throw new Error(`${what} ${keyOf(o)}: ${e instanceof Error ? e.message : e}`);
  }
}

interface Parts {
  readonly algorithm: Algorithm;
  readonly framework: Framework;
  readonly cache: Cache;
  readonly nominated: NominatedPods;
  readonly book: ClaimBook;
}

/** What the pod shows while it may not enter the queue: the API server's word on gates, or nothing of a plugin's. */
function shown({ pod }: PodInfo): string | undefined {
  return pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')?.message;
}

function devicesOf({ pod }: PodInfo, book: ClaimBook): Pick<Explained, 'devices'> {
  const claims = claimsOf(pod, book);
  if ('error' in claims || claims.length === 0) return {};
  return { devices: Object.fromEntries(claims.map((c) => [c.metadata.name ?? '', listed(c.status?.allocation)])) };
}

function attempt({ algorithm, framework, cache, nominated, book }: Parts, pod: PodInfo): Explained {
  const gate = framework.preEnqueue(pod);
  if (gate !== undefined) {
    const why = messageOf(gate);
    const detail: ScheduleDetail = { type: 'schedule', nodes: [], why, filters: [] };
    const empty = { chosen: null, filteredOut: [], weightedScores: {}, total: {}, victims: [] };
    return { pod: pod.name, namespace: pod.namespace, message: shown(pod) ?? why, detail, ...empty };
  }
  const result = algorithm.attempt(pod);
  const { record } = result;
  if (result.node !== undefined) {
    framework.reserve(result.state, pod, result.node);
    cache.assume(pod, result.node);
    // Nothing there waits: what is written is known at once.
    framework.bind(result.state, pod, result.node).next();
  } else if (result.nominate) nominated.set(pod, result.nominate);
  const scored = record.columns.length === 0 ? [] : record.scored;
  return {
    pod: pod.name,
    namespace: pod.namespace,
    chosen: result.node ?? null,
    filteredOut: [...record.rejected.map((r) => r.node), ...record.spokenFor].sort(),
    weightedScores: Object.fromEntries(
      scored.map((node, row) => [node, Object.fromEntries(record.scoresOf(row).map((s) => [s.plugin, s.weighted]))]),
    ),
    total: Object.fromEntries(scored.map((node, row) => [node, record.totalOf(row)])),
    message: result.node === undefined ? result.message : null,
    detail: record.detail(),
    ...(record.nominated === undefined ? {} : { nominated: record.nominated }),
    victims: record.victims,
    ...(result.node === undefined ? {} : devicesOf(pod, book)),
  };
}
