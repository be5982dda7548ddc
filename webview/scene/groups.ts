// The rows of the sequence in groups: one for each object, or one for each thing that set others off.
import { objectKey } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';
import { actorName, deed } from '../../src/trace/words.ts';
import type { Story } from './story.ts';

export type Grouping = 'none' | 'object' | 'cause';

/** A step, by its index among the visible ones, or the heading of a group. */
export type GroupRow = { readonly index: number } | { readonly title: string; readonly count: number };

/** Groups come in the order of their first step; within one, time goes on. */
export function grouped(story: Story, visible: readonly number[], by: Exclude<Grouping, 'none'>): readonly GroupRow[] {
  const groups = new Map<string, { readonly title: string; readonly rows: number[] }>();
  const roots = new Map<number, Step>();
  visible.forEach((position, index) => {
    const step = story.steps[position];
    if (!step) return;
    const { key, title } = by === 'object' ? ofObject(step) : ofCause(story, rootOf(story, step, roots));
    const group = groups.get(key);
    if (group) group.rows.push(index);
    else groups.set(key, { title, rows: [index] });
  });
  return [...groups.values()].flatMap(({ title, rows }): GroupRow[] => [
    { title, count: rows.length },
    ...rows.map((index) => ({ index })),
  ]);
}

function ofObject({ object }: Step): { key: string; title: string } {
  if (!object) return { key: '', title: 'Without an object' };
  const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
  return { key: objectKey(object), title: `${object.kind} ${name}` };
}

function ofCause(story: Story, root: Step): { key: string; title: string } {
  return { key: String(root.id), title: `Because of ${actorName(story, root)}: ${deed(root)}` };
}

/** What it all began with: the oldest cause, over and over. */
function rootOf(story: Story, step: Step, known: Map<number, Step>): Step {
  const way: number[] = [];
  let at = step;
  for (;;) {
    const found = known.get(at.id);
    if (found) {
      at = found;
      break;
    }
    way.push(at.id);
    const cause: Step | undefined = at.causes.filter((id) => id < at.id).flatMap((id) => story.index.get(id) ?? [])[0];
    if (!cause) break;
    at = cause;
  }
  for (const id of way) known.set(id, at);
  return at;
}
