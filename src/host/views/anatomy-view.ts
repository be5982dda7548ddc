// The Anatomy view: the tree of the cluster that is shown, its state in words above it.
import * as vscode from 'vscode';
import { type AnatomyInput, childrenOf } from '../../cluster/tree/anatomy.ts';
import type { Row } from '../../cluster/tree/row.ts';
import type { Clusters } from '../clusters.ts';
import { RowTree } from './row-tree.ts';

export function createAnatomyView(clusters: Clusters): { tree: RowTree; dispose(): void } {
  const { simulator } = clusters;
  const input = (): AnatomyInput => {
    const { shown } = clusters;
    const { cache, state } = shown;
    const missing = state.phase === 'connected' ? { missing: state.missing } : {};
    if (shown.kind !== 'simulator') return { cache, nowMs: Date.now(), ...missing };
    return {
      cache,
      nowMs: simulator.wallMs,
      ...missing,
      ...(simulator.topology ? { machines: simulator.topology.machines } : {}),
    };
  };
  const children = (id: string | undefined): Row[] =>
    clusters.shown.state.phase === 'connected' ? childrenOf(id, input()) : [];
  const kind = (): string => (clusters.shown.kind === 'simulator' ? 'simulator' : 'cluster');
  const tree = new RowTree('kubeAnatomy.anatomy', children, kind);
  let stopCache = clusters.shown.cache.onChange(() => tree.refreshSoon());
  let shownPhase = '';
  const describe = (): void => {
    const { shown } = clusters;
    // Not in the title, which VS Code capitalizes: names of contexts are case-sensitive.
    tree.view.description = shown.name;
    tree.view.message = messageOf(clusters);
    void vscode.commands.executeCommand('setContext', 'kubeAnatomy.shown', kind());
    if (shownPhase !== `${shown.id} ${shown.state.phase}`) {
      shownPhase = `${shown.id} ${shown.state.phase}`;
      tree.reset();
    } else tree.refreshSoon();
  };
  const stops = [
    clusters.onShown.add((source) => {
      stopCache();
      stopCache = source.cache.onChange(() => tree.refreshSoon());
    }),
    clusters.onChange.add(describe),
  ];
  describe();
  return {
    tree,
    dispose() {
      for (const stop of [...stops, stopCache]) stop();
      tree.dispose();
    },
  };
}

function messageOf({ shown, simulator }: Clusters): string | undefined {
  const { state } = shown;
  if (shown.kind === 'simulator') {
    if (simulator.state.phase === 'crashed') return `${simulator.state.message} ${simulator.state.remedy}`;
    return simulator.state.phase === 'starting' ? 'The simulator is starting …' : undefined;
  }
  if (state.phase === 'connecting') return `Connecting to ${shown.name} …`;
  if (state.phase === 'failed') return `${state.message} ${state.remedy}`;
  if (state.phase === 'connected' && state.stale) return `What is shown may be old. ${state.stale.message}`;
  return undefined;
}
