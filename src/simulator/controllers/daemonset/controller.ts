// The DaemonSet controller: one pod on each node that fits. Models pkg/controller/daemon, v1.36.

import { MINUTE, SECOND } from '../../../kernel/kernel.ts';
import { all, type Process } from '../../../kernel/process.ts';
import type { ControllerRevision, DaemonSet, DaemonSetStatus } from '../../../model/generated/apps.v1.ts';
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { DAEMON_SETS, NODES, PODS } from '../../runtime/kinds.ts';
import { EventRecorder, type Subject } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { claim } from '../common/claim.ts';
import { Expectations } from '../common/expectations.ts';
import { goJson, newRevision, templatePatch } from '../common/history.ts';
import { byOwner, orphansIn } from '../common/indices.ts';
import { controllerRef, namespaceTerminating, PodControl } from '../common/podcontrol.ts';
import { isPodTerminal } from '../common/pods.ts';
import { type Made, RevisionHistory } from '../common/revisions.ts';
import { templateHash } from '../common/templatehash.ts';
import { slowStartBatches } from '../replicaset/decide.ts';
import * as decide from './decide.ts';
import { daemonPod } from './pod.ts';

const API = 'apps/v1';
const KIND = 'DaemonSet';
/** Source: --concurrent-daemonset-syncs and BurstReplicas in daemon_controller.go, v1.36. */
const WORKERS = 2;
const BURST = 250;
/** Source: BackoffGCInterval's neighbours in cmd/kube-controller-manager/app/apps.go: 1 s doubling to 15 min. */
const BACKOFF_MIN = SECOND;
const BACKOFF_MAX = 15 * MINUTE;

interface Sight {
  readonly ds: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: Map<string, Pod[]>;
  readonly hash: string;
  readonly nowMs: number;
}

