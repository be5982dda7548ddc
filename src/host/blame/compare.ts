// «Compare with the live object» and «Compare with my file»: the file on the left as it is written, in the order of the live
// object, which stands on the right with who wrote each of its lines.
import * as vscode from 'vscode';
import { LAST_APPLIED, withLastApplied } from '../../cluster/apply/apply.ts';
import { threeWayPatch } from '../../cluster/apply/patch.ts';
import { readManifest } from '../../cluster/apply/text.ts';
import { isRecord, type Json, type KubeObject } from '../../model/object.ts';
import { redact } from '../../model/redact.ts';
import { RefusedError } from '../../model/refused.ts';
import { resourceForKind, splitApiVersion } from '../../model/resources.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { ObjectRef } from '../../trace/step.ts';
import type { App } from '../app.ts';
import { ensureSimulator } from '../commands/simulator.ts';
import { SCHEME } from '../documents.ts';
import { LANGUAGES } from '../editor/manifests.ts';
import type { LiveObject } from './live-object.ts';

/** A workspace with more manifests is searched no further. */
const MOST_FILES = 500;

interface Found {
  readonly uri: vscode.Uri;
  readonly object: KubeObject;
}

/** `target`: a row of the Anatomy view, a URI, or nothing for the active editor. Answers the transcript, for tests. */
export async function compareObjects(app: App, target: unknown): Promise<string | undefined> {
  const row = typeof target === 'string' ? app.anatomyTree.row(target)?.object : undefined;
  const document = row ? undefined : await documentOf(target);
  if (row || document?.uri.scheme === SCHEME) {
    const live = row ? await readLive(app, row) : document && app.documents.live(document.uri);
    if (!live) throw new RefusedError('This object could not be read.', 'Open it again from the Anatomy view.');
    const file = await fileOf(live);
    return file && show(app, file, live);
  }
  if (!document)
    throw new RefusedError(
      'There is no manifest to compare.',
      'Open a YAML or JSON file with Kubernetes objects first.',
    );
  const object = objectAtCursor(document);
  return show(app, { uri: document.uri, object }, await readLive(app, await refOf(app, object)));
}

async function show(app: App, { uri, object }: Found, live: LiveObject): Promise<string> {
  const [{ compare }, { comparisonTranscript }] = await Promise.all([
    import('../../provenance/compare.ts'),
    import('../../provenance/compare-words.ts'),
  ]);
  const comparison = compare(object, live.object, live.blamed);
  const file = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const called = `${live.object.kind} ${live.ref.name}`;
  const transcript = comparisonTranscript(comparison, {
    file,
    object: `${called} of ${live.source.name}`,
    now: live.now(),
    exact: (line) => live.exact(line),
    ...patchOf(object, live.object),
  });
  const right = app.documents.uriOf(live.source, live.ref);
  const left = app.documents.beside(file, comparison.text, right, transcript);
  await vscode.commands.executeCommand('vscode.diff', left, right, `${file} ↔ ${called} (${live.source.name})`);
  return transcript;
}

/** What kubectl would send, with the values of Secrets hidden on every side. */
function patchOf(file: KubeObject, live: KubeObject): { patch?: Json; applied: boolean } {
  const shown = redact(live);
  const last = shown.metadata.annotations?.[LAST_APPLIED];
  const original: unknown = last === undefined ? undefined : parsed(last);
  const { namespace } = live.metadata;
  // kubectl names the namespace that it sends the object to.
  const sent = { ...file, metadata: { ...file.metadata, ...(namespace !== undefined && { namespace }) } };
  const modified = withLastApplied(redact(sent) as unknown as Json);
  const type = schemaForKind(live.apiVersion ?? '', live.kind ?? '');
  const patch = threeWayPatch(isRecord(original) ? original : undefined, modified, shown as unknown as Json, type);
  const told = patch && withoutAnnotation(patch);
  return { ...(told && { patch: told }), applied: isRecord(original) };
}

