// A simulation for tests of the engine: a list of moments at which something happens, and real time that a test moves.

import { RefusedError } from '../../../src/model/refused.ts';
import type { FaultTarget, Scheduled, Topology, WireRequest, WireResponse } from '../../../src/protocol/worker.ts';
import type { RealTime, Simulation } from '../../../src/protocol/worker-engine.ts';
import type { Step } from '../../../src/trace/step.ts';

export class ManualTime implements RealTime {
  ms = 0;
  /** How long each event of the simulation takes. */
  private timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.ms;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.ms + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  }

  get waiting(): number {
    return this.timers.length;
  }

  pass(ms: number): void {
    const end = this.ms + ms;
    for (;;) {
      const next = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((t) => t !== next);
      this.ms = Math.max(this.ms, next.at);
      next.run();
    }
    this.ms = end;
  }
}

export class FakeSimulation implements Simulation {
  now = 0;
  readonly steps: Step[] = [];
  private readonly events: { at: number; run: () => void }[] = [];
  watchers: { event(e: { type: 'ADDED'; object: unknown }): void; end(): void }[] = [];
  stoppedWatches = 0;
  readonly faults: string[] = [];

  at(us: number, run: () => void): void {
    this.events.push({ at: us, run });
    this.events.sort((a, b) => a.at - b.at);
  }

  record(text: string, routine = false): void {
    const step: Step = {
      id: this.steps.length + 1,
      at: this.now,
      actor: { component: 'kubelet' },
      kind: 'node',
      action: 'x',
      causes: [],
      fidelity: 'simulated',
      text,
      ...(routine ? { routine: true } : {}),
    };
    this.steps.push(step);
  }

  get wallMs(): number {
    return this.now / 1000;
  }

  exchange(): undefined {}

  objects(): [] {
    return [];
  }

  get idle(): boolean {
    return this.events.length === 0;
  }

  get lastStep(): number {
    return this.steps.length;
  }

  nextAt(): number | undefined {
    return this.events[0]?.at;
  }

  runNext(): boolean {
    const next = this.events.shift();
    if (!next) return false;
    this.now = next.at;
    next.run();
    return true;
  }

  runUntil(at: number): void {
    for (let next = this.nextAt(); next !== undefined && next <= at; next = this.nextAt()) this.runNext();
    this.now = Math.max(this.now, at);
  }

  stepsAfter(id: number, limit: number): readonly Step[] {
    return this.steps.slice(id, id + limit);
  }

  connectOut(): void {}

  readonly etcd = {
    directory: (path: string) => ({ path, revision: 1, compacted: 0, directories: [], keys: [], deleted: [], more: 0 }),
    history: (key: string) => ({ key, revisions: [], compacted: 0 }),
    object: () => undefined,
  };

  submit(request: WireRequest, done: (response: WireResponse) => void): void {
    done(this.request(request));
  }

  request(request: WireRequest) {
    if (request.query?.watch) {
      const watch = {
        start: (sink: (typeof this.watchers)[number]) => void this.watchers.push(sink),
        stop: () => void this.stoppedWatches++,
      };
      return { code: 200, step: 0, watch };
    }
    this.record(`${request.method} ${request.path}`);
    if (request.method === 'GET') return { code: 404, step: 0, body: { message: 'not found' } };
    return { code: 201, step: this.lastStep, body: { kind: 'Status' } };
  }

  schedule(object: { readonly kind?: string }): Scheduled {
    if (object.kind === 'Job') throw new TypeError('a mistake');
    return { exists: false, wanted: 0, notes: [], pods: [] };
  }

  topology(): Topology {
    return { version: 'v1.36.2', machines: [] };
  }

  fault(action: 'stop' | 'start', target: FaultTarget): void {
    if (target.node === 'nowhere') throw new RefusedError('There is no machine nowhere.', 'Machines: worker-1.');
    this.faults.push(`${action} ${target.node ?? ''}${target.component ?? ''}`);
  }
}
