// Who wrote each field of a live object, the annotated manifest, and comparing with a file, in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import type { ObjectRef } from '../../src/trace/step.ts';
import { run, runningSimulator, sample } from './extension.ts';
import { eventually, test } from './harness.ts';

const WEB: ObjectRef = {
  group: 'apps',
  resource: 'deployments',
  kind: 'Deployment',
  namespace: 'default',
  name: 'web',
};

async function hoversAt(document: vscode.TextDocument, text: string): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(text) + 1);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers
    .flatMap((h) => h.contents)
    .map((c) => (c instanceof vscode.MarkdownString ? c.value : String(c)))
    .join('\n');
}

async function lensTitles(document: vscode.TextDocument): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    50,
  );
  return lenses.map(({ command }) => command?.title ?? '');
}

test('a live object says who wrote each field, with the very step in the simulator', async () => {
  const app = await runningSimulator();
  await run('applyManifest', sample('web.yaml').toString());
  const { source } = app.session;
  await eventually('the rollout', async () => {
    const { body } = await source.request({
      method: 'GET',
      path: '/apis/apps/v1/namespaces/default/deployments/web',
      asUser: false,
    });
    return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas === 3;
  });
  await app.documents.open(source, WEB);
  const document = vscode.window.activeTextEditor?.document;
  assert.equal(document?.uri.scheme, 'kube-anatomy');
  assert.ok(document);
  assert.match(
    await hoversAt(document, 'protocol'),
    /Who wrote this.*kube-apiserver.*defaulting.*In the trace.*showStep/s,
  );
  assert.match(await hoversAt(document, 'readyReplicas'), /Deployment controller.*subresource|`status`/s);
  const titles = await lensTitles(document);
  assert.ok(
    titles.some((title) => /Deployment controller · \d+ lines/.test(title)),
    titles.join(),
  );
  assert.doesNotMatch(document.getText(), /managedFields/);
  const setting = vscode.workspace.getConfiguration('kubeAnatomy.blame');
  try {
    await run('toggleBlame');
    assert.doesNotMatch(await hoversAt(document, 'protocol'), /Who wrote this/);
    assert.ok((await lensTitles(document)).includes('$(eye) Show who wrote each field'));
  } finally {
    await setting.update('enabled', undefined, vscode.ConfigurationTarget.Global);
  }
});

test('the annotated manifest opens beside the editor', async () => {
  await run('annotateManifest', sample('web.yaml').toString());
  const titles = (): string[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
  await eventually('the panel', () => titles().includes('Annotated: web.yaml'));
  assert.equal(vscode.window.activeTextEditor?.document.uri.path.endsWith('web.yaml'), true);
});

test('a file and what came of it are compared, each addition with whom it came from', async () => {
  const app = await runningSimulator();
  const document = await vscode.workspace.openTextDocument(sample('web.yaml'));
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  const told = await run<string>('compareObjects');
  assert.match(told, /# web\.yaml and Deployment web of simulator/);
  assert.match(
    told,
    /### kube-apiserver defaulting · kubectl apply[^\n]*\n\n(- [^\n]*\n)*- `spec\.revisionHistoryLimit`: `10`/,
  );
  assert.match(told, /### Deployment controller · status/);
  assert.doesNotMatch(told, /nobody/);
  assert.match(told, /Nothing: the live object has all that the file says\./);
  const input = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const diff = await eventually('the diff editor', () => {
    const found = input();
    return found instanceof vscode.TabInputTextDiff ? found : undefined;
  });
  const left = await vscode.workspace.openTextDocument(diff.original);
  assert.match(left.getText(), /^kind: Deployment$/m);
  assert.equal(app.documents.live(diff.modified)?.ref.name, 'web');
  // From the live object the file of the workspace is found.
  await app.documents.open(app.session.source, WEB);
  assert.equal((await run<string>('compareObjects')).split('\n')[0], told.split('\n')[0]);
});
