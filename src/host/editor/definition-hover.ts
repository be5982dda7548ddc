// What a custom resource's own definition says of a field, where a manifest of the workspace holds it. What a connected cluster
// says of it, it says itself.
import * as vscode from 'vscode';
import { splitApiVersion } from '../../model/resources.ts';
import { schemaForKind } from '../../model/schema.ts';
import { settings } from '../settings.ts';
import { definitionText } from './cluster-text.ts';
import { isManifest, LANGUAGES, type Manifests, rangeOf } from './manifests.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

/** Objects of one document of a file, as it was in a version. */
interface Kept {
  readonly version: number;
  readonly line: number;
  readonly objects: readonly unknown[];
}

export class DefinitionHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly manifests: Manifests;
  private readonly files: WorkspaceFiles;
  private readonly registration: vscode.Disposable;
  /** The definition that was read last, of each file: some are a megabyte. */
  private readonly kept = new Map<string, Kept>();

  constructor(manifests: Manifests, files: WorkspaceFiles) {
    this.manifests = manifests;
    this.files = files;
    this.registration = vscode.languages.registerHoverProvider(LANGUAGES, this);
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    if (!settings.hover || !isManifest(document)) return undefined;
    const { service, uri } = await this.manifests.of(document);
    const place = service.placeAt(uri, position.line, position.character);
    if (!place || place.path.length === 0) return undefined;
    const { apiVersion, kind } = place.object;
    const { group } = splitApiVersion(apiVersion);
    if (!group.includes('.') || schemaForKind(apiVersion, kind)) return undefined;
    const workspace = await this.files.known();
    const { definedBy } = await import('../../cluster/openapi.ts');
    for (const { uri: file, range } of workspace?.definingPlaces({ group, kind }) ?? []) {
      const served = definedBy(await this.objects(file, range.start.line), place.object, place.path);
      const text = definitionText(vscode.workspace.asRelativePath(vscode.Uri.parse(file, true)), served);
      if (text !== undefined) return new vscode.Hover(new vscode.MarkdownString(text), rangeOf(place.range));
    }
    return undefined;
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async objects(file: string, line: number): Promise<readonly unknown[]> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file, true));
    const before = this.kept.get(file);
    if (before?.version === document.version && before.line === line) return before.objects;
    const { plainObjects } = await this.manifests.load();
    const objects = plainObjects(document.getText(), line);
    this.kept.set(file, { version: document.version, line, objects });
    return objects;
  }
}
