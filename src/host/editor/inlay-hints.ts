// What kube-apiserver will fill in, as hints behind what is written. Off unless the setting asks for it.
import * as vscode from 'vscode';
import type { DefaultHint, FilledField } from '../../manifest/defaults.ts';
import { settings } from '../settings.ts';
import { isManifest, LANGUAGES, type Manifests } from './manifests.ts';

/** More would push the text out of sight; all of them are in the tooltip. */
const SHOWN = 3;

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
  const shown = fields.slice(0, SHOWN).map(written);
  const more = fields.length > SHOWN ? [`+${fields.length - SHOWN}`] : [];
  const made = new vscode.InlayHint(new vscode.Position(at.line, at.column), [...shown, ...more].join(' · '));
  made.paddingLeft = true;
  const lines = fields.map((field) => `- \`${written(field)}\` *${field.step}*`);
  made.tooltip = new vscode.MarkdownString(`**kube-apiserver** fills in what is not written:\n\n${lines.join('\n')}`);
  return made;
}

function written({ field, value }: FilledField): string {
  return `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
