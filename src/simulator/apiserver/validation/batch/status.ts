// Models the checks of a Job's status. Most of them bind the Job controller: what it finished stays finished.
import type { Job, JobStatus } from '../../../../model/generated/batch.v1.ts';
import { nonNegative } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMetaUpdate } from '../meta.ts';
import { Ordered } from '../value.ts';
import { countIndexes, overlap } from './indexes.ts';

type LooseJob = Loose<Job>;
type Status = Loose<JobStatus>;

const STATUS = Path.of('status');
const CONDITIONS = STATUS.child('conditions');

const is = (status: Status, type: string): boolean =>
  (status.conditions ?? []).some((c) => c.type === type && c.status === 'True');

/** Each pair of conditions that exclude or need each other, with the words of the refusal. */
function validateConditions(errs: Errors, status: Status): void {
  const refuse = (when: boolean, detail: string): void => {
    if (when) errs.invalidObject(CONDITIONS, detail);
  };
  refuse(is(status, 'Complete') && is(status, 'Failed'), 'cannot set Complete=True and Failed=true conditions');
  refuse(
    is(status, 'Complete') && is(status, 'FailureTarget'),
    'cannot set Complete=True and FailureTarget=true conditions',
  );
  validateTimes(errs, status);
  refuse(
    is(status, 'Failed') && !is(status, 'FailureTarget'),
    'cannot set Failed=True condition without the FailureTarget=true condition',
  );
  refuse(
    is(status, 'Complete') && !is(status, 'SuccessCriteriaMet'),
    'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  );
}

function validateTimes(errs: Errors, status: Status): void {
  const { startTime, completionTime } = status;
  const at = STATUS.child('completionTime');
  const complete = is(status, 'Complete');
  if (completionTime !== undefined && !complete) {
    errs.invalid(at, completionTime, 'cannot set completionTime when there is no Complete=True condition');
  }
  if (completionTime === undefined && complete) errs.required(at, 'completionTime is required for Complete jobs');
  if (startTime !== undefined && completionTime !== undefined && completionTime < startTime) {
    errs.invalid(at, completionTime, 'completionTime cannot be set before startTime');
  }
}

function validateFinished(errs: Errors, status: Status): void {
  if (!is(status, 'Complete') && !is(status, 'Failed')) return;
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status;
  if (active > 0) errs.invalid(STATUS.child('active'), active, 'active>0 is invalid for finished job');
  if (startTime === undefined) errs.required(STATUS.child('startTime'), 'startTime is required for finished job');
  const { succeeded = [], failed = [] } = uncounted ?? {};
  if (succeeded.length + failed.length === 0) return;
  const shown = new Ordered([
    ['Succeeded', uncounted?.succeeded],
    ['Failed', uncounted?.failed],
  ]);
  const detail = 'uncountedTerminatedPods needs to be empty for finished job';
  errs.invalid(STATUS.child('uncountedTerminatedPods'), shown, detail);
}

function validateUncounted(errs: Errors, status: Status): void {
  const seen = new Set<string>();
  for (const field of ['succeeded', 'failed'] as const) {
    for (const [i, uid] of (status.uncountedTerminatedPods?.[field] ?? []).entries()) {
      const at = STATUS.child('uncountedTerminatedPods').child(field).index(i);
      if (uid === '') errs.invalid(at, uid, 'must not be empty');
      else if (seen.has(uid)) errs.duplicate(at, uid);
      seen.add(uid);
    }
  }
}

function validateIndexes(errs: Errors, o: LooseJob): void {
  const { completions, backoffLimitPerIndex, completionMode } = o.spec ?? {};
  const { completedIndexes: done = '', failedIndexes: failed } = o.status ?? {};
  const doneAt = STATUS.child('completedIndexes');
  const failedAt = STATUS.child('failedIndexes');
  if (completions !== undefined) {
    const problem = countIndexes(done, completions);
    if (typeof problem === 'string') errs.invalid(doneAt, done, `error parsing completedIndexes: ${problem}`);
  }
  if (completions !== undefined && backoffLimitPerIndex !== undefined && failed !== undefined) {
    const problem = countIndexes(failed, completions);
    if (typeof problem === 'string') errs.invalid(failedAt, failed, `error parsing failedIndexes: ${problem}`);
  }
  if (done !== '' && completionMode !== 'Indexed') {
    errs.invalid(doneAt, done, 'cannot set non-empty completedIndexes when non-indexed completion mode');
  }
  if (backoffLimitPerIndex === undefined && failed !== undefined) {
    errs.invalid(failedAt, failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  }
  if (completions === undefined || failed === undefined) return;
  const both = overlap(done, failed, completions);
  if (both !== undefined) {
    errs.invalid(failedAt, failed, `failedIndexes and completedIndexes overlap at index: ${both}`);
  }
}

function validateStatus(errs: Errors, o: LooseJob): void {
  const status = o.status ?? {};
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    nonNegative(errs, STATUS, field, status[field]);
  }
  validateUncounted(errs, status);
  validateConditions(errs, status);
  validateFinished(errs, status);
  validateIndexes(errs, o);
  const finished = is(status, 'Complete') || is(status, 'Failed');
  const { terminating = 0, ready, active = 0 } = status;
  if (terminating > 0 && finished) {
    errs.invalid(STATUS.child('terminating'), terminating, 'terminating>0 is invalid for finished job');
  }
  if (ready !== undefined && ready > active) {
    errs.invalid(STATUS.child('ready'), ready, 'cannot set more ready pods than active');
  }
  const met = is(status, 'SuccessCriteriaMet');
  for (const [type, words] of [
    ['Failed', 'Failed=true'],
    ['FailureTarget', 'FailureTarget=true'],
  ] as const) {
    if (met && is(status, type)) {
      errs.invalidObject(CONDITIONS, `cannot set SuccessCriteriaMet=True and ${words} conditions`);
    }
  }
  if (o.spec?.successPolicy && !met && is(status, 'Complete')) {
    const detail = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
    errs.invalidObject(CONDITIONS, detail);
  }
}

export function validateJobStatus(errs: Errors, now: LooseJob, old: LooseJob): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateStatus(errs, now);
  const status = now.status ?? {};
  const before = old.status ?? {};
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (is(before, type) && !is(status, type)) {
      errs.invalidObject(CONDITIONS, `cannot disable the terminal ${type}=True condition`);
    }
  }
  const finished = is(before, 'Complete') || is(before, 'Failed');
  for (const counter of ['failed', 'succeeded'] as const) {
    const value = status[counter] ?? 0;
    if (value < (before[counter] ?? 0))
      errs.invalid(STATUS.child(counter), value, `cannot decrease the ${counter} counter`);
  }
  const { completionTime, startTime } = status;
  if (finished && completionTime && before.completionTime && completionTime !== before.completionTime) {
    errs.invalid(STATUS.child('completionTime'), completionTime, 'completionTime cannot be mutated');
  }
  if (before.startTime !== undefined && startTime !== before.startTime && !now.spec?.suspend) {
    errs.required(STATUS.child('startTime'), 'startTime cannot be removed for unsuspended job');
  }
  const met = is(status, 'SuccessCriteriaMet');
  if (is(before, 'SuccessCriteriaMet') && !met) {
    errs.invalidObject(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition');
  }
  if (is(before, 'Complete') && !is(before, 'SuccessCriteriaMet') && met) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    errs.invalidObject(CONDITIONS, detail);
  }
}
