// How a container ends by itself: its command is run ahead of time, as far as the simulated shell knows the command.
import type { Container, Pod } from '../../model/generated/core.v1.ts';
import { KNOWN_PROGRAMS, RunningContainer } from './container.ts';
import { commandOf, environmentOf, filesOf, type Objects } from './environment.ts';
import { FileError, type FileSystem } from './files.ts';
import { hostnameOf } from './network.ts';
import { textOf } from './program.ts';

/** A command that goes on for longer is taken to run until it is stopped. Milliseconds. */
const HORIZON = 10 * 60 * 1000;
/** A command that does more than this is taken to run until it is stopped. */
const MAX_EFFECTS = 5_000;
const MAX_CACHE = 1_000;

export type CommandEnd =
  | { readonly type: 'unknown' }
  | { readonly type: 'runs' }
  /** `after`: µs. `message`: its last words, as the kubelet reads them for the container's status. */
  | { readonly type: 'ends'; readonly after: number; readonly code: number; readonly message?: string };

/** ConfigMaps and Secrets are not looked into ahead of time. */
const NOTHING: Objects = { configMap: () => undefined, secret: () => undefined };
const known = new Map<string, CommandEnd>();

/** Containers of one template end alike, so each command is run ahead once. */
export function commandEnd(pod: Pod, container: Container): CommandEnd {
  const { command, args, env, stdin } = container;
  const [first = ''] = command ?? [];
  if (!KNOWN_PROGRAMS.has(first.slice(first.lastIndexOf('/') + 1))) return { type: 'unknown' };
  // What differs from pod to pod, such as the index of a Job's completion.
  const told = env?.some((e) => e.valueFrom?.fieldRef) ? [...environmentOf(pod, container, NOTHING)] : undefined;
  const { terminationMessagePath, terminationMessagePolicy } = container;
  const key = JSON.stringify([command, args, env, stdin, told, terminationMessagePath, terminationMessagePolicy]);
  const found = known.get(key) ?? run(pod, container);
  if (known.size >= MAX_CACHE) known.clear();
  known.set(key, found);
  return found;
}

function run(pod: Pod, container: Container): CommandEnd {
  const env = environmentOf(pod, container, NOTHING);
  const running = new RunningContainer({
    container,
    files: filesOf(pod, container, NOTHING, new Map(), new Map()),
    env,
    hostname: hostnameOf(pod),
    startedAt: 0,
    command: commandOf(container, env),
  });
  running.advance(HORIZON, MAX_EFFECTS);
  const { ended } = running;
  if (ended === undefined) return { type: 'runs' };
  const message = lastWords(container, running, ended.code);
  return { type: 'ends', after: ended.at * 1000, code: ended.code, ...(message === '' ? {} : { message }) };
}

/** Source: MaxContainerTerminationMessageLength, and the lines and bytes of a log that stand for it, pkg/kubelet, v1.36. */
const MAX_MESSAGE = 4096;
const MAX_LINES = 80;
const MAX_FALLBACK = 2048;

/** What it wrote to its termination log, or, where its policy says so and it failed, the end of its log. */
function lastWords(c: Container, running: RunningContainer, code: number): string {
  const written = fileOf(running.files, c.terminationMessagePath ?? '/dev/termination-log');
  if (written !== '') return textOf(written.slice(0, MAX_MESSAGE));
  if (c.terminationMessagePolicy !== 'FallbackToLogsOnError' || code === 0) return '';
  const log = running.lines.slice(-MAX_LINES).map((l) => `${l.text}\n`);
  return textOf((log.join('') + running.rest).slice(-MAX_FALLBACK));
}

function fileOf(files: FileSystem, path: string): string {
  try {
    return files.read(path);
  } catch (e) {
    if (e instanceof FileError) return '';
    throw e;
  }
}
