// The browser's entry point: the simulator in a Web Worker; no files, no sockets, so no kubeconfig.
import { type ExtensionContext, Uri } from 'vscode';
import { type Api, activateHost } from './host/activate.ts';
import type { WorkerPort } from './protocol/worker-client.ts';

export function activate(context: ExtensionContext): Api {
  return activateHost(context, {
    createWorker: () => webWorker(Uri.joinPath(context.extensionUri, 'dist', 'simulator.worker.js').toString(true)),
  });
}

function webWorker(url: string): WorkerPort {
  // The extension may come from another origin than the page, from which a worker's own script may not be loaded.
  const script = new Blob([`importScripts(${JSON.stringify(url)});`], { type: 'text/javascript' });
  const worker = new Worker(URL.createObjectURL(script), { name: 'kube-anatomy-simulator' });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onExit: (listener) =>
      worker.addEventListener('error', ({ message }) => listener(message || 'Its script could not be loaded.')),
    terminate: () => worker.terminate(),
  };
}
