// Every command of the extension, by its id. What one throws is shown, never lost.
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { compareObjects, showComparison } from '../blame/compare.ts';
import { nextLineOf } from '../blame/legend.ts';
import { toggleBlame } from '../blame/toggle.ts';
import { openFieldPage, openKindPage } from '../editor/field-page.ts';
import { watchStep } from '../editor/watch-step.ts';
import { whereScheduled } from '../editor/where-scheduled.ts';
import { messageOf, reportError } from '../messages.ts';
import { applyManifest } from './apply.ts';
import { connect, disconnect, openKubeconfig, showCluster } from './clusters.ts';
import { etcdCompare, etcdDiff, etcdOpen, etcdStep, showInEtcd } from './etcd.ts';
import { deleteObject, openFlow, openTrace, openYaml, watchInFlow, why } from './objects.ts';
import {
  chooseSpeed,
  ensureSimulator,
  fault,
  pace,
  resetSimulator,
  serve,
  stopServing,
  stopSimulator,
} from './simulator.ts';

export interface CommandDeps {
  readonly app: App;
  setServed(url: string | undefined): void;
}

type Run = (argument: unknown, selection: unknown, ...more: readonly unknown[]) => unknown;

export function registerCommands({ app, setServed }: CommandDeps): vscode.Disposable[] {
  const commands: { readonly [id: string]: Run } = {
    'kubeAnatomy.startSimulator': () => ensureSimulator(app),
    'kubeAnatomy.stopSimulator': () => stopSimulator(app),
    'kubeAnatomy.resetSimulator': () => resetSimulator(app),
    'kubeAnatomy.pauseSimulator': () => pace(app, false),
    'kubeAnatomy.resumeSimulator': () => pace(app, true),
    'kubeAnatomy.simulatorSpeed': () => chooseSpeed(app),
    'kubeAnatomy.stopComponent': (row) => fault(app, 'stop', row),
    'kubeAnatomy.startComponent': (row) => fault(app, 'start', row),
    'kubeAnatomy.serve': () => serve(app, setServed),
    'kubeAnatomy.stopServing': () => stopServing(app, setServed),
    'kubeAnatomy.applyManifest': (target, selection) => applyManifest(app, target, selection),
    'kubeAnatomy.whereScheduled': (target, object) => whereScheduled(app, target, object),
    'kubeAnatomy.fieldPage': (target, line, column) => openFieldPage(app, target, line, column),
    'kubeAnatomy.kindPage': (kind) => openKindPage(app, kind),
    'kubeAnatomy.watchStep': (target, object, component) => watchStep(app, target, object, component),
    'kubeAnatomy.annotateManifest': (target, line) => app.annotate.open(target, line),
    'kubeAnatomy.dryRun': (target) => app.dryRunner.run(target),
    'kubeAnatomy.toggleBlame': () => toggleBlame(),
    'kubeAnatomy.nextBlame': (uri, name) => nextLineOf(app.documents, String(uri), String(name)),
    'kubeAnatomy.compareObjects': (target) => compareObjects(app, target),
    'kubeAnatomy.compareTranscript': () => showComparison(app),
    'kubeAnatomy.showStep': (id) => typeof id === 'number' && app.flow.showStep(id),
    'kubeAnatomy.connect': (row) => connect(app, row),
    'kubeAnatomy.disconnect': (row) => disconnect(app, row),
    'kubeAnatomy.showCluster': (row) => showCluster(app, row),
    'kubeAnatomy.refreshClusters': () => app.clusters.refresh(),
    'kubeAnatomy.openKubeconfig': () => openKubeconfig(app),
    'kubeAnatomy.openYaml': (row) => openYaml(app, row),
    'kubeAnatomy.watchInFlow': (row) => watchInFlow(app, row),
    'kubeAnatomy.why': (row) => why(app, row),
    'kubeAnatomy.deleteObject': (row) => deleteObject(app, row),
    'kubeAnatomy.showInEtcd': (row) => showInEtcd(app, row),
    'kubeAnatomy.etcdDiff': (row) => etcdDiff(app, row),
    'kubeAnatomy.etcdCompare': (row, selection) => etcdCompare(app, row, selection),
    'kubeAnatomy.etcdOpen': (row) => etcdOpen(app, row),
    'kubeAnatomy.etcdStep': (row) => etcdStep(app, row),
    'kubeAnatomy.openFlow': () => openFlow(app),
    'kubeAnatomy.openTrace': (file) => openTrace(app, file),
    'kubeAnatomy.copyTranscript': () => app.flow.copyTranscript(),
    'kubeAnatomy.openSample': () => openSample(app),
    'kubeAnatomy.openWalkthrough': () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', `${app.context.extension.id}#firstPod`, false),
  };
  return Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (argument: unknown, selection: unknown, ...more: unknown[]) => {
      try {
        return await run(argument, selection, ...more);
      } catch (error) {
        app.log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
        reportError(error);
        return undefined;
      }
    }),
  );
}

/** The first manifest, as a document that nobody overwrites. */
async function openSample(app: App): Promise<void> {
  const file = vscode.Uri.joinPath(app.context.extensionUri, 'media', 'samples', 'web.yaml');
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
}
