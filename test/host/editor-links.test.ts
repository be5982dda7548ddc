// Links in the text of manifests, in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { sample } from './extension.ts';
import { test } from './harness.ts';

const KUSTOMIZATION = 'resources:\n- ../base\n- here.yaml\n- missing.yaml\n- https://example.com/x.yaml\n';
const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: linked\n';

async function written(name: string, text: string): Promise<vscode.Uri> {
  const uri = sample(`links/${name}`);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

async function linksOf(uri: vscode.Uri): Promise<[text: string, target: vscode.Uri | undefined][]> {
  const document = await vscode.workspace.openTextDocument(uri);
  const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', uri);
  return links.map(({ range, target }) => [document.getText(range), target]);
}

test('a kustomization leads to the files that are there, a folder to its kustomization', async () => {
  try {
    await written('base/kustomization.yml', 'resources: []\n');
    await written('over/here.yaml', POD);
    const links = await linksOf(await written('over/kustomization.yaml', KUSTOMIZATION));
    // Addresses are links of VS Code's own.
    const files = links.filter(([, target]) => target?.scheme === sample('').scheme);
    assert.deepEqual(
      files.map(([text, target]) => [text, target?.path.split('/').slice(-2).join('/')]),
      [
        ['../base', 'base/kustomization.yml'],
        ['here.yaml', 'over/here.yaml'],
      ],
    );
  } finally {
    await vscode.workspace.fs.delete(sample('links'), { recursive: true });
  }
});

test('a kind leads to its page', async () => {
  const { uri } = await vscode.workspace.openTextDocument({
    language: 'yaml',
    content: `${POD}---\napiVersion: example.com/v1\nkind: Widget\n`,
  });
  const links = await linksOf(uri);
  assert.deepEqual(
    links.map(([text]) => text),
    ['Pod'],
  );
  const target = links[0]?.[1];
  assert.equal(target?.scheme, 'command');
  const page = await vscode.commands.executeCommand<vscode.TextDocument>(
    target?.path ?? '',
    ...(JSON.parse(target?.query ?? '[]') as unknown[]),
  );
  assert.match(page.getText(), /^# Pod\n\n`v1` · v1\.36/);
});
