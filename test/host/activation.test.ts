import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { test } from './harness.ts';

test('the extension is found and activates', async () => {
  const extension = vscode.extensions.getExtension('kube-anatomy.kube-anatomy');
  assert.ok(extension, 'the extension is not installed');
  await extension.activate();
  assert.equal(extension.isActive, true);
});

test('the sample workspace is open', () => {
  assert.equal(vscode.workspace.workspaceFolders?.length, 1);
});
