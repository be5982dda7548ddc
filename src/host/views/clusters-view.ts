// The Clusters view: where one chooses what to look at.
import { clusterRows } from '../../cluster/tree/clusters.ts';
import type { Row } from '../../cluster/tree/row.ts';
import type { Clusters } from '../clusters.ts';
import { RowTree } from './row-tree.ts';

export interface ClustersView {
  readonly tree: RowTree;
  /** URL under which the simulator is served, or undefined. */
  served: string | undefined;
  dispose(): void;
}

export function createClustersView(clusters: Clusters): ClustersView {
  const { simulator } = clusters;
  const rows = (): Row[] => {
    const { state, topology, clock } = simulator;
    const count = (role: 'control-plane' | 'worker'): number =>
      topology?.machines.filter((m) => m.role === role).length ?? 0;
    return clusterRows({
      simulator: {
        phase: state.phase,
        controlPlaneNodes: count('control-plane'),
        nodes: count('worker'),
        running: clock?.running ?? false,
        speed: clock?.speed ?? 1,
        ...(view.served ? { serving: view.served } : {}),
        ...(state.phase === 'crashed' ? { message: state.message } : {}),
      },
      contexts: clusters.contexts,
      current: clusters.current,
      problems: clusters.problems,
      shown: clusters.shown.id,
      stateOf: (id) => clusters.source(id)?.state,
      nodesOf: (id) => clusters.source(id)?.cache.size('nodes') ?? 0,
    });
  };
  const view: ClustersView = {
    served: undefined,
    tree: new RowTree(
      'kubeAnatomy.clusters',
      (id) => (id === undefined ? rows() : []),
      () => 'clusters',
    ),
    dispose() {
      for (const stop of stops) stop();
      view.tree.dispose();
    },
  };
  const stops = [
    clusters.onChange.add(() => view.tree.refreshSoon()),
    simulator.onClock.add(() => view.tree.refreshSoon()),
  ];
  return view;
}
