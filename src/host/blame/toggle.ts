// Shows or hides who wrote each field, for good: it is a setting.
import * as vscode from 'vscode';
import { settings } from '../settings.ts';

export async function toggleBlame(): Promise<void> {
  await vscode.workspace
    .getConfiguration('kubeAnatomy')
    .update('blame.enabled', !settings.blame, vscode.ConfigurationTarget.Global);
}
