import type { VsCode } from '../wire.ts';
import { Panel } from './panel.ts';

declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));

window.addEventListener('error', ({ message, error }) => {
  const stack = error instanceof Error ? error.stack : undefined;
  vscode.postMessage({ type: 'error', message, ...(stack === undefined ? {} : { stack }) });
});
window.addEventListener('unhandledrejection', ({ reason }) => {
  vscode.postMessage({ type: 'error', message: String(reason) });
});

root.classList.add('annotate');
new Panel(root, vscode);
