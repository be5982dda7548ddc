// The flow panel's host side: one panel, fed with the simulator's steps in deltas, every one of its messages answered.
import * as vscode from 'vscode';
import type { ClusterSource, SourceState } from '../../cluster/source.ts';
import { findComponent } from '../../knowledge/components.ts';
import { isRecord } from '../../model/object.ts';
import { FLOW_PROTOCOL, type FlowObject, type ToFlow } from '../../protocol/flow.ts';
import { parseFromFlow } from '../../protocol/flow-parse.ts';
import { topologyOf } from '../../protocol/flow-topology.ts';
import { FanOuts } from '../../trace/fanout.ts';
import { isWrite } from '../../trace/fold.ts';
import { TraceIndex } from '../../trace/query.ts';
import type { ObjectRef, Step, StepId } from '../../trace/step.ts';
import { transcriptMarkdown } from '../../trace/words.ts';
import { messageOf, remedyOf } from '../messages.ts';
import { flowTopology, objectsOf, withNetwork } from '../simulator/flow-steps.ts';
import type { SimulatorSession } from '../simulator/session.ts';
import { FlowAnswers, type FlowDeps, type FlowRequest, type Shown } from './answers.ts';
import { messagesOf, type OpenedFile, problemOf, reopened } from './files.ts';
import { Forks } from './forks.ts';
import { panelHtml, webviewRoot } from './html.ts';
import { LiveTrace } from './live-trace.ts';

export const FLOW_VIEW = 'kubeAnatomy.flow';

/** Shown where the simulator never ran. */
const NOTHING: Extract<ToFlow, { readonly type: 'init' }> = {
  type: 'init',
  protocol: FLOW_PROTOCOL,
  source: { id: 'simulator', name: 'simulator', kind: 'simulator' },
  topology: topologyOf([{ name: 'control plane', controlPlane: true }]),
  steps: [],
  autoplay: false,
};

/** A panel begins with at most this many steps; older ones are left out. */
const MOST_STEPS = 20_000;

/** ms that the first picture of a real cluster waits to know who leads. */
const LEADERS_MS = 1_500;

/** Where a trace begins, and what was there then. */
interface Begin {
  readonly after: StepId;
  readonly objects?: readonly FlowObject[];
  readonly startAt?: StepId;
  readonly autoplay: boolean;
  /** What is shown at first. */
  readonly reveal?: Extract<ToFlow, { readonly type: 'reveal' }>;
}

export class FlowHost implements vscode.Disposable {
  private readonly deps: FlowDeps;
  private panel: vscode.WebviewPanel | undefined;
  private ready = false;
  private begin: Begin = { after: 0, autoplay: false };
  private steps: Step[] = [];
  /** What a panel on the simulator was last given; its steps are those of then. */
  private lastInit: Extract<ToFlow, { readonly type: 'init' }> | undefined;
  /** A trace that was opened from a file, which the panel then shows instead of the simulator. */
  private file: OpenedFile | undefined;
  /** A real cluster, which the panel then shows instead of the simulator. */
  private cluster: LiveTrace | undefined;
  /** The one of which the panel has the beginning. */
  private told: LiveTrace | undefined;
  /** Raised by each init: what an older one still waits for is dropped. */
  private generation = 0;
  private readonly stops: (() => void)[];
  private readonly forks: Forks;
  private readonly answers: FlowAnswers;

  constructor(deps: FlowDeps) {
    this.deps = deps;
    const { session } = deps;
    this.forks = new Forks(session, deps.createWorker);
    this.answers = new FlowAnswers(deps, this.shown());
    this.stops = [
      session.onSteps.add((steps) => this.append(steps)),
      session.onTopology.add((t) => this.live && this.post({ type: 'topology', topology: flowTopology(t) })),
      session.onClock.add(
        (c) => this.live && this.post({ type: 'state', clock: { running: c.running, speed: c.speed, atUs: c.now } }),
      ),
      session.onState.add(({ phase }) => {
        if (this.elsewhere) return;
        this.forks.end();
        if (phase === 'running') void this.restart({ after: 0, autoplay: false });
        else if (phase === 'crashed' || phase === 'stopped') this.simulatorGone(session.state);
      }),
    ];
  }

