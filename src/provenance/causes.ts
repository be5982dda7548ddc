// What a real cluster does not say: why a component wrote. It is deduced from what each component watches: the object itself,
// its owner, what it owns, and for some the pods of the namespace. A cause is always an earlier step; where nothing fits,
// there is none.
import { type ObjectKey, objectKey } from '../trace/fold.ts';
import type { ObjectRef, StepId } from '../trace/step.ts';

export interface SeenWrite {
  readonly id: StepId;
  /** Id of a component; people are `user`. */
  readonly component: string;
  readonly ref: ObjectRef;
  /** Keys of the object's owners, where it is known. */
  readonly owners: readonly ObjectKey[];
  readonly creates: boolean;
}

/** Who reacts to the pods of a namespace, by the resource it then writes. */
const AFTER_PODS = new Set(['endpointslices', 'endpoints', 'poddisruptionbudgets', 'horizontalpodautoscalers']);
/** Who reacts to what its objects own. */
const SUMS_UP = new Set([
  'deployment-controller',
  'replicaset-controller',
  'replication-controller',
  'statefulset-controller',
  'daemon-set-controller',
  'job-controller',
  'cronjob-controller',
]);
const KEPT = 12;

interface Last {
  readonly id: StepId;
  readonly component: string;
}

export class Causes {
  private readonly writes = new Map<string, Last[]>();

  /** The newest step that the component reacted to, as far as it can be told. */
  of({ component, ref, owners, creates }: Omit<SeenWrite, 'id'>): StepId[] {
    if (component === 'user') return [];
    const own = this.before(objectKey(ref), component);
    const others = [
      own,
      ...(creates || component === 'generic-garbage-collector' ? owners.map((key) => this.before(key, component)) : []),
      SUMS_UP.has(component) ? this.before(below(objectKey(ref)), component) : undefined,
      AFTER_PODS.has(ref.resource) ? this.before(`pods in ${ref.namespace}`, component) : undefined,
      AFTER_PODS.has(ref.resource) ? this.before(`services in ${ref.namespace}`, component) : undefined,
      component === 'generic-garbage-collector' ? this.before('deletions', component) : undefined,
    ];
    const found = others.filter((id) => id !== undefined);
    if (found.length > 0) return [Math.max(...found)];
    const namespace = ref.namespace === undefined ? undefined : this.before(namespaceKey(ref.namespace), component);
    return creates && namespace !== undefined ? [namespace] : [];
  }

  /** What is done in a namespace as a whole follows what was done to the namespace. */
  inNamespace(name: string, component: string): StepId[] {
    return [this.before(namespaceKey(name), component)].filter((id) => id !== undefined);
  }

  /** Takes in a step; every object has its own list, so that what is asked later is found at once. */
  note({ id, component, ref, owners }: SeenWrite): void {
    const last = { id, component };
    this.push(objectKey(ref), last);
    for (const owner of owners) this.push(below(owner), last);
    if (ref.resource === 'pods' || ref.resource === 'services') this.push(`${ref.resource} in ${ref.namespace}`, last);
  }

  /** An object has gone. */
  noteDeletion(id: StepId, component: string): void {
    this.push('deletions', { id, component });
  }

  private push(key: string, last: Last): void {
    const list = this.writes.get(key);
    if (!list) this.writes.set(key, [last]);
    else if (list.push(last) > KEPT) list.shift();
  }

  /** The newest of somebody else. */
  private before(key: string, component: string): StepId | undefined {
    return this.writes.get(key)?.findLast((one) => one.component !== component)?.id;
  }
}

function below(key: ObjectKey): string {
  return `below ${key}`;
}

function namespaceKey(name: string): ObjectKey {
  return objectKey({ group: '', resource: 'namespaces', kind: 'Namespace', name });
}
