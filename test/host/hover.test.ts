import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import { explanationMarkdown } from '../../src/manifest/markdown.ts';
import { sample, theApp } from './extension.ts';
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

test('the command line answers the same as the hover', async () => {
  const { context } = await theApp();
  const cli = path.join(context.extensionUri.fsPath, 'dist', 'cli.js');
  const document = await vscode.workspace.openTextDocument(sample('web.yaml'));
  for (const text of ['replicas', 'image:', 'containerPort', 'app: web']) {
    const hover = (await hoverAt(document, text))?.value ?? '';
    const at = document.positionAt(document.getText().indexOf(text) + 1);
    const args = [cli, 'explain', document.uri.fsPath, '--line', `${at.line + 1}`, '--column', `${at.character + 1}`];
    // A desktop's extension host is no Node by itself.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const answer = JSON.parse(execFileSync(process.execPath, [...args, '--json'], { encoding: 'utf8', env }));
    const [explanation] = answer.explanations;
    // The hover's links lead into VS Code; all else is the same.
    const withoutLinks = hover.replace(/\[[^\]]*\]\(command:[^)]*\)( · |\n\n)/g, '');
    assert.equal(withoutLinks, explanationMarkdown(explanation), text);
  }
});
