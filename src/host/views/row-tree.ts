// A tree view over rows. It draws again only what has changed, and waits a little so that a burst is drawn once.
import * as vscode from 'vscode';
import { parentOf } from '../../cluster/tree/anatomy.ts';
import { ShownRows } from '../../cluster/tree/diff.ts';
import type { Row } from '../../cluster/tree/row.ts';
import { itemOf } from './items.ts';

const PAUSE_MS = 120;
/** Ages grow without anything happening. */
const AGES_MS = 5_000;

export class RowTree implements vscode.Disposable {
  readonly view: vscode.TreeView<string>;
  private readonly emitter = new vscode.EventEmitter<string[] | undefined>();
  private readonly shown = new ShownRows();
  private readonly children: (id: string | undefined) => Row[];
  private readonly kind: () => string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly ages: ReturnType<typeof setInterval>;
  private readonly subscriptions: vscode.Disposable[];

  constructor(viewId: string, children: (id: string | undefined) => Row[], kind: () => string) {
    this.children = children;
    this.kind = kind;
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: {
        onDidChangeTreeData: this.emitter.event,
        getChildren: (id) => this.getChildren(id),
        getTreeItem: (id) => this.getTreeItem(id),
        getParent: (id) => parentOf(id),
      },
      showCollapseAll: true,
    });
    this.ages = setInterval(() => {
      if (this.view.visible) this.refresh();
    }, AGES_MS);
    this.subscriptions = [
      this.view,
      this.emitter,
      this.view.onDidCollapseElement(({ element }) => this.shown.forget(element)),
      this.view.onDidChangeVisibility(({ visible }) => visible && this.refreshSoon()),
    ];
  }

  row(id: string): Row | undefined {
    return this.shown.row(id);
  }

  private getChildren(id?: string): string[] {
    const rows = this.children(id);
    this.shown.remember(id, rows);
    return rows.map((row) => row.id);
  }

  private getTreeItem(id: string): vscode.TreeItem {
    const row = this.shown.row(id);
    return row ? itemOf(row, this.kind()) : new vscode.TreeItem('');
  }

  /** Asks for everything again: another cluster is shown. */
  reset(): void {
    this.shown.clear();
    this.emitter.fire(undefined);
  }

  refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.refresh();
    }, PAUSE_MS);
  }

  private refresh(): void {
    const changed = this.shown.changed(this.children);
    if (changed.includes(undefined)) this.emitter.fire(undefined);
    else if (changed.length > 0) this.emitter.fire(changed.filter((id) => id !== undefined));
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearInterval(this.ages);
    for (const s of this.subscriptions) s.dispose();
  }
}
