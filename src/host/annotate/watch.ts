// From an annotation to the flow panel: the step in which the component acted on the object. A file that was not applied yet is.
import type * as vscode from 'vscode';
import { findComponent } from '../../knowledge/components.ts';
import { RefusedError } from '../../model/refused.ts';
import type { App } from '../app.ts';
import { applyManifest } from '../commands/apply.ts';
import { ensureSimulator } from '../commands/simulator.ts';
import type { WatchedPlace } from './annotate-host.ts';
import { appliedStep, stepOf } from './find-step.ts';

export async function watchAct(app: App, document: vscode.TextDocument, place: WatchedPlace): Promise<void> {
  const { object, component } = place;
  if (!object) throw new RefusedError('There is no object at this line.', 'Choose a line of a Kubernetes object.');
  if (!(await ensureSimulator(app))) return;
  const steps = await app.session.call('steps', { after: 0, limit: 100_000 });
  const applied = appliedStep(steps, object);
  if (!applied) {
    await applyManifest(app, document.uri);
    return;
  }
  const step = stepOf(steps, applied, component);
  if (step) await app.flow.showStep(step.id);
  else {
    await app.flow.showStep(applied.id);
    const name = findComponent(component)?.name ?? component;
    throw new RefusedError(
      `${name} did nothing yet because of this object.`,
      'The flow panel shows the step that applied it; play on from there, or apply the file again.',
    );
  }
}
