// What kube-apiserver will fill in, as hints behind what is written. Off unless the setting asks for it.
import * as vscode from 'vscode';
import type { DefaultHint, FilledField } from '../../manifest/defaults.ts';
import { settings } from '../settings.ts';
import { isManifest, LANGUAGES, type Manifests } from './manifests.ts';

/** VS Code cuts longer ones, in the middle of a word; all of them are in the tooltip. */
const MAX_LABEL = 43;

export class ManifestInlayHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly onDidChangeInlayHints: vscode.Event<void>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly manifests: Manifests;
  private readonly subscriptions: vscode.Disposable[];

  constructor(manifests: Manifests) {
    this.manifests = manifests;
    this.onDidChangeInlayHints = this.changed.event;
    this.subscriptions = [
      this.changed,
      vscode.languages.registerInlayHintsProvider(LANGUAGES, this),
      vscode.workspace.onDidChangeConfiguration(
        (e) => e.affectsConfiguration('kubeAnatomy.inlayHints') && this.changed.fire(),
      ),
    ];
  }

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    if (!settings.inlayHints || !isManifest(document)) return [];
    const { service, uri } = await this.manifests.of(document);
    return service
      .defaults(uri)
      .filter(({ at }) => at.line >= range.start.line && at.line <= range.end.line)
      .map(hint);
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }
}

function hint({ at, fields }: DefaultHint): vscode.InlayHint {
  const made = new vscode.InlayHint(new vscode.Position(at.line, at.column), label(fields.map(written)));
  made.paddingLeft = true;
  const lines = fields.map((field) => `- \`${written(field)}\` *${field.step}*`);
  made.tooltip = new vscode.MarkdownString(`**kube-apiserver** fills in what is not written:\n\n${lines.join('\n')}`);
  return made;
}

/** As many as there is room for, and how many more there are. */
function label(all: readonly string[]): string {
  for (let shown = all.length; shown > 1; shown--) {
    const more = shown < all.length ? [`+${all.length - shown}`] : [];
    const text = [...all.slice(0, shown), ...more].join(' · ');
    if (text.length <= MAX_LABEL) return text;
  }
  return [...all.slice(0, 1), ...(all.length > 1 ? [`+${all.length - 1}`] : [])].join(' · ');
}

function written({ field, value }: FilledField): string {
  return `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
