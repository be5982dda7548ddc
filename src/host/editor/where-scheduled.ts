// «Where would it be scheduled?»: asks about one object of a manifest and shows the answer as a read-only text. The cluster
// that is shown is the one asked about: a connected one through a snapshot of what its scheduler reads, which the simulator's
// scheduler then judges. Nothing is sent to it but the reading.
import * as vscode from 'vscode';
import { explainFailure, failureOf } from '../../cluster/failure.ts';
import { type Snapshot, snapshotOf } from '../../cluster/snapshot.ts';
import type { ClusterSource } from '../../cluster/source.ts';
import type { ExplainedObject } from '../../manifest/explanation.ts';
import type { ManifestService } from '../../manifest/service.ts';
import { makesPods } from '../../model/templates.ts';
import type { App } from '../app.ts';
import { ensureSimulator } from '../commands/simulator.ts';
import { showError } from '../messages.ts';
import { rangeOf } from './manifests.ts';
import { scheduleText } from './schedule-text.ts';

/** `target` and `asked` come from a lens; from the palette it is the object at the cursor. */
export async function whereScheduled(
  app: App,
  target: unknown,
  asked: unknown,
): Promise<vscode.TextDocument | undefined> {
  const editor = vscode.window.activeTextEditor;
  const document =
    typeof target === 'string'
      ? await vscode.workspace.openTextDocument(vscode.Uri.parse(target, true))
      : editor?.document;
  if (!document) {
    showError(
      'There is no manifest to ask about.',
      'Open a YAML or JSON file with a Pod, a Deployment or another workload first.',
    );
    return undefined;
  }
  const { service, uri } = await app.manifests.of(document);
  const object = isObject(asked) ? asked : objectAt(service, uri, editor?.selection.active);
  if (!object || !makesPods(object.apiVersion, object.kind)) {
    showError(
      'This is no object that is scheduled.',
      'Put the cursor into a Pod or a workload, such as a Deployment, StatefulSet, DaemonSet, Job or CronJob.',
    );
    return undefined;
  }
  if (!(await ensureSimulator(app))) return undefined;
  const { shown } = app.clusters;
  const other = shown.kind === 'kubeconfig' && shown.state.phase === 'connected' ? shown : undefined;
  const snapshot = other && (await read(other));
  if (other && !snapshot) return undefined;
  const { apiVersion, kind, name, namespace } = object;
  const answer = await app.session.call('schedule', {
    manifest: document.getText(),
    namespace: 'default',
    object: {
      apiVersion,
      kind,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
    ...(snapshot && { snapshot: snapshot.objects }),
  });
  const called = `${kind} ${name ?? ''}`.trim();
  const about = other && snapshot ? { name: other.name, missing: snapshot.missing.map((one) => one.kind) } : undefined;
  return app.answers.show(`Where would ${called} go`, scheduleText(called, answer, about));
}

/** Undefined where the cluster could not be read; that has been said. */
async function read(source: ClusterSource): Promise<Snapshot | undefined> {
  try {
    return await snapshotOf(source);
  } catch (error) {
    const { message, remedy } = explainFailure(failureOf(error), { context: source.name, server: source.name });
    showError(message, remedy);
    return undefined;
  }
}

function isObject(x: unknown): x is ExplainedObject {
  return typeof x === 'object' && x !== null && 'apiVersion' in x && 'kind' in x;
}

function objectAt(
  service: ManifestService,
  uri: string,
  position: vscode.Position | undefined,
): ExplainedObject | undefined {
  if (!position) return undefined;
  const objects = service.objects(uri);
  return (
    objects.find(({ range }) => rangeOf(range).contains(position)) ?? (objects.length === 1 ? objects[0] : undefined)
  );
}
