// What is asked of the API server in a dry run, and what its answers come to.
import { expect, test } from 'vitest';
import { type DryRunRequest, type DryRunResponse, dryRun } from '../../../src/cluster/apply/dry-run.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n';

async function run(text: string, answer: (request: DryRunRequest) => DryRunResponse) {
  const sent: DryRunRequest[] = [];
  const result = await dryRun(text, 'demo', async (request) => {
    sent.push(request);
    return answer(request);
  });
  return { ...result, sent };
}

test('every request is a dry one, and a namespace is filled in', async () => {
  const { objects, sent } = await run(POD, () => ({ code: 201, warnings: ['spec.x: old'] }));
  expect(sent).toMatchObject([
    { method: 'POST', path: '/api/v1/namespaces/demo/pods', query: { dryRun: ['All'], fieldValidation: ['Strict'] } },
  ]);
  expect(objects).toMatchObject([{ name: 'p', namespace: 'demo', line: 1, causes: [], warnings: ['spec.x: old'] }]);
});

test('an object that is there is asked about as a change to it', async () => {
  const { objects, sent } = await run(POD, ({ method }) =>
    method === 'POST' ? { code: 409, body: { reason: 'AlreadyExists' } } : { code: 422, body: { message: 'no' } },
  );
  expect(sent.map(({ method, path, query }) => [method, path, query.dryRun])).toEqual([
    ['POST', '/api/v1/namespaces/demo/pods', ['All']],
    ['PATCH', '/api/v1/namespaces/demo/pods/p', ['All']],
  ]);
  expect(objects).toMatchObject([{ causes: [{ message: 'no' }] }]);
});

test('a refusal is its causes; one without says which field it does not know', async () => {
  const causes = [
    { field: 'spec.a', message: 'Required value' },
    { field: 'spec.b', message: 'Invalid value: 1' },
  ];
  const invalid = await run(POD, () => ({ code: 422, body: { message: 'm', details: { causes } } }));
  expect(invalid.objects[0]?.causes.map(({ message }) => message)).toEqual([
    'spec.a: Required value',
    'spec.b: Invalid value: 1',
  ]);
  const message = 'strict decoding error: unknown field "spec.foo"';
  const unknown = await run(POD, () => ({ code: 400, body: { message } }));
  expect(unknown.objects[0]?.causes).toEqual([{ message, field: 'spec.foo' }]);
  const stopped = await run(POD, () => ({ code: 0 }));
  expect(stopped.objects[0]?.causes).toMatchObject([{ message: expect.stringMatching(/stopped/) }]);
});

test('what cannot be asked is said, and not sent', async () => {
  const text = `apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n---\n${POD}---\napiVersion: a.b/v1\nkind: W\nmetadata: {name: w}\n`;
  const { objects, sent } = await run(text, () => ({ code: 201 }));
  expect(sent.map(({ path }) => path)).toEqual(['/api/v1/namespaces']);
  expect(objects.map(({ skipped }) => skipped !== undefined)).toEqual([false, true, true]);
  expect(await run('a: [', () => ({ code: 201 }))).toMatchObject({ objects: [], problems: [{ line: 1 }], sent: [] });
});

test('what the file itself brings is not missed', async () => {
  const refusal = (name: string): DryRunResponse => ({
    code: 403,
    body: {
      message: `pods "p" is forbidden: error looking up service account demo/${name}: serviceaccount "${name}" not found`,
    },
  });
  const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: reader}\n';
  const answer = (name: string) =>
    run(`${account}---\n${POD}`, ({ path }) => (path.endsWith('/pods') ? refusal(name) : { code: 201 }));
  expect((await answer('reader')).objects[1]).toMatchObject({
    causes: [],
    skipped: expect.stringMatching(/reader is made by this file/),
  });
  expect((await answer('other')).objects[1]).toMatchObject({
    causes: [{ message: expect.stringMatching(/"other" not found/) }],
  });
});
