// Everything that the panel was told, arranged so that the state after any number of steps is found at once. Steps are only
// ever appended; what was given a place (a pod its slot on a node, a control loop its box) keeps it.
import type { FlowComponent, FlowLeader, FlowObject, Topology } from '../../src/protocol/flow.ts';
import {
  Fold,
  isRecord,
  isWrite,
  type Json,
  lastAt,
  type ObjectHistory,
  type ObjectKey,
  objectKey,
} from '../../src/trace/fold.ts';
import { TraceIndex } from '../../src/trace/query.ts';
import { Sharing } from '../../src/trace/share.ts';
import type { Actor, FaultDetail, FieldChange, ObjectRef, Step, StepId } from '../../src/trace/step.ts';
import { FACTS } from './geometry.ts';
import { type PodState, podState } from './looks.ts';
import { PodSlots } from './slots.ts';

/** What the drawing reads of an object; the rest of a long trace is not kept twice. */
const KEPT =
  /^(status|spec\.(replicas|nodeName|unschedulable|completions)|metadata\.(deletionTimestamp|ownerReferences))(\.|\[|$)|^(spec|metadata)?$/;

/** Every cluster has them, named in its topology or not. */
const MAIN = new Set(['kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager']);

const WORKLOADS = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
]);

export interface PodView extends PodState {
  readonly key: ObjectKey;
  readonly ref: ObjectRef;
  /** Place on its node, or among the pods without a node; counted from 0. */
  readonly slot: number;
}

export interface WorkloadView {
  readonly key: ObjectKey;
  readonly ref: ObjectRef;
  readonly wanted: number | undefined;
  readonly ready: number;
  readonly terminating: boolean;
}

/** A pod that was bound to a node. */
export interface Binding {
  readonly after: number;
  readonly pod: string;
  readonly node: string;
}

export class Story {
  readonly steps: Step[] = [];
  readonly index = new TraceIndex();
  /** What was there before the first step, whole. */
  readonly seeds: readonly FlowObject[];
  private shown: Topology;
  private components = new Map<string, FlowComponent>();
  private readonly sharing = new Sharing();
  private readonly fold = new Fold((path) => KEPT.test(path));
  private readonly pods: ObjectHistory[] = [];
  private readonly workloads: ObjectHistory[] = [];
  private readonly listed = new Set<ObjectKey>();
  private readonly slots = new PodSlots();
  private readonly states = new WeakMap<Json, PodState>();
  private readonly loops = new Map<string, number>();
  /** Who acted, and whether it was only upkeep. */
  private readonly actors = new Map<string, { readonly actor: Actor; readonly only: boolean }>();
  private readonly faults: (FaultDetail & { readonly after: number })[] = [];
  private readonly decisions = new Map<string, { readonly after: number; readonly text: string }[]>();
  private readonly bindings: Binding[] = [];
  /** As the steps themselves tell. */
  private readonly leaders: FlowLeader[] = [];
  private lastPods: { readonly count: number; readonly pods: readonly PodView[] } = { count: -1, pods: [] };
  private strangers = false;
  private readonly revisions: { after: number; revision: string }[] = [];

  constructor(topology: Topology, objects: readonly FlowObject[] = [], steps: readonly Step[] = []) {
    this.shown = topology;
    this.seeds = objects;
    this.topology = topology;
    for (const { ref, value } of objects) {
      this.fold.seed(ref, value);
      const history = this.fold.get(objectKey(ref));
      if (history) this.list(history, 0);
    }
    this.append(steps);
  }

  get length(): number {
    return this.steps.length;
  }

  get topology(): Topology {
    return this.shown;
  }

  set topology(topology: Topology) {
    this.shown = topology;
    this.components = new Map(topology.components.map((component) => [component.id, component]));
  }

  component(id: string): FlowComponent | undefined {
    return this.components.get(id);
  }

  append(steps: readonly Step[]): void {
    this.lastPods = { count: -1, pods: [] };
    for (const one of steps) {
      const step = this.sharing.share(one);
      this.steps.push(step);
      this.index.add(step);
      const changed = this.fold.add(step);
      if (changed) this.list(changed, this.steps.length);
      this.noteActor(step);
      this.noteWork(step);
      if (step.resourceVersion !== undefined && isWrite(step)) {
        this.revisions.push({ after: this.steps.length, revision: step.resourceVersion });
      }
    }
  }

  /** Position of the step with this id, counted from 0; undefined where there is none. */
  positionOf(id: StepId): number | undefined {
    let low = 0;
    let high = this.steps.length;
    // Ids only grow, so that no table of them is needed.
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.steps[middle]?.id ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return this.steps[low]?.id === id ? low : undefined;
  }

