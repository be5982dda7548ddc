// Wires the host, by hand and in one place. It stays light: the simulator starts when a view is seen, knowledge and the
// Kubernetes client load when they are first needed.
import * as vscode from 'vscode';
import { ANNOTATE_VIEW, AnnotateHost } from './annotate/annotate-host.ts';
import { watchAct } from './annotate/watch.ts';
import type { App } from './app.ts';
import { Clusters } from './clusters.ts';
import { registerCommands } from './commands/register.ts';
import { ensureSimulator } from './commands/simulator.ts';
import { ObjectDocuments, SCHEME } from './documents.ts';
import { Answers } from './editor/answers.ts';
import { ManifestDiagnostics } from './editor/diagnostics.ts';
import { ManifestLenses } from './editor/lenses.ts';
import { Manifests } from './editor/manifests.ts';
import { ManifestNavigation } from './editor/navigation.ts';
import { ManifestSymbols } from './editor/symbols.ts';
import { WorkspaceFiles } from './editor/workspace-files.ts';
import { FLOW_VIEW, FlowHost } from './flow/flow-host.ts';
import { ManifestHover } from './hover.ts';
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
  const documents = new ObjectDocuments((id) => clusters.source(id));
  const manifests = new Manifests(context.extensionUri);
  const workspaceFiles = new WorkspaceFiles(manifests, log);
  const ensure = async (): Promise<void> => void (await ensureSimulator({ session, log }));
  const flow = new FlowHost({
    extensionUri: context.extensionUri,
    session,
    documents,
    log,
    ensureSimulator: ensure,
    explainField: async (object, path) => (await manifests.load()).explainField(object, path),
  });
  const annotate = new AnnotateHost({
    extensionUri: context.extensionUri,
    manifests,
    log,
    watch: (document, place) => watchAct(app, document, place),
  });
  const clustersView = createClustersView(clusters);
  const anatomy = createAnatomyView(clusters);
  const answers = new Answers();
  const app: App = {
    context,
    platform,
    log,
    session,
    clusters,
    documents,
    flow,
    annotate,
    manifests,
    answers,
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
    manifests,
    new ManifestHover(manifests),
    new ManifestDiagnostics(manifests, log),
    new ManifestLenses(manifests),
    new ManifestSymbols(manifests).register(),
    workspaceFiles,
    new ManifestNavigation(workspaceFiles).register(),
    answers,
    flow,
    annotate,
    anatomy,
    clustersView,
    { dispose: () => clusters.dispose() },
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, documents),
    vscode.window.registerWebviewPanelSerializer(FLOW_VIEW, {
      deserializeWebviewPanel: async (panel) => flow.adopt(panel),
    }),
    vscode.window.registerWebviewPanelSerializer(ANNOTATE_VIEW, {
      deserializeWebviewPanel: async (panel) => annotate.adopt(panel),
    }),
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
