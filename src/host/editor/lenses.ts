// What can be done with an object, above it.
import * as vscode from 'vscode';
import type { ExplainedObject } from '../../manifest/explanation.ts';
import { makesPods } from '../../model/templates.ts';
import { settings } from '../settings.ts';
import { isManifest, LANGUAGES, type Manifests, rangeOf } from './manifests.ts';

export class ManifestLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly manifests: Manifests;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(manifests: Manifests) {
    this.manifests = manifests;
    this.subscriptions = [
      this.changed,
      vscode.languages.registerCodeLensProvider(LANGUAGES, this),
      vscode.workspace.onDidChangeConfiguration(
        (e) => e.affectsConfiguration('kubeAnatomy.codeLens') && this.changed.fire(),
      ),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!settings.codeLens || !isManifest(document)) return [];
    const { service, uri } = await this.manifests.of(document);
    return service.objects(uri).flatMap(({ range, document: _document, path: _path, ...object }) => {
      const at = rangeOf(range);
      // A template is no manifest until Helm has made one of it.
      return document.getText(at).includes('{{') ? [] : lenses(document.uri, at, object);
    });
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }
}

function lenses(uri: vscode.Uri, at: vscode.Range, object: ExplainedObject): vscode.CodeLens[] {
  const line = new vscode.Range(at.start, at.start);
  const watch = new vscode.CodeLens(line, {
    title: '$(play) Watch it happen',
    tooltip: 'Applies this file in the simulator and plays what every component makes of it',
    command: 'kubeAnatomy.applyManifest',
    arguments: [uri.toString()],
  });
  const annotate = new vscode.CodeLens(line, {
    title: '$(list-tree) Annotate',
    tooltip: 'Shows beside the editor which component handles each line, and in which order',
    command: 'kubeAnatomy.annotateManifest',
    arguments: [uri.toString(), at.start.line],
  });
  if (!makesPods(object.apiVersion, object.kind)) return [watch, annotate];
  const where = new vscode.CodeLens(line, {
    title: 'Where would it be scheduled?',
    tooltip: 'Asks the simulator’s scheduler about each node, and applies nothing',
    command: 'kubeAnatomy.whereScheduled',
    arguments: [uri.toString(), object],
  });
  return [watch, annotate, where];
}