  /** The pods after `count` steps. One picture asks several times, so the last answer is kept. */
  podsAt(count: number): readonly PodView[] {
    if (this.lastPods.count === count) return this.lastPods.pods;
    const pods: PodView[] = [];
    for (const { key, ref, versions } of this.pods) {
      const value = lastAt(versions, count)?.value;
      const slot = value && this.slots.slotAt(key, count);
      if (value === undefined || slot === undefined) continue;
      const { look, word, status, node } = this.stateOf(value);
      pods.push({ look, word, status, node, key, ref, slot });
    }
    this.lastPods = { count, pods };
    return pods;
  }

  workloadsAt(count: number): WorkloadView[] {
    return this.workloads.flatMap((history) => {
      const value = lastAt(history.versions, count)?.value;
      return value === undefined ? [] : [workload(history, value)];
    });
  }

  /** The kept parts of an object after `count` steps. */
  objectAt(key: ObjectKey, count: number): Json | undefined {
    const history = this.fold.get(key);
    return history && lastAt(history.versions, count)?.value;
  }

  /** Positions of the steps about an object, oldest first. */
  stepsAbout(key: ObjectKey): readonly number[] {
    return this.fold.get(key)?.steps ?? [];
  }

  /** The object, what owns it, and what it owns, over all generations; as far as the steps tell. */
  familyOf(key: ObjectKey): ReadonlySet<ObjectKey> {
    const known = byKindAndName(this.fold.all());
    const owners = new Map<ObjectKey, readonly ObjectKey[]>();
    for (const history of this.fold.all()) {
      const own = ownersOf(history, known);
      if (own.length > 0) owners.set(history.key, own);
    }
    const family = new Set([key]);
    for (const one of family) for (const owner of owners.get(one) ?? []) family.add(owner);
    const below = new Set([key]);
    for (let size = 0; size < below.size; ) {
      size = below.size;
      for (const [one, own] of owners) if (own.some((owner) => below.has(owner))) below.add(one);
    }
    return new Set([...family, ...below]);
  }

  /** Revision of the last write; undefined before the first. */
  revisionAt(count: number): string | undefined {
    return lastAt(this.revisions, count)?.revision;
  }

  /** Whether a component, the process that it is part of, or with `undefined` the machine itself, has been stopped. */
  isStopped(component: string | undefined, node: string | undefined, count: number): boolean {
    const process = component === undefined ? undefined : this.component(component)?.process;
    const fault = this.faults.findLast(
      (one) =>
        one.after <= count &&
        (one.node === undefined || one.node === node) &&
        (one.component === undefined || one.component === component || one.component === process),
    );
    return fault?.change === 'stop';
  }

  /** On how many machines a component runs. */
  membersOf(component: string): number {
    return this.topology.placements.filter((one) => one.component === component && one.node !== undefined).length;
  }

  /**
   * The machine whose component leads at `at` (µs): of a control loop, the process that it is part of. Undefined where it is
   * not known.
   */
  leaderAt(component: string, at: number): string | undefined {
    const process = this.component(component)?.process ?? component;
    const told = (one: FlowLeader): boolean => one.component === process && one.from <= at;
    return (this.leaders.findLast(told) ?? this.topology.leaders?.findLast(told))?.node || undefined;
  }

  /** What a control loop last found, in a few words; undefined before its first decision. */
  decisionAt(component: string, count: number): string | undefined {
    return lastAt(this.decisions.get(component) ?? [], count)?.text;
  }

  /** The pods that the scheduler placed last, newest first. */
  bindingsAt(count: number, most: number): Binding[] {
    const out: Binding[] = [];
    for (let i = this.bindings.length - 1; i >= 0 && out.length < most; i--) {
      const binding = this.bindings[i];
      if (binding && binding.after <= count) out.push(binding);
    }
    return out;
  }

  /** The place of a control loop in its process, in the order in which they first did something; undefined: none yet. */
  loopSlot(component: string): number | undefined {
    return this.loops.get(component);
  }

  /** Everyone who acted, each once; upkeep counts only where it is asked for. */
  actorsSeen(withUpkeep: boolean): readonly Actor[] {
    return [...this.actors.values()].flatMap(({ actor, only }) => (withUpkeep || !only ? actor : []));
  }

  /** Whether somebody acted who is no part of the cluster as it is known, and not the user. */
  get hasStrangers(): boolean {
    return this.strangers;
  }

  isStranger({ component, node }: Actor): boolean {
    if (component === 'user' || this.loops.has(component)) return false;
    const { nodes, placements } = this.topology;
    if (node !== undefined) return !nodes.some(({ name }) => name === node);
    return !MAIN.has(component) && !placements.some((placement) => placement.component === component);
  }

  /** The control loops that have a place, first come first. */
  get loopOrder(): readonly string[] {
    return [...this.loops.keys()];
  }

  /** The most places that one node ever needed for its pods; grows only. */
  get crowd(): number {
    return this.slots.most;
  }

