import { expect, test } from 'vitest';
import {
  alreadyExists,
  conflict,
  failure,
  forbidden,
  internalError,
  invalid,
  methodNotAllowed,
  notFound,
  tooManyRequests,
} from '../../../src/model/status.ts';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };

test('refusals are in the words of the API server', () => {
  expect(notFound(pods, 'x')).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'pods "x" not found',
    reason: 'NotFound',
    details: { name: 'x', kind: 'pods' },
    code: 404,
  });
  expect(alreadyExists(deployments, 'web').message).toBe('deployments.apps "web" already exists');
  expect(conflict(deployments, 'web').message).toBe(
    'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  );
  expect(forbidden(pods, '', 'no').message).toBe('pods is forbidden: no');
  expect(forbidden(pods, 'x', 'no').message).toBe('pods "x" is forbidden: no');
  expect(methodNotAllowed(pods, 'patch').message).toBe('patch is not supported on resources of kind "pods"');
  expect(internalError('boom').details).toEqual({ causes: [{ message: 'boom' }] });
  expect(tooManyRequests('slow down', 2).details).toEqual({ retryAfterSeconds: 2 });
  expect(failure(500, '', 'x')).not.toHaveProperty('reason');
});

test('several causes come in brackets, each once', () => {
  const cause = { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' };
  expect(invalid({ group: 'apps', kind: 'Deployment' }, 'd', [cause]).message).toBe(
    'Deployment.apps "d" is invalid: spec.a: Required value',
  );
  const two = invalid({ group: '', kind: 'Pod' }, 'p', [cause, { ...cause, field: 'spec.b' }, cause]);
  expect(two.message).toBe('Pod "p" is invalid: [spec.a: Required value, spec.b: Required value]');
  expect(two.details?.causes).toHaveLength(3);
});
