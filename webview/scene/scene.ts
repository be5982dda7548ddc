// One picture: the cluster after so many steps, and what the last of them did. A plain value that a test can read.
import { objectKey } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';
import { amongOf } from './among.ts';
import type { Box, SceneBox } from './boxes.ts';
import { type Chip, crowdOf, type Tally } from './chips.ts';
import { type Cut, cutsOf } from './cuts.ts';
import { type Gate, gatesOf } from './gates.ts';
import type { Rect } from './geometry.ts';
import { type Hop, hopsOf } from './hops.ts';
import { type Label, labelsOf } from './labels.ts';
import { boxOf, type Layout } from './layout.ts';
import { type ObjectRow, objectRows } from './rows.ts';
import type { Story } from './story.ts';

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** How many steps had happened. */
  readonly count: number;
  readonly boxes: readonly SceneBox[];
  readonly labels: readonly Label[];
  readonly rows: readonly ObjectRow[];
  readonly gates: readonly Gate[];
  readonly chips: readonly Chip[];
  readonly tallies: readonly Tally[];
  readonly hops: readonly Hop[];
  readonly cuts: readonly Cut[];
  readonly unbound: Rect;
}

/**
 * The cluster after `count` steps of the story. `words` are those of a picture shortly before, which stay: who plays so fast
 * that nobody could read them spares their making.
 */
export function sceneOf(story: Story, layout: Layout, count: number, words?: readonly Label[]): Scene {
  const current = story.steps[count - 1];
  const hops = current ? hopsOf(story, layout, current) : [];
  const actor = current && boxOf(layout, story, current.actor, current.at);
  const taking = new Set([...hops.flatMap((hop) => [hop.from, hop.to]), ...(actor ? [actor.id] : [])]);
  const at = current?.at ?? 0;
  const boxes = layout.boxes.map((box) => sceneBox(story, box, taking, count, at));
  const rows = objectRows(story, layout, count, current);
  const gates = gatesOf(layout, current);
  const crowd = crowdOf(story, layout, count, current?.object && objectKey(current.object));
  return {
    width: layout.width,
    height: layout.height,
    count,
    boxes,
    rows,
    gates,
    ...crowd,
    hops,
    cuts: cutsOf(boxes),
    labels: words ?? labelsOf({ story, layout, boxes, rows, count, current }),
    unbound: layout.unbound,
  };
}

function sceneBox(story: Story, box: Box, taking: ReadonlySet<string>, count: number, at: number): SceneBox {
  const known = box.component === undefined ? undefined : story.component(box.component);
  const among = amongOf(story, box, at);
  return {
    ...box,
    ...(among ? { among } : {}),
    colour: known?.colour ?? (box.kind === 'outside' ? 'user' : 'none'),
    active: taking.has(box.id),
    stopped: box.kind !== 'outside' && story.isStopped(box.component, box.node, count),
    title: `${known ? `${known.name}: ${known.role}` : box.name}${among ? `\n${among.title}` : ''}`,
  };
}

/** What a screen reader says of the drawing. */
export function describe(story: Story, count: number, current: Step | undefined): string {
  const pods = story.podsAt(count);
  const ready = pods.filter((pod) => pod.look === 'ready').length;
  const nodes = story.topology.nodes.length;
  const state = `${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}, ${ready} ready.`;
  return current ? `${state} ${current.text}` : state;
}
