// Problems and quick fixes in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { sample } from './extension.ts';
import { eventually, test } from './harness.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n';
const MISSPELT = `${POD}  contianers:\n  - name: a\n`;

function ours(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Kube Anatomy');
}

function opened(content: string, language = 'yaml'): Thenable<vscode.TextDocument> {
  return vscode.workspace.openTextDocument({ language, content });
}

function found(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
  return eventually('a problem', () => (ours(document.uri).length > 0 ? ours(document.uri) : undefined));
}

async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace
    .getConfiguration('kubeAnatomy.diagnostics')
    .update(name, value, vscode.ConfigurationTarget.Global);
}

async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

test('a misspelt field is a problem in the words of kube-apiserver, and a quick fix spells it right', async () => {
  const document = await opened(MISSPELT);
  const [problem] = await found(document);
  assert.ok(problem);
  assert.match(problem.message, /kube-apiserver would say: strict decoding error: unknown field "spec.contianers"/);
  assert.equal(document.getText(problem.range), 'contianers');
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    problem.range,
  );
  const fix = actions.find(({ title }) => title === 'Change to containers');
  assert.ok(fix?.edit);
  await vscode.workspace.applyEdit(fix.edit);
  assert.match(document.getText(), /^ {2}containers:$/m);
  await eventually('no problem', () => ours(document.uri).length === 0);
});

test('JSON has problems of its own, and settings switch families and everything off', async () => {
  const document = await opened('{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 7}}', 'json');
  assert.deepEqual(
    (await found(document)).map(({ code }) => code),
    ['type'],
  );
  try {
    await set('families', { type: false });
    await eventually('the family is off', () => ours(document.uri).length === 0);
    await set('families', undefined);
    await found(document);
    await set('enable', 'off');
    await eventually('everything is off', () => ours(document.uri).length === 0);
  } finally {
    await set('families', undefined);
    await set('enable', undefined);
  }
  await found(document);
});

test('what is no Kubernetes object any more, or is closed, has no problems', async () => {
  const document = await opened(MISSPELT);
  await found(document);
  await replaceAll(document, 'services:\n  web:\n    contianers: []\n');
  await eventually('no problem', () => ours(document.uri).length === 0);
  await replaceAll(document, MISSPELT);
  await found(document);
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await eventually('a closed document', () => ours(document.uri).length === 0);
});

test('samples have no problems', async () => {
  const names = ['pod.yaml', 'web-service.yaml', 'rolling-update.yaml', 'web.yaml', 'pending.yaml'];
  const documents = await Promise.all(names.map((name) => vscode.workspace.openTextDocument(sample(name))));
  // One that has a problem and was opened later has had its turn: so have they.
  await found(await opened(MISSPELT));
  for (const document of documents) assert.deepEqual(ours(document.uri), [], document.uri.path);
});
