// Tells each node how long its kubelet may keep Secrets and ConfigMaps before it asks again: longer in larger clusters.
// Models pkg/controller/ttl, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Node } from '../../../model/generated/core.v1.ts';
import { nameOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { NODES } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';

export const ANNOTATION = 'node.alpha.kubernetes.io/ttl';
/** Source: ttlBoundaries in ttl_controller.go. They overlap, so that a cluster at a boundary does not flap. */
const BOUNDARIES: readonly { readonly min: number; readonly max: number; readonly seconds: number }[] = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, seconds: 300 },
];
const WORKERS = 5;

/** The step for a number of nodes, coming from another step. */
export function boundaryFor(nodes: number, step: number): number {
  let next = step;
  while (nodes > (BOUNDARIES[next]?.max ?? Number.POSITIVE_INFINITY)) next++;
  while (nodes < (BOUNDARIES[next]?.min ?? 0)) next--;
  return next;
}

export class TtlController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const nodes = ctx.informers.of(NODES);
    let step = 0;
    const seen = (n: Node, cause: StepId): void => {
      step = boundaryFor(nodes.size, step);
      if (n.metadata.annotations?.[ANNOTATION] !== String(BOUNDARIES[step]?.seconds)) queue.add(nameOf(n), [cause]);
    };
    nodes.onChange({ add: seen, update: (n, _, cause) => seen(n, cause) });
    const sync = function* (name: string, causes: readonly StepId[]): Process<SyncResult> {
      const wanted = String(BOUNDARIES[step]?.seconds ?? 0);
      const node = nodes.get(name);
      if (node === undefined || node.metadata.annotations?.[ANNOTATION] === wanted) return undefined;
      const patch = { metadata: { annotations: { [ANNOTATION]: wanted } } };
      const done = yield* ctx.client.patch(NODES, '', name, 'strategic', patch, { causes });
      return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'patch failed' };
    };
    nodes.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync));
  }
}
