// What SIGTERM does to a container. Its program is process 1 of its namespace, which no signal ends unless the program handles
// it: a shell or `sleep` without a trap runs on until SIGKILL. Servers of images are taken to handle it.
import { type Kernel, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep } from '../../kernel/process.ts';
import type { Container } from '../../model/generated/core.v1.ts';
import { KNOWN_PROGRAMS } from '../containers/container.ts';
import type { Ran } from './prober.ts';

/** Source: minimumGracePeriodInSeconds in pkg/kubelet/kuberuntime, v1.36. */
const LEAST_GRACE = 2;

/** undefined: SIGTERM is not heeded. Otherwise the exit code, and whether the running command is finished first. */
export function onTerm(container: Container): { readonly code: number; readonly slow: boolean } | undefined {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const [first = ''] = container.command ?? [];
  if (!KNOWN_PROGRAMS.has(first.slice(first.lastIndexOf('/') + 1))) return { code: 0, slow: false };
  const trap = /\btrap\s+(?:--\s+)?(["'])(.*?)\1\s+[^;\n]*\b(?:SIG)?TERM\b/.exec(words.join(' '));
  const action = trap?.[2]?.trim() ?? '';
  const exit = /\bexit\b\s*(\d+)?/.exec(action);
  return exit === null ? undefined : { code: Number(exit[1] ?? 0), slow: true };
}

/** Waits for the preStop hook; the seconds that are left for the container to end by itself. Models killContainer. */
export function* stopGently(
  kernel: Kernel,
  container: Container,
  hook: Ran | undefined,
  grace: number,
  failed: () => void,
): Process<number> {
  const { preStop } = container.lifecycle ?? {};
  if (preStop === undefined || grace <= 0) return Math.max(0, grace);
  const took = Math.min(grace, (hook?.took ?? 0) / SECOND + (preStop.sleep?.seconds ?? 0));
  yield* sleep(kernel, took * SECOND);
  if (hook !== undefined && hook.code !== 0 && took < grace) failed();
  return Math.max(LEAST_GRACE, grace - took);
}
