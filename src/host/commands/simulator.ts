// Commands that act on the simulator: its life, its clock, its faults, and kubectl's way in.
import * as vscode from 'vscode';
import { findComponent } from '../../knowledge/components.ts';
import { type FaultTarget, LIMITS } from '../../protocol/worker.ts';
import type { App } from '../app.ts';
import { messageOf, reportError, showError } from '../messages.ts';
import { startOptions } from '../settings.ts';

const SPEEDS = [0.1, 0.5, 1, 2, 5, 10, 50, 100];

export async function startSimulator({ session, log }: Pick<App, 'session' | 'log'>): Promise<void> {
  if (session.state.phase === 'running') return;
  const options = startOptions();
  log.info(`starting the simulator: ${options.nodes} nodes, seed ${options.seed}, ×${options.speed}`);
  await session.start(options);
}

/** Starts the simulator where it does not run; tells what went wrong, and whether it runs now. */
export async function ensureSimulator(app: Pick<App, 'session' | 'log'>): Promise<boolean> {
  try {
    await startSimulator(app);
    return app.session.state.phase === 'running';
  } catch (error) {
    app.log.error(messageOf(error));
    reportError(error);
    return false;
  }
}

export function stopSimulator({ session, log }: App): void {
  log.info('stopping the simulator');
  session.stop();
}

export async function resetSimulator(app: App): Promise<void> {
  if (
    app.session.state.phase === 'running' &&
    app.session.source.cache.list('pods').some((p) => p.metadata.namespace !== 'kube-system')
  ) {
    const reset = 'Reset';
    const detail = 'Everything that was applied is gone afterwards.';
    if ((await vscode.window.showWarningMessage('Reset the simulator?', { modal: true, detail }, reset)) !== reset)
      return;
  }
  app.session.stop();
  await startSimulator(app);
}

export async function pace(app: App, running: boolean): Promise<void> {
  await app.session.pace({ running });
}

export async function chooseSpeed(app: App): Promise<void> {
  const now = app.session.clock?.speed ?? 1;
  const other = { label: 'Other …', speed: undefined };
  const items = [
    ...SPEEDS.map((speed) => ({ label: `×${speed}`, description: describe(speed, speed === now), speed })),
    other,
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Simulator Speed',
    placeHolder: 'Seconds in the simulated cluster for each second here',
  });
  if (!chosen) return;
  const speed = chosen.speed ?? (await askSpeed(now));
  if (speed !== undefined) await app.session.pace({ speed });
}

function describe(speed: number, current: boolean): string {
  const meaning = speed === 1 ? 'real time' : speed < 1 ? 'slow motion' : '';
  return [meaning, current && 'now'].filter(Boolean).join(' · ');
}

async function askSpeed(now: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Simulator Speed',
    value: String(now),
    validateInput: (value) => {
      const n = Number(value);
      return value.trim() !== '' && n >= LIMITS.minSpeed && n <= LIMITS.maxSpeed
        ? undefined
        : `A number from ${LIMITS.minSpeed} to ${LIMITS.maxSpeed}`;
    },
  });
  return text === undefined ? undefined : Number(text);
}

interface FaultItem extends vscode.QuickPickItem {
  readonly target?: FaultTarget;
}

/** From a row of the tree, or from a list of what can be stopped or started. */
export async function fault(app: App, action: 'stop' | 'start', rowId: unknown): Promise<void> {
  const row = typeof rowId === 'string' ? app.anatomyTree.row(rowId) : undefined;
  const target = row?.component
    ? { component: row.component.id, ...(row.component.node ? { node: row.component.node } : {}) }
    : row?.machine
      ? { node: row.machine }
      : await chooseTarget(app, action);
  if (target) await app.session.fault(action, target);
}

async function chooseTarget(app: App, action: 'stop' | 'start'): Promise<FaultTarget | undefined> {
  if (!(await ensureSimulator(app))) return undefined;
  const wanted = action === 'stop';
  const machines = app.session.topology?.machines ?? [];
  const items = machines.flatMap((m): FaultItem[] => [
    ...(m.running === wanted
      ? [
          {
            label: m.name,
            description: `the whole machine`,
            iconPath: new vscode.ThemeIcon('vm'),
            target: { node: m.name },
          },
        ]
      : []),
    ...m.components
      .filter((c) => c.stoppable && c.running === wanted)
      .map((c) => ({
        label: findComponent(c.component)?.name ?? c.component,
        description: m.name,
        iconPath: new vscode.ThemeIcon(findComponent(c.component)?.icon ?? 'gear'),
        target: { node: m.name, component: c.component },
      })),
  ]);
  if (items.length === 0) {
    void vscode.window.showInformationMessage(wanted ? 'Everything is stopped already.' : 'Nothing is stopped.');
    return undefined;
  }
  const title = wanted ? 'Stop a Component or a Machine' : 'Start a Component or a Machine';
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.target;
}

export async function serve(app: App, setServed: (url: string | undefined) => void): Promise<void> {
  const { writePrivate } = app.platform;
  if (!writePrivate) {
    showError(
      'A browser cannot listen on a port.',
      'Open the folder in VS Code on the desktop to use kubectl with the simulator.',
    );
    return;
  }
  if (!(await ensureSimulator(app))) return;
  const { url, kubeconfig } = await app.session.call('serve', { port: 0 });
  // The folder of this window's workspace: another window serves another cluster.
  const { storageUri, globalStorageUri } = app.context;
  const file = await writePrivate((storageUri ?? globalStorageUri).fsPath, 'simulator.kubeconfig', kubeconfig);
  setServed(url);
  const terminal = vscode.window.createTerminal({
    name: 'kubectl · simulator',
    env: { KUBECONFIG: file },
    iconPath: new vscode.ThemeIcon('symbol-namespace'),
    message: `The simulator answers at ${url}. KUBECONFIG is set in this terminal: try “kubectl get nodes”.`,
  });
  terminal.show();
}

export async function stopServing(app: App, setServed: (url: string | undefined) => void): Promise<void> {
  await app.session.call('unserve', null);
  setServed(undefined);
}