  get isOpen(): boolean {
    return this.panel !== undefined;
  }

  /** The panel shows the simulator, and can be told things. */
  private get live(): boolean {
    return this.ready && !this.elsewhere;
  }

  /** The panel shows something else than the simulator. */
  private get elsewhere(): boolean {
    return this.file !== undefined || this.cluster !== undefined;
  }

  /** Opens the panel on the simulator's whole trace, or brings it to the front as it is. */
  async open(column: vscode.ViewColumn = vscode.ViewColumn.Beside): Promise<void> {
    const before = this.elsewhere;
    this.leave();
    this.show('simulator', column);
    if (before) await this.restart({ after: this.beginning(), autoplay: false });
    await this.deps.ensureSimulator();
  }

  /** Shows a trace from a file; the simulator goes on unseen. */
  async openFile(file: OpenedFile): Promise<void> {
    if (file.steps.length === 0 && file.problems.length > 0 && this.panel && this.ready) {
      // What is there stays: nothing came that could take its place.
      this.panel.reveal(undefined, true);
      for (const message of problemOf(file)) this.post(message);
      return;
    }
    this.leave();
    this.file = file;
    this.show(file.name, vscode.ViewColumn.Active);
    if (this.ready) await this.init();
  }

  /** Shows what happens in a real cluster from now on; the simulator goes on unseen. */
  async openCluster(source: ClusterSource): Promise<void> {
    if (this.cluster?.source === source) {
      this.panel?.reveal(undefined, true);
      return;
    }
    this.leave();
    const toTold = (message: ToFlow): void => {
      if (this.ready && this.told?.source === source) this.post(message);
    };
    this.cluster = new LiveTrace(source, {
      now: () => Date.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      grown: (from, steps) => toTold({ type: 'steps', from, steps }),
      changed: (topology) => toTold({ type: 'topology', topology }),
      tell: toTold,
    });
    this.show(source.name, vscode.ViewColumn.Active);
    if (this.ready) await this.init();
  }

  /** Lets go of what was shown instead of the simulator. */
  private leave(): void {
    if (this.elsewhere) {
      this.steps = [];
      this.lastInit = undefined;
    }
    this.file = undefined;
    this.cluster?.stop();
    this.cluster = undefined;
    this.told = undefined;
  }

  private show(name: string, column: vscode.ViewColumn): void {
    if (this.panel) {
      this.panel.title = `Flow: ${name}`;
      this.panel.reveal(undefined, true);
      return;
    }
    this.begin = { after: this.beginning(), autoplay: false };
    this.adopt(
      vscode.window.createWebviewPanel(FLOW_VIEW, `Flow: ${name}`, { viewColumn: column, preserveFocus: true }, {}),
    );
  }

  /** A snapshot to be taken before something happens that is then shown from there. */
  snapshot(): readonly FlowObject[] {
    return objectsOf(this.deps.session.source.cache);
  }

  /** Shows what comes after a step, playing. */
  async play(after: StepId, objects: readonly FlowObject[]): Promise<void> {
    await this.open();
    await this.restart({ after, objects, autoplay: true });
  }

  /** Shows how an object came to be. False where the trace has no step about it. */
  async watch(ref: ObjectRef): Promise<boolean> {
    const first = (await this.stepsAbout(ref))[0];
    if (!first) return false;
    const shown = this.live;
    await this.open();
    if (first.id > this.begin.after && shown) this.post({ type: 'reveal', stepId: first.id, play: true });
    else await this.restart({ after: Math.max(0, first.id - 1), startAt: first.id, autoplay: true });
    return true;
  }

  /** Shows why an object is as it is: the newest step about it, and how that came about. False where there is none. */
  async why(ref: ObjectRef): Promise<boolean> {
    const last = (await this.stepsAbout(ref)).at(-1);
    if (!last) return false;
    const shown = this.live && last.id > this.begin.after && last.id <= (this.steps.at(-1)?.id ?? 0);
    await this.open();
    const reveal = { type: 'reveal', stepId: last.id, why: true } as const;
    if (shown) this.post(reveal);
    else await this.restart({ after: Math.max(0, last.id - MOST_STEPS), autoplay: false, reveal });
    return true;
  }

