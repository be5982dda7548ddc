import { describe, expect, it } from 'vitest';
import type { CronJob, Job } from '../../../src/model/generated/batch.v1.ts';
import { jobFor, mostRecent, outOfHistory } from '../../../src/simulator/controllers/cronjob/decide.ts';
import { isZone, nextTime, parseSchedule, ScheduleError } from '../../../src/simulator/controllers/cronjob/schedule.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

function cron(
  schedule: string,
  o: Partial<NonNullable<CronJob['spec']>> = {},
  status: CronJob['status'] = {},
): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'demo', creationTimestamp: '2026-01-01T00:00:30Z' },
    spec: { schedule, jobTemplate: {}, ...o },
    status,
  };
}

describe('a cron schedule', () => {
  it.each([
    ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01'],
    ['*/15 * * * *', '2026-01-01T00:15:00Z', '2026-01-01T00:30'],
    ['0 9-17/4 * * *', '2026-01-01T10:00:00Z', '2026-01-01T13:00'],
    ['30 3 * * mon', '2026-01-01T00:00:00Z', '2026-01-05T03:30'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
    ['@daily', '2026-01-01T00:00:00Z', '2026-01-02T00:00'],
    ['@hourly', '2026-01-01T00:10:00Z', '2026-01-01T01:00'],
  ])('%s after %s is %s', (text, after, wanted) => expect(iso(nextTime(parseSchedule(text), at(after)))).toBe(wanted));

  it('follows a time zone, summer time too', () => {
    const nine = parseSchedule('0 9 * * *');
    expect(iso(nextTime(nine, at('2026-01-01T00:00:00Z'), 'Europe/Berlin'))).toBe('2026-01-01T08:00');
    expect(iso(nextTime(nine, at('2026-07-01T00:00:00Z'), 'Europe/Berlin'))).toBe('2026-07-01T07:00');
    expect(isZone('Europe/Nowhere')).toBe(false);
  });
  it('never comes when there is no such day', () => expect(nextTime(parseSchedule('0 0 31 2 *'), 0)).toBeUndefined());
  it.each(['* * * *', '60 * * * *', '* * * * */0', 'a * * * *', '@never', '5-3 * * * *'])('%s is none', (text) =>
    expect(() => parseSchedule(text)).toThrow(ScheduleError),
  );
});

describe('whether a CronJob starts a Job', () => {
  const every = parseSchedule('* * * * *');
  it('not before the first minute', () =>
    expect(mostRecent(cron('* * * * *'), every, at('2026-01-01T00:00:59Z')).at).toBeUndefined());
  it('at the latest of several starts that were missed', () => {
    const due = mostRecent(cron('* * * * *'), every, at('2026-01-01T00:05:10Z'));
    expect([iso(due.at), due.missed, due.tooMany]).toEqual(['2026-01-01T00:05', 5, false]);
  });
  it('complains of more than a hundred', () =>
    expect(mostRecent(cron('* * * * *'), every, at('2026-01-01T03:00:10Z')).tooMany).toBe(true));
  it('looks back no further than startingDeadlineSeconds', () => {
    const due = mostRecent(cron('* * * * *', { startingDeadlineSeconds: 30 }), every, at('2026-01-01T03:00:10Z'));
    expect([due.missed, due.tooMany]).toEqual([1, false]);
  });
  it('names the Job after the minute', () =>
    expect(jobFor(cron('* * * * *'), at('2026-01-01T00:01:00Z')).metadata.name).toBe('tick-29453761'));
});

describe('the history of a CronJob', () => {
  const ended = (name: string, type: 'Complete' | 'Failed', startTime: string): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    status: { startTime, conditions: [{ type, status: 'True' }] },
  });
  it('keeps three successes and one failure', () => {
    const jobs = [1, 2, 3, 4, 5].map((n) => ended(`ok-${n}`, 'Complete', `2026-01-01T00:0${n}:00Z`));
    const failed = [1, 2].map((n) => ended(`bad-${n}`, 'Failed', `2026-01-01T00:0${n}:00Z`));
    expect(outOfHistory(cron('* * * * *'), [...jobs, ...failed]).map((j) => j.metadata.name)).toEqual([
      'ok-1',
      'ok-2',
      'bad-1',
    ]);
  });
});
