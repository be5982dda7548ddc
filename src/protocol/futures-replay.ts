// A simulation once more from its beginning: everything that came in comes in again, after as many events as then.
import { isRecord } from '../model/object.ts';
import { noOutbound, type OutboundResult } from '../model/outbound.ts';
import { RefusedError } from '../model/refused.ts';
import type { CompareOptions, Entry, Input, Inputs } from './futures.ts';
import type { Simulation, SimulationStream, SimulationWatch, Talk } from './journal.ts';
import type { StartOptions } from './worker.ts';

/** How often progress is told: after so many events. */
const TELL_EVERY = 2_000;

/** What of the past could not be repeated. */
export function unheardText(connections: readonly unknown[]): string {
  const named = connections.flatMap((one) => (isRecord(one) ? `${one.kind} to pod ${one.namespace}/${one.pod}` : []));
  return `Not all that was said to containers before is kept, because it was much: the rest is left out (${[...new Set(named)].join(', ')}).`;
}

export class Replay {
  readonly simulation: Simulation;
  private readonly entries: readonly Entry[];
  private readonly progress: (done: number) => void;
  private readonly flowing = new Map<number, { stop(): void }>();
  private next = 0;
  private events = 0;
  private goal = 0;
  private readonly talks = new Map<number, Talk>();
  private readonly ports = new Map<number, (port: number) => Talk | { readonly error: string }>();
  /** The connections of which not all is kept. */
  readonly unheard: unknown[] = [];
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
      if (entry && this.isDue(entry)) this.enter(entry);
      else if (!this.runNext()) break;
    }
    const [found] = simulation.stepsAfter(step.id - 1, 1);
    // Of upkeep, old steps are not kept; whatever else is there must be what the reader has before him.
    if (simulation.lastStep < step.id || (found?.id === step.id && (found.at !== step.at || found.text !== step.text)))
      throw new RefusedError(
        `The simulation cannot be repeated: step ${step.id} does not come again as it was.`,
        this.unheard.length > 0
          ? `${unheardText(this.unheard)} Fork at a step before that.`
          : 'Please report this, with what was done in the cluster before.',
      );
  }

  /** After as many events as then; where something was left out, which may have made events, at the same time. */
  private isDue({ events, at }: Entry): boolean {
    if (this.unheard.length === 0) return events <= this.events;
    const next = this.simulation.nextAt();
    return next === undefined || next > at;
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
    const open = ({
      watch,
      stream,
    }: {
      readonly watch?: SimulationWatch;
      readonly stream?: SimulationStream;
    }): void => {
      watch?.start({ event: () => {}, end: () => {} });
      stream?.start({ data: () => {}, end: () => {} });
      const flowing = watch ?? stream;
      if (flowing) this.flowing.set(number, flowing);
    };
    if (input.type === 'request') {
      if (input.waits) simulation.submit(input.request, () => {});
      else open(simulation.request(input.request));
    } else if (input.type === 'served') {
      simulation.served?.(input.request, open);
    } else if (input.type === 'answer') {
      this.waiting.get(input.call)?.(input.result);
    } else if (input.type === 'unwatch') {
      this.flowing.get(input.input)?.stop();
    } else if (input.type === 'fault') {
      try {
        simulation.fault(input.action, input.target);
      } catch (error) {
        // It was refused then, too.
        if (!(error instanceof RefusedError)) throw error;
      }
    } else this.speak(number, input);
  }

  /** Says again to a container what was said. */
  private speak(
    number: number,
    input: Extract<Input, { readonly type: 'connect' | 'port' | 'talk' | 'unheard' }>,
  ): void {
    if (input.type === 'connect') {
      const opened = this.simulation.connect?.(input.connection) ?? { status: undefined };
      if ('session' in opened) this.talks.set(number, opened.session);
      else if ('ports' in opened) this.ports.set(number, opened.ports);
    } else if (input.type === 'port') {
      const talk = this.ports.get(input.input)?.(input.port);
      if (talk && !('error' in talk)) this.talks.set(number, talk);
    } else if (input.type === 'unheard') {
      const made = this.entries[input.input]?.input;
      const connect = made?.type === 'port' ? this.entries[made.input]?.input : made;
      if (connect?.type === 'connect') this.unheard.push(connect.connection);
    } else {
      const talk = this.talks.get(input.input);
      if (input.does === 'start') talk?.start({ out: () => {}, err: () => {}, end: () => {} });
      else if (input.does === 'stop') talk?.stop();
      else talk?.input(input.does === 'say' ? input.bytes : undefined);
    }
  }
}
