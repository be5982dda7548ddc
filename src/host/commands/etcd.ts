// Commands on keys and revisions of the simulated etcd.
import * as vscode from 'vscode';
import { type EtcdRowId, etcdRow } from '../../cluster/tree/etcd.ts';
import { etcdKey } from '../../model/resources.ts';
import type { EtcdHistory, EtcdRevision } from '../../trace/etcd.ts';
import type { App } from '../app.ts';
import { showError } from '../messages.ts';
import { objectOf } from './objects.ts';

type RevisionId = Extract<EtcdRowId, { type: 'revision' }>;

function revisionOf(id: unknown): RevisionId | undefined {
  const row = typeof id === 'string' ? etcdRow(id) : undefined;
  return row?.type === 'revision' ? row : undefined;
}

function chosen(app: App, id: unknown): RevisionId | undefined {
  const found = revisionOf(id) ?? revisionOf(app.etcd.view.selection[0]);
  if (found === undefined)
    showError('No revision is chosen.', 'Choose one below a key in the etcd view of Kube Anatomy.');
  return found;
}

/** Opens the etcd view at the key of a row of the Anatomy view. */
export async function showInEtcd(app: App, rowId: unknown): Promise<void> {
  const found = objectOf(app, rowId);
  if (found === undefined) return;
  const { group, resource, namespace = '', name } = found.object;
  const key = etcdKey(group, resource, namespace, name);
  if (!(await app.etcd.show(key)))
    showError(`etcd has no key ${key}.`, 'The object may be gone, and its history compacted.');
}

function entryOf(history: EtcdHistory, revision: number): EtcdRevision | undefined {
  return history.revisions.find((r) => r.revision === revision);
}

/** What a revision changed, beside what was there before; what it created, as a document. */
export async function etcdDiff(app: App, id: unknown): Promise<void> {
  const found = chosen(app, id);
  if (found === undefined) return;
  const { key, revision } = found;
  const entry = entryOf(await app.etcd.history(key), revision);
  if (entry?.previous === undefined) await openRevision(app, key, revision);
  else await openDiff(app, key, entry.previous, revision);
}

export async function etcdOpen(app: App, id: unknown): Promise<void> {
  const row = typeof id === 'string' ? etcdRow(id) : undefined;
  if (row?.type === 'key') {
    const { current, revisions } = await app.etcd.history(row.key);
    const revision = current?.modRevision ?? revisions.at(-1)?.previous;
    if (revision === undefined) showError(`Nothing is kept of ${row.key}.`, 'Its history is compacted.');
    else await openRevision(app, row.key, revision);
    return;
  }
  const found = chosen(app, id);
  if (found) await openRevision(app, found.key, found.revision);
}

/** Two revisions of one key: those that are selected, or one and another that is asked for. */
export async function etcdCompare(app: App, id: unknown, selection: unknown): Promise<void> {
  const rows = (Array.isArray(selection) ? selection : []).flatMap((s) => revisionOf(s) ?? []);
  const found = chosen(app, id);
  if (found === undefined) return;
  const other = rows.find((r) => r.key === found.key && r.revision !== found.revision);
  const revision = other?.revision ?? (await askForOther(app, found));
  if (revision === undefined) return;
  const [from, to] = [found.revision, revision].sort((a, b) => a - b);
  if (from !== undefined && to !== undefined) await openDiff(app, found.key, from, to);
}

async function askForOther(app: App, { key, revision }: RevisionId): Promise<number | undefined> {
  const { revisions } = await app.etcd.history(key);
  const picks = revisions
    .filter((r) => r.revision !== revision)
    .map((r) => ({ label: String(r.revision), description: [r.type, r.writer?.request].filter(Boolean).join(' · ') }));
  const title = `Compare revision ${revision} of ${key} with`;
  const picked = await vscode.window.showQuickPick(picks.reverse(), {
    title,
    placeHolder: 'A revision of the same key',
  });
  return picked && Number(picked.label);
}

/** The step that wrote a revision, in the flow panel. */
export async function etcdStep(app: App, id: unknown): Promise<void> {
  const found = chosen(app, id);
  if (found === undefined) return;
  const step = entryOf(await app.etcd.history(found.key), found.revision)?.writer?.step;
  if (step === undefined) showError('What wrote this revision is not recorded.');
  else await app.flow.showStep(step);
}

async function openRevision(app: App, key: string, revision: number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(app.etcd.documents.uriOf(key, revision));
  await vscode.window.showTextDocument(document, { preview: true });
}

async function openDiff(app: App, key: string, from: number, to: number): Promise<void> {
  const { documents } = app.etcd;
  const name = key.slice(key.lastIndexOf('/') + 1);
  const title = `${name} in etcd: revision ${from} ↔ ${to}`;
  await vscode.commands.executeCommand('vscode.diff', documents.uriOf(key, from), documents.uriOf(key, to), title, {
    preview: true,
  });
}
