// The etcd view: the keys of the simulated etcd, and for each what is left of its history.
import * as vscode from 'vscode';
import { directoryRows, etcdParent, etcdRow, historyRows } from '../../cluster/tree/etcd.ts';
import type { Row } from '../../cluster/tree/row.ts';
import { findComponent } from '../../knowledge/components.ts';
import type { EtcdHistory } from '../../trace/etcd.ts';
import type { SimulatorSession } from '../simulator/session.ts';
import { itemOf } from '../views/items.ts';
import { ETCD_SCHEME, EtcdDocuments } from './etcd-documents.ts';

const ROOT = '/registry/';
/** Keys of one directory that are listed. */
const MOST_KEYS = 500;
/** What is shown is asked for again so often while something happens. */
const REFRESH_MS = 2_000;

export class EtcdView implements vscode.Disposable {
  readonly documents: EtcdDocuments;
  readonly view: vscode.TreeView<string>;
  private readonly session: SimulatorSession;
  private readonly emitter = new vscode.EventEmitter<string | undefined>();
  private readonly rows = new Map<string, Row>();
  private readonly disposables: vscode.Disposable[];
  private shownStep = -1;
  private revealing = false;
  /** Hears that the root was listed. */
  private listed: (() => void) | undefined;

  constructor(session: SimulatorSession) {
    this.session = session;
    this.documents = new EtcdDocuments(session);
    this.view = vscode.window.createTreeView('kubeAnatomy.etcd', {
      treeDataProvider: {
        onDidChangeTreeData: this.emitter.event,
        getChildren: (id) => this.children(id),
        getTreeItem: (id) => this.item(id),
        getParent: (id) => etcdParent(id),
      },
      showCollapseAll: true,
      canSelectMany: true,
    });
    const timer = setInterval(() => this.refresh(), REFRESH_MS);
    this.disposables = [
      this.view,
      this.emitter,
      { dispose: () => clearInterval(timer) },
      { dispose: session.onState.add(() => this.refresh(true)) },
      vscode.workspace.registerTextDocumentContentProvider(ETCD_SCHEME, this.documents),
    ];
  }

  dispose(): void {
    for (const d of this.disposables) d.dispose();
  }

  row(id: string): Row | undefined {
    return this.rows.get(id);
  }

  history(key: string): Promise<EtcdHistory> {
    return this.session.call('etcdHistory', { key });
  }

  /** Opens the view at a key. False where there is no such key. */
  async show(key: string): Promise<boolean> {
    const { current, revisions } = await this.history(key);
    if (current === undefined && revisions.length === 0) return false;
    // A tree that is drawn anew meanwhile would lose its way.
    this.revealing = true;
    try {
      await vscode.commands.executeCommand('kubeAnatomy.etcd.focus');
      await this.listAnew();
      await this.view.reveal(key, { select: true, focus: true, expand: true });
    } finally {
      this.revealing = false;
    }
    return true;
  }

  /** A key may lie in a directory that the tree has not seen yet. */
  private async listAnew(): Promise<void> {
    const listed = new Promise<void>((done) => {
      this.listed = done;
      setTimeout(done, REFRESH_MS);
    });
    this.emitter.fire(undefined);
    await listed;
  }

  private refresh(always = false): void {
    if (!this.view.visible || this.revealing) return;
    const step = this.session.clock?.lastStep ?? 0;
    if (!always && step === this.shownStep) return;
    this.shownStep = step;
    this.emitter.fire(undefined);
  }

  private async children(id: string | undefined): Promise<string[]> {
    if (this.session.state.phase !== 'running') {
      this.rows.clear();
      return [];
    }
    const rows = await this.rowsBelow(id);
    for (const row of rows) this.rows.set(row.id, row);
    if (id === undefined) this.listed?.();
    return rows.map((row) => row.id);
  }

  private async rowsBelow(id: string | undefined): Promise<Row[]> {
    const of = id === undefined ? ({ type: 'directory', path: ROOT } as const) : etcdRow(id);
    if (of.type === 'directory') {
      const directory = await this.session.call('etcdDirectory', { path: of.path, limit: MOST_KEYS });
      if (id === undefined)
        this.view.description = `revision ${directory.revision}${directory.compacted > 0 ? `, compacted to ${directory.compacted}` : ''}`;
      return directoryRows(directory);
    }
    if (of.type !== 'key') return [];
    return historyRows(await this.history(of.key), (component) => findComponent(component)?.name ?? component);
  }

  private item(id: string): vscode.TreeItem {
    const row = this.rows.get(id);
    // On the way to a key that is revealed, VS Code asks for its parents before they are listed, to know them again by their id.
    if (row === undefined) return Object.assign(new vscode.TreeItem(id), { id });
    const item = itemOf(row, 'etcd');
    if (etcdRow(id).type === 'revision')
      item.command = { command: 'kubeAnatomy.etcdDiff', title: 'What This Revision Changed', arguments: [id] };
    return item;
  }
}
