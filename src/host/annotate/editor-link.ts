// The editor and a panel beside it, in step: cursor and scrolling of either move the other, and an echo stops where it began.
import * as vscode from 'vscode';
import type { ToAnnotate } from '../../protocol/annotate.ts';

type Told = Extract<ToAnnotate, { type: 'cursor' | 'scroll' }>;

export class EditorLink implements vscode.Disposable {
  private readonly tell: (message: Told) => void;
  private readonly subscriptions: vscode.Disposable[];
  private document: vscode.TextDocument | undefined;
  /** The first line that the editor was asked to show: its scrolling there is no news. */
  private asked: number | undefined;

  constructor(tell: (message: Told) => void) {
    this.tell = tell;
    this.subscriptions = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const [first] = selections;
        if (textEditor.document === this.document && first) tell({ type: 'cursor', line: first.active.line });
      }),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor, visibleRanges }) => {
        const [first] = visibleRanges;
        if (textEditor.document === this.document && first) this.scrolled(first.start.line);
      }),
    ];
  }

  /** From now on it is this document. */
  follow(document: vscode.TextDocument | undefined): void {
    this.document = document;
    this.asked = undefined;
  }

  editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
    const uri = document.uri.toString();
    return vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
  }

  /** A line was chosen in the panel: the cursor goes there; with `focus`, the reader too. */
  async choose(line: number, column: number, focus: boolean): Promise<void> {
    const { document } = this;
    if (!document) return;
    const seen = this.editorOf(document);
    if (!seen || focus) {
      const editor = await vscode.window.showTextDocument(document, {
        viewColumn: seen?.viewColumn ?? vscode.ViewColumn.One,
        preserveFocus: !focus,
      });
      this.select(editor, line, column);
    } else this.select(seen, line, column);
  }

  select(editor: vscode.TextEditor, line: number, column: number): void {
    const at = new vscode.Position(line, column);
    editor.selection = new vscode.Selection(at, at);
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** The panel was scrolled to this line. */
  scroll(line: number): void {
    const editor = this.document && this.editorOf(this.document);
    if (!editor || editor.visibleRanges[0]?.start.line === line) return;
    this.asked = line;
    editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }

  private scrolled(line: number): void {
    const { asked } = this;
    this.asked = undefined;
    // Near its end the editor cannot bring the asked line to the top; that is an echo as well.
    if (asked === undefined) this.tell({ type: 'scroll', line });
  }
}
