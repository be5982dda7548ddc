import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job, JobStatus } from '../../../src/model/generated/batch.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import * as decide from '../../../src/simulator/controllers/job/decide.ts';
import { formatIndexes, INDEX, metSuccessRule, parseIndexes } from '../../../src/simulator/controllers/job/indexes.ts';
import { backoffLeft, countFailures, judgeFailure } from '../../../src/simulator/controllers/job/policy.ts';
import { count, finish, note } from '../../../src/simulator/controllers/job/status.ts';
import { NOW, names, pod } from './objects.ts';

function job(spec: Partial<NonNullable<Job['spec']>> = {}, status: JobStatus = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sum', namespace: 'demo', uid: 'job' },
    spec: { completions: 3, parallelism: 2, backoffLimit: 6, template: { spec: { containers: [] } }, ...spec },
    status,
  };
}

const NONE: ReadonlySet<string> = new Set();
const run = (name: string, phase = 'Running', o: Parameters<typeof pod>[1] = {}): Pod =>
  pod(name, { phase, finalizers: [decide.FINALIZER], ...o });
const tally = (j: Job, pods: readonly Pod[]): decide.Tally => decide.tally(j, pods, NONE);

describe('how many pods a Job wants', () => {
  it.each<[string, Job, Pod[], string]>([
    ['as many as parallelism', job(), [], 'create 2'],
    ['no more than are left to complete', job({}, { succeeded: 2 }), [], 'create 1'],
    ['none when all run', job(), [run('a'), run('b')], 'nothing 0'],
    ['one for each that succeeded', job(), [run('a', 'Succeeded'), run('b')], 'create 1'],
    ['fewer when parallelism is lowered', job({ parallelism: 1 }), [run('a'), run('b')], 'delete 1'],
    ['none when suspended', job({ suspend: true }), [run('a'), run('b')], 'delete 2'],
  ])('%s', (_, j, pods, wanted) => {
    const plan = decide.plan(j, tally(j, pods));
    const n = plan.type === 'create' ? plan.count : plan.type === 'delete' ? plan.pods.length : 0;
    expect(`${plan.type} ${n}`).toBe(wanted);
  });
  it('without completions, no new ones after the first success', () => {
    const { completions: _, ...spec } = job().spec ?? {};
    const j: Job = { ...job(), spec: { ...spec, template: { spec: { containers: [] } } } };
    expect(decide.plan(j, tally(j, [run('a', 'Succeeded'), run('b')])).type).toBe('nothing');
    expect(decide.success(j, tally(j, [run('a', 'Succeeded'), run('b')]), 1)).toBeUndefined();
    expect(decide.success(j, tally(j, [run('a', 'Succeeded')]), 0)?.reason).toBe('CompletionsReached');
  });
  it('the lowest missing indexes of an Indexed Job', () => {
    const j = job({ completionMode: 'Indexed', completions: 5, parallelism: 3 }, { completedIndexes: '0,2' });
    const plan = decide.plan(j, tally(j, [run('a', 'Running', { annotations: { [INDEX]: '1' } })]));
    expect(plan).toMatchObject({ type: 'create', indexes: [3, 4] });
  });
  it('one pod per index', () => {
    const j = job({ completionMode: 'Indexed', completions: 3, parallelism: 3 });
    const twice = ['a', 'b', 'c'].map((n, i) =>
      run(n, 'Running', { annotations: { [INDEX]: String(i === 2 ? 1 : i) } }),
    );
    expect(decide.plan(j, tally(j, twice))).toMatchObject({ type: 'delete' });
  });
});

