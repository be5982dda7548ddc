// A panel's end of the wire: sends messages, numbers requests, and hands each answer to the one who asked.
import type { Parsed } from '../../src/protocol/shapes.ts';

/** What VS Code gives to a webview. */
export interface VsCode {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** A message that asks for an answer, before it has its number. */
export type AskOf<From> = From extends { readonly request: number } ? Omit<From, 'request'> : never;

type Refused = { readonly type: 'error'; readonly request?: number; readonly message: string; readonly advice: string };
type Done = { readonly type: 'done'; readonly request: number };

export class Wire<From extends { readonly type: string }, To extends { readonly type: string }> {
  private readonly vscode: VsCode;
  private readonly parse: (value: unknown) => Parsed<To>;
  private readonly waiting = new Map<number, (answer: Extract<To, Done> | Refused) => void>();
  private next = 1;

  constructor(vscode: VsCode, parse: (value: unknown) => Parsed<To>) {
    this.vscode = vscode;
    this.parse = parse;
  }

  send(message: From): void {
    this.vscode.postMessage(message);
  }

  ask(message: AskOf<From>): Promise<Extract<To, Done> | Refused> {
    const request = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(request, resolve);
      this.vscode.postMessage({ ...message, request });
    });
  }

  /** Calls `take` with what concerns the panel; answers to requests go their own way. */
  listen(take: (message: To) => void, problem: (sentence: string) => void): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const parsed = this.parse(event.data);
      if (!parsed.ok) problem(parsed.problem);
      else if (!this.answer(parsed.message)) take(parsed.message);
    });
  }

  private answer(message: To): boolean {
    const { type, request } = message as { readonly type: string; readonly request?: number };
    if ((type !== 'done' && type !== 'error') || request === undefined) return false;
    this.waiting.get(request)?.(message as Extract<To, Done> | (To & Refused));
    this.waiting.delete(request);
    return true;
  }
}
