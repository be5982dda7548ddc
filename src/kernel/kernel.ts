// The virtual clock and its event queue. Nothing in a simulation waits: a driver calls `runNext` or `runUntil`.
import { EventQueue, type Timed } from './queue.ts';
import { Random } from './random.ts';

export const MS = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;

export interface Timer {
  cancel(): void;
}

/** How many events are due that are not background. */
interface Work {
  foreground: number;
}

/** An event, and to whoever scheduled it the timer that takes it back. */
class Entry implements Timed, Timer {
  readonly at: number;
  readonly seq: number;
  run: (() => void) | undefined;
  /** Absent for recurring upkeep (heartbeats, resyncs), which does not keep a simulation from being idle. */
  private readonly work: Work | undefined;

  constructor(at: number, seq: number, run: () => void, work: Work | undefined) {
    this.at = at;
    this.seq = seq;
    this.run = run;
    this.work = work;
    if (work !== undefined) work.foreground++;
  }

  /** What is to be run; nothing where it was taken back. It is then no longer due. */
  take(): (() => void) | undefined {
    const { run } = this;
    this.cancel();
    return run;
  }

  cancel(): void {
    if (this.run === undefined) return;
    this.run = undefined;
    if (this.work !== undefined) this.work.foreground--;
  }
}

export interface KernelOptions {
  readonly seed: string;
  /** What the cluster's clocks show at virtual time 0, milliseconds since 1970. */
  readonly epochMs: number;
}

export class Kernel {
  readonly random: Random;
  readonly epochMs: number;
  /** Virtual time, µs since the start. */
  now = 0;
  private seq = 0;
  private readonly work: Work = { foreground: 0 };
  private readonly events = new EventQueue<Entry>();

  constructor(options: KernelOptions) {
    this.random = new Random(options.seed);
    this.epochMs = options.epochMs;
  }

  /** Runs `run` after `delay` µs. Background timers (heartbeats, resyncs) do not count as work that is under way. */
  schedule(delay: number, run: () => void, background = false): Timer {
    const at = this.now + Math.max(0, Math.round(delay));
    const entry = new Entry(at, this.seq++, run, background ? undefined : this.work);
    this.events.push(entry);
    return entry;
  }

  /** When the next event is due (µs), or undefined when there is none. */
  nextAt(): number | undefined {
    return this.next()?.at;
  }

  /** The next event that was not taken back. */
  private next(): Entry | undefined {
    for (let e = this.events.peek(); e !== undefined; e = this.events.peek()) {
      if (e.run !== undefined) return e;
      this.events.pop();
    }
    return undefined;
  }

  /** True when only background timers are left. */
  get idle(): boolean {
    return this.work.foreground === 0;
  }

  /** Advances to the next event and runs it. False when there is none. */
  runNext(): boolean {
    return this.runBefore(Number.POSITIVE_INFINITY);
  }

  /** Runs the next event if it is due by `at`. */
  private runBefore(at: number): boolean {
    const e = this.next();
    if (e === undefined || e.at > at) return false;
    this.events.pop();
    const run = e.take();
    this.now = e.at;
    run?.();
    return true;
  }

  /** Runs everything due up to and including `at` (µs), then stands at `at`. Time is always whole: a delay of less than
   *  half a microsecond would come to nothing, and who waits for a moment so would wait for ever. */
  runUntil(at: number): void {
    while (this.runBefore(at));
    this.now = Math.max(this.now, Math.floor(at));
  }

  /** Wall-clock milliseconds since 1970 as the cluster's machines show them. */
  get wallMs(): number {
    return this.epochMs + this.now / 1000;
  }
}
