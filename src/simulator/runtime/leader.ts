// Leader election: of several copies of a component only the one that holds its Lease works. Models client-go's
// tools/leaderelection with a Lease as its lock, v1.36.
import { MS, SECOND } from '../../kernel/kernel.ts';
import { type Process, Scope, spawn, wait } from '../../kernel/process.ts';
import { rfc3339Micro } from '../../kernel/time.ts';
import type { Lease } from '../../model/generated/coordination.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { Identity } from './client.ts';
import { ComponentContext, type Surroundings } from './component.ts';
import { LEASES, pathOf } from './kinds.ts';
import { EventRecorder } from './recorder.ts';

/** Source: --leader-elect-lease-duration 15s, -renew-deadline 10s, -retry-period 2s, v1.36. */
const DURATION = 15 * SECOND;
const RENEW_DEADLINE = 10 * SECOND;
const RETRY = 2 * SECOND;
/** How long the kubelet takes to start a control-plane container that has exited. */
const RESTART = SECOND;
const NAMESPACE = 'kube-system';

export interface Candidate {
  /** Of the Lease: `kube-scheduler`. */
  readonly name: string;
  readonly node: string;
  readonly identity: Identity;
  /** What Events show as their source. */
  readonly eventSource: string;
  /** Gives the Lease back when it is stopped, so that the next one need not wait for its end. */
  readonly releases: boolean;
  /** Starts the work of one term of office. */
  readonly lead: (term: Scope) => void;
}

/** Contends for the Lease as long as `scope` is open. A leader that cannot renew it exits, and is started again. */
export function runAsLeader(around: Surroundings, scope: Scope, candidate: Candidate): void {
  const term = new Scope();
  scope.onClose(() => term.close());
  new Election(around, term, candidate, () => {
    term.close();
    around.kernel.schedule(RESTART, () => {
      if (scope.alive) runAsLeader(around, scope, candidate);
    });
  }).start();
}

class Election {
  private readonly ctx: ComponentContext;
  private readonly events: EventRecorder;
  private readonly candidate: Candidate;
  private readonly term: Scope;
  private readonly lost: () => void;
  private readonly holder: string;
  /** The Lease as last seen, and when it was first seen so (µs): clocks of others are not trusted. */
  private seen: { readonly record: string; readonly at: number } | undefined;
  private held: Lease | undefined;
  private readonly server: Surroundings['server'];

  constructor(around: Surroundings, term: Scope, candidate: Candidate, lost: () => void) {
    this.ctx = new ComponentContext(around, candidate.identity, term);
    this.events = new EventRecorder(this.ctx, candidate.eventSource);
    this.candidate = candidate;
    this.term = term;
    this.lost = lost;
    this.server = around.server;
    this.holder = `${candidate.node}_${this.ctx.random.fork(String(around.kernel.now)).uuid()}`;
  }

  start(): void {
    spawn(this.term, this.contend());
  }

  private *contend(): Process<void> {
    for (;;) {
      const won = yield* this.tryAcquire();
      if (won === 'held') yield* this.pause(false);
      else if (won === 'unreachable') yield* this.pause(true);
      else {
        this.proclaim(won);
        if (this.candidate.releases) this.term.onClose(() => this.release());
        this.candidate.lead(this.term);
        yield* this.renew();
        return;
      }
    }
  }

  private *pause(background: boolean): Process<void> {
    yield* wait<undefined>((resume) => {
      this.ctx.kernel.schedule(RETRY + this.ctx.random.int(200) * MS, () => resume(undefined), background);
    });
  }

  private proclaim({ lease, step }: Won): void {
    const { name, node } = this.candidate;
    this.ctx.record({
      kind: 'system',
      action: 'BecomeLeader',
      object: { group: 'coordination.k8s.io', resource: 'leases', kind: 'Lease', namespace: NAMESPACE, name },
      causes: [step],
      text: `${name} on ${node} holds the Lease ${name} and starts to work.`,
    });
    const subject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', object: lease };
    this.events.event(subject, 'Normal', 'LeaderElection', `${this.holder} became leader`, [step]);
  }

  private *renew(): Process<void> {
    let renewed = this.ctx.kernel.now;
    for (;;) {
      yield* this.pause(true);
      const kept = yield* this.tryAcquire();
      if (kept === 'held' || (kept === 'unreachable' && this.ctx.kernel.now - renewed > RENEW_DEADLINE)) break;
      if (kept !== 'unreachable') renewed = this.ctx.kernel.now;
    }
    this.held = undefined;
    const { name, node } = this.candidate;
    this.ctx.record({
      kind: 'system',
      action: 'LoseLeadership',
      causes: [],
      text: `${name} on ${node} could not renew its Lease for ${RENEW_DEADLINE / SECOND} s: it exits, so that there are never two leaders, and is started again.`,
    });
    this.lost();
  }

  private *tryAcquire(): Process<Won | 'held' | 'unreachable'> {
    const { kernel, client } = this.ctx;
    const { name } = this.candidate;
    const now = rfc3339Micro(kernel.wallMs);
    const known = yield* client.get<Lease>(LEASES, NAMESPACE, name, { causes: [] });
    if (!known.ok && known.code !== 404) return 'unreachable';
    const old = known.ok ? known.value : undefined;
    const holder = old?.spec?.holderIdentity ?? '';
    if (old !== undefined && holder !== this.holder && holder !== '' && this.isFresh(old)) return 'held';
    const mine = holder === this.holder;
    const spec: Lease['spec'] = {
      holderIdentity: this.holder,
      leaseDurationSeconds: DURATION / SECOND,
      acquireTime: (mine ? old?.spec?.acquireTime : undefined) ?? now,
      renewTime: now,
      leaseTransitions: (old?.spec?.leaseTransitions ?? 0) + (old === undefined || mine ? 0 : 1),
    };
    const lease: Lease = {
      ...old,
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: old?.metadata ?? { name, namespace: NAMESPACE },
      spec,
    };
    const options = { causes: [] };
    const done =
      old === undefined
        ? yield* client.create<Lease>(LEASES, lease, options)
        : yield* client.update<Lease>(LEASES, lease, options);
    if (done.ok) {
      this.held = done.value;
      return { lease: done.value, step: done.step };
    }
    return done.code === 409 ? 'held' : 'unreachable';
  }

  /** The last thing that a process does which is told to end. */
  private release(): void {
    const lease = this.held;
    if (lease === undefined) return;
    const { identity, name } = this.candidate;
    const { leaseTransitions = 0, acquireTime } = lease.spec ?? {};
    const now = rfc3339Micro(this.ctx.kernel.wallMs);
    const spec = { leaseTransitions, leaseDurationSeconds: 1, renewTime: now, acquireTime: acquireTime ?? now };
    this.server.handle({
      method: 'PUT',
      path: pathOf(LEASES, NAMESPACE, name),
      body: { value: { ...lease, spec: { ...spec, holderIdentity: '' } } },
      actor: identity.actor,
      userAgent: identity.userAgent,
      credential: identity.credential,
    });
  }

  /** Somebody renewed it within its duration, by this candidate's own clock. */
  private isFresh(lease: Lease): boolean {
    const record = `${lease.spec?.holderIdentity}/${lease.spec?.renewTime}`;
    if (this.seen?.record !== record) this.seen = { record, at: this.ctx.kernel.now };
    return this.ctx.kernel.now < this.seen.at + (lease.spec?.leaseDurationSeconds ?? 0) * SECOND;
  }
}

interface Won {
  readonly lease: Lease;
  readonly step: StepId;
}
