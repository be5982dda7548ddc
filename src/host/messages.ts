// Failures as people read them: what happened, what to do, and the command that does it where there is one.
import * as vscode from 'vscode';
import { RefusedError } from '../model/refused.ts';
import { SimulatorError } from '../protocol/worker-client.ts';

export interface Offer {
  readonly title: string;
  run(): unknown;
}

export function showError(message: string, remedy?: string, ...offers: readonly Offer[]): void {
  const text = remedy ? `${message} ${remedy}` : message;
  void vscode.window.showErrorMessage(text, ...offers.map((o) => o.title)).then((chosen) => {
    offers.find((o) => o.title === chosen)?.run();
  });
}

export function remedyOf(error: unknown): string | undefined {
  return error instanceof SimulatorError || error instanceof RefusedError ? error.remedy : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function reportError(error: unknown): void {
  showError(messageOf(error), remedyOf(error));
}
