// How a container ends by itself: its command is run ahead of time, as far as the simulated shell knows the command.
import type { Container, Pod } from '../../model/generated/core.v1.ts';
import { KNOWN_PROGRAMS, RunningContainer } from './container.ts';
import { commandOf, environmentOf, filesOf, hostnameOf, type Objects } from './environment.ts';

/** A command that goes on for longer is taken to run until it is stopped. Milliseconds. */
const HORIZON = 10 * 60 * 1000;
/** A command that does more than this is taken to run until it is stopped. */
const MAX_EFFECTS = 5_000;
const MAX_CACHE = 1_000;

export type CommandEnd =
  | { readonly type: 'unknown' }
  | { readonly type: 'runs' }
  /** `after`: µs. */
  | { readonly type: 'ends'; readonly after: number; readonly code: number };

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
  const key = JSON.stringify([command, args, env, stdin, told]);
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
  return ended === undefined ? { type: 'runs' } : { type: 'ends', after: ended.at * 1000, code: ended.code };
}
