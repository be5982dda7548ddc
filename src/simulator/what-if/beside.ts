// Objects that have to be there for a pod to be made or placed: those of the same manifest, and those nobody has told of.
import type {
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  ResourceQuota,
} from '../../model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../model/generated/policy.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import { selects } from '../../model/selectors.ts';
import { templatePath } from '../../model/templates.ts';
import { expectation, healthy, nextStatus } from '../controllers/disruption/decide.ts';
import type { Claims } from './claims.ts';
import { someOf } from './pods.ts';
import type { Scratch } from './scratch.ts';

/** Kinds that have a say in whether and where a pod goes, in the order in which one may need the other. */
const COUNTED = [
  'Namespace',
  'ServiceAccount',
  'PriorityClass',
  'RuntimeClass',
  'LimitRange',
  'ResourceQuota',
  'StorageClass',
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'DeviceClass',
  'ResourceSlice',
  'ResourceClaimTemplate',
  'ResourceClaim',
  'PodDisruptionBudget',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Service',
];

export class Beside {
  private readonly scratch: Scratch;
  private readonly claims: Claims;

  constructor(scratch: Scratch, claims: Claims) {
    this.scratch = scratch;
    this.claims = claims;
  }

  /** Applies those that count and are not there yet; says which, in sentences. */
  add(objects: readonly KubeObject[]): string[] {
    const added: string[] = [];
    const refused: string[] = [];
    const order = (o: KubeObject): number => COUNTED.indexOf(o.kind ?? '');
    for (const o of objects.filter((one) => order(one) >= 0).sort((a, b) => order(a) - order(b))) {
      if (this.scratch.same(o) !== undefined) continue;
      try {
        this.made(this.scratch.create(o), o);
        added.push(`${o.kind} ${o.metadata.name}`);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        refused.push(error.message);
      }
    }
    return [
      ...(added.length > 0 ? [`Counted as applied before it, from the same file: ${someOf(added)}.`] : []),
      ...refused.map((why) => `Not counted, from the same file: ${why}`),
    ];
  }

  /** How many pods the budget lets go, where the pods that are there are all that their controllers want. */
  private counted(pdb: PodDisruptionBudget): PodDisruptionBudget {
    const pods = this.scratch
      .all<Pod>('v1', 'Pod')
      .filter((p) => p.metadata.namespace === pdb.metadata.namespace)
      .filter((p) => selects(pdb.spec?.selector, p.metadata.labels ?? {}));
    const counts = { ...expectation(pdb, pods.length, pods.length), currentHealthy: healthy(pods, {}) };
    return { ...pdb, status: nextStatus(pdb, counts, {}, pdb.metadata.creationTimestamp ?? '') };
  }

  /** What controllers make of it at once. */
  private made(o: KubeObject, given: KubeObject): void {
    const { scratch } = this;
    const { status } = given as { status?: unknown };
    // Who asks with a status means it, though the API server drops it from what is created.
    if (isRecord(status) && STATUS_COUNTS.has(o.kind ?? '')) scratch.put({ ...o, status } as KubeObject);
    else if (o.kind === 'PodDisruptionBudget') scratch.put(this.counted(o as PodDisruptionBudget));
    if (o.kind === 'Namespace') account(scratch, o.metadata.name ?? '', 'default');
    if (o.kind === 'PersistentVolume')
      scratch.put({ ...(o as PersistentVolume), status: { phase: 'Available' } } as KubeObject);
    if (o.kind === 'PersistentVolumeClaim') this.claims.settle(o as PersistentVolumeClaim);
    if (o.kind === 'ResourceQuota') {
      const { hard = {} } = (o as ResourceQuota).spec ?? {};
      const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
      scratch.put({ ...o, status: { hard, used } } as KubeObject);
    }
  }
}

/** Kinds of which the scheduler reads the status. */
const STATUS_COUNTS = new Set(['PodDisruptionBudget', 'ResourceClaim']);

function account(scratch: Scratch, namespace: string, name: string): void {
  const stub = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } };
  if (scratch.same(stub) === undefined) scratch.put(stub);
}

/** Whether nobody has told of the object of this kind and name, so that it may be there all the same. */
export type Unknown = (kind: string, name: string) => boolean;

/** Those that none of the objects is. */
export function except(objects: readonly KubeObject[]): Unknown {
  const told = new Set(objects.map((o) => `${o.kind}/${o.metadata.name}`));
  return (kind, name) => !told.has(`${kind}/${name}`);
}

/** Puts stand-ins for what the object's pods name and is `unknown`. Says what was taken for granted and could change the answer. */
export function assume(scratch: Scratch, object: KubeObject, unknown: Unknown): string[] {
  const { namespace = '' } = object.metadata;
  const spec = podSpecOf(object);
  const notes: string[] = [];
  if (namespace !== '' && unknown('Namespace', namespace)) {
    const stub = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, status: { phase: 'Active' } };
    if (scratch.same(stub) === undefined) scratch.put(stub as Namespace);
  }
  const serviceAccount = spec?.serviceAccountName || 'default';
  if (unknown('ServiceAccount', serviceAccount)) account(scratch, namespace, serviceAccount);
  const { priorityClassName, runtimeClassName } = spec ?? {};
  const stand = (apiVersion: string, kind: string, name: string | undefined, more: object, how: string): void => {
    if (!name || !unknown(kind, name)) return;
    const stub = { apiVersion, kind, metadata: { name }, ...more };
    if (scratch.same(stub) !== undefined) return;
    scratch.put(stub);
    notes.push(`${kind} ${name} is not known: ${how}.`);
  };
  stand('scheduling.k8s.io/v1', 'PriorityClass', priorityClassName, { value: 0 }, 'its priority is taken as 0');
  stand('node.k8s.io/v1', 'RuntimeClass', runtimeClassName, { handler: 'x' }, 'it is taken to add nothing to the pod');
  return notes;
}

/** The spec of the object's pods, wherever its kind has it. */
function podSpecOf(object: KubeObject): Partial<PodSpec> | undefined {
  const path = templatePath(object.apiVersion ?? '', object.kind ?? '') ?? [];
  const found = [...path, 'spec'].reduce<unknown>((o, key) => (isRecord(o) ? o[key] : undefined), object);
  return isRecord(found) ? (found as Partial<PodSpec>) : undefined;
}
