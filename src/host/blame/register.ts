// Everything about live objects that the editor shows by itself, put together.
import * as vscode from 'vscode';
import { type ObjectDocuments, SCHEME } from '../documents.ts';
import { ClusterHover, type ClusterHoverDeps } from '../editor/cluster-hover.ts';
import { BlameView } from './blame-view.ts';

export function liveObjects(
  documents: ObjectDocuments,
  deps: Omit<ClusterHoverDeps, 'documents'>,
): vscode.Disposable[] {
  return [
    documents,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, documents),
    new BlameView(documents),
    new ClusterHover({ documents, ...deps }),
  ];
}
