// The main job in a real extension host: a simulator, a manifest, and what the views make of it.
import { strict as assert } from 'node:assert';
import { statSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Applied } from '../../src/protocol/worker.ts';
import { row, run, runningSimulator, sample } from './extension.ts';
import { eventually, test } from './harness.ts';

const DEFAULT = 'namespaces/namespace:default';
const WEB = `${DEFAULT}/workload:deployments:default:web`;

function flowTabs(): vscode.Tab[] {
  const isFlow = (tab: vscode.Tab): boolean =>
    tab.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith('kubeAnatomy.flow');
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(isFlow);
}

test('the Anatomy view fills with the simulated cluster', async () => {
  const app = await runningSimulator();
  assert.match((await row(app, 'nodes/node:worker-1')).description ?? '', /^Ready · /);
  assert.equal((await row(app, 'control-plane/component:kube-scheduler:control-plane-1')).context, 'component.running');
  await row(app, DEFAULT);
});

test('a manifest that is applied takes its pods to Running in the tree, and opens the flow panel', async () => {
  const app = await runningSimulator();
  const document = await vscode.workspace.openTextDocument(sample('web.yaml'));
  await vscode.window.showTextDocument(document);
  const applied = await run<Applied>('applyManifest');
  assert.equal(applied.objects[0]?.result, 'created');
  await row(app, WEB, ({ description }) => description?.includes('3/3 ready') === true);
  await app.anatomyTree.view.reveal(WEB, { expand: 2 });
  const pods = app.session.source.cache.list('pods').filter((p) => p.metadata.name?.startsWith('web-'));
  for (const pod of pods) {
    const replicaSet = pod.metadata.ownerReferences?.[0]?.name;
    const id = `${WEB}/workload:replicasets:default:${replicaSet}/pod:default:${pod.metadata.name}`;
    const found = await row(app, id, (r) => r.tone === 'ok');
    assert.match(found.description ?? '', /^Running · worker-\d · 1\/1/);
  }
  assert.equal(pods.length, 3);
  assert.equal(flowTabs().length, 1);
});

test('the same manifest again changes nothing; another number of replicas scales', async () => {
  const app = await runningSimulator();
  const uri = sample('web.yaml');
  assert.equal((await run<Applied>('applyManifest', uri)).objects[0]?.result, 'unchanged');
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  const line = document
    .getText()
    .split('\n')
    .findIndex((l) => l.includes('replicas: 3'));
  edit.replace(uri, document.lineAt(line).range, '  replicas: 1');
  await vscode.workspace.applyEdit(edit);
  // What is in the editor counts, saved or not.
  assert.equal((await run<Applied>('applyManifest', uri)).objects[0]?.result, 'configured');
  await row(app, WEB, ({ description }) => description?.includes('1/1 ready') === true);
  await vscode.commands.executeCommand('workbench.action.files.revert');
});

test('several files that are selected are applied together', async () => {
  await runningSimulator();
  const [pod, service] = [sample('pod.yaml'), sample('web-service.yaml')];
  const applied = await vscode.commands.executeCommand<Applied>('kubeAnatomy.applyManifest', pod, [pod, service]);
  assert.deepEqual(
    applied.objects.map((o) => [o.kind, o.result]),
    [
      ['Pod', 'created'],
      ['Service', 'created'],
    ],
  );
});

test('a manifest that cannot be read changes nothing and says at which line', async () => {
  await runningSimulator();
  const document = await vscode.workspace.openTextDocument({
    language: 'yaml',
    content: 'apiVersion: v1\nkind: Pod\nkind: Pod\n',
  });
  const applied = await run<Applied>('applyManifest', document.uri.toString());
  assert.deepEqual(
    applied.objects.map((o) => [o.result, o.line]),
    [['failed', 3]],
  );
  assert.match(applied.objects[0]?.message ?? '', /twice/);
});

test('a pod that is deleted is replaced', async () => {
  const app = await runningSimulator();
  const running = () =>
    app.session.source.cache
      .list('pods')
      .filter((p) => p.metadata.name?.startsWith('web-') && !p.metadata.deletionTimestamp);
  const [pod] = await eventually('one pod', () => (running().length === 1 ? running() : undefined));
  const id = `${WEB}/workload:replicasets:default:${pod?.metadata.ownerReferences?.[0]?.name}/pod:default:${pod?.metadata.name}`;
  await row(app, id);
  await run('deleteObject', id);
  const [other] = await eventually('another pod', () =>
    running().some((p) => p.metadata.uid !== pod?.metadata.uid) ? running() : undefined,
  );
  assert.notEqual(other?.metadata.name, pod?.metadata.name);
});

test('YAML of a live object is read-only and hides what a Secret holds', async () => {
  const app = await runningSimulator();
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password' }, stringData: { key: 'hunter2' } };
  await app.session.source.request({
    method: 'POST',
    path: '/api/v1/namespaces/default/secrets',
    body,
    contentType: 'application/json',
  });
  const ref = { group: '', resource: 'secrets', kind: 'Secret', namespace: 'default', name: 'password' };
  const document = await vscode.workspace.openTextDocument(app.documents.uriOf(app.session.source, ref));
  assert.equal(document.languageId, 'yaml');
  assert.match(document.getText(), /key: "?<redacted>/);
  assert.doesNotMatch(document.getText(), /hunter2|aHVudGVyMg/);
  assert.equal(vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) ?? false, false);
});

test('a component can be stopped and started from its row', async () => {
  const app = await runningSimulator();
  const id = 'control-plane/component:kube-scheduler:control-plane-1';
  await row(app, id);
  await run('stopComponent', id);
  assert.equal((await row(app, id, (r) => r.context === 'component.stopped')).description, 'stopped');
  await run('startComponent', id);
  await row(app, id, (r) => r.context === 'component.running');
});

test('the clock pauses and goes on', async () => {
  const app = await runningSimulator();
  await run('pauseSimulator');
  const stood = app.session.clock?.now;
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await app.session.call('pace', {})).now, stood);
  await run('resumeSimulator');
  await eventually('time passes', async () => (await app.session.call('pace', {})).now > (stood ?? 0));
});

test('how an object came to be is shown, and the transcript goes to the clipboard', async () => {
  const app = await runningSimulator();
  await row(app, WEB);
  await run('watchInFlow', WEB);
  await run('copyTranscript');
  const text = await vscode.env.clipboard.readText();
  assert.match(text, /POST deployments\/web/);
  assert.match(text, /\*\*kubelet on worker/);
});

test('the simulator is served to kubectl with a kubeconfig that only its user can read', async () => {
  const app = await runningSimulator();
  const { url, kubeconfig } = await app.session.call('serve', { port: 0 });
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const file = await app.platform.writePrivate?.(app.context.globalStorageUri.fsPath, 'test.kubeconfig', kubeconfig);
  assert.equal(statSync(file ?? '').mode & 0o777, 0o600);
  await run('stopServing');
});

test('a stopped simulator leaves an empty tree and starts again', async () => {
  const app = await runningSimulator();
  await run('stopSimulator');
  assert.equal(app.session.state.phase, 'stopped');
  await eventually('an empty tree', () => app.anatomyTree.row('nodes/node:worker-1') === undefined);
  await runningSimulator();
  assert.equal(app.session.source.cache.list('deployments').length, 0);
});
