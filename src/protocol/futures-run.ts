// Runs a simulation twice from one step on, without and with a change. A fork is a replay: what waits in the processes of a
// running simulation is never copied.
import { applyManifest } from '../cluster/apply/apply.ts';
import { isRecord } from '../model/object.ts';
import { noOutbound, type OutboundResult } from '../model/outbound.ts';
import { redact } from '../model/redact.ts';
import { RefusedError } from '../model/refused.ts';
import { resourceOf } from '../model/resources.ts';
import { isStatus } from '../model/status.ts';
import type { ObjectRef, StepId } from '../trace/step.ts';
import {
  type Change,
  type CompareOptions,
  type Comparison,
  type Entry,
  FORK_LIMITS,
  type Future,
  type Inputs,
} from './futures.ts';
import { compareObjects, type StoredObject } from './futures-objects.ts';
import type { Simulation, SimulationWatch } from './journal.ts';
import type { StartOptions, WireRequest, WireResponse } from './worker.ts';

/** How often progress is told: after so many events. */
const TELL_EVERY = 2_000;

/** Throws RefusedError for what cannot be repeated, and for a change that the cluster refuses. */
export function compareFutures(
  create: (options: StartOptions) => Simulation,
  options: CompareOptions,
  progress: (done: number) => void,
): Comparison {
  const { inputs, step, change, forUs, repeat } = options;
  if (!inputs.whole)
    throw new RefusedError(
      'Too much came into this simulation for it to be repeated.',
      'Reset the simulator; a fork works again from then on.',
    );
  const run = (part: number): Replay => new Replay(create, inputs, (done) => progress((part + done) / 2));
  const first = run(0);
  const end = step.at + forUs;
  first.runToStep(options, end);
  const fork = first.simulation.lastStep;
  const { now: at } = first.simulation;
  const until = at + forUs;
  const notes = notesOf(first.left, repeat);
  first.cutOff();
  const atFork = new Set(first.simulation.objects().map(({ ref }) => nameOf(ref)));
  first.runOn(until, repeat);
  const without = futureOf(first.simulation, fork);
  const before = storedOf(first.simulation);

  const second = run(1);
  second.runToStep(options, end);
  second.cutOff();
  make(change, second.simulation);
  const { lastStep } = second.simulation;
  const changeSteps = Array.from({ length: lastStep - fork }, (_, i) => fork + 1 + i);
  second.runOn(until, repeat);
  if (first.unanswered + second.unanswered > 0)
    notes.push(
      'Programs outside of the simulation, such as webhooks, are not asked after the fork: they count as unreachable.',
    );
  const { objects, more } = compareObjects(before, storedOf(second.simulation), (ref) => atFork.has(nameOf(ref)));
  return {
    change,
    fork,
    at,
    until,
    changeSteps,
    without,
    with: futureOf(second.simulation, fork),
    objects,
    moreObjects: more,
    notes,
  };
}

function nameOf({ group, resource, namespace = '', name }: ObjectRef): string {
  return `${resource}.${group}/${namespace}/${name}`;
}

function notesOf(left: readonly Entry[], repeat: boolean): string[] {
  const done = left.filter(({ input }) => isAction(input));
  const notes: string[] = [];
  if (done.length > 0) {
    const times = done.length === 1 ? 'once' : `${done.length} times`;
    notes.push(
      repeat
        ? `What you did after this step (${times}) is repeated in both futures.`
        : `What you did after this step (${times}) is left out of both futures.`,
    );
  }
  return notes;
}

function isAction(input: Entry['input']): boolean {
  if (input.type === 'request') return input.request.method !== 'GET' && !input.request.observer;
  if (input.type === 'served') return isRecord(input.request) && input.request.method !== 'GET';
  return input.type === 'fault' || input.type === 'connect';
}

function futureOf(simulation: Simulation, fork: StepId): Future {
  const steps = simulation.stepsAfter(fork, FORK_LIMITS.steps);
  return { steps, whole: (steps.at(-1)?.id ?? fork) >= simulation.lastStep };
}

function storedOf(simulation: Simulation): StoredObject[] {
  return simulation.objects().map(({ ref, value }) => ({ ref, value: redact(value) }));
}

class Replay {
  readonly simulation: Simulation;
  private readonly entries: readonly Entry[];
  private readonly progress: (done: number) => void;
  private readonly watches = new Map<number, SimulationWatch>();
  private next = 0;
  private events = 0;
  private goal = 0;
  private readonly waiting = new Map<number, (result: OutboundResult) => void>();
  /** Calls that would have left the simulation after the fork: who is out there is not asked about what is not. */
  unanswered = 0;

  constructor(create: (options: StartOptions) => Simulation, inputs: Inputs, progress: (done: number) => void) {
    this.simulation = create(inputs.start);
    this.entries = inputs.entries;
    this.progress = progress;
    let calls = 0;
    this.simulation.connectOut((_, done) => void this.waiting.set(calls++, done));
  }

  /** The inputs that have not come in yet. */
  get left(): readonly Entry[] {
    return this.entries.slice(this.next);
  }