export class DaemonSetController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly expectations: Expectations;
  private readonly sets: Informer<DaemonSet>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly history: RevisionHistory;
  private readonly events: EventRecorder;
  private readonly control: PodControl;
  /** Set and node → when a failed pod may be replaced again (µs) and the next delay. */
  private readonly backoff = new Map<string, { at: number; delay: number }>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.expectations = new Expectations(ctx.kernel);
    this.events = new EventRecorder(ctx, 'daemonset-controller');
    this.control = new PodControl(ctx.client, this.events);
    this.sets = ctx.informers.of(DAEMON_SETS);
    this.pods = ctx.informers.of(PODS);
    this.nodes = ctx.informers.of(NODES);
    this.history = new RevisionHistory(ctx);
    this.pods.addIndex(byOwner);
    this.watchSetsAndNodes();
    this.watchPods();
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c));
    this.sets.onSynced(() =>
      this.pods.onSynced(() => this.nodes.onSynced(() => this.history.informer.onSynced(start))),
    );
  }

  private watchSetsAndNodes(): void {
    const queue = (ds: DaemonSet, cause: StepId): void => this.queue.add(keyOf(ds), [cause]);
    this.sets.onChange({
      add: queue,
      update: (ds, _, cause) => queue(ds, cause),
      remove: (ds, cause) => {
        this.expectations.forget(keyOf(ds));
        queue(ds, cause);
      },
    });
    this.nodes.onChange({
      add: (node, cause) => {
        for (const ds of this.sets.all()) if (decide.nodeVerdict(ds, node).shouldRun) queue(ds, cause);
      },
      update: (node, old, cause) => {
        if (node.metadata.labels === old.metadata.labels && node.spec === old.spec) return;
        for (const ds of this.sets.all()) {
          const [now, before] = [decide.nodeVerdict(ds, node), decide.nodeVerdict(ds, old)];
          if (now.shouldRun !== before.shouldRun || now.mayStay !== before.mayStay) queue(ds, cause);
        }
      },
    });
  }

  private watchPods(): void {
    const ofPod = (pod: Pod, cause: StepId): void => {
      const ds = this.ownerOf(pod);
      if (ds !== undefined) this.queue.add(keyOf(ds), [cause]);
      else if (controllerOf(pod) === undefined)
        for (const s of this.sets.all())
          if (s.metadata.namespace === pod.metadata.namespace && this.selects(s, pod))
            this.queue.add(keyOf(s), [cause]);
    };
    const gone = (pod: Pod, cause: StepId): void => {
      const ds = this.ownerOf(pod);
      if (ds === undefined) return;
      this.expectations.deletionObserved(keyOf(ds), pod.metadata.uid ?? '');
      this.queue.add(keyOf(ds), [cause]);
    };
    this.pods.onChange({
      add: (pod, cause) => {
        if (pod.metadata.deletionTimestamp !== undefined) return gone(pod, cause);
        const ds = this.ownerOf(pod);
        if (ds !== undefined) this.expectations.creationObserved(keyOf(ds));
        ofPod(pod, cause);
      },
      update: (pod, old, cause) => {
        if (pod.metadata.deletionTimestamp !== undefined) return gone(pod, cause);
        const before = this.ownerOf(old);
        if (before !== undefined && before !== this.ownerOf(pod)) this.queue.add(keyOf(before), [cause]);
        if (this.ownerOf(pod) !== undefined || pod.metadata.labels !== old.metadata.labels) ofPod(pod, cause);
      },
      remove: gone,
    });
  }

  private ownerOf(pod: Pod): DaemonSet | undefined {
    const ref = controllerOf(pod);
    if (ref?.kind !== KIND) return undefined;
    const ds = this.sets.get(`${pod.metadata.namespace}/${ref.name}`);
    return ds?.metadata.uid === ref.uid ? ds : undefined;
  }

  private selects(ds: DaemonSet, pod: Pod): boolean {
    return selects(ds.spec?.selector, pod.metadata.labels);
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const ds = this.sets.get(key);
    if (ds === undefined || ds.metadata.deletionTimestamp !== undefined) return undefined;
    const refused = yield* this.history.adopt(ds, KIND, ds.spec?.selector, causes);
    if (refused !== undefined) return { error: refused };
    const chosen = yield* this.revision(ds, causes);
    if (!chosen.ok) return { error: chosen.error };
    const { hash, old } = chosen.value;
    const settled = this.expectations.satisfied(key);
    const before = yield* this.look(ds, hash, causes);
    if (typeof before === 'string') return { error: before };
    let error: string | undefined;
    let step: readonly StepId[] = causes;
    if (settled) {
      const work = this.withBackoff(key, decide.manage(before), causes);
      if (work.create.length + work.remove.length > 0) step = [this.explain(before, work, causes)];
      error = yield* this.carryOut(key, before, work, step);
      if (error === undefined && this.expectations.satisfied(key)) error = yield* this.roll(key, ds, hash, causes);
      const live = new Set([...before.pods.values()].flat().map((p) => p.metadata.labels?.[decide.HASH_LABEL]));
      const isLive = (r: ControllerRevision): boolean => live.has(r.metadata.labels?.[decide.HASH_LABEL]);
      yield* this.history.prune(old, isLive, ds.spec?.revisionHistoryLimit ?? 10, step, true);
    }
    const after = yield* this.look(ds, hash, causes);
    if (typeof after === 'string') return { error: after };
    const status = decide.nextStatus(after, settled);
    const wrote = yield* this.writeStatus(ds, status, step);
    const min = ds.spec?.minReadySeconds ?? 0;
    if (min > 0 && status.numberReady !== (status.numberAvailable ?? 0)) this.queue.addAfter(key, min * SECOND, causes);
    const failed = error ?? wrote;
    return failed === undefined ? undefined : { error: failed };
  }

  private *look(ds: DaemonSet, hash: string, causes: readonly StepId[]): Process<Sight | string> {
    const orphans = this.pods.byIndex(byOwner, orphansIn(ds));
    const own = this.pods.byIndex(byOwner, ds.metadata.uid ?? '');
    const ref = controllerRef(ds, API, KIND);
    const mine = yield* claim(
      this.ctx.client,
      { kind: PODS, owner: ds, ref, matches: (p) => this.selects(ds, p), causes },
      [...own, ...orphans],
    );
    if (mine.error !== undefined) return mine.error;
    const pods = new Map<string, Pod[]>();
    for (const pod of mine.claimed) {
      const node = decide.nodeOf(pod);
      // One that has ended and is going leaves its node free. Models getNodesToDaemonPods.
      if (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
      if (node !== '') pods.set(node, [...(pods.get(node) ?? []), pod]);
    }
    return { ds, nodes: [...this.nodes.all()], pods, hash, nowMs: this.ctx.kernel.wallMs };
  }

  /** The hash of the present template's revision, and the older revisions. */
  private *revision(
    ds: DaemonSet,
    causes: readonly StepId[],
  ): Process<Made<{ readonly hash: string; readonly old: readonly ControllerRevision[] }>> {
    const known = this.history.of(ds);
    const wanted = goJson(templatePatch(ds.spec?.template));
    const matching = known.filter((r) => goJson(r.data) === wanted);
    const old = known.filter((r) => !matching.includes(r));
    const revision = (old.at(-1)?.revision ?? 0) + 1;
    const current = matching.at(-1);
    if (current !== undefined) {
      if (current.revision < revision) {
        const done = yield* this.history.renumber(current, revision, causes);
        if (!done.ok) return done;
      }
      return { ok: true, value: { hash: current.metadata.labels?.[decide.HASH_LABEL] ?? '', old } };
    }
    const hash = templateHash(ds.spec?.template ?? {}, ds.status?.collisionCount);
    const made = yield* this.history.create(
      newRevision({
        owner: ds,
        ownerKind: KIND,
        template: ds.spec?.template,
        hash,
        hashLabel: decide.HASH_LABEL,
        revision,
        annotations: ds.metadata.annotations,
      }),
      (r) => goJson(r.data) === wanted,
      causes,
    );
    if (made === 'collision') {
      const collisionCount = (ds.status?.collisionCount ?? 0) + 1;
      const status: DaemonSetStatus = { ...decide.NO_STATUS, ...ds.status, collisionCount };
      yield* this.writeStatus(ds, status, causes, true);
      return { ok: false, error: `a hash collision for DaemonSet ${keyOf(ds)}` };
    }
    return made.ok ? { ok: true, value: { hash, old } } : made;
  }

  /** A pod that fails over and over is replaced ever more slowly. */
  private withBackoff(key: string, work: decide.Work, causes: readonly StepId[]): decide.Work {
    const { now } = this.ctx.kernel;
    const held = new Set<Pod>();
    for (const pod of work.ended) {
      if (pod.status?.phase !== 'Failed') continue;
      const id = `${key}/${decide.nodeOf(pod)}`;
      const known = this.backoff.get(id);
      if (known !== undefined && now < known.at) {
        held.add(pod);
        this.queue.addAfter(key, known.at - now, causes);
        continue;
      }
      const idle = known === undefined || now - known.at > 2 * BACKOFF_MAX;
      const delay = idle ? BACKOFF_MIN : Math.min(known.delay * 2, BACKOFF_MAX);
      this.backoff.set(id, { at: now + delay, delay });
    }
    return held.size === 0
      ? work
      : { ...work, remove: work.remove.filter((p) => !held.has(p)), ended: work.ended.filter((p) => !held.has(p)) };
  }

  private *roll(key: string, ds: DaemonSet, hash: string, causes: readonly StepId[]): Process<string | undefined> {
    if (ds.spec?.updateStrategy?.type === 'OnDelete') return undefined;
    const sight = yield* this.look(ds, hash, causes);
    if (typeof sight === 'string') return sight;
    const work = decide.roll(sight);
    if (work.create.length + work.remove.length === 0) return undefined;
    return yield* this.carryOut(key, sight, work, [this.explain(sight, work, causes)]);
  }

  private explain(s: Sight, work: decide.Work, causes: readonly StepId[]): StepId {
    const { namespace = '', name = '', uid = '' } = s.ds.metadata;
    const wanted = s.nodes.filter((n) => decide.nodeVerdict(s.ds, n).shouldRun).length;
    const does = [
      work.create.length > 0 ? `creates a pod for ${work.create.join(', ')}` : '',
      work.remove.length > 0 ? `deletes ${work.remove.map((p) => p.metadata.name).join(', ')}` : '',
    ].filter((x) => x !== '');
    return this.ctx.record({
      kind: 'decide',
      action: 'SyncDaemonSet',
      object: { group: 'apps', resource: 'daemonsets', kind: KIND, namespace, name, uid },
      causes,
      text: () => `${wanted} of ${s.nodes.length} nodes fit, ${s.pods.size} have a pod → ${does.join(' and ')}.`,
      detail: { type: 'decide', inputs: { nodes: s.nodes.length, fitting: wanted, withPod: s.pods.size } },
    });
  }

  private *carryOut(key: string, s: Sight, work: decide.Work, causes: readonly StepId[]): Process<string | undefined> {
    const create = work.create.slice(0, BURST);
    const remove = work.remove.slice(0, BURST);
    const uids = remove.map((p) => p.metadata.uid ?? '');
    this.expectations.expect(key, create.length, uids);
    const owner: Subject = { apiVersion: API, kind: KIND, object: s.ds };
    for (const pod of work.ended) this.sayEnded(owner, pod, causes);
    let error: string | undefined;
    let left = create;
    for (const size of slowStartBatches(create.length)) {
      const batch = left.slice(0, size);
      left = left.slice(size);
      const results = yield* all(
        this.ctx.scope,
        batch.map((node) => this.control.create(daemonPod(s.ds, s.hash, node), owner, causes)),
      );
      for (const r of results) {
        if (r.ok) continue;
        this.expectations.creationObserved(key);
        if (!namespaceTerminating(r.status)) error = r.status.message ?? 'create failed';
      }
      if (results.every((r) => r.ok)) continue;
      this.expectations.creationObserved(key, left.length);
      break;
    }
    const results = yield* all(
      this.ctx.scope,
      remove.map((p) => this.control.delete(p, owner, causes)),
    );
    results.forEach((r, i) => {
      if (r.ok) return;
      this.expectations.deletionObserved(key, uids[i] ?? '');
      if (r.code !== 404) error ??= r.status.message ?? 'delete failed';
    });
    return error;
  }

  private sayEnded(owner: Subject, pod: Pod, causes: readonly StepId[]): void {
    const where = `daemon pod ${keyOf(pod)} on node ${decide.nodeOf(pod)}`;
    if (pod.status?.phase === 'Failed')
      this.events.event(owner, 'Warning', 'FailedDaemonPod', `Found failed ${where}, will try to kill it`, causes);
    else
      this.events.event(
        owner,
        'Normal',
        'SucceededDaemonPod',
        `Found succeeded ${where}, will try to delete it`,
        causes,
      );
  }

  private *writeStatus(
    ds: DaemonSet,
    status: DaemonSetStatus,
    causes: readonly StepId[],
    always = false,
  ): Process<string | undefined> {
    if (!always && decide.sameStatus(ds.status, status)) return undefined;
    let latest = ds;
    for (let attempt = 0; ; attempt++) {
      const next: DaemonSet = { ...latest, apiVersion: API, kind: KIND, status };
      const done = yield* this.ctx.client.update<DaemonSet>(DAEMON_SETS, next, { causes, subresource: 'status' });
      if (done.ok || done.code === 404) return undefined;
      if (attempt > 0) return done.status.message;
      const { namespace = '', name = '' } = ds.metadata;
      const fresh = yield* this.ctx.client.get(DAEMON_SETS, namespace, name, { causes });
      if (!fresh.ok) return fresh.status.message;
      latest = fresh.value;
    }
  }
}
