// Leader election: of several copies of a component only the one that holds its Lease works. Models client-go's
// tools/leaderelection with a Lease as its lock, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
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
/** Source: JitterFactor in tools/leaderelection: a candidate waits up to this much of the period more. */
const JITTER = 1.2;
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
  /** The Lease as last read or written, and when it was first seen so (µs): clocks of others are not trusted. */
  private seen: { readonly lease: Lease; readonly at: number } | undefined;
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
      const tried = yield* this.tryAcquireOrRenew();
      if (tried !== 'held' && tried !== 'failed') {
        this.proclaim(tried);
        if (this.candidate.releases) this.term.onClose(() => this.release());
        this.candidate.lead(this.term);
        yield* this.renew();
        return;
      }
      // So that candidates do not all come at once.
      const jitter = Math.round(RETRY * JITTER * (this.ctx.random.int(1000) / 1000));
      yield* this.pause(RETRY + jitter, tried === 'failed');
    }
  }

  private *pause(us: number, background: boolean): Process<void> {
    yield* wait<undefined>((resume) => {
      this.ctx.kernel.schedule(us, () => resume(undefined), background);
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

  /** Renews until it has failed for as long as the deadline, for whatever reason: a conflict is tried again too. */
  private *renew(): Process<void> {
    let deadline = this.ctx.kernel.now + RENEW_DEADLINE;
    for (let next = this.ctx.kernel.now; next < deadline; next += RETRY) {
      if (next > this.ctx.kernel.now) yield* this.pause(next - this.ctx.kernel.now, true);
      const tried = yield* this.tryAcquireOrRenew();
      if (tried === 'held' || tried === 'failed') continue;
      next = this.ctx.kernel.now;
      deadline = next + RETRY + RENEW_DEADLINE;
    }
    yield* this.pause(Math.max(0, deadline - this.ctx.kernel.now), true);
    const { name, node } = this.candidate;
    this.ctx.record({
      kind: 'system',
      action: 'LoseLeadership',
      causes: [],
      text: `${name} on ${node} could not renew its Lease for ${RENEW_DEADLINE / SECOND} s: it exits, so that there are never two leaders, and is started again.`,
    });
    this.lost();
  }

  private get leads(): boolean {
    return this.seen?.lease.spec?.holderIdentity === this.holder;
  }

  /** 'held': somebody else has it, and renewed it within its duration by this candidate's own clock. */
  private *tryAcquireOrRenew(): Process<Won | 'held' | 'failed'> {
    const { client } = this.ctx;
    const { name } = this.candidate;
    // A leader writes without reading first, as if nobody else had written.
    if (this.seen !== undefined && this.leads && this.isFresh()) {
      const done = yield* this.write(this.seen.lease);
      if (done !== 'failed') return done;
    }
    const known = yield* client.get<Lease>(LEASES, NAMESPACE, name, { causes: [] });
    if (!known.ok) return known.code === 404 ? yield* this.write(undefined) : 'failed';
    const lease = known.value;
    if (JSON.stringify(this.seen?.lease.spec) === JSON.stringify(lease.spec)) {
      this.seen = { lease, at: this.seen?.at ?? this.ctx.kernel.now };
    } else this.seen = { lease, at: this.ctx.kernel.now };
    if (lease.spec?.holderIdentity && !this.leads && this.isFresh()) return 'held';
    return yield* this.write(lease);
  }

  private *write(old: Lease | undefined): Process<Won | 'failed'> {
    const { client, kernel } = this.ctx;
    const now = rfc3339Micro(kernel.wallMs);
    const mine = old?.spec?.holderIdentity === this.holder;
    const transitions = old?.spec?.leaseTransitions ?? 0;
    const spec: Lease['spec'] = {
      ...old?.spec,
      holderIdentity: this.holder,
      leaseDurationSeconds: DURATION / SECOND,
      acquireTime: (mine ? old?.spec?.acquireTime : undefined) ?? now,
      renewTime: now,
      leaseTransitions: old === undefined || mine ? transitions : transitions + 1,
    };
    const metadata = old?.metadata ?? { name: this.candidate.name, namespace: NAMESPACE };
    const lease: Lease = { ...old, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    const options = { causes: [] };
    const done =
      old === undefined
        ? yield* client.create<Lease>(LEASES, lease, options)
        : yield* client.update<Lease>(LEASES, lease, options);
    if (!done.ok) return 'failed';
    this.seen = { lease: done.value, at: kernel.now };
    return { lease: done.value, step: done.step };
  }

  /** The last thing that a process does which is told to end. */
  private release(): void {
    const lease = this.seen?.lease;
    if (lease === undefined || !this.leads) return;
    const { identity, name } = this.candidate;
    const { actor, userAgent, credential } = identity;
    const own = { path: pathOf(LEASES, NAMESPACE, name), actor, userAgent, credential };
    const { code, body } = this.server.handle({ ...own, method: 'GET' });
    if (code !== 200) return;
    const { leaseTransitions = 0 } = lease.spec ?? {};
    const now = rfc3339Micro(this.ctx.kernel.wallMs);
    const spec = { leaseTransitions, leaseDurationSeconds: 1, renewTime: now, acquireTime: now, holderIdentity: '' };
    this.server.handle({
      ...own,
      method: 'PUT',
      body: { value: { ...lease, metadata: (body as Lease).metadata, spec } },
    });
  }

  private isFresh(): boolean {
    const { seen } = this;
    if (seen === undefined) return false;
    return this.ctx.kernel.now < seen.at + (seen.lease.spec?.leaseDurationSeconds ?? 0) * SECOND;
  }
}

interface Won {
  readonly lease: Lease;
  readonly step: StepId;
}
