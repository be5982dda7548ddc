// The legend above a live object: who wrote how many of its lines. Choosing one goes from line to line of theirs.
import * as vscode from 'vscode';
import { findComponent } from '../../knowledge/components.ts';
import type { LineBlame } from '../../provenance/blame.ts';
import type { ObjectDocuments } from '../documents.ts';
import { settings } from '../settings.ts';
import type { LiveObject } from './live-object.ts';

/** More would not fit above a line. */
const MOST = 7;

interface Author {
  readonly name: string;
  readonly icon: string;
  readonly lines: number[];
}

export class Legend implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly documents: ObjectDocuments;
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.emitter.event;
  private readonly stop: () => void;

  constructor(documents: ObjectDocuments) {
    this.documents = documents;
    this.stop = documents.onRead.add(() => this.emitter.fire());
  }

  changed(): void {
    this.emitter.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const live = this.documents.live(document.uri);
    if (!live) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    if (!settings.blame) {
      const title = '$(eye) Show who wrote each field';
      return [new vscode.CodeLens(top, { title, command: 'kubeAnatomy.toggleBlame' })];
    }
    const authors = authorsOf(live).slice(0, MOST);
    return [
      ...authors.map(({ name, icon, lines }) => {
        const count = lines.length === 1 ? '1 line' : `${lines.length} lines`;
        const tooltip = `Goes to the next line that ${name} wrote`;
        const command = 'kubeAnatomy.nextBlame';
        return new vscode.CodeLens(top, {
          title: `$(${icon}) ${name} · ${count}`,
          tooltip,
          command,
          arguments: [document.uri.toString(), name],
        });
      }),
      new vscode.CodeLens(top, { title: '$(eye-closed) Hide', command: 'kubeAnatomy.toggleBlame' }),
    ];
  }

  dispose(): void {
    this.stop();
    this.emitter.dispose();
  }
}

/** Those who wrote most first. */
function authorsOf(live: LiveObject): Author[] {
  const authors = new Map<string, Author>();
  for (const line of live.blamed.lines) {
    const found = authorOf(live, line);
    if (!found) continue;
    const known = authors.get(found.name);
    if (known) known.lines.push(line.line);
    else authors.set(found.name, { ...found, lines: [line.line] });
  }
  return [...authors.values()].sort((a, b) => b.lines.length - a.lines.length);
}

function authorOf(live: LiveObject, line: LineBlame): { name: string; icon: string } | undefined {
  const { writers, unowned, defaulted } = line;
  const [first] = writers;
  const server = defaulted ? 'kube-apiserver' : writers.length === 0 ? unowned?.component : undefined;
  if (server !== undefined) return described(server);
  const exact = live.exact(line);
  if (exact && writers.length === 1 && exact.component !== 'user') return described(exact.component);
  if (first?.who.component !== undefined && first.who.component !== 'user') return described(first.who.component);
  return first && { name: first.who.name, icon: first.who.component === 'user' ? 'account' : 'symbol-misc' };
}

function described(component: string): { name: string; icon: string } {
  const found = findComponent(component);
  return { name: found?.name ?? component, icon: found?.icon ?? 'symbol-misc' };
}

/** Puts the cursor on the next line of an author, from the top again after the last. */
export function nextLineOf(documents: ObjectDocuments, uri: string, name: string): void {
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
  const live = editor && documents.live(editor.document.uri);
  const lines = live && authorsOf(live).find((author) => author.name === name)?.lines;
  if (!editor || !lines) return;
  const from = editor.selection.active.line;
  const line = lines.find((one) => one > from) ?? lines[0] ?? 0;
  const at = new vscode.Position(line, editor.document.lineAt(line).firstNonWhitespaceCharacterIndex);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
