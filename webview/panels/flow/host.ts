// The panel's end of the wire: sends messages, numbers requests, and hands each answer to the one who asked.
import type { FromFlow, ToFlow } from '../../../src/protocol/flow.ts';
import { parseToFlow } from '../../../src/protocol/flow-parse.ts';

/** What VS Code gives to a webview. */
export interface VsCode {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export type Answer =
  | { readonly ok: true; readonly text?: string }
  | { readonly ok: false; readonly message: string; readonly advice: string };

type Request = Extract<FromFlow, { readonly request: number }>;
type Ask = { [T in Request['type']]: Omit<Extract<Request, { readonly type: T }>, 'request'> }[Request['type']];

export class Host {
  private readonly vscode: VsCode;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly progress = new Map<number, (done: number) => void>();
  private next = 1;

  constructor(vscode: VsCode) {
    this.vscode = vscode;
  }

  send(message: FromFlow): void {
    this.vscode.postMessage(message);
  }

  /** `progress` hears how far it has come, 0 to 1. */
  ask(message: Ask, progress?: (done: number) => void): Promise<Answer> {
    const request = this.next++;
    if (progress) this.progress.set(request, progress);
    return new Promise((resolve) => {
      this.waiting.set(request, resolve);
      this.vscode.postMessage({ ...message, request });
    });
  }

  /** Calls `take` with what concerns the panel; answers to requests go their own way. */
  listen(take: (message: ToFlow) => void, problem: (sentence: string) => void): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const parsed = parseToFlow(event.data);
      if (!parsed.ok) problem(parsed.problem);
      else if (!this.answer(parsed.message)) take(parsed.message);
    });
  }

  private answer(message: ToFlow): boolean {
    if (message.type === 'progress') {
      this.progress.get(message.request)?.(message.done);
      return true;
    }
    if ((message.type !== 'done' && message.type !== 'error') || message.request === undefined) return false;
    const resolve = this.waiting.get(message.request);
    this.waiting.delete(message.request);
    this.progress.delete(message.request);
    if (message.type === 'done') resolve?.({ ok: true, ...(message.text === undefined ? {} : { text: message.text }) });
    else resolve?.({ ok: false, message: message.message, advice: message.advice });
    return true;
  }
}