  /** Repeats everything up to the step, and what happens at the same moment. */
  runToStep({ step }: Pick<CompareOptions, 'step'>, goal: number): void {
    this.goal = goal;
    const { simulation } = this;
    while (simulation.lastStep < step.id) {
      const entry = this.entries[this.next];
      if (entry && entry.events <= this.events) this.enter(entry);
      else if (!this.runNext()) break;
    }
    const [found] = simulation.stepsAfter(step.id - 1, 1);
    // Of upkeep, old steps are not kept; whatever else is there must be what the reader has before him.
    if (simulation.lastStep < step.id || (found?.id === step.id && (found.at !== step.at || found.text !== step.text)))
      throw new RefusedError(
        `The simulation cannot be repeated: step ${step.id} does not come again as it was.`,
        'Please report this, with what was done in the cluster before.',
      );
    if (this.entries.slice(0, this.next).some(({ input }) => input.type === 'connect'))
      throw new RefusedError(
        'Somebody spoke to a container before this step (kubectl exec, attach or port-forward), which cannot be repeated.',
        'Fork at an earlier step, or reset the simulator.',
      );
  }

  /** From here on nothing outside is within reach. */
  cutOff(): void {
    this.simulation.connectOut((call, done) => {
      this.unanswered++;
      noOutbound(call, done);
    });
  }

  /** Goes on to `until` (µs); with what came in after the step, or without it. */
  runOn(until: number, repeat: boolean): void {
    for (let entry = this.entries[this.next]; repeat && entry && entry.at <= until; entry = this.entries[this.next]) {
      this.runDue(entry.at);
      this.enter(entry);
    }
    this.runDue(until);
  }

  private runDue(at: number): void {
    const { simulation } = this;
    for (let next = simulation.nextAt(); next !== undefined && next <= at; next = simulation.nextAt()) this.runNext();
    simulation.runUntil(at);
  }

  private runNext(): boolean {
    const ran = this.simulation.runNext();
    this.events++;
    if (this.events % TELL_EVERY === 0 && this.goal > 0) this.progress(Math.min(1, this.simulation.now / this.goal));
    return ran;
  }

  private enter({ at, input }: Entry): void {
    const { simulation } = this;
    // Nothing is due until then: the clock alone moves.
    if (at > simulation.now) simulation.runUntil(at);
    const number = this.next++;
    const open = ({ watch }: { readonly watch?: SimulationWatch }): void => {
      watch?.start({ event: () => {}, end: () => {} });
      if (watch) this.watches.set(number, watch);
    };
    if (input.type === 'request') {
      if (input.waits) simulation.submit(input.request, () => {});
      else open(simulation.request(input.request));
    } else if (input.type === 'served') {
      simulation.served?.(input.request, open);
    } else if (input.type === 'answer') {
      this.waiting.get(input.call)?.(input.result);
    } else if (input.type === 'unwatch') {
      this.watches.get(input.input)?.stop();
    } else if (input.type === 'fault') {
      try {
        simulation.fault(input.action, input.target);
      } catch (error) {
        // It was refused then, too.
        if (!(error instanceof RefusedError)) throw error;
      }
    }
  }
}

/** Throws a RefusedError with what the cluster says against it. */
function make(change: Change, simulation: Simulation): void {
  switch (change.type) {
    case 'stop':
    case 'start':
      simulation.fault(change.type, change.target);
      return;
    case 'cordon':
    case 'uncordon': {
      const spec = { unschedulable: change.type === 'cordon' ? true : null };
      const path = `/api/v1/nodes/${change.node}`;
      answered(ask(simulation, { method: 'PATCH', path, contentType: MERGE, body: { spec } }));
      return;
    }
    case 'delete':
      answered(ask(simulation, { method: 'DELETE', path: pathOf(change.object) }));
      return;
    case 'scale': {
      const body = { spec: { replicas: change.replicas } };
      const path = `${pathOf(change.object)}/scale`;
      answered(ask(simulation, { method: 'PATCH', path, contentType: MERGE, body }));
      return;
    }
    case 'apply':
      apply(change, simulation);
  }
}

/** Answered at once: nobody outside is asked. */
function ask(simulation: Simulation, request: WireRequest): WireResponse {
  let answer: WireResponse = { code: 0, step: 0 };
  simulation.submit(request, (response) => {
    answer = response;
  });
  return answer;
}

const MERGE = 'application/merge-patch+json';

function pathOf({ group, resource, namespace, name }: ObjectRef): string {
  const version = resourceOf(group, resource)?.version ?? 'v1';
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resource}/${name}`;
}

function answered({ code, body, text }: WireResponse): void {
  if (code >= 200 && code < 300) return;
  const said = isStatus(body) ? (body.message ?? body.reason) : text;
  throw refused(code === 0 ? 'kube-apiserver is stopped at this step: nobody answers.' : (said ?? `code ${code}`));
}

function apply({ manifest, namespace }: Extract<Change, { readonly type: 'apply' }>, simulation: Simulation): void {
  const send = (request: WireRequest & { readonly discovery?: boolean }): WireResponse => {
    const { discovery, ...rest } = request;
    return ask(simulation, { ...rest, ...(discovery ? { observer: true } : {}) });
  };
  const { objects } = applyManifest(manifest, namespace, { request: send });
  const failed = objects.find(({ result }) => result === 'failed');
  if (failed) throw refused(`${failed.kind} ${failed.name}`.trim().concat(`, line ${failed.line}: ${failed.message}`));
  if (objects.length === 0) throw refused('The manifest holds no object.');
}

function refused(message: string): RefusedError {
  return new RefusedError(`The change cannot be made: ${message}`, 'Choose another change, or another step.');
}
