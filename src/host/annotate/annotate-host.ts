// The annotated manifest's host side: one panel that shows the manifest that was last asked for or last looked at, fed with
// the lines that change, in step with the editor in both directions.
import * as vscode from 'vscode';
import type { AnnotatedManifest } from '../../manifest/annotate/model.ts';
import { RefusedError } from '../../model/refused.ts';
import { ANNOTATE_PROTOCOL, type AnnotateRow, type FromAnnotate, type ToAnnotate } from '../../protocol/annotate.ts';
import { parseFromAnnotate } from '../../protocol/annotate-parse.ts';
import { isManifest, LANGUAGES, type Manifests } from '../editor/manifests.ts';
import { save } from '../flow/files.ts';
import { panelHtml, webviewRoot } from '../flow/html.ts';
import { messageOf, remedyOf } from '../messages.ts';
import { EditorLink } from './editor-link.ts';

export const ANNOTATE_VIEW = 'kubeAnatomy.annotate';

/** Between a keystroke and the lines that it changed: long enough to take several at once, too short to be seen. */
const PAUSE_MS = 60;

type Request = Extract<FromAnnotate, { request: number }>;

export interface AnnotateDeps {
  readonly extensionUri: vscode.Uri;
  readonly manifests: Manifests;
  readonly log: vscode.LogOutputChannel;
  /** Shows in the flow panel how a component acts on an object of the document. */
  readonly watch: (document: vscode.TextDocument, at: WatchedPlace) => Promise<void>;
}

export interface WatchedPlace {
  readonly object: AnnotatedManifest['objects'][number] | undefined;
  readonly component: string;
}

