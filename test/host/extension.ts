// What the host tests have in common: the activated extension and files of their own.
import { strict as assert } from 'node:assert';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Row } from '../../src/cluster/tree/row.ts';
import type { Api } from '../../src/host/activate.ts';
import type { App } from '../../src/host/app.ts';
import { eventually } from './harness.ts';

export async function theApp(): Promise<App> {
  const extension = vscode.extensions.getExtension<Api>('kube-anatomy.kube-anatomy');
  assert.ok(extension, 'the extension is not installed');
  return (await extension.activate()).app;
}

export function run<T = unknown>(command: string, argument?: unknown): Thenable<T> {
  return vscode.commands.executeCommand<T>(`kubeAnatomy.${command}`, argument);
}

/** A running simulator, with the Anatomy view on the screen. */
export async function runningSimulator(): Promise<App> {
  const app = await theApp();
  await vscode.commands.executeCommand('kubeAnatomy.anatomy.focus');
  await run('startSimulator');
  app.clusters.show('simulator');
  await eventually('every worker Ready', () => {
    const nodes = app.session.source.cache.list('nodes');
    return (
      nodes.length >= 3 &&
      nodes.every((n) => n.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'))
    );
  });
  return app;
}

/** The row once the Anatomy view shows it and it is as wanted. */
export function row(app: App, id: string, wanted: (row: Row) => boolean = () => true): Promise<Row> {
  return eventually(`the row ${id}`, () => {
    const found = app.anatomyTree.row(id);
    return found && wanted(found) ? found : undefined;
  });
}

export function sample(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function useKubeconfig(text: string): Promise<string> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'kube-anatomy-host-')), 'config');
  writeFileSync(file, text, { mode: 0o600 });
  await vscode.workspace.getConfiguration('kubeAnatomy').update('kubeconfig', file, vscode.ConfigurationTarget.Global);
  return file;
}
