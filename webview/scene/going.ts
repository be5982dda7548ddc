// Where to go from a step other than to its neighbour: along its causes, along its effects, along its object.
import { isWrite, objectKey } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';
import type { Story } from './story.ts';

export type Way = 'cause' | 'effect' | 'object-before' | 'object-after';

/** Position of the step that lies there; undefined where there is none. */
export function goingTo(story: Story, position: number, way: Way): number | undefined {
  const step = story.steps[position];
  if (!step) return undefined;
  if (way === 'cause') return last(step.causes.flatMap((id) => before(story.positionOf(id), position)));
  if (way === 'effect') {
    const effects = story.index.effectsOf(step.id).filter((effect) => !effect.routine);
    return effects.flatMap(({ id }) => story.positionOf(id) ?? []).toSorted((a, b) => a - b)[0];
  }
  return nextOfObject(story, step, position, way === 'object-after' ? 1 : -1);
}

/** The next step that changed the same object, or was about it without being a request. */
function nextOfObject(story: Story, { object }: Step, position: number, by: 1 | -1): number | undefined {
  if (!object) return undefined;
  const list = story.stepsAbout(objectKey(object)).filter((at) => (at - position) * by > 0 && tells(story.steps[at]));
  return by > 0 ? list[0] : list.at(-1);
}

function tells(step: Step | undefined): boolean {
  return step !== undefined && !step.routine && (step.request === undefined || isWrite(step));
}

function before(found: number | undefined, position: number): number[] {
  return found !== undefined && found < position ? [found] : [];
}

/** The newest. */
function last(positions: readonly number[]): number | undefined {
  return positions.length === 0 ? undefined : Math.max(...positions);
}
