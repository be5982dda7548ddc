// Commands on rows of the Anatomy view.
import * as vscode from 'vscode';
import { failureOfResponse } from '../../cluster/failure.ts';
import { objectPath } from '../../cluster/resources.ts';
import type { Row } from '../../cluster/tree/row.ts';
import type { ObjectRef } from '../../trace/step.ts';
import type { App } from '../app.ts';
import { chooseTrace } from '../flow/files.ts';
import { showError } from '../messages.ts';

export function objectOf(app: App, rowId: unknown): { row: Row; object: ObjectRef } | undefined {
  const id = typeof rowId === 'string' ? rowId : app.anatomyTree.view.selection[0];
  const row = id === undefined ? undefined : app.anatomyTree.row(id);
  if (row?.object) return { row, object: row.object };
  showError('No object is chosen.', 'Choose one in the Anatomy view of Kube Anatomy.');
  return undefined;
}

export async function openYaml(app: App, rowId: unknown): Promise<void> {
  const found = objectOf(app, rowId);
  if (found) await app.documents.open(app.clusters.shown, found.object);
}

export async function watchInFlow(app: App, rowId: unknown): Promise<void> {
  const found = objectOf(app, rowId);
  if (found && !(await app.flow.watch(found.object))) nothingRecorded(found.object);
}

export async function why(app: App, rowId: unknown): Promise<void> {
  const found = objectOf(app, rowId);
  if (found && !(await app.flow.why(found.object))) nothingRecorded(found.object);
}

function nothingRecorded({ name }: ObjectRef): void {
  showError(`No step about ${name} is recorded.`, 'What was there before the simulator started has no steps.');
}

/** The flow of the cluster that the anatomy view shows. */
export async function openFlow({ flow, clusters }: App): Promise<void> {
  const { shown } = clusters;
  if (shown.kind === 'kubeconfig' && shown.state.phase === 'connected') await flow.openCluster(shown);
  else await flow.open();
}

export async function openTrace(app: App, file: unknown): Promise<void> {
  const trace = await chooseTrace(file);
  if (trace) await app.flow.openFile(trace);
}

export async function deleteObject(app: App, rowId: unknown): Promise<void> {
  const found = objectOf(app, rowId);
  if (!found) return;
  const { resource, name } = found.object;
  const { source } = app.session;
  const objects = app.flow.snapshot();
  const after = (await app.session.call('pace', {})).lastStep;
  const response = await source.request({ method: 'DELETE', path: objectPath(found.object) });
  const failure = failureOfResponse(response.code, response.body);
  if (failure) showError(`${name} was not deleted: ${failure.detail}`);
  else if (app.flow.isOpen) await app.flow.play(after, objects);
  else vscode.window.setStatusBarMessage(`$(trash) ${resource}/${name} deleted`, 5000);
}
