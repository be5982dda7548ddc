// Wires the host, by hand and in one place. It stays light: the simulator starts when a view is seen, knowledge and the
// Kubernetes client load when they are first needed.
import * as vscode from 'vscode';
import { ANNOTATE_VIEW, AnnotateHost } from './annotate/annotate-host.ts';
import { watchAct } from './annotate/watch.ts';
import type { App } from './app.ts';
import { liveReader } from './blame/live-object.ts';
import { liveObjects } from './blame/register.ts';
import { Clusters } from './clusters.ts';
import { registerCommands } from './commands/register.ts';
import { ensureSimulator } from './commands/simulator.ts';
import { ObjectDocuments } from './documents.ts';
import { Answers } from './editor/answers.ts';
import { DryRunner } from './editor/dry-run.ts';
import { editorFeatures } from './editor/features.ts';
import { openChangedFieldPage } from './editor/field-page.ts';
import { Manifests } from './editor/manifests.ts';
import { EtcdView } from './etcd/etcd-view.ts';
import { FLOW_VIEW, FlowHost } from './flow/flow-host.ts';
import { messageOf } from './messages.ts';
import type { Platform } from './platform.ts';
import { revealWhereAsked } from './reveal.ts';
import { settings } from './settings.ts';
import { SimulatorSession } from './simulator/session.ts';
import { createAnatomyView } from './views/anatomy-view.ts';
import { createClustersView } from './views/clusters-view.ts';
import { watchKubeconfig } from './watch-kubeconfig.ts';

/** For tests, and for other extensions that want to look. */
export interface Api {
  readonly app: App;
}

const timing = {
  after: (ms: number, run: () => void): (() => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

export function activateHost(context: vscode.ExtensionContext, platform: Platform): Api {
  const log = vscode.window.createOutputChannel('Kube Anatomy', { log: true });
  const session = new SimulatorSession({ createWorker: () => platform.createWorker(), timing, now: () => Date.now() });
  const clusters = new Clusters(session, platform.kubeconfig, timing, () => settings.kubeconfig);
  const manifests = new Manifests(context.extensionUri, platform);
  const answers = new Answers();
  const documents = new ObjectDocuments((id) => clusters.source(id), liveReader(manifests, session));
  const ensure = async (): Promise<void> => void (await ensureSimulator({ session, log }));
  const flow = new FlowHost({
    extensionUri: context.extensionUri,
    session,
    documents,
    log,
    createWorker: () => platform.createWorker(),
    ensureSimulator: ensure,
    explainField: async (object, path) => (await manifests.load()).explainField(object, path),
    openField: (object, path) => openChangedFieldPage({ manifests, answers }, object, path),
  });
  const { extensionUri } = context;
  const annotate = new AnnotateHost({ extensionUri, manifests, log, watch: (at, place) => watchAct(app, at, place) });
  const clustersView = createClustersView(clusters);
  const anatomy = createAnatomyView(clusters);
  const dryRunner = new DryRunner({ session, manifests, log, ensure: () => ensureSimulator({ session, log }) });
  const app: App = {
    context,
    platform,
    log,
    session,
    clusters,
    documents,
    flow,
    etcd: new EtcdView(session),
    annotate,
    manifests,
    answers,
    dryRunner,
    clusterTree: clustersView.tree,
    anatomyTree: anatomy.tree,
  };
  const setServed = (url: string | undefined): void => {
    clustersView.served = url;
    void vscode.commands.executeCommand('setContext', 'kubeAnatomy.served', url !== undefined);
    clustersView.tree.refreshSoon();
  };
  context.subscriptions.push(
    log,
    ...editorFeatures(manifests, log),
    dryRunner,
    answers,
    ...liveObjects(documents, { manifests, shown: () => clusters.shown, log }),
    flow,
    app.etcd,
    annotate,
    anatomy,
    clustersView,
    { dispose: () => clusters.dispose() },
    restored(FLOW_VIEW, (panel, memory) => flow.restore(panel, memory)),
    restored(ANNOTATE_VIEW, (panel) => annotate.adopt(panel)),
    ...registerCommands({ app, setServed }),
    ...watchKubeconfig(clusters, log),
    ...followSession(session, log),
    { dispose: session.onState.add(({ phase }) => phase !== 'running' && setServed(undefined)) },
  );
  void vscode.commands.executeCommand('setContext', 'kubeAnatomy.browser', platform.kubeconfig === undefined);
  startWhenSeen(app, ensure);
  void revealWhereAsked();
  return { app };
}

/** A panel that was open when the window closed is filled again. */
function restored(
  viewType: string,
  adopt: (panel: vscode.WebviewPanel, memory: unknown) => void | Promise<void>,
): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(viewType, {
    deserializeWebviewPanel: async (panel, memory) => adopt(panel, memory),
  });
}

/** The simulator and the kubeconfig are read when a person looks, not when a YAML file happens to be opened. */
function startWhenSeen({ clusters, anatomyTree, clusterTree, context, log }: App, ensure: () => Promise<void>): void {
  let seen = false;
  const look = (): void => {
    if (seen || !(anatomyTree.view.visible || clusterTree.view.visible)) return;
    seen = true;
    clusters.refresh().catch((error) => log.error(messageOf(error)));
    if (settings.autoStart) void ensure();
  };
  context.subscriptions.push(
    anatomyTree.view.onDidChangeVisibility(look),
    clusterTree.view.onDidChangeVisibility(look),
  );
  look();
}

/** Context keys for menus, and a word in the log for what ended badly. */
function followSession(session: SimulatorSession, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const set = (key: string, value: unknown): void =>
    void vscode.commands.executeCommand('setContext', `kubeAnatomy.${key}`, value);
  let paused: boolean | undefined;
  set('simulator', session.state.phase);
  return [
    {
      dispose: session.onState.add((state) => {
        set('simulator', state.phase);
        log.info(`simulator: ${state.phase}${state.phase === 'crashed' ? `: ${state.message}` : ''}`);
      }),
    },
    {
      dispose: session.onClock.add(({ running }) => {
        if (paused === !running) return;
        paused = !running;
        set('paused', paused);
      }),
    },
  ];
}
