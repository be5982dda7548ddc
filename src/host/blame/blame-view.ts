// Who wrote each field, in the editor of a live object: a few words behind the line, a colour and a sign before it and in the
// overview ruler, the whole story in the hover, and above the object a legend.
import * as vscode from 'vscode';
import type { ColourRole } from '../../knowledge/components.ts';
import type { LineBlame } from '../../provenance/blame.ts';
import { type ObjectDocuments, SCHEME } from '../documents.ts';
import { settings } from '../settings.ts';
import { Legend } from './legend.ts';
import type { LiveObject } from './live-object.ts';
import { edgeOf, ROLES } from './looks.ts';

/** Ages grow without anything happening. */
const AGES_MS = 20_000;
/** Words stand in one column behind most of the lines, but not further out than this: editors are narrow. */
const MOST_COLUMNS = 44;
/** Half an editor, where the object stands beside a file. */
const MOST_BESIDE = 26;
const MOST_OF = 0.8;
/** Longer objects tell their story on the text alone, not on the words behind it as well: each would be sent at once. */
const MOST_STORIES = 800;

type Words = typeof import('../../provenance/words.ts');

export class BlameView implements vscode.HoverProvider, vscode.Disposable {
  private readonly documents: ObjectDocuments;
  private readonly edges = new Map<ColourRole | undefined, vscode.TextEditorDecorationType>();
  private readonly words = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), fontStyle: 'normal' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly legend: Legend;
  /** What an editor shows, so that nothing is sent again that has not changed. */
  private readonly drawn = new WeakMap<vscode.TextEditor, string>();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly subscriptions: vscode.Disposable[];

  constructor(documents: ObjectDocuments) {
    this.documents = documents;
    for (const role of ROLES) this.edges.set(role, vscode.window.createTextEditorDecorationType(edgeOf(role)));
    this.legend = new Legend(documents);
    const selector = { scheme: SCHEME };
    this.timer = setInterval(() => this.drawAll(), AGES_MS);
    this.subscriptions = [
      this.words,
      ...this.edges.values(),
      this.legend,
      vscode.languages.registerHoverProvider(selector, this),
      vscode.languages.registerCodeLensProvider(selector, this.legend),
      vscode.window.onDidChangeVisibleTextEditors(() => this.drawAll()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.uri.scheme === SCHEME && this.drawAll()),
      vscode.workspace.onDidChangeConfiguration((e) => {
        if (!e.affectsConfiguration('kubeAnatomy.blame')) return;
        this.drawAll();
        this.legend.changed();
      }),
      { dispose: documents.onRead.add(() => this.drawAll()) },
    ];
    this.drawAll();
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const live = settings.blame ? this.documents.live(document.uri) : undefined;
    const line = live && lineAt(live, position.line);
    if (!live || !line) return undefined;
    const words = await import('../../provenance/words.ts');
    return new vscode.Hover(this.story(words, live, line), document.lineAt(line.line).range);
  }

  dispose(): void {
    clearInterval(this.timer);
    for (const s of this.subscriptions) s.dispose();
  }

  private drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.scheme === SCHEME) void this.draw(editor);
    }
  }

  private async draw(editor: vscode.TextEditor): Promise<void> {
    const words = await import('../../provenance/words.ts');
    const live = settings.blame ? this.documents.live(editor.document.uri) : undefined;
    // The object is read before its text arrives in the editor; between the two nothing fits.
    const fits = live && live.blamed.text === editor.document.getText().replaceAll('\r\n', '\n');
    const said = fits ? this.said(words, live, editor.document) : [];
    const lines = said.map(({ text, role, range }) => `${range.start.line} ${role} ${text}`);
    const look = [editor.document.version, ...lines].join('\n');
    if (this.drawn.get(editor) === look) return;
    this.drawn.set(editor, look);
    editor.setDecorations(
      this.words,
      said.filter(({ text }) => text !== '').map(({ option }) => option),
    );
    for (const [role, type] of this.edges) {
      const ranges = said.filter((one) => one.role === role && one.bar).map(({ range }) => range);
      editor.setDecorations(type, ranges);
    }
  }

  private said(words: Words, live: LiveObject, document: vscode.TextDocument): Said[] {
    const now = live.now();
    const { lines } = live.blamed;
    const most = isCompared(document.uri) ? MOST_BESIDE : MOST_COLUMNS;
    const column = columnFor(
      lines.map(({ line }) => document.lineAt(line).text.length),
      most,
    );
    let before = { line: -1, words: '' };
    return lines.map((line) => {
      const exact = live.exact(line);
      const whole = words.lineWords(line, now, exact);
      // Of lines in a row that say the same the first says it.
      const text = whole === before.words && line.line === before.line + 1 ? '' : whole;
      before = { line: line.line, words: whole };
      const range = document.lineAt(line.line).range;
      const gap = Math.max(2, column - range.end.character);
      return {
        text,
        bar: whole !== '',
        role: words.roleOf(line, exact),
        range,
        option: {
          range: new vscode.Range(range.end, range.end),
          ...(lines.length <= MOST_STORIES && { hoverMessage: this.story(words, live, line) }),
          renderOptions: { after: { contentText: text, margin: `0 0 0 ${gap}ch` } },
        },
      };
    });
  }

  private story(words: Words, live: LiveObject, line: LineBlame): vscode.MarkdownString {
    const exact = live.exact(line);
    const text = words.blameMarkdown(line, live.now(), exact);
    const link = exact ? `\n\n[▶ Show the step](command:kubeAnatomy.showStep?${argumentsOf(exact.step)})` : '';
    const markdown = new vscode.MarkdownString(text + link);
    markdown.isTrusted = { enabledCommands: ['kubeAnatomy.showStep'] };
    return markdown;
  }
}

/** Whether a diff editor shows the document beside another. */
function isCompared(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all.some(({ activeTab }) => {
    const input = activeTab?.input;
    return input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString();
  });
}

/** What is known of a line: of those of a block scalar, what is known of its key. */
function lineAt({ blamed }: LiveObject, line: number): LineBlame | undefined {
  const found = blamed.lines.findLast((one) => one.line <= line);
  if (!found || found.line === line) return found;
  const { value } = found;
  return typeof value === 'string' && line - found.line < value.split('\n').length ? found : undefined;
}

/** Long lines stand out, so that the others are told of where they are read. */
function columnFor(lengths: readonly number[], most: number): number {
  const sorted = [...lengths].sort((a, b) => a - b);
  return Math.min(most, (sorted[Math.floor(sorted.length * MOST_OF)] ?? 0) + 3);
}

interface Said {
  readonly text: string;
  readonly bar: boolean;
  readonly role: ColourRole | undefined;
  readonly range: vscode.Range;
  readonly option: vscode.DecorationOptions;
}

function argumentsOf(...values: readonly unknown[]): string {
  return encodeURIComponent(JSON.stringify(values));
}
