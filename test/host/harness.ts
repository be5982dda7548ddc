// A few lines of test runner that run inside an extension host: the npm VS Code host or a desktop started by
// @vscode/test-electron, which call `run()` of the bundled index and know nothing of Vitest.
import { renameSync, writeFileSync } from 'node:fs';

export interface HostResult {
  readonly name: string;
  readonly ms: number;
  /** The failure with its stack; absent when the test passed. */
  readonly error?: string;
}

export interface HostReport {
  readonly done: boolean;
  readonly results: readonly HostResult[];
}

interface HostTest {
  readonly name: string;
  readonly body: () => Promise<void> | void;
  readonly timeoutMs: number;
}

const tests: HostTest[] = [];

/** Registers a test; tests run one after the other, in the order of registration. */
export function test(name: string, body: HostTest['body'], timeoutMs = 90_000): void {
  tests.push({ name, body, timeoutMs });
}

/**
 * Polls `get` until it returns something other than undefined or false. For what happens in the extension host at its
 * own pace, such as a tree that fills; a failure says what was waited for.
 */
export async function eventually<T>(
  what: string,
  get: () => T | Promise<T>,
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await get();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
    if (Date.now() > end) throw new Error(`never within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs every registered test and reports after each; rejects when one failed, which is how a desktop host is told. */
export async function runTests(): Promise<void> {
  const results: HostResult[] = [];
  report({ done: false, results });
  for (const one of tests) {
    results.push(await outcome(one));
    report({ done: false, results });
  }
  report({ done: true, results });
  const failed = results.filter(({ error }) => error !== undefined);
  if (failed.length > 0) throw new Error(`${failed.length} of ${results.length} host tests failed`);
}

async function outcome({ name, body, timeoutMs }: HostTest): Promise<HostResult> {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    await Promise.race([body(), late]);
    return { name, ms: Date.now() - started };
  } catch (error) {
    return {
      name,
      ms: Date.now() - started,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Renamed into place, so that who polls the file never reads half of it. */
function report(now: HostReport): void {
  const file = process.env.KUBE_ANATOMY_HOST_RESULTS;
  if (!file) return;
  writeFileSync(`${file}.part`, JSON.stringify(now));
  renameSync(`${file}.part`, file);
}
