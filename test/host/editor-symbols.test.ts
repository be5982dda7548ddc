// The outline of a manifest in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { sample } from './extension.ts';
import { test } from './harness.ts';

function outline(uri: vscode.Uri): Thenable<vscode.DocumentSymbol[] | undefined> {
  return vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', uri);
}

test('the outline shows objects by name and kind, and containers by their names', async () => {
  const document = await vscode.workspace.openTextDocument(sample('pod.yaml'));
  const [pod] = (await outline(document.uri)) ?? [];
  assert.deepEqual([pod?.name, pod?.detail], ['app', 'Pod']);
  assert.equal(pod && document.getText(pod.selectionRange), 'app');
  const below = (symbol: vscode.DocumentSymbol | undefined, name: string) =>
    symbol?.children.find((child) => child.name === name);
  const containers = below(below(pod, 'spec'), 'initContainers');
  assert.deepEqual(
    containers?.children.map(({ name }) => name),
    ['prepare', 'log-shipper'],
  );
});

test('other YAML is left to others', async () => {
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: 'services:\n  web: {}\n' });
  assert.deepEqual((await outline(document.uri)) ?? [], []);
});
