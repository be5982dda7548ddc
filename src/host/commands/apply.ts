// “Apply This Manifest in the Simulator”: the text of the editor, saved or not, goes to the simulated API server as kubectl
// would send it, and the flow panel shows what comes of it.
import * as vscode from 'vscode';
import type { AppliedObject } from '../../cluster/apply/apply.ts';
import type { Applied } from '../../protocol/worker.ts';
import type { App } from '../app.ts';
import { showError } from '../messages.ts';
import { ensureSimulator } from './simulator.ts';

const LANGUAGES = new Set(['yaml', 'json', 'jsonc', 'helm']);

/**
 * `target` is a URI (explorer, editor title), its text (a hover's link), or nothing (the palette). The explorer also tells
 * everything that is selected; several files are applied in that order.
 */
export async function applyManifest(app: App, target: unknown, selection?: unknown): Promise<Applied | undefined> {
  const several = Array.isArray(selection) && selection.length > 1 ? selection : [target];
  const documents = await Promise.all(several.map(documentOf));
  const found = documents.filter((d) => d !== undefined);
  if (found.length === 0) {
    showError('There is no manifest to apply.', 'Open a YAML or JSON file with Kubernetes objects first.');
    return undefined;
  }
  if (!(await ensureSimulator(app))) return undefined;
  const objects = app.flow.snapshot();
  app.clusters.show('simulator');
  const results: Applied[] = [];
  for (const document of found) results.push(await applyDocument(app, document));
  const [first] = results;
  const all = {
    objects: results.flatMap((r) => r.objects),
    warnings: results.flatMap((r) => r.warnings),
    after: first?.after ?? 0,
  };
  // What was refused before it was sent left no step to look at.
  if (all.objects.some((o) => o.step > 0)) await app.flow.play(all.after, objects);
  return all;
}

async function applyDocument(app: App, document: vscode.TextDocument): Promise<Applied> {
  const source = vscode.workspace.asRelativePath(document.uri);
  const applied = await app.session.call('apply', { manifest: document.getText(), source, namespace: 'default' });
  for (const warning of applied.warnings) app.log.warn(`${source}: ${warning}`);
  report(
    applied,
    applied.objects.filter((o) => o.result === 'failed'),
    document,
  );
  return applied;
}

async function documentOf(target: unknown): Promise<vscode.TextDocument | undefined> {
  const uri =
    target instanceof vscode.Uri ? target : typeof target === 'string' ? vscode.Uri.parse(target, true) : undefined;
  if (uri) return vscode.workspace.openTextDocument(uri);
  const active = vscode.window.activeTextEditor?.document;
  return active && LANGUAGES.has(active.languageId) ? active : undefined;
}

function report(applied: Applied, failed: readonly AppliedObject[], document: vscode.TextDocument): void {
  const [first] = failed;
  if (first) {
    const what = first.kind ? `${first.kind} ${first.name || `at line ${first.line}`}` : `Line ${first.line}`;
    const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
    showError(`${what}: ${first.message ?? 'refused'}${more}`, undefined, {
      title: 'Show',
      run: () => showLine(document, first.line),
    });
    return;
  }
  if (applied.objects.length === 0) {
    showError('The file holds no objects.', 'A Kubernetes object has apiVersion, kind and metadata.');
    return;
  }
  const text = applied.objects.map((o) => `${o.kind.toLowerCase()}/${o.name} ${o.result}`).join(', ');
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 8000);
  if (applied.objects.every((o) => o.result === 'unchanged')) {
    void vscode.window.showInformationMessage(
      'Nothing changed: the simulator holds these objects already as the file says.',
    );
  }
}

async function showLine(document: vscode.TextDocument, line: number): Promise<void> {
  const range = document.lineAt(Math.min(document.lineCount - 1, Math.max(0, line - 1))).range;
  await vscode.window.showTextDocument(document, { selection: range });
}