export class AnnotateHost implements vscode.Disposable {
  private readonly deps: AnnotateDeps;
  private readonly link: EditorLink;
  private readonly subscriptions: vscode.Disposable[];
  private panel: vscode.WebviewPanel | undefined;
  private ready = false;
  private document: vscode.TextDocument | undefined;
  private manifest: AnnotatedManifest | undefined;
  private sent: readonly AnnotateRow[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: AnnotateDeps) {
    this.deps = deps;
    this.link = new EditorLink((message) => this.post(message));
    this.subscriptions = [
      this.link,
      vscode.workspace.onDidChangeTextDocument(({ document }) => document === this.document && this.updateSoon()),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (this.panel && editor && editor.document !== this.document && isManifest(editor.document))
          void this.show(editor.document);
      }),
    ];
  }

  /** `target`: a URI, its text, or nothing for the editor that is active; `line` puts the cursor there. */
  async open(target: unknown, line?: unknown): Promise<void> {
    const document = await documentOf(target);
    if (!document) {
      throw new RefusedError(
        'There is no manifest to annotate.',
        'Open a YAML or JSON file with Kubernetes objects first.',
      );
    }
    const editor = this.link.editorOf(document) ?? (await vscode.window.showTextDocument(document));
    if (typeof line === 'number') this.link.select(editor, line, 0);
    if (!this.panel) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.adopt(vscode.window.createWebviewPanel(ANNOTATE_VIEW, 'Annotated', column, {}));
    } else this.panel.reveal(undefined, true);
    await this.show(document);
  }

  /** Takes over a panel that the window has kept from before. */
  adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    this.ready = false;
    const { extensionUri } = this.deps;
    panel.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(extensionUri)] };
    panel.iconPath = new vscode.ThemeIcon('list-tree');
    panel.webview.onDidReceiveMessage((message) => void this.receive(message));
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.panel = undefined;
      this.ready = false;
      this.document = undefined;
      this.manifest = undefined;
      this.sent = [];
      this.link.follow(undefined);
    });
    panel.webview.html = panelHtml(panel.webview, extensionUri, 'annotate', 'Annotated manifest');
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const s of this.subscriptions) s.dispose();
    this.panel?.dispose();
  }

  private async show(document: vscode.TextDocument): Promise<void> {
    this.document = document;
    this.link.follow(document);
    if (this.panel) this.panel.title = `Annotated: ${nameOf(document)}`;
    if (this.ready) await this.init();
  }

  private async init(): Promise<void> {
    const { document } = this;
    if (!document) {
      this.post({
        type: 'error',
        message: 'There is no manifest to annotate.',
        advice: 'Open a YAML or JSON file with Kubernetes objects; this panel shows the one that you look at.',
      });
      return;
    }
    const [{ rowsOf, summaryOf }, { ORDER_NOTE }] = await parts();
    const manifest = await this.annotate(document);
    if (document !== this.document) return;
    this.sent = rowsOf(manifest);
    const line = this.link.editorOf(document)?.selection.active.line;
    this.post({
      type: 'init',
      protocol: ANNOTATE_PROTOCOL,
      uri: document.uri.toString(),
      name: nameOf(document),
      rows: this.sent,
      summary: summaryOf(manifest),
      note: ORDER_NOTE,
      ...(line === undefined ? {} : { line }),
    });
  }

  private async annotate(document: vscode.TextDocument): Promise<AnnotatedManifest> {
    const { service, uri } = await this.deps.manifests.of(document);
    this.manifest = service.annotated(uri);
    return this.manifest;
  }

  private updateSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.update().catch((error) => this.deps.log.error(messageOf(error)));
    }, PAUSE_MS);
  }

  private async update(): Promise<void> {
    const { document } = this;
    if (!document || !this.ready) return;
    const [{ rowsOf, spliceOf, summaryOf }] = await parts();
    const manifest = await this.annotate(document);
    if (document !== this.document) return;
    const rows = rowsOf(manifest);
    const splice = spliceOf(this.sent, rows);
    if (!splice) return;
    this.post({ type: 'splice', have: this.sent.length, ...splice, summary: summaryOf(manifest) });
    this.sent = rows;
  }

  private post(message: ToAnnotate): void {
    if (this.ready) void this.panel?.webview.postMessage(message);
  }

  private async receive(raw: unknown): Promise<void> {
    const parsed = parseFromAnnotate(raw);
    if (!parsed.ok) {
      this.deps.log.warn(`annotated manifest: ${parsed.problem}`);
      return;
    }
    const { message } = parsed;
    if (message.type === 'ready') await this.greet(message.uri);
    else if (message.type === 'resync') await this.init();
    else if (message.type === 'select') await this.link.choose(message.line, message.column, message.focus);
    else if (message.type === 'scrolled') this.link.scroll(message.line);
    else if (message.type === 'error') {
      this.deps.log.error(`annotated manifest: ${message.message}\n${message.stack ?? ''}`);
    } else await this.answer(message);
  }

  /** A panel that was kept says what it showed; it is opened again, if it is still there. */
  private async greet(uri: string | undefined): Promise<void> {
    this.ready = true;
    if (!this.document && uri !== undefined) {
      try {
        this.document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
        this.link.follow(this.document);
        if (this.panel) this.panel.title = `Annotated: ${nameOf(this.document)}`;
      } catch (error) {
        this.deps.log.info(`annotated manifest: ${messageOf(error)}`);
      }
    }
    await this.init();
  }

  private async answer(message: Request): Promise<void> {
    const { request } = message;
    try {
      this.post({ type: 'done', request, ...(await this.perform(message)) });
    } catch (error) {
      const advice = remedyOf(error) ?? 'Try again; the log of Kube Anatomy says more.';
      this.post({ type: 'error', request, message: messageOf(error), advice });
      this.deps.log.error(messageOf(error));
    }
  }

  private async perform(message: Request): Promise<Omit<Extract<ToAnnotate, { type: 'done' }>, 'type' | 'request'>> {
    const { document, manifest } = this;
    if (!document || !manifest) throw new RefusedError('The manifest is closed.', 'Open it again.');
    const name = nameOf(document);
    if (message.type === 'export') {
      const { annotationPage } = await import('../../manifest/annotate/page.ts');
      const text = await save(`${name.replace(/\.\w+$/, '')}.annotated.html`, annotationPage(name, manifest));
      return text === undefined ? {} : { text };
    }
    if (message.type === 'transcript' || message.type === 'copy') {
      const { annotationTranscript } = await import('../../manifest/annotate/transcript.ts');
      const text = annotationTranscript(name, manifest);
      if (message.type === 'transcript') return { text };
      await vscode.env.clipboard.writeText(text);
      return { text: 'The transcript is on the clipboard.' };
    }
    const field = manifest.lines[message.line]?.fields.find(({ column }) => column === message.column);
    if (message.type === 'record') {
      const { recordRows } = await import('../../manifest/annotate/record.ts');
      return { rows: field ? recordRows(field.facts, field.reading) : [] };
    }
    const object = manifest.objects.findLast(({ line }) => line <= message.line);
    await this.deps.watch(document, { object, component: message.component });
    return {};
  }
}

/** What is needed only once a panel is open. */
function parts(): Promise<[typeof import('./rows.ts'), typeof import('../../manifest/annotate/order.ts')]> {
  return Promise.all([import('./rows.ts'), import('../../manifest/annotate/order.ts')]);
}

async function documentOf(target: unknown): Promise<vscode.TextDocument | undefined> {
  const uri =
    target instanceof vscode.Uri ? target : typeof target === 'string' ? vscode.Uri.parse(target, true) : undefined;
  if (uri) return vscode.workspace.openTextDocument(uri);
  const active = vscode.window.activeTextEditor?.document;
  return active && LANGUAGES.includes(active.languageId) ? active : undefined;
}

function nameOf({ uri }: vscode.TextDocument): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
