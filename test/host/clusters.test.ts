import { strict as assert } from 'node:assert';
import { run, theApp, useKubeconfig } from './extension.ts';
import { eventually, test } from './harness.ts';

const REFUSING = `apiVersion: v1
kind: Config
current-context: dead
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: u, user: {token: t}}]
contexts:
- {name: dead, context: {cluster: c, user: u}}
- {name: homeless, context: {cluster: missing, user: u}}
`;

test('a malformed kubeconfig gives its file, its line and what to do', async () => {
  const app = await theApp();
  const file = await useKubeconfig('apiVersion: v1\nkind: Config\nclusters:\n- name: [broken\n');
  const [problem] = await eventually('the problem', () =>
    app.clusters.problems.length > 0 ? app.clusters.problems : undefined,
  );
  assert.equal(problem?.file, file);
  assert.ok((problem?.line ?? 0) >= 4);
  assert.match(problem?.remedy ?? '', /Correct the file/);
});

test('contexts are listed, and none is contacted', async () => {
  const app = await theApp();
  await useKubeconfig(REFUSING);
  await eventually('the contexts', () => app.clusters.contexts.length === 2);
  assert.equal(app.clusters.current, 'dead');
  assert.equal(app.clusters.source('context:dead'), undefined);
});

test('connecting to a server that refuses says what to do, and leaves the list usable', async () => {
  const app = await theApp();
  void run('connect', 'context:dead');
  const state = await eventually('the failure', () => {
    const { phase, ...rest } = app.clusters.source('context:dead')?.state ?? { phase: 'disconnected' };
    return phase === 'failed' ? (rest as { message: string; remedy: string }) : undefined;
  });
  assert.match(state.message, /Nothing listens at https:\/\/127\.0\.0\.1:1/);
  assert.match(state.remedy, /Start the cluster/);
  assert.equal(app.clusters.shown.id, 'context:dead');
  await run('disconnect', 'context:dead');
  assert.equal(app.clusters.shown.id, 'simulator');
});

test('a context that names no cluster is refused before anything is tried', async () => {
  const app = await theApp();
  assert.match(app.clusters.contexts.find((c) => c.name === 'homeless')?.problem ?? '', /“missing”/);
  await run('connect', 'context:homeless');
  assert.equal(app.clusters.source('context:homeless'), undefined);
});
