// Fills ClusterRoles with an aggregationRule with the rules of the ClusterRoles that it selects.
// Models pkg/controller/clusterroleaggregation, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { ClusterRole, PolicyRule } from '../../../model/generated/rbac.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { selects } from '../../../model/selectors.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { CLUSTER_ROLES } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';

const WORKERS = 5;

/** Each rule once, in the order of the roles' names. */
export function aggregate(role: ClusterRole, roles: Iterable<ClusterRole>): PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const sorted = [...roles].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const seen = new Map<string, PolicyRule>();
  for (const selector of selectors)
    for (const r of sorted) {
      if (r.metadata.name === role.metadata.name || !selects(selector, r.metadata.labels)) continue;
      for (const rule of r.rules ?? []) seen.set(JSON.stringify(rule), seen.get(JSON.stringify(rule)) ?? rule);
    }
  return [...seen.values()];
}

export class ClusterRoleAggregationController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const roles = ctx.informers.of(CLUSTER_ROLES);
    const all = (_: ClusterRole, cause: StepId): void => {
      for (const r of roles.all()) if (r.aggregationRule !== undefined) queue.add(keyOf(r), [cause]);
    };
    roles.onChange({ add: all, update: (r, _, cause) => all(r, cause), remove: all });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const role = roles.get(key);
      if (role?.aggregationRule === undefined) return undefined;
      const rules = aggregate(role, roles.all());
      const texts = (list: readonly PolicyRule[]): string => JSON.stringify(list.map((r) => JSON.stringify(r)).sort());
      if (texts(role.rules ?? []) === texts(rules)) return undefined;
      const { name = '', uid = '' } = role.metadata;
      const step = ctx.record({
        kind: 'decide',
        action: 'SyncClusterRole',
        object: { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', kind: 'ClusterRole', name, uid },
        causes,
        text: `${name} gathers the rules of all ClusterRoles that its aggregationRule selects: ${rules.length} of them.`,
        detail: { type: 'decide', inputs: { rules: rules.length } },
      });
      const patch = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
      const query = { force: ['true'], fieldManager: ['clusterrole-aggregation-controller'] };
      const done = yield* ctx.client.patch(CLUSTER_ROLES, '', name, 'apply', patch, { causes: [step], query });
      return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'apply failed' };
    };
    roles.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync));
  }
}
