// Coroutines on the virtual clock. A process is a generator that yields what it waits for; upstream's goroutines that
// block on a request or a sleep become processes here, and read from top to bottom in the same way.
import type { Kernel } from './kernel.ts';

/** Something to wait for: called once with the function that resumes the process. */
export type Wait = (resume: (value: unknown) => void) => void;
export type Process<T> = Generator<Wait, T, unknown>;

/** Processes started in a scope end silently where they wait once the scope is closed (a component was stopped). */
export class Scope {
  private open = true;
  private readonly closers: (() => void)[] = [];

  get alive(): boolean {
    return this.open;
  }

  onClose(run: () => void): void {
    if (this.open) this.closers.push(run);
    else run();
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    for (const run of this.closers.splice(0)) run();
  }
}

/** Waits for one value. `yield* wait<number>((resume) => …)`. */
export function* wait<T>(start: (resume: (value: T) => void) => void): Process<T> {
  return (yield start as Wait) as T;
}

export function* sleep(kernel: Kernel, us: number): Process<void> {
  yield (resume) => {
    kernel.schedule(us, () => resume(undefined));
  };
}

/** Runs all processes side by side; ends when the last has ended. */
export function* all<T>(scope: Scope, processes: readonly Process<T>[]): Process<T[]> {
  if (processes.length === 0) return [];
  return yield* wait<T[]>((resume) => {
    const results: T[] = new Array(processes.length);
    let left = processes.length;
    processes.forEach((p, i) => {
      spawn(scope, p, (value) => {
        results[i] = value;
        if (--left === 0) resume(results);
      });
    });
  });
}

/** Starts a process; `done` gets its result. An exception in it is a bug and reaches the driver. */
export function spawn<T>(scope: Scope, process: Process<T>, done?: (value: T) => void): void {
  const advance = (value: unknown): void => {
    if (!scope.alive) return;
    const next = process.next(value);
    if (next.done) done?.(next.value);
    else next.value(once(advance));
  };
  advance(undefined);
}

function once(f: (value: unknown) => void): (value: unknown) => void {
  let called = false;
  return (value) => {
    if (called) throw new Error('a process was resumed twice from one wait');
    called = true;
    f(value);
  };
}
