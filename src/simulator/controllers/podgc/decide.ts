// Which pods nobody else will remove: pure. Models pkg/controller/podgc/gc_controller.go, v1.36.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import { isPodTerminal } from '../common/pods.ts';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export type Reason =
  | 'too many ended pods'
  | 'its node is out of service'
  | 'its node is gone'
  | 'it was never scheduled';

export interface Garbage {
  readonly pod: Pod;
  readonly reason: Reason;
}

/** Evicted pods first, then the oldest. */
function evictedAndOldest(a: Pod, b: Pod): number {
  const evicted = (p: Pod): boolean => p.status?.phase === 'Failed' && p.status.reason === 'Evicted';
  if (evicted(a) !== evicted(b)) return evicted(a) ? -1 : 1;
  const [s, t] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (s !== t) return s < t ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** `gone`: nodes that have been missing for the quarantine time and are not in the API server either. */
export function garbage(
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
  gone: ReadonlySet<string>,
  threshold: number,
): Garbage[] {
  const out: Garbage[] = [];
  const ended = pods.filter(isPodTerminal);
  if (threshold > 0 && ended.length > threshold)
    for (const pod of ended.sort(evictedAndOldest).slice(0, ended.length - threshold))
      out.push({ pod, reason: 'too many ended pods' });
  for (const pod of pods) {
    const name = pod.spec?.nodeName ?? '';
    const going = pod.metadata.deletionTimestamp !== undefined;
    const node = nodeOf(name);
    const ready = node?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
    if (going && node !== undefined && !ready && node.spec?.taints?.some((t) => t.key === OUT_OF_SERVICE))
      out.push({ pod, reason: 'its node is out of service' });
    else if (gone.has(name)) out.push({ pod, reason: 'its node is gone' });
    else if (going && name === '') out.push({ pod, reason: 'it was never scheduled' });
  }
  return out;
}
