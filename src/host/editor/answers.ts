// Answers as read-only texts beside the manifest that was asked about.
import * as vscode from 'vscode';
import { besideColumn, isInLastColumn } from '../beside.ts';

export const ANSWER_SCHEME = 'kube-anatomy-answer';

const PREVIEW = 'markdown.showPreviewToSide';
/** In the column of the active text, and where a panel is active in the first. */
const PREVIEW_HERE = 'markdown.showPreview';

/** Texts that were made once and are shown until they are closed. */
export class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly subscriptions = [
    vscode.workspace.registerTextDocumentContentProvider(ANSWER_SCHEME, this),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    this.changed,
  ];

  /** Shows a text; one in markdown is rendered where VS Code can. */
  async show(name: string, text: string, format: 'txt' | 'md' = 'txt'): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.from({ scheme: ANSWER_SCHEME, path: `/${name}.${format}` });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const ofPanel = vscode.window.activeTextEditor === undefined && isInLastColumn();
    const rendered = format === 'md' && (await done(ofPanel ? PREVIEW_HERE : PREVIEW, uri));
    if (!rendered) await vscode.window.showTextDocument(document, { preview: true, viewColumn: besideColumn() });
    return document;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? 'This answer is not kept. Ask again from the manifest.\n';
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }
}

/** False where there is no such command, or it fails. One of an extension that sleeps is found only by running it. */
async function done(command: string, uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.commands.executeCommand(command, uri);
    return true;
  } catch {
    return false;
  }
}
