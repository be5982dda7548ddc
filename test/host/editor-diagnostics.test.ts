// Problems and quick fixes in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { runningSimulator, sample } from './extension.ts';
import { eventually, test } from './harness.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n';
const MISSPELT = `${POD}  contianers:\n  - name: a\n    image: a\n`;

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

test('what is missing is added by a quick fix, with the labels of the template', async () => {
  const template = '  template:\n    metadata: {labels: {app: added}}\n    spec: {containers: [{name: a, image: a}]}\n';
  const document = await opened(`apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n${template}`);
  const [problem] = await found(document);
  assert.equal(problem?.code, 'required');
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    problem?.range,
  );
  const fix = actions.find(({ title }) => title === 'Add selector');
  assert.ok(fix?.edit);
  await vscode.workspace.applyEdit(fix.edit);
  assert.match(document.getText(), /^spec:\n {2}selector: \{matchLabels: \{app: added\}\}\n {2}template:$/m);
  await eventually('no problem', () => ours(document.uri).length === 0);
});

test('JSON has problems of its own, and settings switch families and everything off', async () => {
  const document = await opened('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": 7}}', 'json');
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

test('a name that another file should hold, and a port that no container declares', async () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a-secret}\n';
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}, ports: [{port: 1, targetPort: web}]}\n';
  const pod = `${POD.replace('name: a', 'name: a\n  labels: {app: a}')}  volumes: [{name: v, secret: {secretName: b-secret}}]\n  containers: [{name: a, image: a}]\n`;
  const document = await opened(`${secret}---\n${service}---\n${pod}`);
  const problems = await found(document);
  assert.deepEqual(
    problems.map(({ code, severity }) => [code, severity]),
    [
      ['port', vscode.DiagnosticSeverity.Warning],
      ['reference', vscode.DiagnosticSeverity.Information],
    ],
  );
  await replaceAll(document, `${secret.replace('a-secret', 'b-secret')}---\n${pod}`);
  await eventually('the name is found', () => ours(document.uri).length === 0);
});

test('a dry run tells what the API server and the scheduler would say, and stores nothing', async () => {
  const app = await runningSimulator();
  const container = '  containers:\n  - name: a\n    image: a\n';
  const document = await opened(
    `${POD.replace('name: a', 'name: dry')}  nodeSelector: {disk: none}\n${container}---\n${POD.replace('name: a', 'name: dry-2')}${container}    ports: [{containerPort: 99999}]\n`,
  );
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    new vscode.Range(0, 0, 0, 0),
    vscode.CodeActionKind.Source.value,
  );
  const action = actions.find(({ title }) => title === 'Dry-run in the simulator');
  assert.ok(action?.command);
  await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
  const said = vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source?.includes('dry run'));
  assert.deepEqual(
    said.map(({ source, range }) => [source, range.start.line]),
    [
      ['kube-scheduler (dry run)', 0],
      ['kube-apiserver (dry run)', 18],
    ],
  );
  assert.match(said[0]?.message ?? '', /^The pod would stay Pending\. FailedScheduling: 0\/4 nodes are available/);
  assert.equal(
    said[1]?.message,
    'spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive',
  );
  assert.equal(document.getText(said[1]?.range), '99999');
  assert.ok(!app.session.source.cache.list('pods').some(({ metadata }) => metadata.name?.startsWith('dry')));
  // An edit makes what was said old.
  await replaceAll(document, 'a: b\n');
  assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
});
