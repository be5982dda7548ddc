// Definitions and references between the files of a workspace, in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { sample } from './extension.ts';
import { eventually, test } from './harness.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: nav-conf\ndata:\n  level: debug\n';
const POD = `apiVersion: v1
kind: Pod
metadata:
  name: nav
  labels: {app: nav}
spec:
  containers:
  - name: c
    image: nginx
    envFrom:
    - configMapRef: {name: nav-conf}
`;
const SERVICE =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: nav\nspec:\n  selector: {app: nav}\n  ports: [{port: 80}]\n';

async function written(name: string, text: string): Promise<vscode.Uri> {
  const uri = sample(`nav/${name}`);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

async function ask(command: 'Definition' | 'Reference', uri: vscode.Uri, marked: string): Promise<string[]> {
  const document = await vscode.workspace.openTextDocument(uri);
  const before = marked.indexOf('‹');
  const at = document.getText().indexOf(marked.replace('‹', ''));
  assert.ok(at >= 0, marked);
  const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
    `vscode.execute${command}Provider`,
    uri,
    document.positionAt(at + before),
  );
  return found.map((one) => {
    const place = 'targetUri' in one ? { uri: one.targetUri, range: one.targetRange } : one;
    return `${place.uri.path.split('/').at(-1)}:${place.range.start.line + 1}`;
  });
}

test('what a manifest names is found in other files, and back', async () => {
  const pod = await written('pod.yaml', POD);
  const config = await written('config.yaml', CONFIG);
  await written('service.yaml', SERVICE);
  try {
    const wanted = 'name: ‹nav-conf';
    await eventually('the ConfigMap', async () => (await ask('Definition', pod, wanted)).join() === 'config.yaml:4');
    assert.deepEqual(await ask('Reference', config, 'name: ‹nav-conf'), ['config.yaml:4', 'pod.yaml:11']);
    assert.deepEqual(await ask('Reference', pod, 'labels: {‹app'), ['pod.yaml:5', 'service.yaml:6']);
    // A file that changes on disk counts as it is then; so does one that goes.
    await written('config.yaml', `# a line more\n${CONFIG}`);
    await eventually('the moved one', async () => (await ask('Definition', pod, wanted)).join() === 'config.yaml:5');
    await vscode.workspace.fs.delete(sample('nav/service.yaml'));
    await eventually('no Service', async () => (await ask('Reference', pod, 'labels: {‹app')).length === 1);
  } finally {
    await vscode.workspace.fs.delete(sample('nav'), { recursive: true });
  }
});

test('texts that are not saved count as they are typed', async () => {
  const document = await vscode.workspace.openTextDocument({
    language: 'yaml',
    content: `${CONFIG}---\n${POD}`.replaceAll('nav-conf', 'typed-conf'),
  });
  assert.deepEqual((await ask('Definition', document.uri, 'configMapRef: {name: ‹')).length, 1);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), '# first\n');
  await vscode.workspace.applyEdit(edit);
  const [place] = await ask('Definition', document.uri, 'configMapRef: {name: ‹');
  assert.match(place ?? '', /:5$/);
});

test('an object is renamed wherever it is named', async () => {
  const content = `${CONFIG}---\n${POD}`.replaceAll('nav-conf', 'old-conf');
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  const at = document.positionAt(content.indexOf('old-conf') + 1);
  const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
    'vscode.executeDocumentRenameProvider',
    document.uri,
    at,
    'new-conf',
  );
  await vscode.workspace.applyEdit(edit);
  assert.equal(document.getText(), content.replaceAll('old-conf', 'new-conf'));
});

test('a label is renamed in the template, its selector and every other that asks for it', async () => {
  const content = `${POD}---\n${SERVICE}`.replaceAll('app: nav', 'tier: label-nav');
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  const rename = (name: string): Thenable<vscode.WorkspaceEdit> =>
    vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      document.positionAt(content.indexOf('label-nav') + 1),
      name,
    );
  await vscode.workspace.applyEdit(await rename('next'));
  assert.equal(document.getText(), content.replaceAll('label-nav', 'next'));
  await assert.rejects(async () => rename('not a label'), /kube-apiserver would say: a valid label must be/);
});
