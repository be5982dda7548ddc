// One container: its program runs as far as virtual time has come, and what it prints is its log.
import type { Container } from '../../model/generated/core.v1.ts';
import type { FileSystem } from './files.ts';
import { bytesOf, type Effect, FOREVER, type Program } from './program.ts';
import { Shell } from './shell/run.ts';
import type { Surrounds } from './shell/surrounds.ts';

export interface LogLine {
  /** Milliseconds since 1970, with a fraction. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without the line's end. */
  readonly text: string;
}

/** The end of a program. */
export interface Ended {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly code: number;
}

/** Older lines are dropped, as the kubelet rotates logs away. */
const MAX_LINES = 5_000;
/** A program that does more than this between two looks is not followed further. */
const MAX_EFFECTS = 50_000;

export interface Making {
  readonly container: Container;
  readonly files: FileSystem;
  readonly env: Map<string, string>;
  readonly hostname: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Command and args; empty where the image decides. */
  readonly command: readonly string[];
}

/** A program outside the shell's list is taken to run on until it is stopped. */
function* unknown(io: Surrounds, what: string): Program {
  io.out(bytesOf(`[simulated] ${what} is not run: it is taken to run until it is stopped\n`));
  yield { sleep: FOREVER };
  return 0;
}

export class RunningContainer {
  readonly files: FileSystem;
  readonly env: ReadonlyMap<string, string>;
  readonly hostname: string;
  readonly lines: LogLine[] = [];
  ended: Ended | undefined;
  private readonly busybox: boolean;
  private readonly program: Program;
  private at: number;
  private wake: number;
  private reading = false;
  private readonly waiting: (string | undefined)[] = [];
  private readonly pieces: { readonly stream: LogLine['stream']; readonly text: string }[] = [];
  private dropped = 0;
  private readonly partial = { stdout: '', stderr: '' };

  constructor(making: Making) {
    this.files = making.files;
    this.env = making.env;
    this.hostname = making.hostname;
    this.busybox = /(^|\/)(busybox|alpine)(:|@|$)/.test(making.container.image ?? '');
    this.at = making.startedAt;
    this.wake = making.startedAt;
    const io = this.surrounds(new Map(making.env), {
      out: (s) => this.print('stdout', s),
      err: (s) => this.print('stderr', s),
      tty: making.container.tty === true,
      *read() {
        return making.container.stdin ? yield { read: true } : undefined;
      },
    });
    const { command, container } = making;
    const [first = ''] = command;
    const name = first.slice(first.lastIndexOf('/') + 1);
    this.program =
      command.length === 0
        ? unknown(io, `the program of image ${container.image ?? ''}`)
        : KNOWN_PROGRAMS.has(name)
          ? new Shell(io).command(command)
          : unknown(io, first);
  }

  /** What another program in the same container has: the same files, an environment of its own. */
  surrounds(env: Map<string, string>, io: Pick<Surrounds, 'out' | 'err' | 'read' | 'tty'>): Surrounds {
    const { files, hostname, busybox } = this;
    return { ...io, files, env, hostname, busybox, now: () => this.at, cwd: '/', args: ['sh'] };
  }

  /** When something more may happen, ms since 1970. */
  get next(): number {
    return this.wake;
  }

  /** Lets the program run up to a time, ms since 1970. */
  advance(to: number, most = MAX_EFFECTS): void {
    for (let n = 0; this.ended === undefined && this.wake <= to; n++) {
      this.at = this.wake;
      if (n > most) {
        this.print('stderr', '[simulated] the log ends here: the program prints more than is kept\n');
        this.wake = FOREVER;
        return;
      }
      const done = this.program.next(this.reading ? this.waiting.shift() : undefined);
      if (done.done) {
        this.ended = { at: this.at, code: done.value };
        return;
      }
      this.reading = 'read' in done.value;
      this.wake = this.reading && this.waiting.length === 0 ? FOREVER : this.at + delay(done.value);
    }
    this.at = Math.max(this.at, to);
  }

  /** Bytes for the standard input of the container's own program; undefined is its end. */
  feed(bytes: string | undefined): void {
    this.waiting.push(bytes);
    if (this.reading && this.wake === FOREVER) this.wake = this.at;
    this.advance(this.at);
  }

  /** How many pieces have been printed, for `since`. */
  get printed(): number {
    return this.dropped + this.pieces.length;
  }

  /** What was printed after so many pieces, as it was written. */
  since(printed: number): readonly { readonly stream: LogLine['stream']; readonly text: string }[] {
    return this.pieces.slice(Math.max(0, printed - this.dropped));
  }

  private print(stream: LogLine['stream'], bytes: string): void {
    this.pieces.push({ stream, text: bytes });
    if (this.pieces.length > 2 * MAX_LINES) this.dropped += this.pieces.splice(0, MAX_LINES).length;
    const parts = (this.partial[stream] + bytes).split('\n');
    this.partial[stream] = parts.pop() ?? '';
    for (const text of parts) this.lines.push({ at: this.at, stream, text });
    if (this.lines.length > 2 * MAX_LINES) this.lines.splice(0, this.lines.length - MAX_LINES);
  }

  /** What stands on a line that has no end yet. */
  get rest(): string {
    return this.partial.stdout + this.partial.stderr;
  }
}

const delay = (e: Effect): number => ('sleep' in e ? e.sleep / 1000 : 0);

/** Programs that the simulated shell runs itself when they are a container's command. */
export const KNOWN_PROGRAMS: ReadonlySet<string> = new Set(
  'sh bash ash echo printf cat ls env printenv touch rm mkdir sleep test [ date grep wc seq tar tee head tail true false hostname pwd exit'.split(
    ' ',
  ),
);
