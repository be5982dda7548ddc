// The etcd view in a real extension host: keys, their history, and diffs of revisions.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { revisionId } from '../../src/cluster/tree/etcd.ts';
import type { App } from '../../src/host/app.ts';
import { row, run, runningSimulator } from './extension.ts';
import { eventually, test } from './harness.ts';

const SECRET = '/registry/secrets/default/etcd-door';
const SECRETS = '/api/v1/namespaces/default/secrets';

async function write(app: App, method: 'POST' | 'PATCH', path: string, body: object): Promise<void> {
  const contentType = method === 'POST' ? 'application/json' : 'application/merge-patch+json';
  const { code } = await app.session.source.request({ method, path, body, contentType });
  assert.ok(code < 300, `${method} ${path} was answered ${code}`);
}

function diffTab(): vscode.TabInputTextDiff | undefined {
  const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
  return input instanceof vscode.TabInputTextDiff ? input : undefined;
}

test('an object’s key is found in etcd from its row', async () => {
  const app = await runningSimulator();
  const id = 'nodes/node:worker-1';
  await row(app, id);
  await run('showInEtcd', id);
  const key = '/registry/minions/worker-1';
  await eventually('the key to be chosen', () => app.etcd.view.selection.includes(key));
  assert.match(app.etcd.row(key)?.description ?? '', /^revision \d+ · version \d+ · /);
  assert.match(app.etcd.view.description ?? '', /^revision \d+/);
});

test('a key tells its history, and a revision what it changed, without the values of Secrets', async () => {
  const app = await runningSimulator();
  const metadata = { name: 'etcd-door', labels: { colour: 'red' } };
  await write(app, 'POST', SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { key: 'hunter2' } });
  await write(app, 'PATCH', `${SECRETS}/etcd-door`, { metadata: { labels: { colour: 'blue' } } });
  assert.equal(await app.etcd.show(SECRET), true);
  const { revisions } = await app.etcd.history(SECRET);
  const [first, second] = revisions;
  assert.ok(first && second);
  const shown = await eventually('the row of the change', () => app.etcd.row(revisionId(SECRET, second.revision)));
  assert.match(shown.description ?? '', /^metadata\.labels\.colour/);
  await run('etcdDiff', shown.id);
  const diff = await eventually('the diff editor', diffTab);
  const [before, after] = await Promise.all(
    [diff.original, diff.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
  );
  assert.match(before?.getText() ?? '', /colour: "?red/);
  assert.match(after?.getText() ?? '', /colour: "?blue/);
  assert.doesNotMatch(`${before?.getText()}${after?.getText()}`, /hunter2|aHVudGVyMg/);
  assert.equal(vscode.workspace.fs.isWritableFileSystem(diff.modified.scheme) ?? false, false);
});

test('two revisions that are chosen are compared, the older on the left', async () => {
  const app = await runningSimulator();
  const { revisions } = await app.etcd.history(SECRET);
  const ids = revisions.map((r) => revisionId(SECRET, r.revision));
  await vscode.commands.executeCommand('kubeAnatomy.etcdCompare', ids[1], [ids[1], ids[0]]);
  const diff = await eventually('the diff editor', () => {
    const found = diffTab();
    return found?.original.path.endsWith(`@${revisions[0]?.revision}.yaml`) ? found : undefined;
  });
  assert.ok(diff.modified.path.endsWith(`@${revisions[1]?.revision}.yaml`));
});

test('what a key holds opens as a document that nobody can write', async () => {
  const app = await runningSimulator();
  await app.etcd.show(SECRET);
  await run('etcdOpen', SECRET);
  const editor = await eventually('the document', () => {
    const { activeTextEditor } = vscode.window;
    return activeTextEditor?.document.uri.path.startsWith(SECRET) ? activeTextEditor : undefined;
  });
  assert.match(editor.document.getText(), /managedFields:/);
  assert.equal(editor.document.languageId, 'yaml');
});
