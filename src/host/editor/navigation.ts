// Go to Definition and Find References between manifests: what an object names, and who names it.
import * as vscode from 'vscode';
import type { Location } from '../../manifest/workspace/definitions.ts';
import { isManifest, LANGUAGES, rangeOf } from './manifests.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

export class ManifestNavigation implements vscode.DefinitionProvider, vscode.ReferenceProvider {
  private readonly files: WorkspaceFiles;

  constructor(files: WorkspaceFiles) {
    this.files = files;
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.languages.registerDefinitionProvider(LANGUAGES, this),
      vscode.languages.registerReferenceProvider(LANGUAGES, this),
    );
  }

  async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location[]> {
    if (!isManifest(document)) return [];
    const workspace = await this.files.current();
    return workspace.definitions(document.uri.toString(), placeOf(position)).map(shown);
  }

  async provideReferences(
    document: vscode.TextDocument,
    position: vscode.Position,
    { includeDeclaration }: vscode.ReferenceContext,
  ): Promise<vscode.Location[]> {
    if (!isManifest(document)) return [];
    const workspace = await this.files.current();
    return workspace.references(document.uri.toString(), placeOf(position), includeDeclaration).map(shown);
  }
}

function placeOf({ line, character }: vscode.Position): { line: number; column: number } {
  return { line, column: character };
}

function shown({ uri, range }: Location): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri, true), rangeOf(range));
}
