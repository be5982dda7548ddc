import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { sample } from './extension.ts';
import { test } from './harness.ts';

async function hoverAt(document: vscode.TextDocument, text: string): Promise<vscode.MarkdownString | undefined> {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `${text} is not in ${document.uri}`);
  const position = document.positionAt(offset + 1);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers.flatMap((h) => h.contents).find((c) => c instanceof vscode.MarkdownString);
}

test('hovering a field says who acts on it', async () => {
  const document = await vscode.workspace.openTextDocument(sample('web.yaml'));
  const replicas = await hoverAt(document, 'replicas');
  assert.match(replicas?.value ?? '', /\*\*replicas\*\* · `int32`/);
  assert.match(replicas?.value ?? '', /Deployment controller/);
  const image = await hoverAt(document, 'image:');
  assert.match(image?.value ?? '', /kubelet/);
});

test('JSON is explained as well', async () => {
  const content = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": "w"}}';
  const document = await vscode.workspace.openTextDocument({ language: 'json', content });
  assert.match((await hoverAt(document, 'nodeName'))?.value ?? '', /kube-scheduler|kubelet/);
});

test('what is no Kubernetes object is left alone', async () => {
  const document = await vscode.workspace.openTextDocument({
    language: 'yaml',
    content: 'services:\n  web:\n    image: nginx\n',
  });
  assert.equal(await hoverAt(document, 'image'), undefined);
});
