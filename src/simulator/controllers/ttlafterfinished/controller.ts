// Deletes finished Jobs some time after their end. Models pkg/controller/ttlafterfinished, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Job } from '../../../model/generated/batch.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { JOBS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';

/** Source: --concurrent-ttl-after-finished-syncs, v1.36. */
const WORKERS = 5;

/** ms since 1970 when the Job is to go; undefined: never, or not finished yet. */
export function expiry(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  const end = job.status?.conditions?.find(
    (c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True',
  );
  if (ttl === undefined || end?.lastTransitionTime === undefined) return undefined;
  return Date.parse(end.lastTransitionTime) + ttl * 1000;
}

export class TtlAfterFinishedController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const jobs = ctx.informers.of(JOBS);
    const seen = (job: Job, cause: StepId): void => {
      const at = expiry(job);
      if (at === undefined || job.metadata.deletionTimestamp !== undefined) return;
      queue.addAfter(keyOf(job), (at - ctx.kernel.wallMs) * 1000, [cause]);
    };
    jobs.onChange({ add: seen, update: (job, _, cause) => seen(job, cause) });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const job = jobs.get(key);
      const at = job === undefined ? undefined : expiry(job);
      if (job === undefined || at === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
      if (at > ctx.kernel.wallMs) {
        seen(job, causes[0] ?? 0);
        return undefined;
      }
      const { namespace = '', name = '', uid = '' } = job.metadata;
      // The cache may be behind: the TTL could have been raised since.
      const fresh = yield* ctx.client.get(JOBS, namespace, name, { causes });
      if (!fresh.ok) return fresh.code === 404 ? undefined : { error: fresh.status.message ?? 'get failed' };
      if ((expiry(fresh.value) ?? Number.POSITIVE_INFINITY) > ctx.kernel.wallMs) return undefined;
      const step = ctx.record({
        kind: 'decide',
        action: 'ProcessJob',
        object: { group: 'batch', resource: 'jobs', kind: 'Job', namespace, name, uid },
        causes,
        text: `${name} ended ${job.spec?.ttlSecondsAfterFinished} s ago, as long as its ttlSecondsAfterFinished → deletes it.`,
        detail: { type: 'decide', inputs: { ttlSecondsAfterFinished: job.spec?.ttlSecondsAfterFinished ?? 0 } },
      });
      const body = { preconditions: { uid }, propagationPolicy: 'Foreground' };
      const gone = yield* ctx.client.delete(JOBS, namespace, name, body, { causes: [step] });
      return gone.ok || gone.code === 404 ? undefined : { error: gone.status.message ?? 'delete failed' };
    };
    jobs.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync));
  }
}
