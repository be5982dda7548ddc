// «More»: everything that is known of a field or a kind, as a page beside the manifest.
import * as vscode from 'vscode';
import { isRecord } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import type { ObjectRef } from '../../trace/step.ts';
import type { Answers } from './answers.ts';
import { isManifest, type Manifests } from './manifests.ts';

interface PageDeps {
  readonly manifests: Manifests;
  readonly answers: Answers;
}

export async function openKindPage({ manifests, answers }: PageDeps, asked: unknown): Promise<vscode.TextDocument> {
  const { apiVersion = '', kind = '' } = isRecord(asked) ? asked : {};
  const { kindPage } = await manifests.load();
  const page = kindPage(String(apiVersion), String(kind));
  if (page === undefined) {
    throw new RefusedError(
      `Nothing is known of ${apiVersion} ${kind}.`,
      'Ask for a kind that Kubernetes itself serves.',
    );
  }
  return answers.show(`${apiVersion} ${kind}`.replaceAll('/', '∕'), page, 'md');
}

/** From a hover's link `target` is a URI's text with a place; from the palette it is the field at the cursor. */
export async function openFieldPage(
  { manifests, answers }: PageDeps,
  target: unknown,
  line?: unknown,
  column?: unknown,
): Promise<vscode.TextDocument> {
  const editor = vscode.window.activeTextEditor;
  const asked = typeof target === 'string' ? vscode.Uri.parse(target, true) : undefined;
  const document = asked ? await vscode.workspace.openTextDocument(asked) : editor?.document;
  const at = new vscode.Position(0, 0);
  const place =
    typeof line === 'number' && typeof column === 'number' ? at.with(line, column) : (editor?.selection.active ?? at);
  if (!document || !(isManifest(document) || document.uri.scheme === 'kube-anatomy')) {
    throw new RefusedError('There is no manifest to read.', 'Open a YAML or JSON file with Kubernetes objects first.');
  }
  const { service, uri, fieldPage } = await manifests.of(document);
  const found = service.explainAt(uri, place.line, place.character);
  if (!found)
    throw new RefusedError('There is no field at this place.', 'Put the cursor on a field of a Kubernetes object.');
  return answers.show(titleOf(found.object.kind, found.pathText), fieldPage(found), 'md');
}

/** The same page for a field that stands in no manifest: one that a step has changed. */
export async function openChangedFieldPage(
  { manifests, answers }: PageDeps,
  object: ObjectRef,
  path: string,
): Promise<vscode.TextDocument> {
  const page = (await manifests.load()).fieldPageOf(object, path);
  if (page === undefined)
    throw new RefusedError(
      `Nothing is known of ${path} of ${object.kind}.`,
      'There are pages of the fields that Kubernetes itself serves.',
    );
  return answers.show(titleOf(object.kind, path), page, 'md');
}

function titleOf(kind: string, path: string): string {
  return `${kind} ${path}`.replaceAll('/', '∕');
}
