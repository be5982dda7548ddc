// Jobs in a whole cluster whose containers run their commands: what is written when pods fail, are deleted, or are enough.
import { describe, expect, it } from 'vitest';
import type { Job, JobStatus } from '../../../src/model/generated/batch.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { type Stage, stage } from './written.ts';

function job(spec: object, script: string): KubeObject {
  const containers = [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', script] }];
  const template = { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { ...spec, template } } as KubeObject;
}
const node = (): Stage => stage({ nodes: 1, runtime: 'modelled' });
const status = (t: Stage): JobStatus => (t.get('Job', 'j') as Job).status ?? {};
const indexes = (t: Stage): (string | undefined)[] =>
  t.list('Pod').map((p) => (p as Pod).metadata.annotations?.['batch.kubernetes.io/job-completion-index']);

describe('a Job that deletes its pods', () => {
  // The API server refuses a status with more ready than active pods: those that were just deleted are no longer ready.
  it('counts them as going in the same status, whatever made it delete them', () => {
    const t = node();
    t.apply(job({ parallelism: 3 }, 'sleep 100'));
    t.seconds(3);
    t.writes();
    t.send('PATCH', 'Job', 'j', { spec: { parallelism: 1 } });
    t.seconds(0.5);
    expect(status(t)).toMatchObject({ active: 1, ready: 1, terminating: 2 });
    t.send('PATCH', 'Job', 'j', { spec: { suspend: true } });
    t.seconds(5);
    expect(t.writes('job-controller').filter((w) => w.includes('->'))).toEqual([]);
    expect(t.events('Job/j').filter((e) => e.includes('Suspended'))).toEqual(['Normal Suspended Job/j: Job suspended']);
  });

  it('because a success rule is met, and is complete when they are gone', () => {
    const t = node();
    const rules = [{ succeededIndexes: '0' }];
    const spec = { completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules } };
    t.apply(job(spec, 'if [ $JOB_COMPLETION_INDEX = 0 ]; then exit 0; fi; sleep 100'));
    t.seconds(10);
    expect(status(t)).toMatchObject({ succeeded: 1, completedIndexes: '0', terminating: 0 });
    expect(status(t).conditions?.map((c) => [c.type, c.reason])).toEqual([
      ['SuccessCriteriaMet', 'SuccessPolicy'],
      ['Complete', 'SuccessPolicy'],
    ]);
    expect(t.events('Job/j').filter((e) => e.includes('SuccessfulDelete'))).toHaveLength(2);
    expect(t.list('Pod')).toHaveLength(1);
  });
});

describe('pods that a Job deletes itself', () => {
  const podWrites = (t: Stage): string[] =>
    t.writes('job-controller').flatMap((w) => (w.includes(' pods/') ? [w.split(' ')[1] ?? ''] : []));
  // Upstream: deleteJobPods takes the finalizer first.
  it.each([
    ['to suspend it', { suspend: true }, 2],
    ['because parallelism is less', { parallelism: 1 }, 1],
  ])('count as nothing: %s', (_, change, gone) => {
    const t = node();
    t.apply(job({ parallelism: 2, completions: 4 }, 'sleep 100'));
    t.seconds(3);
    t.writes();
    t.send('PATCH', 'Job', 'j', { spec: change });
    t.seconds(20);
    expect(podWrites(t)).toEqual([...Array(gone).fill('patch'), ...Array(gone).fill('delete')]);
    expect(status(t)).toMatchObject({ ready: 2 - gone, terminating: 0, uncountedTerminatedPods: {} });
    expect(status(t).failed).toBeUndefined();
  });
  // Upstream: deleteActivePods leaves it, so that they are counted when they are gone.
  it('count as failed where the Job has failed', () => {
    const t = node();
    t.apply(job({ parallelism: 2, completions: 4, activeDeadlineSeconds: 5 }, 'sleep 100'));
    t.seconds(20);
    expect(podWrites(t)).toEqual(['create', 'create', 'delete', 'delete', 'patch', 'patch']);
    expect(status(t)).toMatchObject({ failed: 2, ready: 0, terminating: 0 });
    expect(status(t).conditions?.map((c) => c.type)).toEqual(['FailureTarget', 'Failed']);
  });
  it('are made anew when it goes on, and its time begins again', () => {
    const t = node();
    t.apply(job({ parallelism: 1, completions: 1 }, 'sleep 100'));
    t.seconds(3);
    const began = status(t).startTime;
    t.send('PATCH', 'Job', 'j', { spec: { suspend: true } });
    t.seconds(10);
    expect(status(t).startTime).toBeUndefined();
    t.send('PATCH', 'Job', 'j', { spec: { suspend: false } });
    t.seconds(10);
    expect(status(t)).toMatchObject({ active: 1, ready: 1 });
    expect(status(t).startTime).not.toBe(began);
    expect(status(t).conditions?.map((c) => [c.type, c.status, c.reason])).toEqual([
      ['Suspended', 'False', 'JobResumed'],
    ]);
  });
});

describe('a Job that backs off', () => {
  // kubernetes/kubernetes#139428, mended after v1.36.2: the status says 0 active, which the API server refuses.
  it('cannot write its status while another of its pods is ready', () => {
    const t = node();
    const spec = { completions: 2, parallelism: 2, completionMode: 'Indexed' };
    t.apply(job(spec, 'if [ $JOB_COMPLETION_INDEX = 1 ]; then exit 1; fi; sleep 100'));
    t.seconds(8);
    expect(t.writes('job-controller')).toContain('job-controller update/status jobs/j -> 422');
    expect(status(t)).toMatchObject({ active: 2, ready: 1 });
    expect(status(t).failed).toBeUndefined();
    t.seconds(10);
    expect(indexes(t).sort()).toEqual(['0', '1', '1']);
    expect(status(t)).toMatchObject({ active: 2, failed: 1 });
  });
});

describe('a Job that backs off by index', () => {
  // Upstream: getPodCreationInfoForIndependentIndexes and getPodsWithDelayedDeletionPerIndex.
  it('waits with the index that failed alone, and counts its pod when the next one carries its failures on', () => {
    const t = node();
    const spec = { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 };
    t.apply(job(spec, 'if [ $JOB_COMPLETION_INDEX = 1 ]; then exit 1; fi; sleep 100'));
    t.seconds(8);
    expect(indexes(t).sort()).toEqual(['0', '1']);
    expect(status(t).failed).toBeUndefined();
    t.seconds(8);
    expect(indexes(t).sort()).toEqual(['0', '1', '1']);
    expect(status(t)).toMatchObject({ failed: 2, failedIndexes: '1', active: 1 });
    const counts = t.list('Pod').map((p) => p.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
    expect(counts.sort()).toEqual(['0', '0', '1']);
  });
});
