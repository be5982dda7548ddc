// Runs inside an extension host, which calls `run`: from activating the extension to its first hover, in milliseconds.
import { renameSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

export interface FirstHover {
  /** `activate()` with the loading of the extension, as VS Code does it. */
  readonly activate: number;
  /** The first hover after that, there and back through the window. */
  readonly hover: number;
  /** The next one. */
  readonly warm: number;
  /** A hover that nobody answers, for comparison: what VS Code itself takes. */
  readonly empty: number;
}

const SETTLED = { fastEnoughMs: 8, patienceMs: 20_000 };

export type Outcome = FirstHover | 'active' | { readonly error: string };

export async function run(): Promise<void> {
  const result: Outcome = await measured().catch((error) => ({ error: String(error) }));
  const file = process.env.KUBE_ANATOMY_HOST_RESULTS ?? '';
  writeFileSync(`${file}.part`, JSON.stringify(result));
  renameSync(`${file}.part`, file);
}

async function measured(): Promise<FirstHover | 'active'> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const extension = vscode.extensions.getExtension('kube-anatomy.kube-anatomy');
  if (!folder || !extension) throw new Error('no folder is open, or the extension is not there');
  // As plain text it activates nobody; and nobody draws, colours or folds it, which would be VS Code's time and not ours.
  const text = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, 'web.txt'));
  // The workbench itself may have looked at its settings, which are JSON: then there is nothing to measure here.
  if (extension.isActive) return 'active';
  const empty = await settled(text.uri);
  const at = text.positionAt(text.getText().indexOf('replicas') + 1);
  const start = performance.now();
  await extension.activate();
  const activated = performance.now();
  const { uri } = await vscode.languages.setTextDocumentLanguage(text, 'yaml');
  const asked = performance.now();
  await hovered(uri, at);
  const answered = performance.now();
  await hovered(uri, at);
  return { activate: activated - start, hover: answered - asked, warm: performance.now() - answered, empty };
}

/** Waits for a window that has just opened to come to rest, and returns what an empty hover takes then. */
async function settled(uri: vscode.Uri): Promise<number> {
  const end = performance.now() + SETTLED.patienceMs;
  for (;;) {
    const start = performance.now();
    await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, new vscode.Position(0, 0));
    const now = performance.now();
    if (now - start < SETTLED.fastEnoughMs || now > end) return now - start;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function hovered(uri: vscode.Uri, at: vscode.Position): Promise<void> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, at);
  const text = found.flatMap(({ contents }) =>
    contents.map((one) => (one instanceof vscode.MarkdownString ? one.value : '')),
  );
  if (!text.join().includes('Deployment controller')) throw new Error(`the hover says: ${text.join()}`);
}
