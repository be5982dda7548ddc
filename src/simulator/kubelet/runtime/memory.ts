// How much memory a container uses, where its pod or its command says so, and what comes of it. Programs of images are not run:
// others are taken to use what they ask for.
import { SECOND } from '../../../kernel/kernel.ts';
import type { Container, Pod } from '../../../model/generated/core.v1.ts';
import { wholeValue } from '../../scheduler/framework/quantity.ts';
import type { Exit } from './runtime.ts';

/** An annotation for each container of a pod, such as `kube-anatomy.dev/memory.main: 300Mi`. */
export const MEMORY_ANNOTATION = 'kube-anatomy.dev/memory.';

const KILLED = 137;
const MADE_UP = 'no memory is used: what the annotation or the command asks for is held against the limit';

interface Use {
  /** Bytes; Infinity: it grows until it is stopped. */
  readonly bytes: number;
  /** Seconds after the start. */
  readonly after: number;
}

/** Undefined: nothing is known of it. */
export function memoryUse(pod: Pod, c: Container): Use | undefined {
  const told = pod.metadata.annotations?.[`${MEMORY_ANNOTATION}${c.name}`];
  if (told !== undefined) return { bytes: amount(told), after: 1 };
  const words = [...(c.command ?? []), ...(c.args ?? [])];
  return stress(words) ?? endless(words.join(' '));
}

/** `stress --vm 2 --vm-bytes 250M` holds both workers' memory. */
function stress(words: readonly string[]): Use | undefined {
  if (!/(^|\/)stress(-ng)?$/.test(words[0] ?? '')) return undefined;
  const flagValue = (flag: string): string | undefined => {
    const at = words.findIndex((w) => w === flag || w.startsWith(`${flag}=`));
    return at < 0 ? undefined : words[at]?.includes('=') ? words[at]?.split('=')[1] : words[at + 1];
  };
  const each = flagValue('--vm-bytes') ?? '256M';
  const workers = Number(flagValue('--vm') ?? flagValue('-m') ?? 0);
  return workers > 0
    ? { bytes: workers * amount(each.replace(/[bB]$/, '').replace(/[KMG]$/, '$&i')), after: 1 }
    : undefined;
}

/** `tail` keeps what has no line's end: of /dev/zero that is everything. */
function endless(script: string): Use | undefined {
  const at = /\btail\s+\/dev\/zero/.exec(script)?.index;
  if (at === undefined) return undefined;
  const slept = [...script.slice(0, at).matchAll(/\bsleep\s+(\d+)/g)].reduce((n, [, s]) => n + Number(s), 0);
  return { bytes: Number.POSITIVE_INFINITY, after: slept + 1 };
}

function amount(text: string): number {
  try {
    return wholeValue(text);
  } catch {
    return 0;
  }
}

/** The kernel kills every process of a cgroup that wants more than its limit; undefined: this one does not. */
export function outOfMemory(pod: Pod, c: Container): Exit | undefined {
  const limit = c.resources?.limits?.memory ?? (pod.spec?.resources?.limits as { memory?: string } | undefined)?.memory;
  if (limit === undefined) return undefined;
  const use = memoryUse(pod, c);
  if (use === undefined || use.bytes <= wholeValue(limit)) return undefined;
  return { after: use.after * SECOND, code: KILLED, reason: 'OOMKilled', simplification: MADE_UP };
}