  /** Shows one step, paused. */
  async showStep(stepId: StepId): Promise<void> {
    const shown = this.live && stepId > this.begin.after && stepId <= (this.steps.at(-1)?.id ?? 0);
    await this.open();
    const reveal = { type: 'reveal', stepId } as const;
    if (shown) this.post(reveal);
    else await this.restart({ after: Math.max(0, stepId - 1), autoplay: false, reveal });
  }

  /** What was done to an object, upkeep and failed attempts left out, oldest first. */
  private async stepsAbout(ref: ObjectRef): Promise<Step[]> {
    const all = await this.deps.session.call('steps', { after: 0, limit: 100_000 });
    return all.filter((s) => !s.routine && isAbout(s, ref) && (s.request === undefined || isWrite(s)));
  }

  /** Puts what the panel shows, or the whole trace where none is open, on the clipboard. */
  async copyTranscript(): Promise<void> {
    const { session } = this.deps;
    const after = this.panel ? this.begin.after : 0;
    const steps = this.file?.steps ?? this.cluster?.steps ?? (await session.call('steps', { after, limit: 100_000 }));
    const shown = steps.filter((s) => !s.routine);
    const names = { component: findComponent };
    const shownName = this.file?.name ?? this.cluster?.name;
    const title = shownName === undefined ? 'What the simulated cluster did' : `Transcript of ${shownName}`;
    const text = transcriptMarkdown(names, shown, shown[0]?.at ?? 0, title, new FanOuts(new TraceIndex(shown)));
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(`$(check) Transcript of ${shown.length} steps copied`, 5000);
  }

