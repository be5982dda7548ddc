// What the flow panel asks of the host, one question at a time.
import * as vscode from 'vscode';
import { RefusedError } from '../../model/refused.ts';
import type { FromFlow, ToFlow } from '../../protocol/flow.ts';
import type { WorkerPort } from '../../protocol/worker-client.ts';
import type { ObjectRef, Step, StepId } from '../../trace/step.ts';
import { besideColumn } from '../beside.ts';
import type { ObjectDocuments } from '../documents.ts';
import type { SimulatorSession } from '../simulator/session.ts';
import { type OpenedFile, save } from './files.ts';
import type { Forks } from './forks.ts';
import { webviewRoot } from './html.ts';
import type { LiveTrace } from './live-trace.ts';
import { manifestAt } from './manifest-at.ts';
import { pageHtml } from './page.ts';

export interface FlowDeps {
  readonly extensionUri: vscode.Uri;
  readonly session: SimulatorSession;
  readonly documents: ObjectDocuments;
  readonly log: vscode.LogOutputChannel;
  /** For a fork, which repeats the simulator in a worker of its own. */
  readonly createWorker: () => WorkerPort;
  /** Starts the simulator where it does not run. */
  readonly ensureSimulator: () => Promise<void>;
  /** What the editor knows of a field, as plain text; undefined where nothing is known. */
  readonly explainField: (object: ObjectRef, path: string) => Promise<string | undefined>;
  /** Opens the page of a field beside the panel; rejects where nothing is known. */
  readonly openField: (object: ObjectRef, path: string) => Promise<unknown>;
}

export type FlowRequest = Extract<FromFlow, { readonly request: number }>;

/** What the panel shows at the moment. */
export interface Shown {
  /** Instead of the simulator. */
  readonly file: OpenedFile | undefined;
  readonly cluster: LiveTrace | undefined;
  readonly steps: readonly Step[];
  readonly forks: Forks;
  post(message: ToFlow): void;
}

export class FlowAnswers {
  private readonly deps: FlowDeps;
  private readonly shown: Shown;

  constructor(deps: FlowDeps, shown: Shown) {
    this.deps = deps;
    this.shown = shown;
  }

  /** Rejects with a RefusedError for what cannot be done. */
  async to(message: FlowRequest): Promise<string | undefined> {
    const { session, documents } = this.deps;
    if (this.shown.file && NEEDS_CLUSTER.has(message.type))
      throw new RefusedError(
        'A trace from a file has its steps, not the cluster itself.',
        'Open the flow panel of the simulator to look at its objects.',
      );
    if (this.shown.cluster && NEEDS_CLUSTER.has(message.type) && message.type !== 'openObject')
      throw new RefusedError(
        'Nobody recorded this of a real cluster: its steps are inferred.',
        'Its audit log, opened as a trace file, tells who asked what.',
      );
    switch (message.type) {
      case 'clock':
        if (message.command === 'step') await session.advance('next-step');
        else await session.pace({ running: message.command === 'run' });
        return undefined;
      case 'openObject':
        await documents.open(this.shown.cluster?.source ?? session.source, message.object, besideColumn());
        return undefined;
      case 'explainField':
        return (await this.deps.explainField(message.object, message.path)) ?? 'Nothing is known of this field yet.';
      case 'openField':
        await this.deps.openField(message.object, message.path);
        return undefined;
      case 'exchange':
        return JSON.stringify(await session.call('exchange', { step: message.stepId }));
      case 'fork':
        return this.fork(message);
      case 'endFork':
        this.shown.forks.end();
        return undefined;
      case 'manifest':
        return this.manifest(message.stepId, message.object);
      case 'copyTranscript':
        await vscode.env.clipboard.writeText(message.markdown);
        return undefined;
      case 'export':
        return save(message.suggestedName, message.encoding === 'base64' ? bytesOf(message.data) : message.data);
      case 'exportPage':
        return save(message.suggestedName, await this.page(message));
    }
  }

  private async fork({
    request,
    stepId,
    change,
    forUs,
    repeat,
  }: Extract<FromFlow, { type: 'fork' }>): Promise<undefined> {
    const step = this.shown.steps.find(({ id }) => id === stepId);
    if (!step) throw new RefusedError(`Step ${stepId} is not in this trace.`, 'Choose another step.');
    const { id, at, text } = step;
    const comparison = await this.shown.forks.run({ step: { id, at, text }, change, forUs, repeat }, (done) =>
      this.shown.post({ type: 'progress', request, done }),
    );
    this.shown.post({ type: 'forked', comparison });
    return undefined;
  }

  /** As YAML: an object as it was after a step, or the manifest that is in front of the reader. */
  private async manifest(stepId: StepId, object: ObjectRef | undefined): Promise<string> {
    if (object) {
      const steps = await this.deps.session.call('steps', { after: 0, limit: 100_000 });
      const { stringify } = await import('yaml');
      return stringify(
        manifestAt(
          steps.filter(({ id }) => id <= stepId),
          object,
        ),
        { lineWidth: 0, version: '1.1' },
      );
    }
    const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
    const editor = editors.find((one) => one && ['yaml', 'json', 'helm'].includes(one.document.languageId));
    if (!editor)
      throw new RefusedError('No manifest is open in an editor.', 'Open one beside the panel, or take an object.');
    return editor.document.getText();
  }

  private async page({ init, theme, look, suggestedName }: Extract<FromFlow, { type: 'exportPage' }>): Promise<string> {
    const root = webviewRoot(this.deps.extensionUri);
    const [script = '', style = ''] = await Promise.all(
      ['flow.js', 'flow.css'].map(async (file) =>
        new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(root, file))),
      ),
    );
    const title = suggestedName.replace(/\.html$/, '');
    return pageHtml({ script, style, title, init, theme, look }, sha256);
  }
}

/** In base64. */
async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

const NEEDS_CLUSTER: ReadonlySet<FromFlow['type']> = new Set(['clock', 'openObject', 'exchange', 'fork', 'manifest']);
