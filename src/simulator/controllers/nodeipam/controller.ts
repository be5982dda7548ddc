// Gives every node its range of pod addresses. Models pkg/controller/nodeipam/ipam/range_allocator.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Node } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { NODES } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';

/** Source: cidrUpdateWorkers, v1.36. */
const WORKERS = 30;

/** `cidrOf`: the range for a node, such as `10.244.1.0/24`; the cluster's network plugin uses the same. */
export class NodeIpamController {
  constructor(ctx: ComponentContext, cidrOf: (node: string) => string | undefined) {
    const queue = new WorkQueue(ctx.kernel);
    const events = new EventRecorder(ctx, 'cidrAllocator');
    const nodes = ctx.informers.of(NODES);
    const seen = (n: Node, cause: StepId): void => {
      if (n.spec?.podCIDR === undefined) queue.add(n.metadata.name ?? '', [cause]);
    };
    nodes.onChange({ add: seen, update: (n, _, cause) => seen(n, cause) });
    const sync = function* (name: string, causes: readonly StepId[]): Process<SyncResult> {
      const node = nodes.get(name);
      if (node === undefined || node.spec?.podCIDR !== undefined) return undefined;
      const podCIDR = cidrOf(name);
      if (podCIDR === undefined) {
        const message = `Node ${name} status is now: CIDRNotAvailable`;
        events.event({ apiVersion: 'v1', kind: 'Node', object: node }, 'Normal', 'CIDRNotAvailable', message, causes);
        return {
          error: `failed to allocate cidr for node ${name}: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range`,
        };
      }
      const patch = { spec: { podCIDR, podCIDRs: [podCIDR] } };
      const result = yield* ctx.client.patch(NODES, '', name, 'strategic', patch, { causes });
      return result.ok || result.code === 404 ? undefined : { error: result.status.message ?? 'patch failed' };
    };
    nodes.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync));
  }
}
