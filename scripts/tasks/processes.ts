import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { ROOT } from '../lib/dependencies.mjs';
import { UserError } from '../lib/say.mjs';

/** Runs a program to its end with its output on the terminal; resolves to its exit code, 1 when a signal ended it. */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new UserError(`${command} could not be started: ${error.message}`)));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a program of node_modules/.bin, by its file, so that it runs under this Node. */
export function runTool(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return run(process.execPath, [`node_modules/${file}`, ...args], options);
}

/** First of these programs that answers to `--version`, with its first line of output. */
export function findProgram(names: readonly string[]): { command: string; version: string } | undefined {
  for (const command of names) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { command, version: stdout.split('\n')[0] ?? '' };
  }
  return undefined;
}

/** Ends a process that was started here: SIGTERM, and SIGKILL if it is still there after `patienceMs`. */
export async function stop(child: ChildProcess, patienceMs = 5_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
  // Its own children may hold these open for some seconds more; nobody here reads what they still say.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/**
 * Waits until a process has printed a line that matches, and returns the match.
 * @throws UserError with what it printed instead, when it ends or `timeoutMs` passes first
 */
export function untilPrinted(child: ChildProcess, pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => fail(`said nothing like ${pattern} within ${timeoutMs / 1000} s`), timeoutMs);
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(
        new UserError(
          `${child.spawnargs.slice(0, 3).join(' ')} … ${why}. It printed:\n${output.slice(-2000) || '(nothing)'}`,
        ),
      );
    };
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = pattern.exec(output);
      if (!match) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code) => fail(`ended with exit code ${code}`));
  });
}