describe('why a Job fails', () => {
  it('too many failed pods', () => {
    const j = job({ backoffLimit: 0 });
    const pods = [run('a', 'Failed')];
    expect(decide.failure(j, pods, tally(j, pods), NOW)?.reason).toBe('BackoffLimitExceeded');
  });
  it('its deadline', () => {
    const j = job({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-01T00:58:00Z' });
    expect(decide.failure(j, [], tally(j, []), NOW)?.reason).toBe('DeadlineExceeded');
  });
  it('its failure policy, with the rule in the message', () => {
    const rules = [{ action: 'FailJob' as const, onExitCodes: { operator: 'In' as const, values: [42] } }];
    const j = job({ podFailurePolicy: { rules } });
    const failed = run('a', 'Failed', {
      status: {
        containerStatuses: [
          {
            name: 'main',
            image: '',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode: 42 } },
          },
        ],
      },
    });
    expect(judgeFailure(j, failed)).toEqual({
      action: 'FailJob',
      message: 'Container main for pod demo/a failed with exit code 42 matching FailJob rule at index 0',
    });
    expect(decide.failure(j, [failed], tally(j, [failed]), NOW)?.reason).toBe('PodFailurePolicy');
  });
  it('not a failure that the policy ignores', () => {
    const rules = [{ action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    const j = job({ backoffLimit: 0, podFailurePolicy: { rules } });
    const evicted = run('a', 'Failed', { status: { conditions: [{ type: 'DisruptionTarget', status: 'True' }] } });
    expect(decide.failure(j, [evicted], tally(j, [evicted]), NOW)).toBeUndefined();
  });
});

describe('the back-off of a Job', () => {
  const failedAt = (at: string): Pod => run('x', 'Failed', { since: at });
  it('doubles from 10 s', () => {
    const once = countFailures(undefined, [], [failedAt('2026-01-01T01:00:00Z')]);
    expect(backoffLeft(once, NOW)).toBe(10_000);
    expect(backoffLeft(countFailures(once, [], [failedAt('2026-01-01T01:00:00Z')]), NOW)).toBe(20_000);
  });
  it('starts anew after a success', () => {
    const once = countFailures(undefined, [], [failedAt('2026-01-01T00:59:00Z')]);
    expect(backoffLeft(countFailures(once, [run('y', 'Succeeded', { since: '2026-01-01T00:59:30Z' })], []), NOW)).toBe(
      0,
    );
  });
});

describe('counting the pods of a Job', () => {
  const pods = [run('a', 'Succeeded'), run('b', 'Succeeded'), run('c')];
  it('notes who has ended before their finalizers go', () => {
    const noted = note(job(), {}, pods, NONE, tally(job(), pods), undefined, 'now');
    expect(noted.flush).toBe(true);
    expect(noted.status.uncountedTerminatedPods?.succeeded).toEqual(['uid-a', 'uid-b']);
    expect(names(noted.release)).toEqual(['a', 'b']);
  });
  it('counts those whose finalizer is gone', () => {
    const noted: JobStatus = { uncountedTerminatedPods: { succeeded: ['uid-a', 'uid-b'] } };
    const next = count(job({}, noted), noted, new Set(['uid-b']));
    expect(next).toMatchObject({ succeeded: 1, uncountedTerminatedPods: { succeeded: ['uid-b'] } });
  });
  it('ends only when all are counted and gone', () => {
    const met = { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: '' } as const;
    expect(finish({ uncountedTerminatedPods: { succeeded: ['x'] } }, met, 'now')).toBeUndefined();
    expect(finish({ terminating: 1 }, met, 'now')).toBeUndefined();
    expect(finish({}, met, 'now')?.conditions?.[0]).toMatchObject({ type: 'Complete', status: 'True' });
  });
});

describe('completion indexes', () => {
  it.each([
    [[0], '0'],
    [[0, 1], '0,1'],
    [[0, 1, 2], '0-2'],
    [[0, 2, 3, 4, 7], '0,2-4,7'],
  ])('%j is written %s', (list, text) => expect(formatIndexes(new Set(list))).toBe(text));
  it('come back as they were written', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(60)), (list) => {
        expect([...parseIndexes(formatIndexes(new Set(list)), 61)].sort((a, b) => a - b)).toEqual(
          [...new Set(list)].sort((a, b) => a - b),
        );
      }),
    ));
  it('meet a success policy', () => {
    const j = job({ completions: 5, successPolicy: { rules: [{ succeededIndexes: '0-2', succeededCount: 2 }] } });
    expect(metSuccessRule(j, new Set([0, 4]))).toBeUndefined();
    expect(metSuccessRule(j, new Set([0, 2]))).toBe(0);
  });
});
