// The quota controller: counts anew what is used when a quota changes or something is deleted; what is created is counted by
// the API server at admission. Models pkg/controller/resourcequota, v1.36.

import { MINUTE } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import type { ResourceQuota } from '../../../model/generated/core.v1.ts';
import { type KubeObject, keyOf } from '../../../model/object.ts';
import { allResources, type ResourceInfo } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { type Kind, RESOURCE_QUOTAS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { byNamespace } from '../common/indices.ts';
import { changesUsage, nextStatus, sameStatus, watchedBy } from './decide.ts';

/** Source: --concurrent-resource-quota-syncs and --resource-quota-sync-period, v1.36. */
const WORKERS = 5;
const RESYNC = 5 * MINUTE;

export class ResourceQuotaController {
  private readonly ctx: ComponentContext;
  private readonly queue: WorkQueue;
  private readonly quotas: Informer<ResourceQuota>;
  private readonly counted = new Map<ResourceInfo, Informer<KubeObject>>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.queue = new WorkQueue(ctx.kernel);
    this.quotas = ctx.informers.of(RESOURCE_QUOTAS);
    const seen = (q: ResourceQuota, cause: StepId): void => this.queue.add(keyOf(q), [cause]);
    this.quotas.onChange({
      add: seen,
      update: (q, old, cause) => {
        if (q.spec !== old.spec) seen(q, cause);
      },
    });
    const resources = allResources().filter(
      (r) =>
        r.namespaced &&
        r.preferred &&
        r.plural !== 'events' &&
        ['list', 'watch', 'delete'].every((v) => r.verbs.includes(v)),
    );
    let waiting = resources.length;
    const start = (): void => {
      startWorkers(ctx.kernel, ctx.scope, this.queue, WORKERS, (k, c) => this.sync(k, c));
      this.resyncLater();
    };
    this.quotas.onSynced(() => {
      for (const r of resources) this.count(r).onSynced(() => --waiting === 0 && start());
    });
  }

  private count(r: ResourceInfo): Informer<KubeObject> {
    const kind: Kind = { group: r.group, version: r.version, resource: r.plural, kind: r.kind, namespaced: true };
    const informer = this.ctx.informers.of(kind);
    informer.addIndex(byNamespace);
    const freed = (o: KubeObject, cause: StepId): void => {
      for (const q of this.quotas.all())
        if (q.metadata.namespace === o.metadata.namespace && watchedBy(q).includes(r))
          this.queue.add(keyOf(q), [cause]);
    };
    informer.onChange({
      remove: freed,
      update: (o, old, cause) => {
        if (this.quotas.size > 0 && changesUsage(r, old, o)) freed(o, cause);
      },
    });
    this.counted.set(r, informer);
    return informer;
  }

  private resyncLater(): void {
    const { kernel, scope } = this.ctx;
    kernel.schedule(
      RESYNC,
      () => {
        if (!scope.alive) return;
        for (const q of this.quotas.all()) this.queue.add(keyOf(q), []);
        this.resyncLater();
      },
      true,
    );
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const quota = this.quotas.get(key);
    if (quota === undefined) return undefined;
    const { namespace = '', name = '', uid = '' } = quota.metadata;
    const status = nextStatus(quota, (r) => this.counted.get(r)?.byIndex(byNamespace, namespace) ?? []);
    if (sameStatus(quota.status, status)) return undefined;
    const used = Object.entries(status.used ?? {}).map(([k, v]) => `${k} ${v} of ${status.hard?.[k]}`);
    const step = this.ctx.record({
      kind: 'decide',
      action: 'SyncResourceQuota',
      object: { group: '', resource: 'resourcequotas', kind: 'ResourceQuota', namespace, name, uid },
      causes,
      text: `counted what ${namespace} uses: ${used.join(', ')} → writes it into the quota’s status.`,
      detail: { type: 'decide', inputs: { ...status.used } },
    });
    const next: ResourceQuota = { ...quota, apiVersion: 'v1', kind: 'ResourceQuota', status };
    const done = yield* this.ctx.client.update<ResourceQuota>(RESOURCE_QUOTAS, next, {
      causes: [step],
      subresource: 'status',
    });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'status update failed' };
  }
}