  /** Takes over a panel that the window has kept from before. */
  adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    this.ready = false;
    const { extensionUri } = this.deps;
    panel.webview.options = { enableScripts: true, localResourceRoots: [webviewRoot(extensionUri)] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'flow-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'flow-dark.svg'),
    };
    panel.webview.onDidReceiveMessage((message) => this.receive(message));
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.panel = undefined;
      this.leave();
      this.ready = false;
      this.steps = [];
      this.deps.session.call('follow', { after: null }).catch(() => {});
    });
    panel.webview.html = panelHtml(panel.webview, extensionUri, 'flow', 'Flow');
  }

  /** A panel that the window has kept, with what it remembers: a trace from a file is read again. */
  async restore(panel: vscode.WebviewPanel, memory: unknown): Promise<void> {
    const file = isRecord(memory) && typeof memory.file === 'string' ? memory.file : '';
    if (file !== '') this.file = await reopened(file);
    this.adopt(panel);
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.forks.end();
    this.panel?.dispose();
  }

  private beginning(): StepId {
    return Math.max(0, (this.deps.session.clock?.lastStep ?? 0) - MOST_STEPS);
  }

  private async restart(begin: Begin): Promise<void> {
    this.begin = begin;
    if (this.ready) await this.init();
  }

  private async init(): Promise<void> {
    const { session } = this.deps;
    if (this.file) {
      this.generation++;
      this.steps = [...this.file.steps];
      for (const message of messagesOf(this.file)) this.post(message);
      return;
    }
    if (this.cluster) {
      const { cluster } = this;
      const generation = ++this.generation;
      await Promise.race([cluster.ready, new Promise((resolve) => setTimeout(resolve, LEADERS_MS))]);
      if (generation !== this.generation) return;
      this.steps = cluster.steps;
      for (const message of cluster.messages()) this.post(message);
      this.told = cluster;
      return;
    }
    const { topology, clock } = session;
    if (!topology || !clock) {
      // A panel that was hidden meanwhile is given again what it had.
      const kept = this.lastInit ?? NOTHING;
      this.post({ ...kept, steps: this.steps, autoplay: false });
      this.simulatorGone(session.state);
      return;
    }
    const { after, objects: given, startAt, autoplay, reveal } = this.begin;
    const generation = ++this.generation;
    await session.call('follow', { after: null });
    const steps = [...(await session.call('steps', { after, limit: MOST_STEPS }))];
    const network = await session.call('network', { after });
    if (generation !== this.generation) return;
    this.steps = steps;
    const objects = withNetwork(given, network);
    // A panel that was hidden asks again when it is shown; it goes on where it was.
    this.begin = { after, ...(given ? { objects: given } : {}), ...(startAt ? { startAt } : {}), autoplay: false };
    this.lastInit = {
      type: 'init',
      protocol: FLOW_PROTOCOL,
      source: { id: `simulator-${session.run}-${after}`, name: 'simulator', kind: 'simulator' },
      topology: flowTopology(topology),
      ...(objects.length > 0 ? { objects } : {}),
      steps: this.steps,
      ...(startAt === undefined ? {} : { startAt }),
      autoplay,
      clock: { running: clock.running, speed: clock.speed, atUs: clock.now },
      epochMs: clock.wallMs - clock.now / 1000,
    };
    this.post(this.lastInit);
    if (reveal) this.post(reveal);
    else if (this.forks.last && this.forks.last.fork > after)
      this.post({ type: 'forked', comparison: this.forks.last });
    await session.call('follow', { after: this.steps.at(-1)?.id ?? after });
  }

  private append(steps: readonly Step[]): void {
    if (!this.live) return;
    const last = this.steps.at(-1)?.id ?? this.begin.after;
    const fresh = steps.filter((s) => s.id > last);
    if (fresh.length === 0) return;
    const from = this.steps.length;
    this.steps.push(...fresh);
    this.post({ type: 'steps', from, steps: fresh });
  }

  private simulatorGone(state: SimulatorSession['state'] | SourceState): void {
    if (!this.live) return;
    this.post({ type: 'state', clock: { running: false, speed: 0, atUs: 0 } });
    const crashed = state.phase === 'crashed';
    this.post({
      type: 'error',
      message: crashed ? state.message : 'The simulator is not running.',
      advice: `${crashed ? state.remedy : 'Start it with “Kube Anatomy: Start Simulator”.'}${this.steps.length > 0 ? ' What happened until then stays here.' : ''}`,
    });
  }

  private shown(): Shown {
    const host = this;
    return {
      get file() {
        return host.file;
      },
      get cluster() {
        return host.cluster;
      },
      get steps() {
        return host.steps;
      },
      forks: host.forks,
      post: (message) => host.post(message),
    };
  }

  private post(message: ToFlow): void {
    void this.panel?.webview.postMessage(message);
  }

  private receive(raw: unknown): void {
    const parsed = parseFromFlow(raw);
    if (!parsed.ok) {
      this.deps.log.warn(`flow panel: ${parsed.problem}`);
      return;
    }
    const { message } = parsed;
    if (message.type === 'ready') {
      this.ready = true;
      // Of a simulator that ended, what it did is still here: starting another one would take it away.
      const kept = this.steps.length > 0 && !this.deps.session.clock;
      const source = this.elsewhere || kept ? Promise.resolve() : this.deps.ensureSimulator();
      void source.then(
        () => this.init(),
        (error) => this.deps.log.error(messageOf(error)),
      );
    } else if (message.type === 'resync') {
      if (message.have <= this.steps.length)
        this.post({ type: 'steps', from: message.have, steps: this.steps.slice(message.have) });
      else void this.init();
    } else if (message.type === 'error') {
      this.deps.log.error(`flow panel: ${message.message}\n${message.stack ?? ''}`);
    } else void this.answer(message);
  }

  private async answer(message: FlowRequest): Promise<void> {
    const { request } = message;
    try {
      const text = await this.answers.to(message);
      this.post({ type: 'done', request, ...(text === undefined ? {} : { text }) });
    } catch (error) {
      this.post({
        type: 'error',
        request,
        message: messageOf(error),
        advice: remedyOf(error) ?? 'Try again; the log of Kube Anatomy says more.',
      });
      this.deps.log.error(messageOf(error));
    }
  }
}

function isAbout(step: Step, ref: ObjectRef): boolean {
  const o = step.object;
  if (!o || o.resource !== ref.resource || o.group !== ref.group) return false;
  if (o.uid && ref.uid) return o.uid === ref.uid;
  return o.name === ref.name && (o.namespace ?? '') === (ref.namespace ?? '');
}
