// Walks all containers of a pod in upstream's order (pkg/apis/core/pods.VisitContainersWithPath).
import type { PodSpec } from '../../../../model/generated/core.v1.ts';
import type { Loose, Path } from '../field.ts';
import type { LooseContainer } from './containers.ts';

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

export function eachContainer(
  spec: Loose<PodSpec>,
  path: Path,
  visit: (container: LooseContainer, at: () => Path) => void,
): void {
  for (const list of LISTS) {
    const containers: readonly LooseContainer[] = spec[list] ?? [];
    for (const [i, container] of containers.entries()) visit(container, () => path.child(list).index(i));
  }
}
