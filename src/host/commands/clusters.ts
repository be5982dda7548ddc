// Commands on clusters of the kubeconfig. Nothing is contacted and no credential plugin runs before Connect.
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { showError } from '../messages.ts';

const PREFIX = 'context:';

/** The context of a row, or one that is chosen from a list. */
async function contextOf(app: App, rowId: unknown, title: string, connected: boolean): Promise<string | undefined> {
  if (typeof rowId === 'string' && rowId.startsWith(PREFIX)) return rowId.slice(PREFIX.length);
  const items = app.clusters.contexts
    .filter((c) => (app.clusters.source(`${PREFIX}${c.name}`)?.state.phase === 'connected') === connected)
    .map((c) => ({ label: c.name, description: c.server ?? c.problem ?? '' }));
  if (items.length === 0) {
    const where = app.clusters.files.join(', ');
    showError(
      connected ? 'No cluster is connected.' : 'There is no context to connect to.',
      connected ? undefined : `The kubeconfig is ${where || 'not available in a browser'}.`,
    );
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.label;
}

export async function connect(app: App, rowId: unknown): Promise<void> {
  if (!app.platform.kubeconfig) {
    showError('A browser cannot connect to clusters.', 'Use VS Code on the desktop; the simulator works here.');
    return;
  }
  if (!vscode.workspace.isTrusted) {
    showError('Connecting is off in Restricted Mode, because a kubeconfig may run programs.', undefined, {
      title: 'Manage Trust',
      run: () => vscode.commands.executeCommand('workbench.trust.manage'),
    });
    return;
  }
  await app.clusters.refresh();
  const name = await contextOf(app, rowId, 'Connect to a Cluster', false);
  if (name === undefined) return;
  const entry = app.clusters.contexts.find((c) => c.name === name);
  if (!entry) {
    showError(`There is no context “${name}” in the kubeconfig any more.`);
    return;
  }
  const open = { title: 'Open Kubeconfig', run: () => openFile(entry.file, entry.line) };
  if (entry.problem) {
    showError(`${entry.problem} (${entry.file}:${entry.line})`, 'Correct the kubeconfig, then connect again.', open);
    return;
  }
  const source = await app.clusters.connect(name);
  if (source?.state.phase !== 'failed') return;
  const { message, remedy } = source.state;
  app.log.error(`${name}: ${message}`);
  showError(message, remedy, { title: 'Try Again', run: () => connect(app, rowId ?? `${PREFIX}${name}`) }, open);
}

export async function disconnect(app: App, rowId: unknown): Promise<void> {
  const name = await contextOf(app, rowId, 'Disconnect from a Cluster', true);
  if (name !== undefined) app.clusters.disconnect(name);
}

export function showCluster(app: App, rowId: unknown): void {
  if (typeof rowId !== 'string') return;
  const problem = /^problem:(\d+)$/.exec(rowId);
  const found = problem && app.clusters.problems[Number(problem[1])];
  if (found) void openFile(found.file, found.line ?? 1);
  else if (rowId === 'simulator' || app.clusters.source(rowId)) app.clusters.show(rowId);
}

export async function openKubeconfig(app: App): Promise<void> {
  const [file] = app.clusters.files;
  if (file === undefined) showError('There is no kubeconfig in a browser.');
  else await openFile(file, 1);
}

async function openFile(file: string, line: number): Promise<void> {
  try {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const at = new vscode.Position(Math.max(0, line - 1), 0);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
  } catch {
    showError(
      `${file} cannot be opened.`,
      'kubectl creates it when a cluster is added; the setting kubeAnatomy.kubeconfig can name another.',
    );
  }
}
