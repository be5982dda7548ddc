// The panel's end of the wire: sends messages, numbers requests, and hands each answer to the one who asked.
import type { FromAnnotate, RecordRow, ToAnnotate } from '../../../src/protocol/annotate.ts';
import { parseToAnnotate } from '../../../src/protocol/annotate-parse.ts';
import type { VsCode } from '../flow/host.ts';

export type Answer =
  | { readonly ok: true; readonly text?: string | undefined; readonly rows?: readonly RecordRow[] | undefined }
  | { readonly ok: false; readonly message: string; readonly advice: string };

type Request = Extract<FromAnnotate, { readonly request: number }>;
export type Ask = { [T in Request['type']]: Omit<Extract<Request, { readonly type: T }>, 'request'> }[Request['type']];

export class Host {
  private readonly vscode: VsCode;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private next = 1;

  constructor(vscode: VsCode) {
    this.vscode = vscode;
  }

  send(message: FromAnnotate): void {
    this.vscode.postMessage(message);
  }

  ask(message: Ask): Promise<Answer> {
    const request = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(request, resolve);
      this.vscode.postMessage({ ...message, request });
    });
  }

  /** Calls `take` with what concerns the panel; answers to requests go their own way. */
  listen(take: (message: ToAnnotate) => void, problem: (sentence: string) => void): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const parsed = parseToAnnotate(event.data);
      if (!parsed.ok) problem(parsed.problem);
      else if (!this.answer(parsed.message)) take(parsed.message);
    });
  }

  private answer(message: ToAnnotate): boolean {
    if ((message.type !== 'done' && message.type !== 'error') || message.request === undefined) return false;
    const resolve = this.waiting.get(message.request);
    this.waiting.delete(message.request);
    if (message.type === 'done') resolve?.({ ok: true, text: message.text, rows: message.rows });
    else resolve?.({ ok: false, message: message.message, advice: message.advice });
    return true;
  }
}
