// Go to Definition, Find References and Rename between manifests: what an object names, and who names it.
import * as vscode from 'vscode';
import type { Location } from '../../manifest/workspace/definitions.ts';
import type { Renaming } from '../../manifest/workspace/renaming.ts';
import { isManifest, LANGUAGES, type Manifests, rangeOf } from './manifests.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

export class ManifestNavigation implements vscode.DefinitionProvider, vscode.ReferenceProvider, vscode.RenameProvider {
  private readonly files: WorkspaceFiles;
  private readonly manifests: Manifests;

  constructor(files: WorkspaceFiles, manifests: Manifests) {
    this.files = files;
    this.manifests = manifests;
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.languages.registerDefinitionProvider(LANGUAGES, this),
      vscode.languages.registerReferenceProvider(LANGUAGES, this),
      vscode.languages.registerRenameProvider(LANGUAGES, this),
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

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const { renaming } = await this.renaming(document, position);
    return { range: rangeOf(renaming.at.range), placeholder: renaming.placeholder };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    name: string,
  ): Promise<vscode.WorkspaceEdit> {
    const { renaming, writtenName } = await this.renaming(document, position);
    const problem = renaming.problem(name);
    if (problem !== undefined) throw new Error(`“${name}” will not do. ${problem}`);
    const edit = new vscode.WorkspaceEdit();
    for (const place of renaming.places) {
      const { uri, range } = shown(place);
      const text = await vscode.workspace.openTextDocument(uri);
      edit.replace(uri, range, writtenName(text.getText(range), name));
    }
    tellFixed(renaming);
    return edit;
  }

  /** Throws, as VS Code wants it, with the reason why nothing can be renamed. */
  private async renaming(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<Rename & { renaming: Renaming }> {
    const { rename } = await this.manifests.load();
    const workspace = await this.files.current();
    const renaming = rename.renamingAt(workspace, document.uri.toString(), placeOf(position));
    if (typeof renaming === 'string') throw new Error(renaming);
    return { ...rename, renaming };
  }
}

/** The edit is right for manifests; a cluster that has such an object takes it only after the object is made anew. */
function tellFixed({ fixed }: Renaming): void {
  const [first] = fixed;
  if (!first) return;
  const more = fixed.length > 1 ? ` and ${fixed.length - 1} more` : '';
  void vscode.window.showInformationMessage(
    `The selector of ${first.kind} ${first.name}${more} changes with the label. Where the object exists already, kube-apiserver says: spec.selector: Invalid value: …: field is immutable. It has to be deleted and made anew.`,
  );
}

type Rename = typeof import('../../manifest/workspace/rename.ts');

function placeOf({ line, character }: vscode.Position): { line: number; column: number } {
  return { line, column: character };
}

function shown({ uri, range }: Location): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri, true), rangeOf(range));
}
