// Who acted on a write because a watch told him of it. The API server delivers each change to everyone who watches; a trace
// shows those who did something with it.
import { isWrite } from './fold.ts';
import type { TraceIndex } from './query.ts';
import type { Actor, Step, StepId } from './step.ts';

export class FanOuts {
  private readonly index: TraceIndex;
  private readonly known = new Map<StepId, { readonly effects: number; readonly first: readonly Step[] }>();

  constructor(index: TraceIndex) {
    this.index = index;
  }

  /** Of each who acted on the write, the first step; in the order of the trace. Upkeep does not count. */
  watchersOf(step: Step): readonly Step[] {
    const effects = this.index.effectCount(step.id);
    if (effects === 0 || !isWrite(step)) return [];
    const known = this.known.get(step.id);
    if (known?.effects === effects) return known.first;
    const first = new Map<string, Step>();
    for (const effect of this.index.effectsOf(step.id)) {
      const key = `${effect.actor.component}@${effect.actor.node ?? ''}`;
      if (!effect.routine && !sameActor(effect.actor, step.actor) && !first.has(key)) first.set(key, effect);
    }
    const list = [...first.values()];
    this.known.set(step.id, { effects, first: list });
    return list;
  }

  /** The same, where they are so many that views draw them as one. */
  of(step: Step): readonly Step[] {
    const watchers = this.watchersOf(step);
    return watchers.length > 1 ? watchers : [];
  }
}

export function sameActor(a: Actor, b: Actor): boolean {
  return a.component === b.component && a.node === b.node;
}

/** The writes of others that a step goes back to: what a watch brought. */
export function broughtBy(index: TraceIndex, step: Step): Step[] {
  return step.causes.flatMap((id) => {
    const cause = index.get(id);
    return cause !== undefined && isWrite(cause) && !sameActor(cause.actor, step.actor) ? cause : [];
  });
}
