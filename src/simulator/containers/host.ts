// The containers of all nodes, as the API server reaches them through their kubelets. A container is made when somebody first
// looks into it, from what the pod's status says, so that pods nobody looks into cost nothing.
import type { Kernel } from '../../kernel/kernel.ts';
import type {
  Container,
  ContainerStateRunning,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from '../../model/generated/core.v1.ts';
import { RunningContainer } from './container.ts';
import { commandOf, environmentOf, filesOf, type Objects, type Volumes } from './environment.ts';
import { hostnameOf } from './network.ts';
import { type Program, textOf } from './program.ts';
import { Shell } from './shell/run.ts';
import { readerOf } from './shell/surrounds.ts';

/** How many containers keep their files and log after the last look at them. */
const KEPT = 500;
/** µs; longer waits are not told apart from waiting for ever. */
const LONGEST = 1e13;
/** A command of a probe or a hook that does more is given up. */
const MAX_STEPS = 10_000;
/** How often a container is looked at for somebody who watches it, µs. */
export const LOOK = 200_000;

export interface SessionSink {
  out(bytes: string): void;
  err(bytes: string): void;
  /** The program has ended. */
  end(code: number): void;
}

/** A program that runs for somebody who is connected. */
export interface Session {
  start(sink: SessionSink): void;
  /** Bytes for its standard input; undefined is its end. */
  input(bytes: string | undefined): void;
  /** What Ctrl-C does: the command that runs ends. */
  interrupt?(): void;
  stop(): void;
}

export function statusOf(pod: Pod, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find((s) => s.name === name);
}

export function containerOf(pod: Pod, name: string): Container | undefined {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers, ...(ephemeralContainers as Container[])].find((c) => c.name === name);
}

/** The state that a container ran or runs in; undefined where it never did. */
export function ran(
  status: ContainerStatus | undefined,
  previous: boolean,
): { id: string; startedAt: string; finishedAt?: string } | undefined {
  const state = previous ? status?.lastState : status?.state;
  const running: ContainerStateRunning | undefined = state?.running;
  const ended: ContainerStateTerminated | undefined = state?.terminated;
  const last = previous ? undefined : status?.lastState?.terminated;
  if (running?.startedAt) return { id: status?.containerID ?? '', startedAt: running.startedAt };
  const over = ended ?? last;
  if (!over?.startedAt) return undefined;
  const { containerID = '', startedAt, finishedAt } = over;
  return { id: containerID || `${status?.containerID}`, startedAt, ...(finishedAt ? { finishedAt } : {}) };
}

export class ContainerHost {
  private readonly kernel: Kernel;
  private readonly objects: Objects;
  private readonly volumes: Volumes = new Map();
  private readonly made = new Map<string, RunningContainer>();

  constructor(kernel: Kernel, objects: Objects) {
    this.kernel = kernel;
    this.objects = objects;
  }

  /** The container as it is now, or as it was when it ended; undefined where it has not started. */
  find(pod: Pod, name: string, previous = false): RunningContainer | undefined {
    const container = containerOf(pod, name);
    const run = ran(statusOf(pod, name), previous);
    if (container === undefined || run === undefined) return undefined;
    const key = `${pod.metadata?.uid}/${name}/${run.id}/${run.startedAt}`;
    const found = this.made.get(key) ?? this.make(pod, container, run.startedAt);
    this.made.delete(key);
    this.made.set(key, found);
    for (const old of this.made.keys()) {
      if (this.made.size <= KEPT) break;
      this.made.delete(old);
    }
    // Times in a status are whole seconds: what ran shorter still ran.
    const end = run.finishedAt === undefined ? this.kernel.wallMs : Date.parse(run.finishedAt) + 999;
    found.advance(Math.min(end, this.kernel.wallMs));
    return found;
  }

  private make(pod: Pod, container: Container, startedAt: string): RunningContainer {
    const env = environmentOf(pod, container, this.objects);
    return new RunningContainer({
      container,
      files: filesOf(pod, container, this.objects, this.volumes, new Map()),
      env,
      hostname: hostnameOf(pod),
      startedAt: Date.parse(startedAt),
      command: commandOf(container, env),
    });
  }

