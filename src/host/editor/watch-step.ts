// From a hover to the flow panel: the step in which a component acted on the object that the field belongs to.
import * as vscode from 'vscode';
import type { ExplainedObject } from '../../manifest/explanation.ts';
import { watchAct } from '../annotate/watch.ts';
import type { App } from '../app.ts';

export async function watchStep(app: App, target: unknown, object: unknown, component: unknown): Promise<void> {
  if (typeof target !== 'string' || typeof component !== 'string' || !isObject(object)) return;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(target, true));
  const { service, uri } = await app.manifests.of(document);
  const found = service
    .annotated(uri)
    .objects.find(
      ({ kind, name, namespace }) => kind === object.kind && name === object.name && namespace === object.namespace,
    );
  await watchAct(app, document, { object: found, component });
}

function isObject(x: unknown): x is ExplainedObject {
  return typeof x === 'object' && x !== null && 'kind' in x;
}
