// What of a Job's template may change while the Job is suspended. Models validatePodTemplateUpdate of pkg/apis/batch/validation
// with MutableSchedulingDirectivesForSuspendedJobs and MutablePodResourcesForSuspendedJobs, on by default since v1.36.
import { expect, test } from 'vitest';
import { ask, type Bench, bench, bodyOf } from './support.ts';

const JOBS = '/apis/batch/v1/namespaces/default/jobs';

function suspended(suspend = true): Bench {
  const b = bench();
  const resources = { requests: { cpu: '1' } };
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i', resources }] } };
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { suspend, template } };
  expect(ask(b, `POST ${JOBS}`, job).code).toBe(201);
  return b;
}

function withStatus(b: Bench, status: object): Bench {
  const merge = { contentType: 'application/merge-patch+json' };
  expect(ask(b, `PATCH ${JOBS}/j/status`, { status }, merge).code).toBe(200);
  return b;
}

const moreCpu = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '2' } } }] };
const otherImage = { containers: [{ name: 'c', image: 'other', resources: { requests: { cpu: '1' } } }] };

function change(b: Bench, spec: object): string {
  const job = bodyOf(ask(b, `GET ${JOBS}/j`));
  const { template } = job.spec;
  const answer = ask(b, `PUT ${JOBS}/j`, {
    ...job,
    spec: { ...job.spec, template: { ...template, spec: { ...template.spec, ...spec } } },
  });
  return answer.code === 200 ? 'stored' : String(bodyOf(answer).message);
}

test('places and amounts may change before the Job has started', () => {
  expect(change(suspended(), { nodeSelector: { a: 'b' } })).toBe('stored');
  expect(change(suspended(), moreCpu)).toBe('stored');
});

test('nothing else may, and nothing in a Job that is not suspended', () => {
  expect(change(suspended(), otherImage)).toContain('field is immutable');
  expect(change(suspended(false), moreCpu)).toContain('field is immutable');
  expect(change(suspended(false), { nodeSelector: { a: 'b' } })).toContain('field is immutable');
});

test('a Job that ran before must have no active pods left', () => {
  const condition = { type: 'Suspended', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
  expect(change(withStatus(suspended(), { active: 1, conditions: [condition] }), moreCpu)).toContain('immutable');
  expect(change(withStatus(suspended(), { conditions: [condition] }), moreCpu)).toBe('stored');
});
