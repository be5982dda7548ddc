// The rules of the batch group, with the checks of CronJobs.
import type { CronJob, CronJobSpec } from '../../../../model/generated/batch.v1.ts';
import { nonNegative, requiredEnum } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { selectorValue } from '../labels.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { cronProblem, isTimeZone } from './cron.ts';
import { validateJob, validateJobBody, validateJobUpdate } from './jobs.ts';
import { validateJobStatus } from './status.ts';

type Spec = Loose<CronJobSpec>;

function validateSchedule(errs: Errors, spec: Spec, old: Spec | undefined): void {
  const { schedule = '' } = spec;
  const at = SPEC.child('schedule');
  if (schedule === '') {
    errs.required(at);
    return;
  }
  const problem = cronProblem(schedule);
  if (problem) errs.invalid(at, schedule, problem);
  if (!schedule.includes('TZ')) return;
  if (!old?.schedule?.includes('TZ')) {
    errs.invalid(at, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  } else if (spec.timeZone !== undefined) {
    errs.invalid(at, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  }
}

function validateTimeZone(errs: Errors, path: Path, zone: string): void {
  if (zone === '') {
    errs.invalid(path, zone, 'timeZone must be nil or non-empty string');
    return;
  }
  const malformed = zone.split('/').some((part) => !/^(?!\.{1,2}$)(?!-)[A-Za-z.\-_0-9+]{1,14}$/.test(part));
  if (!malformed && zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errs.invalid(path, zone, detail);
    if (zone === 'Local') return;
  }
  if (malformed || !isTimeZone(zone)) errs.invalid(path, zone, `unknown time zone ${zone}`);
}

function validateSpec(errs: Errors, spec: Spec, old?: Spec): void {
  validateSchedule(errs, spec, old);
  nonNegative(errs, SPEC, 'startingDeadlineSeconds', spec.startingDeadlineSeconds);
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone) {
    validateTimeZone(errs, SPEC.child('timeZone'), spec.timeZone);
  }
  requiredEnum(errs, SPEC.child('concurrencyPolicy'), spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const job = spec.jobTemplate?.spec ?? {};
  const at = SPEC.child('jobTemplate').child('spec');
  validateJobBody(errs, at, job);
  if (job.selector)
    errs.invalid(at.child('selector'), selectorValue(job.selector), '`selector` will be auto-generated');
  if (job.manualSelector) errs.notSupported(at.child('manualSelector'), true, ['nil', 'false']);
  nonNegative(errs, SPEC, 'successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  nonNegative(errs, SPEC, 'failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
}

/** A Job is named after its CronJob and eleven characters of time. */
const MAX_NAME = 63 - 11;

function validateCronJob(errs: Errors, o: Loose<CronJob>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateSpec(errs, o.spec ?? {});
  const name = o.metadata?.name ?? '';
  if (name.length > MAX_NAME) errs.invalid(METADATA.child('name'), name, `must be no more than ${MAX_NAME} characters`);
}

function validateCronJobUpdate(errs: Errors, now: Loose<CronJob>, old: Loose<CronJob>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, now.spec ?? {}, old.spec);
}

export const BATCH: RuleTable = {
  'batch/Job': { create: validateJob, update: validateJobUpdate, subresources: { status: validateJobStatus } },
  'batch/CronJob': {
    create: validateCronJob,
    update: validateCronJobUpdate,
    subresources: { status: () => undefined },
  },
};