  /** Runs a command to its end at once, as a probe or a hook does; `took`: µs that it would have taken. */
  command(
    pod: Pod,
    name: string,
    command: readonly string[],
  ): { readonly code: number; readonly output: string; readonly took: number } | undefined {
    const container = this.find(pod, name);
    if (container === undefined || container.ended !== undefined) return undefined;
    let output = '';
    const add = (s: string): void => {
      output += s;
    };
    const io = container.surrounds(new Map(container.env), { tty: false, out: add, err: add, read: readerOf('') });
    const program = new Shell(io).command(command);
    let took = 0;
    for (let n = 0; n < MAX_STEPS && took < LONGEST; n++) {
      const step = program.next(undefined);
      // What is not simulated is taken to go well.
      if (step.done)
        return { code: output.includes(': not simulated (') ? 0 : step.value, output: textOf(output), took };
      if ('sleep' in step.value) took += step.value.sleep;
    }
    return { code: 137, output: textOf(output), took: LONGEST };
  }

  /** Runs a command beside a container's own program. */
  exec(container: RunningContainer, command: readonly string[], tty: boolean): Session {
    return new ExecSession(this.kernel, container, command, tty);
  }

  /** Shows what a container's own program prints from now on, and gives it what comes in. */
  attach(pod: () => Pod | undefined, name: string): Session {
    const first = pod();
    const from = first === undefined ? undefined : this.find(first, name);
    // What a short program has printed before anybody could attach is shown all the same.
    let printed = from?.ended === undefined ? (from?.printed ?? 0) : 0;
    let sink: SessionSink | undefined;
    const look = (): void => {
      if (sink === undefined) return;
      const now = pod();
      const container = now === undefined ? undefined : this.find(now, name);
      const over = from === undefined || from.ended !== undefined || container !== from;
      for (const piece of from?.since(printed) ?? []) sink[piece.stream === 'stdout' ? 'out' : 'err'](piece.text);
      printed = from?.printed ?? 0;
      const up = now !== undefined && statusOf(now, name)?.state?.running !== undefined;
      // An attachment that ends by itself has gone well, whatever the program's exit code was.
      if (over || !up) sink.end(0);
      else this.kernel.schedule(LOOK, look, true);
    };
    return {
      start: (given) => {
        sink = given;
        // What stands on the current line, such as a shell's prompt, is seen as well.
        if (from !== undefined && from.ended === undefined && from.rest !== '') given.out(from.rest);
        look();
      },
      input: (bytes) => {
        from?.feed(bytes);
        look();
      },
      stop: () => {
        sink = undefined;
      },
    };
  }
}

class ExecSession implements Session {
  private readonly kernel: Kernel;
  private readonly container: RunningContainer;
  private readonly command: readonly string[];
  private readonly tty: boolean;
  private readonly queue: string[] = [];
  private closed = false;
  private program: Program | undefined;
  private sink: SessionSink | undefined;
  private reading = false;

  constructor(kernel: Kernel, container: RunningContainer, command: readonly string[], tty: boolean) {
    this.kernel = kernel;
    this.tty = tty;
    this.container = container;
    this.command = command;
  }

  start(sink: SessionSink): void {
    this.sink = sink;
    const io = this.container.surrounds(new Map(this.container.env), {
      tty: this.tty,
      out: (s) => sink.out(s),
      err: (s) => sink.err(s),
      *read() {
        return yield { read: true };
      },
    });
    this.program = new Shell(io).command(this.command);
    this.go(undefined);
  }

  input(bytes: string | undefined): void {
    if (bytes === undefined) this.closed = true;
    else this.queue.push(bytes);
    if (!this.reading) return;
    this.reading = false;
    this.go(this.queue.shift());
  }

  interrupt(): void {
    if (this.program === undefined || this.reading) return;
    this.program = undefined;
    this.sink?.end(130);
  }

  stop(): void {
    this.program = undefined;
  }

  private go(reply: string | undefined): void {
    let give = reply;
    while (this.program !== undefined) {
      this.container.advance(this.kernel.wallMs);
      const step = this.program.next(give);
      if (step.done) {
        this.program = undefined;
        this.sink?.end(step.value);
        return;
      }
      if ('sleep' in step.value) {
        // Upkeep: a session that sleeps does not keep the cluster from being called idle.
        this.kernel.schedule(Math.min(step.value.sleep, LONGEST), () => this.go(undefined), true);
        return;
      }
      this.reading = this.queue.length === 0 && !this.closed;
      if (this.reading) return;
      give = this.queue.shift();
    }
  }
}
