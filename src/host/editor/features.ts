// What the editor shows of manifests, made in one place.
import type * as vscode from 'vscode';
import { ManifestHover } from '../hover.ts';
import { DefinitionHover } from './definition-hover.ts';
import { ManifestDiagnostics } from './diagnostics.ts';
import { ManifestInlayHints } from './inlay-hints.ts';
import { ManifestLenses } from './lenses.ts';
import { ManifestLinks } from './links.ts';
import type { Manifests } from './manifests.ts';
import { ManifestNavigation } from './navigation.ts';
import { ManifestSymbols } from './symbols.ts';
import { WorkspaceFiles } from './workspace-files.ts';

export function editorFeatures(manifests: Manifests, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const files = new WorkspaceFiles(manifests, log);
  return [
    manifests,
    files,
    new ManifestHover(manifests),
    new DefinitionHover(manifests, files),
    new ManifestDiagnostics(manifests, files, log),
    new ManifestLenses(manifests),
    new ManifestLinks(manifests),
    new ManifestInlayHints(manifests),
    new ManifestSymbols(manifests).register(),
    new ManifestNavigation(files, manifests).register(),
  ];
}