/** Without the annotation in which kubectl keeps the file itself; undefined where nothing else is in the patch. */
function withoutAnnotation(patch: Json): Json | undefined {
  const metadata = isRecord(patch.metadata) ? patch.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  const { [LAST_APPLIED]: _applied, ...others } = annotations;
  const { annotations: _all, ...rest } = metadata;
  const kept = Object.keys(others).length > 0 ? { ...rest, annotations: others } : rest;
  const { metadata: _metadata, ...body } = patch;
  const whole = Object.keys(kept).length > 0 ? { metadata: kept, ...body } : body;
  return Object.keys(whole).length > 0 ? whole : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The transcript of the comparison that is on the screen. */
export async function showComparison(app: App): Promise<void> {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const text = tab instanceof vscode.TabInputTextDiff ? app.documents.transcriptOf(tab.original) : undefined;
  if (text === undefined)
    throw new RefusedError('No comparison is open.', 'Compare a manifest with its live object first.');
  await app.answers.show('What differs', text, 'md');
}

async function documentOf(target: unknown): Promise<vscode.TextDocument | undefined> {
  const uri =
    target instanceof vscode.Uri
      ? target
      : typeof target === 'string' && target.includes(':/')
        ? vscode.Uri.parse(target, true)
        : undefined;
  if (uri) return vscode.workspace.openTextDocument(uri);
  const active = vscode.window.activeTextEditor?.document;
  return active && LANGUAGES.includes(active.languageId) ? active : undefined;
}

function objectAtCursor(document: vscode.TextDocument): KubeObject {
  const { objects, problems } = readManifest(document.getText());
  const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
  const line = (editor?.selection.active.line ?? 0) + 1;
  const found = objects.findLast((one) => one.line <= line) ?? objects[0];
  if (found) return asObject(found.object);
  const [problem] = problems;
  throw problem
    ? new RefusedError(`Line ${problem.line}: ${problem.message}`, 'Mend it, then compare again.')
    : new RefusedError('There is no Kubernetes object in this file.', 'An object names its apiVersion and its kind.');
}

function asObject(object: Json): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: isRecord(metadata) ? metadata : {} };
}

async function refOf(app: App, { apiVersion = '', kind = '', metadata }: KubeObject): Promise<ObjectRef> {
  const { shown } = app.clusters;
  if (shown.kind === 'simulator' && !(await ensureSimulator(app)))
    throw new RefusedError('The simulator is not running.', 'Start it with “Kube Anatomy: Start Simulator”.');
  const { group } = splitApiVersion(apiVersion);
  const resource = resourceForKind(apiVersion, kind) ?? (await served(app, apiVersion, kind));
  if (!resource)
    throw new RefusedError(
      `${shown.name} serves no ${kind} of ${apiVersion}.`,
      'Is the cluster shown the one that you mean?',
    );
  if (!metadata.name)
    throw new RefusedError(`This ${kind} has no name.`, 'Only an object with metadata.name can be found again.');
  const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
  return { group, resource: resource.plural, kind, name: metadata.name, ...(namespace !== undefined && { namespace }) };
}

/** A custom resource, as discovery names it. */
async function served(
  app: App,
  apiVersion: string,
  kind: string,
): Promise<{ plural: string; namespaced: boolean } | undefined> {
  const { body } = await app.clusters.shown.request({ method: 'GET', path: `/apis/${apiVersion}`, asUser: false });
  const list: unknown = isRecord(body) ? body.resources : undefined;
  const found = Array.isArray(list)
    ? list.find((one): one is Json => isRecord(one) && one.kind === kind && !String(one.name).includes('/'))
    : undefined;
  return found && { plural: String(found.name), namespaced: found.namespaced === true };
}

/** The object as it is now. */
async function readLive(app: App, ref: ObjectRef): Promise<LiveObject> {
  const { shown } = app.clusters;
  const uri = app.documents.uriOf(shown, ref);
  const text = await app.documents.provideTextDocumentContent(uri);
  const live = app.documents.live(uri);
  if (live) {
    app.documents.refresh(uri);
    return live;
  }
  const [why = '', remedy = ''] = text.split('\n').map((line) => line.replace(/^# ?/, ''));
  throw new RefusedError(why || `${ref.name} could not be read.`, remedy || `Is it in ${shown.name}?`);
}

/** The manifest of the workspace that describes the object; asks where there are several. */
async function fileOf({ object }: LiveObject): Promise<Found | undefined> {
  const uris = await vscode.workspace.findFiles('**/*.{yaml,yml,json}', '**/node_modules/**', MOST_FILES);
  const found = (await Promise.all(uris.map((uri) => inFile(uri, object)))).flat();
  const { kind, metadata } = object;
  if (found.length === 0) {
    throw new RefusedError(
      `No file of the workspace describes ${kind} ${metadata.name}.`,
      'Open the folder with its manifest, or the manifest itself, and compare from there.',
    );
  }
  if (found.length === 1) return found[0];
  const items = found.map((one) => ({ label: vscode.workspace.asRelativePath(one.uri), one }));
  const chosen = await vscode.window.showQuickPick(items, { title: `Compare ${kind} ${metadata.name} with` });
  return chosen?.one;
}

async function inFile(uri: vscode.Uri, live: KubeObject): Promise<Found[]> {
  const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  const text = open?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  if (!text.includes(live.metadata.name ?? '') || !text.includes(live.kind ?? '')) return [];
  return readManifest(text).objects.flatMap(({ object }) => {
    const mine = asObject(object);
    const { name, namespace } = mine.metadata;
    const group = (apiVersion = ''): string => splitApiVersion(apiVersion).group;
    const same =
      mine.kind === live.kind &&
      group(mine.apiVersion) === group(live.apiVersion) &&
      name === live.metadata.name &&
      (namespace === undefined || namespace === live.metadata.namespace);
    return same ? [{ uri, object: mine }] : [];
  });
}
