// The messages of a step: what the API server told the actor before (a watch delivery, implied by a cause that someone else
// wrote), then the request, then the write to etcd; or the call from one part of a node to another.
import { broughtBy } from '../../src/trace/fanout.ts';
import { isWrite } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';
import type { Box } from './boxes.ts';
import { isRefusal } from './gates.ts';
import type { Point, Rect } from './geometry.ts';
import { textWidth } from './geometry.ts';
import { boxOf, type Layout } from './layout.ts';
import { route } from './route.ts';
import type { Story } from './story.ts';

export type HopKind = 'watch' | 'request' | 'storage' | 'call';

export interface Hop {
  readonly id: string;
  readonly kind: HopKind;
  readonly from: string;
  readonly to: string;
  /** Id of the component that sends. */
  readonly component: string;
  readonly points: readonly Point[];
  /** The word beside the line; empty where the boxes say it. */
  readonly tag: string;
  readonly tagAt: Rect;
  /** In full, for a tooltip. */
  readonly title: string;
  readonly refused: boolean;
}

export const TAG_SIZE = 10.5;
/** Fits into the gap between two rows of workers. */
export const TAG_HEIGHT = 13;

export function hopsOf(story: Story, layout: Layout, step: Step): Hop[] {
  const actor = boxOf(layout, story, step.actor, step.at);
  const api = layout.boxes.find((box) => box.component === 'kube-apiserver');
  if (!actor || !api) return [];
  const hops: Hop[] = [];
  const brought = broughtBy(story.index, step);
  if (brought.length > 0 && actor !== api) hops.push(hop('watch', api, actor, 'watch', watchText(brought), layout));
  if (step.request) hops.push(...requestHops(step, actor, api, layout));
  const call = callHop(story, layout, step);
  if (call) hops.push(call);
  return hops;
}

function requestHops(step: Step, actor: Box, api: Box, layout: Layout): Hop[] {
  const { request } = step;
  if (!request || actor === api) return [];
  const refused = isRefusal(request);
  const line = `${request.method} ${request.path} → ${request.code}`;
  const hops = [hop('request', actor, api, request.method, line, layout, refused)];
  const etcd = layout.boxes.find((box) => box.component === 'etcd' && box.node === api.node);
  if (etcd && isWrite(step)) {
    hops.push(hop('storage', api, etcd, '', `written at revision ${step.resourceVersion ?? 'unknown'}`, layout));
  }
  return hops;
}

function watchText(brought: readonly Step[]): string {
  const object = brought.at(-1)?.object;
  const more = brought.length > 1 ? ` and ${brought.length - 1} more` : '';
  return `watch: ${object ? `${object.resource}/${object.name}` : 'something'}${more} changed`;
}

/** Who calls whom through the interfaces on a node. */
const INTERFACES: { readonly [api: string]: readonly [caller: string, callee: string] } = {
  CRI: ['kubelet', 'container-runtime'],
  CNI: ['container-runtime', 'cni'],
  CSI: ['kubelet', 'csi-driver'],
};

/** The call that a step on a node is, whichever side recorded it. */
function callHop(story: Story, layout: Layout, step: Step): Hop | undefined {
  const { actor, detail } = step;
  const sides = detail?.type === 'node' ? INTERFACES[detail.api ?? ''] : undefined;
  if (!sides?.includes(actor.component)) return undefined;
  const on = actor.node === undefined ? {} : { node: actor.node };
  const [caller, callee] = sides.map((component) => boxOf(layout, story, { component, ...on }, step.at));
  if (caller?.component !== sides[0] || callee?.component !== sides[1]) return undefined;
  return hop('call', caller, callee, '', `${step.action}: ${step.text}`, layout);
}

function hop(kind: HopKind, from: Box, to: Box, tag: string, title: string, layout: Layout, refused = false): Hop {
  const side = kind === 'watch' ? -1 : 1;
  const points = route(layout, from, to, kind === 'watch' || kind === 'request' ? side : 0);
  // Where a machine is one box, its kubelet is what talks.
  const component = from.component ?? (from.kind === 'node' ? 'kubelet' : '');
  return {
    id: `${kind} ${from.id} ${to.id}`,
    kind,
    from: from.id,
    to: to.id,
    component,
    points,
    tag,
    tagAt: tagAt(kind === 'watch' ? points.toReversed() : points, tag, side),
    title,
    refused,
  };
}

/** Beside the end that is not the API server's, so that every message of a step has its word where the line is its own. */
function tagAt(points: readonly Point[], tag: string, side: number): Rect {
  const w = textWidth(tag, TAG_SIZE) + 8;
  const a = points[0] ?? { x: 0, y: 0 };
  const b = points[1] ?? a;
  if (Math.abs(a.y - b.y) < 1) return { x: (a.x + b.x) / 2 - w / 2, y: a.y - TAG_HEIGHT - 3, w, h: TAG_HEIGHT };
  const x = side < 0 ? a.x - w - 4 : a.x + 4;
  const up = b.y < a.y;
  const near = 0.5;
  return { x, y: up ? a.y - TAG_HEIGHT - near : a.y + near, w, h: TAG_HEIGHT };
}
