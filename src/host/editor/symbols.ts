// Outline and breadcrumbs of manifests: objects by name and kind, and the fields in them.
import * as vscode from 'vscode';
import type { OutlineEntry, OutlineKind } from '../../manifest/outline.ts';
import { isManifest, type Manifests, rangeOf } from './manifests.ts';

/** VS Code has an outline of its own for JSON. */
const OUTLINED = ['yaml', 'helm'];

const ICONS: Readonly<Record<OutlineKind, vscode.SymbolKind>> = {
  object: vscode.SymbolKind.Class,
  map: vscode.SymbolKind.Module,
  list: vscode.SymbolKind.Array,
  value: vscode.SymbolKind.Field,
};

export class ManifestSymbols implements vscode.DocumentSymbolProvider {
  private readonly manifests: Manifests;

  constructor(manifests: Manifests) {
    this.manifests = manifests;
  }

  register(): vscode.Disposable {
    return vscode.languages.registerDocumentSymbolProvider(OUTLINED, this, { label: 'Kubernetes' });
  }

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    if (!isManifest(document)) return [];
    const { service, uri } = await this.manifests.of(document);
    return service.outline(uri).map(symbol);
  }
}

function symbol({ name, detail, kind, range, selection, children }: OutlineEntry): vscode.DocumentSymbol {
  // VS Code refuses a symbol without a name.
  const made = new vscode.DocumentSymbol(name || '""', detail, ICONS[kind], rangeOf(range), rangeOf(selection));
  made.children = children.map(symbol);
  return made;
}
