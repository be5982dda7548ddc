// Which pods an object asks for, as its controller would make them: pure. The controllers' own code says how such a pod looks.
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../model/generated/apps.v1.ts';
import type { CronJob, Job } from '../../model/generated/batch.v1.ts';
import type {
  Node,
  PersistentVolumeClaim,
  Pod,
  PodTemplate,
  ReplicationController,
} from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import { revisionHash, templatePatch } from '../controllers/common/history.ts';
import { controllerRef, podFromTemplate } from '../controllers/common/podcontrol.ts';
import { templateHash } from '../controllers/common/templatehash.ts';
import { jobFor } from '../controllers/cronjob/decide.ts';
import { nodeVerdict } from '../controllers/daemonset/decide.ts';
import { daemonPod } from '../controllers/daemonset/pod.ts';
import { newReplicaSet } from '../controllers/deployment/newset.ts';
import { plan, tally } from '../controllers/job/decide.ts';
import { isIndexed } from '../controllers/job/indexes.ts';
import { jobPod } from '../controllers/job/pod.ts';
import { claimsFor, podFor, replicasOf, startOrdinal } from '../controllers/statefulset/identity.ts';
import type { Scratch } from './scratch.ts';

/** One pod that is to be made, and what its controller makes before it. */
export interface Draft {
  readonly pod: Pod;
  readonly claims?: readonly PersistentVolumeClaim[];
}

export interface Drafts {
  readonly wanted: number;
  /** The first `most` of them. */
  readonly drafts: readonly Draft[];
  /** What a reader has to know of them, in sentences. */
  readonly notes: readonly string[];
}

/** Kinds that can be asked about, besides those that are made of one of them. */
export const PLACEABLE =
  'Pod, Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet, Job, CronJob and PodTemplate';

/** A Pod asks for itself, and is made already. `made`: the object as it is stored in `scratch`. */
export function draftsOf(made: Exclude<KubeObject, Pod>, scratch: Scratch, most: number): Drafts {
  switch (`${made.apiVersion} ${made.kind}`) {
    case 'apps/v1 Deployment':
      return ofDeployment(made as Deployment, scratch, most);
    case 'apps/v1 ReplicaSet':
    case 'v1 ReplicationController':
      return { ...ofReplicas(made as ReplicaSet | ReplicationController, most), notes: [] };
    case 'apps/v1 StatefulSet':
      return ofStatefulSet(made as StatefulSet, most);
    case 'apps/v1 DaemonSet':
      return ofDaemonSet(made as DaemonSet, scratch, most);
    case 'batch/v1 Job':
      return ofJob(made as Job, most);
    case 'batch/v1 CronJob':
      return ofCronJob(made as CronJob, scratch, most);
    case 'v1 PodTemplate':
      return ofTemplate(made as PodTemplate);
    default:
      throw new RefusedError(`A ${made.kind} has no pods of its own.`, `These can be asked about: ${PLACEABLE}.`);
  }
}

function times<T>(wanted: number, most: number, make: (i: number) => T): T[] {
  return Array.from({ length: Math.min(wanted, most) }, (_, i) => make(i));
}

function ofDeployment(d: Deployment, scratch: Scratch, most: number): Drafts {
  const set = newReplicaSet(d, 1n);
  const known = scratch.same(set) as ReplicaSet | undefined;
  const made =
    known ?? scratch.create({ ...set, spec: { ...set.spec, replicas: d.spec?.replicas ?? 1 } } as ReplicaSet);
  const wanted = d.spec?.replicas ?? 1;
  const notes = d.spec?.paused ? ['It is paused: no ReplicaSet is made of a new template until it is resumed.'] : [];
  return { ...ofReplicas({ ...made, spec: { ...made.spec, replicas: wanted } } as ReplicaSet, most), notes };
}

function ofReplicas(set: ReplicaSet | ReplicationController, most: number): Omit<Drafts, 'notes'> {
  const wanted = set.spec?.replicas ?? 1;
  const owner = controllerRef(set, set.apiVersion ?? '', set.kind ?? '');
  return {
    wanted,
    drafts: times(wanted, most, () => ({ pod: podFromTemplate(set.spec?.template ?? {}, set, owner) })),
  };
}

function ofStatefulSet(set: StatefulSet, most: number): Drafts {
  const wanted = replicasOf(set);
  const template = set.spec?.template ?? {};
  const hash = revisionHash(templatePatch(template), 0);
  const drafts = times(wanted, most, (i): Draft => {
    const ordinal = startOrdinal(set) + i;
    return { pod: podFor(set, template, `${set.metadata.name}-${hash}`, ordinal), claims: claimsFor(set, ordinal) };
  });
  const ordered = wanted > 1 && set.spec?.podManagementPolicy !== 'Parallel';
  return { wanted, drafts, notes: ordered ? ['Each pod is made when the one before is Ready.'] : [] };
}

function ofDaemonSet(ds: DaemonSet, scratch: Scratch, most: number): Drafts {
  const nodes = scratch.all<Node>('v1', 'Node');
  const hash = templateHash(ds.spec?.template ?? {}, undefined);
  const chosen = nodes.filter((node) => nodeVerdict(ds, node).shouldRun);
  const left = nodes.filter((node) => !chosen.includes(node)).map((node) => node.metadata.name ?? '');
  return {
    wanted: chosen.length,
    drafts: times(chosen.length, most, (i) => ({ pod: daemonPod(ds, hash, chosen[i]?.metadata.name ?? '') })),
    notes: [
      'The DaemonSet controller picks the nodes: it makes one pod for each, with a node affinity to that node alone.',
      ...(left.length > 0
        ? [
            `For ${someOf(left)} it makes none: the template\u2019s node selector or affinity, or a taint, excludes them.`,
          ]
        : []),
    ],
  };
}

function ofJob(job: Job, most: number): Drafts {
  const fresh: Job = { ...job, spec: { ...job.spec, suspend: false } as NonNullable<Job['spec']> };
  const { wanted } = plan(fresh, tally(fresh, [], new Set()));
  const { completions, suspend } = job.spec ?? {};
  const notes = [
    ...(suspend ? ['It is suspended: its pods are made when it is resumed.'] : []),
    ...(completions !== undefined && completions > wanted
      ? [`Of ${completions} completions ${wanted} run at a time.`]
      : []),
  ];
  const index = (i: number): number | undefined => (isIndexed(job) ? i : undefined);
  return { wanted, drafts: times(wanted, most, (i) => ({ pod: jobPod(job, index(i), 0) })), notes };
}

function ofCronJob(cron: CronJob, scratch: Scratch, most: number): Drafts {
  const job = scratch.create(jobFor(cron, scratch.nowMs));
  const { notes, ...rest } = ofJob(job, most);
  const suspended = cron.spec?.suspend ? ' It is suspended, so for now none is made.' : '';
  return { ...rest, notes: [`The pods are those of one Job, as each run makes it.${suspended}`, ...notes] };
}

function ofTemplate(template: PodTemplate): Drafts {
  const { metadata, ...pod } = podFromTemplate(
    template.template ?? {},
    template,
    controllerRef(template, 'v1', 'PodTemplate'),
  );
  const { ownerReferences: _, ...rest } = metadata;
  const notes = ['A PodTemplate makes no pods: this is what one made of it would meet.'];
  return { wanted: 1, drafts: [{ pod: { ...pod, metadata: rest } }], notes };
}

const NAMED = 5;

export function someOf(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}
