// What leaves the panel: questions to the host, files, and the clipboard. What goes wrong is said above the readings.
import { FLOW_PROTOCOL, type FlowObject, type FlowSource, type ToFlow } from '../../../src/protocol/flow.ts';
import type { Exchange } from '../../../src/trace/exchange.ts';
import type { ObjectRef } from '../../../src/trace/step.ts';
import { line } from '../../../src/trace/words.ts';
import type { Replay } from '../../scene/replay.ts';
import { parseExchange } from './exchange.ts';
import { type Exportable, type ExportForm, exportOf, type Seen, themeOf, transcriptOf } from './exports.ts';
import type { Answer, Host } from './host.ts';

/** What the panel shows now. */
export interface Showing {
  readonly replay: Replay;
  readonly source: FlowSource;
  /** Of the future of a fork that is shown; absent where the trace itself is. */
  readonly future?: 'without' | 'with';
  /** µs. */
  readonly origin: number;
  readonly objects: readonly FlowObject[];
  readonly epochMs?: number;
  seen(): Seen | undefined;
  /** The drawing after so many steps; absent where none is open that can be taken step by step. */
  readonly picture?: (count: number) => Seen | undefined;
}

export interface OutgoingPanel {
  readonly host: Host;
  showing(): Showing | undefined;
  /** Above the readings. */
  complain(message: string, advice: string): void;
  /** For screen readers. */
  say(text: string): void;
  /** What is shown, anew. */
  show(): void;
}

type Ask = Parameters<Host['ask']>[0];

export class Outgoing {
  private readonly panel: OutgoingPanel;

  constructor(panel: OutgoingPanel) {
    this.panel = panel;
  }

  /** Asks for something that shows by itself. */
  async request(message: Ask): Promise<Answer> {
    const answer = await this.panel.host.ask(message);
    if (!answer.ok) this.panel.complain(answer.message, answer.advice);
    return answer;
  }

  async explain(object: ObjectRef, path: string): Promise<string> {
    const answer = await this.panel.host.ask({ type: 'explainField', object, path });
    return answer.ok ? (answer.text ?? 'Nothing is known of this field.') : `${answer.message} ${answer.advice}`;
  }

  /** `shared`: the last step that a fork shares with the trace; undefined where the trace itself is shown. */
  async exchange(stepId: number, shared: number | undefined): Promise<Exchange | string> {
    if (shared !== undefined && stepId > shared) return 'Of a fork’s steps, headers and bodies are not kept.';
    const answer = await this.panel.host.ask({ type: 'exchange', stepId });
    return answer.ok ? parseExchange(answer.text) : `${answer.message} ${answer.advice}`;
  }

  /** Saves what is shown; or another trace, such as a future of a fork. */
  async export(form: ExportForm, replay?: Replay, future?: 'without' | 'with'): Promise<void> {
    const from = this.exportable(replay, future);
    if (!from) return;
    try {
      if (form === 'gif') this.panel.say('Drawing the steps …');
      const message = form === 'page' ? this.page(from) : await exportOf(form, from);
      const answer = message && (await this.request('type' in message ? message : { type: 'export', ...message }));
      if (answer?.ok) this.panel.say(answer.text ?? '');
    } catch (error) {
      this.panel.complain(
        'The picture could not be made.',
        `${error instanceof Error ? error.message : error}. Export it as SVG instead.`,
      );
    }
  }

  /** Puts the transcript of what is shown on the clipboard, or another text. */
  async copy(markdown?: string): Promise<void> {
    const from = this.exportable();
    const text = markdown ?? (from && transcriptOf(from));
    if (text === undefined) return;
    const answer = await this.request({ type: 'copyTranscript', markdown: text });
    if (answer.ok) this.panel.say('Copied to the clipboard.');
  }

  private exportable(other?: Replay, otherFuture?: 'without' | 'with'): Exportable | undefined {
    const showing = this.panel.showing();
    if (!showing) return undefined;
    const { origin, objects, seen, source, epochMs } = showing;
    const replay = other ?? showing.replay;
    const future = otherFuture ?? showing.future;
    const step = replay.story.steps[replay.position];
    return {
      replay,
      source: future === undefined ? source.name : `${source.name} ${future} the change`,
      origin,
      objects,
      epoch: epochMs === undefined ? {} : { epochMs },
      description: step ? line(replay.story, step) : 'Before the first step.',
      seen,
      ...(showing.picture ? { picture: showing.picture } : {}),
    };
  }

  private page({ replay, source, objects, epoch }: Exportable): Ask {
    const { topology, steps } = replay.story;
    const start = steps[replay.visible[0] ?? -1]?.id;
    const init: ToFlow = {
      type: 'init',
      protocol: FLOW_PROTOCOL,
      source: { id: 'page', name: source, kind: 'file' },
      topology,
      objects,
      steps,
      autoplay: false,
      ...(start === undefined ? {} : { startAt: start }),
      ...epoch,
    };
    return {
      type: 'exportPage',
      suggestedName: `${source}.html`,
      init: JSON.stringify(init),
      theme: themeOf(document.documentElement),
      look: document.body.className,
    };
  }
}
