// Links that are cut: of a machine that is stopped, or whose kubelet is, nothing reaches the API server.
import type { SceneBox } from './boxes.ts';
import type { Point } from './geometry.ts';

export interface Cut {
  readonly id: string;
  /** Where the link leaves the machine, and where it ends. */
  readonly from: Point;
  readonly to: Point;
  readonly title: string;
}

/** Short enough for the gap between two rows of workers. */
const STUB = 13;

export function cutsOf(boxes: readonly SceneBox[]): Cut[] {
  const kubelets = new Map(boxes.flatMap((box) => (box.component === 'kubelet' ? [[box.node, box] as const] : [])));
  const out: Cut[] = [];
  for (const { kind, node, rect, stopped } of boxes) {
    const kubelet = kubelets.get(node);
    // Machines of the control plane have the API server on them, or above them.
    if (kind !== 'node' || node === undefined || kubelet?.rect.y === undefined || !isWorker(boxes, node)) continue;
    if (!stopped && !kubelet.stopped) continue;
    const x = kubelet.rect.x + kubelet.rect.w / 2;
    const what = stopped ? `${node} is stopped` : `The kubelet on ${node} is stopped`;
    const title = `${what}: nothing from there reaches the API server`;
    out.push({ id: `cut ${node}`, from: { x, y: rect.y }, to: { x, y: rect.y - STUB }, title });
  }
  return out;
}

function isWorker(boxes: readonly SceneBox[], node: string): boolean {
  return !boxes.some((box) => box.node === node && box.component === 'kube-apiserver');
}
