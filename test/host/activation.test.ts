import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { theApp } from './extension.ts';
import { test } from './harness.ts';

test('the extension is found and activates, without starting the simulator', async () => {
  const app = await theApp();
  assert.equal(app.session.state.phase, 'stopped');
});

test('the sample workspace is open', () => {
  assert.equal(vscode.workspace.workspaceFolders?.length, 1);
});

test('every command that is declared can be run', async () => {
  const app = await theApp();
  const declared: { command: string }[] = app.context.extension.packageJSON.contributes.commands;
  const known = new Set(await vscode.commands.getCommands(true));
  assert.deepEqual(
    declared.map((d) => d.command).filter((id) => !known.has(id)),
    [],
  );
});