  private stateOf(value: Json): PodState {
    let state = this.states.get(value);
    if (state === undefined) {
      state = podState(value);
      this.states.set(value, state);
    }
    return state;
  }

  private list(history: ObjectHistory, count: number): void {
    const { kind, group } = history.ref;
    const isPod = kind === 'Pod' && group === '';
    if (!this.listed.has(history.key)) {
      this.listed.add(history.key);
      if (isPod) this.pods.push(history);
      else if (WORKLOADS.has(kind)) this.workloads.push(history);
    }
    if (!isPod) return;
    const value = lastAt(history.versions, count)?.value;
    this.slots.move(history.key, value && (this.stateOf(value).node ?? ''), count);
  }

  /** Looks at each who acts once, and once more when he does something besides upkeep. */
  private noteActor(step: Step): void {
    const { actor } = step;
    const routine = step.routine === true;
    const key = `${actor.component}@${actor.node ?? ''}`;
    const known = this.actors.get(key);
    if (known && (routine || !known.only)) return;
    this.actors.set(key, { actor, only: routine });
    if (routine) return;
    const component = this.component(actor.component);
    if (component?.process !== undefined && !this.loops.has(component.id))
      this.loops.set(component.id, this.loops.size);
    this.strangers ||= this.isStranger(actor);
  }

  private noteWork({ at, actor, detail, object, request, changed }: Step): void {
    const after = this.steps.length;
    // A Lease of the control plane bears the name of what leads by it.
    if (object?.resource === 'leases' && object.namespace === 'kube-system' && actor.component === object.name) {
      const holder = holderIn(changed ?? []);
      if (holder === '') this.leaders.push({ component: object.name, node: '', from: at });
      else if (holder && actor.node) this.leaders.push({ component: object.name, node: actor.node, from: at });
    }
    if (detail?.type === 'fault') this.faults.push({ ...detail, after });
    if (detail?.type === 'decide') {
      const text = Object.entries(detail.inputs)
        .map(([name, value]) => `${name} ${value}`)
        .join(FACTS);
      const list = this.decisions.get(actor.component);
      if (list) list.push({ after, text });
      else this.decisions.set(actor.component, [{ after, text }]);
    }
    if (request?.subresource === 'binding' && request.code < 300 && object) {
      const node = changed?.find(({ path }) => path === 'spec.nodeName')?.after;
      if (typeof node === 'string') this.bindings.push({ after, pod: object.name, node });
    }
  }
}

/** Who a Lease was given to; empty: it was given back. */
function holderIn(changed: readonly FieldChange[]): string | undefined {
  const own = changed.find(({ path }) => path === 'spec.holderIdentity')?.after;
  const whole = changed.find(({ path }) => path === 'spec')?.after;
  const holder = own ?? (isRecord(whole) ? whole.holderIdentity : undefined);
  return typeof holder === 'string' ? holder : undefined;
}

/** Keys of the owners that an object has; `known` are the objects of the story by kind and name. */
function ownersOf({ ref, versions }: ObjectHistory, known: ReadonlyMap<string, readonly ObjectRef[]>): ObjectKey[] {
  const value = versions.findLast((version) => version.value !== undefined)?.value;
  const meta = value?.metadata as { ownerReferences?: unknown } | undefined;
  const list: readonly unknown[] = Array.isArray(meta?.ownerReferences) ? meta.ownerReferences : [];
  return list.filter(isRecord).flatMap(({ kind, name }) => {
    const named = known.get(`${kind} ${name}`) ?? [];
    return named.filter((one) => one.namespace === undefined || one.namespace === ref.namespace).map(objectKey);
  });
}

function byKindAndName(histories: Iterable<ObjectHistory>): ReadonlyMap<string, readonly ObjectRef[]> {
  const out = new Map<string, ObjectRef[]>();
  for (const { ref } of histories) {
    const list = out.get(`${ref.kind} ${ref.name}`);
    if (list) list.push(ref);
    else out.set(`${ref.kind} ${ref.name}`, [ref]);
  }
  return out;
}

function workload({ key, ref }: ObjectHistory, value: Json): WorkloadView {
  const spec = value.spec as { replicas?: unknown; completions?: unknown } | undefined;
  const status = value.status as { [field: string]: unknown } | undefined;
  const meta = value.metadata as { deletionTimestamp?: unknown } | undefined;
  const number = (v: unknown): number | undefined => (typeof v === 'number' ? v : undefined);
  return {
    key,
    ref,
    wanted: number(spec?.replicas) ?? number(status?.desiredNumberScheduled) ?? number(spec?.completions),
    ready: number(status?.readyReplicas) ?? number(status?.numberReady) ?? number(status?.succeeded) ?? 0,
    terminating: meta?.deletionTimestamp !== undefined,
  };
}
