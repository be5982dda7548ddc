// What is wrong with the manifests that are open, with quick fixes: which component would complain, and in which words.
import * as vscode from 'vscode';
import type { ManifestDiagnostic } from '../../manifest/diagnostic.ts';
import { messageOf } from '../messages.ts';
import { settings } from '../settings.ts';
import { isManifest, LANGUAGES, type Manifests, rangeOf } from './manifests.ts';
import { reportedElsewhere } from './other-extensions.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

const SOURCE = 'Kube Anatomy';
/** After the last key. */
const DEBOUNCE_MS = 250;

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const;

export class ManifestDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly manifests: Manifests;
  private readonly files: WorkspaceFiles;
  private readonly log: vscode.LogOutputChannel;
  private readonly collection = vscode.languages.createDiagnosticCollection('kubeAnatomy');
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(manifests: Manifests, files: WorkspaceFiles, log: vscode.LogOutputChannel) {
    this.manifests = manifests;
    this.files = files;
    this.log = log;
    this.subscriptions = [
      this.collection,
      vscode.languages.registerCodeActionsProvider(LANGUAGES, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      vscode.workspace.onDidOpenTextDocument((document) => this.soon(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.soon(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      vscode.workspace.onDidChangeConfiguration((e) => e.affectsConfiguration('kubeAnatomy.diagnostics') && this.all()),
      // What is named may stand in another file.
      files.onDidChange(() => this.all()),
      vscode.extensions.onDidChange(() => this.all()),
    ];
    this.all();
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const ours = diagnostics.filter(({ source }) => source === SOURCE);
    if (ours.length === 0) return [];
    // Asked anew, so that an edit never lands where the text was a moment ago.
    const found = await this.find(document);
    return ours.flatMap((shown) =>
      found
        .filter((d) => d.family === shown.code && rangeOf(d.range).isEqual(shown.range))
        .flatMap((d) => actions(document.uri, d, shown)),
    );
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    for (const s of this.subscriptions) s.dispose();
  }

  private all(): void {
    for (const document of vscode.workspace.textDocuments) this.soon(document);
  }

  private soon(document: vscode.TextDocument): void {
    if (!LANGUAGES.includes(document.languageId)) return;
    const uri = document.uri.toString();
    clearTimeout(this.timers.get(uri));
    const run = (): void => {
      this.timers.delete(uri);
      this.look(document).catch((error) => this.log.error(`diagnostics of ${uri}: ${messageOf(error)}`));
    };
    this.timers.set(uri, setTimeout(run, DEBOUNCE_MS));
  }

  private async look(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || !wanted(document) || !isManifest(document)) {
      this.collection.delete(document.uri);
      return;
    }
    const { version } = document;
    const found = await this.find(document);
    // Closed or changed while what is known was loaded: somebody else looks again, or nobody should.
    if (document.isClosed || document.version !== version) return;
    const off = new Set([...settings.diagnosticsOff, ...reportedElsewhere(document)]);
    this.collection.set(document.uri, found.filter(({ family }) => !off.has(family)).map(shown));
  }

  private async find(document: vscode.TextDocument): Promise<ManifestDiagnostic[]> {
    const { service, unresolved, uri } = await this.manifests.of(document);
    const workspace = await this.files.known();
    // Until the workspace has been read any file may be one that a kustomization merges into another.
    const patch = PATCH_NAME.test(document.uri.path) || (workspace?.isPatch(uri) ?? true);
    const own = service.diagnostics(uri, { patch });
    return workspace && !patch ? [...own, ...unresolved(workspace, uri)] : [...own];
  }

  private forget(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    clearTimeout(this.timers.get(uri));
    this.timers.delete(uri);
    this.collection.delete(document.uri);
  }
}

/** As files are called that kustomizations merge into others. */
const PATCH_NAME = /[-_./]patch(es)?([-_.].*)?\.ya?ml$|\/patches\/[^/]+$/i;

function wanted(document: vscode.TextDocument): boolean {
  return settings.diagnostics !== 'off' && document.languageId !== 'helm';
}

function shown(found: ManifestDiagnostic): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(found.range), text(found), SEVERITIES[found.severity]);
  diagnostic.source = SOURCE;
  diagnostic.code = found.family;
  if (found.family === 'deprecated') diagnostic.tags = [vscode.DiagnosticTag.Deprecated];
  return diagnostic;
}

function text({ message, component, words }: ManifestDiagnostic): string {
  // What a person runs is kubectl, and it is kubectl that answers.
  const who = component === 'user' ? 'kubectl' : component;
  return words === undefined ? `${message} (${who} reads this.)` : `${message}\n${who} would say: ${words}`;
}

function actions(uri: vscode.Uri, { fixes }: ManifestDiagnostic, of: vscode.Diagnostic): vscode.CodeAction[] {
  return fixes.map(({ title, edits }) => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    for (const { range, text } of edits) action.edit.replace(uri, rangeOf(range), text);
    action.diagnostics = [of];
    action.isPreferred = fixes.length === 1;
    return action;
  });
}
