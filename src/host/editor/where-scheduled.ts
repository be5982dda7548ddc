// «Where would it be scheduled?»: asks the simulator about one object of a manifest and shows the answer as a read-only text.
import * as vscode from 'vscode';
import type { ExplainedObject } from '../../manifest/explanation.ts';
import type { ManifestService } from '../../manifest/service.ts';
import type { App } from '../app.ts';
import { ensureSimulator } from '../commands/simulator.ts';
import { showError } from '../messages.ts';
import { rangeOf } from './manifests.ts';
import { canBePlaced } from './placeable.ts';
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
    showError('There is no manifest to ask about.', 'Open a YAML or JSON file with a Pod or a Deployment first.');
    return undefined;
  }
  const { service, uri } = await app.manifests.of(document);
  const object = isObject(asked) ? asked : objectAt(service, uri, editor?.selection.active);
  if (!object || !canBePlaced(object)) {
    showError('This is no object that is scheduled.', 'Put the cursor into a Pod, a Deployment or a ReplicaSet.');
    return undefined;
  }
  if (!(await ensureSimulator(app))) return undefined;
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
  });
  const called = `${kind} ${name ?? ''}`.trim();
  return app.answers.show(`Where would ${called} go`, scheduleText(called, answer));
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
