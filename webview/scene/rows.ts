// What etcd holds, as far as the drawing shows it: the objects that make pods, with how many are ready of how many wanted.
import { objectKey } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';
import { fit, type Rect, textWidth } from './geometry.ts';
import type { Layout } from './layout.ts';
import type { Story, WorkloadView } from './story.ts';

/** An object that etcd holds. */
export interface ObjectRow {
  readonly key: string;
  readonly rect: Rect;
  readonly name: string;
  readonly ready: string;
  readonly current: boolean;
  readonly title: string;
}

export const ROW = 20;

export function objectRows(story: Story, layout: Layout, count: number, current: Step | undefined): ObjectRow[] {
  const { objects } = layout;
  const room = Math.max(1, Math.floor(objects.h / ROW));
  const all = story.workloadsAt(count);
  const shown = all.length > room ? all.slice(0, room - 1) : all;
  const key = current?.object && objectKey(current.object);
  return shown.map((view, i) =>
    row(view, { x: objects.x, y: objects.y + i * ROW, w: objects.w, h: ROW }, view.key === key),
  );
}

function row(view: WorkloadView, rect: Rect, current: boolean): ObjectRow {
  const ready = view.terminating ? 'deleting' : view.wanted === undefined ? '' : `${view.ready}/${view.wanted}`;
  const room = rect.w - (ready === '' ? 0 : textWidth(ready, 11) + 10);
  return {
    key: view.key,
    rect,
    name: fit(`${SHORT[view.ref.kind] ?? view.ref.kind} ${view.ref.name}`, room, 11),
    ready,
    current,
    title: `${view.ref.kind} ${view.ref.namespace ?? ''}/${view.ref.name}${ready === '' ? '' : `: ${ready} ready`}`,
  };
}

const SHORT: { readonly [kind: string]: string } = {
  Deployment: 'deploy',
  ReplicaSet: 'rs',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
};
