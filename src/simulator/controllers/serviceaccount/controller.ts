// Every namespace has a ServiceAccount `default`. Models pkg/controller/serviceaccount/serviceaccounts_controller.go, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { ServiceAccount } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';

const NAME = 'default';

export class ServiceAccountController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const namespaces = ctx.informers.of(NAMESPACES);
    const accounts = ctx.informers.of(SERVICE_ACCOUNTS);
    const add = (namespace: string | undefined, cause: StepId): void => queue.add(namespace ?? '', [cause]);
    namespaces.onChange({
      add: (n, cause) => add(n.metadata.name, cause),
      update: (n, _, cause) => add(n.metadata.name, cause),
    });
    accounts.onChange({ remove: (a, cause) => add(a.metadata.namespace, cause) });

    const sync = function* (namespace: string, causes: readonly StepId[]): Process<SyncResult> {
      const ns = namespaces.get(namespace);
      if (ns === undefined || ns.status?.phase !== 'Active' || accounts.get(`${namespace}/${NAME}`) !== undefined)
        return undefined;
      const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
      const made = yield* ctx.client.create<ServiceAccount>(SERVICE_ACCOUNTS, account, { causes });
      if (made.ok || made.status.reason === 'AlreadyExists' || namespaceTerminating(made.status)) return undefined;
      return { error: made.status.message ?? 'create failed' };
    };
    // One worker, as upstream starts it.
    namespaces.onSynced(() => accounts.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, 1, sync)));
  }
}
