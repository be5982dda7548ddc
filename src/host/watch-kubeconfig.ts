// The list of contexts follows its files.
import * as vscode from 'vscode';
import type { Clusters } from './clusters.ts';
import { messageOf } from './messages.ts';

export function watchKubeconfig(clusters: Clusters, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const refresh = (): void => {
    clusters.refresh().catch((error) => log.error(messageOf(error)));
  };
  let watchers: vscode.Disposable[] = [];
  const watch = (): void => {
    for (const w of watchers) w.dispose();
    watchers = clusters.files.flatMap((file) => {
      const uri = vscode.Uri.file(file);
      const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name),
      );
      return [watcher, watcher.onDidChange(refresh), watcher.onDidCreate(refresh), watcher.onDidDelete(refresh)];
    });
  };
  watch();
  return [
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('kubeAnatomy.kubeconfig')) return;
      watch();
      refresh();
    }),
    { dispose: () => watchers.forEach((w) => void w.dispose()) },
  ];
}
