// Walks all containers of a pod in upstream's order (pkg/apis/core/pods.VisitContainersWithPath).
import type { Container, PodSpec } from '../../../../model/generated/core.v1.ts';
import type { Loose, Path } from '../field.ts';

export type LooseContainer = Loose<Container>;

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
