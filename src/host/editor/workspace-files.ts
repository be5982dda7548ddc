// The manifests of the workspace, as what they offer and ask of each other: files on disk, and open texts as they are now.
// Nothing is read before somebody asks, and then in short turns, so that typing never waits.
import * as vscode from 'vscode';
import type { PlacedFacts, Workspace } from '../../manifest/workspace/workspace.ts';
import { messageOf } from '../messages.ts';
import { isManifest, LANGUAGES, type Manifests } from './manifests.ts';

const FILES = '**/*.{yaml,yml,json}';
const LEFT_OUT = '**/{node_modules,bower_components,vendor,.git,.hg,.svn,dist,out}/**';
export const LIMITS = { files: 5_000, fileBytes: 2_000_000, allBytes: 40_000_000 } as const;
const TURN_MS = 8;
/** Tools write many files at once. */
const SETTLE_MS = 100;

export class WorkspaceFiles implements vscode.Disposable {
  /** Fires when what other files hold has changed. */
  readonly onDidChange: vscode.Event<void>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly manifests: Manifests;
  private readonly log: vscode.LogOutputChannel;
  private readonly open = new Map<string, vscode.TextDocument>();
  private readonly stale = new Map<string, vscode.Uri>();
  /** Open texts that changed since they were last looked at. */
  private readonly touched = new Set<string>();
  private readonly sizes = new Map<string, number>();
  private readonly subscriptions: vscode.Disposable[];
  private workspace: Promise<Workspace> | undefined;
  private reading: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isRead = false;
  private disposed = false;

  constructor(manifests: Manifests, log: vscode.LogOutputChannel) {
    this.manifests = manifests;
    this.log = log;
    this.onDidChange = this.changed.event;
    const watcher = vscode.workspace.createFileSystemWatcher(FILES);
    this.subscriptions = [
      this.changed,
      watcher,
      watcher.onDidCreate((uri) => this.later(uri)),
      watcher.onDidChange((uri) => this.later(uri)),
      watcher.onDidDelete((uri) => this.later(uri)),
      vscode.workspace.onDidOpenTextDocument((document) => this.opened(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.opened(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.closed(document)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.again()),
    ];
    for (const document of vscode.workspace.textDocuments) this.opened(document);
  }

  /** Everything as it is now. The first time it reads the workspace. */
  async current(): Promise<Workspace> {
    this.workspace ??= this.start();
    const workspace = await this.workspace;
    await this.reading;
    await this.catchUp(workspace);
    return workspace;
  }

  /** Everything as it is now, once the workspace has been read; till then undefined, and `onDidChange` tells. */
  async known(): Promise<Workspace | undefined> {
    if (this.isRead) return this.current();
    if (this.workspace === undefined) {
      this.current().catch((error) => this.log.error(`reading the workspace: ${messageOf(error)}`));
    }
    return undefined;
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    for (const s of this.subscriptions) s.dispose();
  }

  private async start(): Promise<Workspace> {
    const { Workspace } = await this.manifests.load();
    const made = new Workspace();
    this.reading = this.readAll(made).finally(() => {
      this.reading = undefined;
      this.isRead = true;
      this.changed.fire();
    });
    return made;
  }

  private async readAll(workspace: Workspace): Promise<void> {
    const found = await vscode.workspace.findFiles(FILES, LEFT_OUT, LIMITS.files);
    if (found.length === LIMITS.files) {
      this.log.warn(`Of the workspace the first ${LIMITS.files} YAML and JSON files are looked at for names.`);
    }
    for (const uri of found) {
      if (this.disposed) return;
      if (!this.open.has(uri.toString())) await this.readFile(workspace, uri);
    }
  }

  /** Takes a file's facts, or forgets them where it is gone, too large or no manifest. */
  private async readFile(workspace: Workspace, uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    this.sizes.delete(key);
    const text = await this.textOf(uri).catch(() => undefined);
    // Opened while it was read: then the open text counts.
    if (this.open.has(key)) return;
    workspace.update(key, text === undefined ? [] : await this.factsOf(text));
  }

  private async textOf(uri: vscode.Uri): Promise<string | undefined> {
    const { size } = await vscode.workspace.fs.stat(uri);
    let all = size;
    for (const other of this.sizes.values()) all += other;
    if (size > LIMITS.fileBytes || all > LIMITS.allBytes) {
      this.log.warn(`${uri.path} is not looked at for names: ${size} bytes are too many.`);
      return undefined;
    }
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    if (!isKustomization(uri) && (!/\bapiVersion\b/.test(text) || !/\bkind\b/.test(text))) return undefined;
    this.sizes.set(uri.toString(), size);
    return text;
  }

  private async factsOf(text: string): Promise<PlacedFacts[]> {
    const { factsOfText } = await this.manifests.load();
    const all: PlacedFacts[] = [];
    let turn = Date.now();
    for (const facts of factsOfText(text)) {
      all.push(facts);
      if (Date.now() - turn < TURN_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      turn = Date.now();
    }
    return all;
  }

  private async catchUp(workspace: Workspace): Promise<void> {
    for (const key of [...this.touched]) {
      const document = this.open.get(key);
      const version = document?.version;
      const loaded = document && !document.isClosed ? await this.manifests.of(document) : undefined;
      // What was typed meanwhile is looked at next time.
      if (document?.version === version) this.touched.delete(key);
      if (!document || !loaded) continue;
      const { service } = loaded;
      workspace.update(key, isManifest(document) || isKustomization(document.uri) ? service.facts(key) : []);
    }
    for (const [key, uri] of [...this.stale]) {
      this.stale.delete(key);
      if (!this.open.has(key)) await this.readFile(workspace, uri);
    }
  }

  private opened(document: vscode.TextDocument): void {
    if (!LANGUAGES.includes(document.languageId) || document.uri.scheme === 'git') return;
    const key = document.uri.toString();
    this.open.set(key, document);
    this.touched.add(key);
    this.settle();
  }

  private closed({ uri }: vscode.TextDocument): void {
    const key = uri.toString();
    this.touched.delete(key);
    // What was typed and not saved is gone; the file counts again.
    if (this.open.delete(key)) this.later(uri);
  }

  private later(uri: vscode.Uri): void {
    if (this.workspace === undefined) return;
    this.stale.set(uri.toString(), uri);
    this.settle();
  }

  /** Tells of changes once they have stopped. */
  private settle(): void {
    if (this.workspace === undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), SETTLE_MS);
  }

  private again(): void {
    this.workspace = undefined;
    this.isRead = false;
    this.sizes.clear();
    for (const key of this.open.keys()) this.touched.add(key);
    this.changed.fire();
  }
}

/** Such a file may leave out apiVersion and kind. */
export function isKustomization({ path }: vscode.Uri): boolean {
  return /\/[Kk]ustomization(\.ya?ml)?$/.test(path);
}
