// Questions to a trace: why did this happen, and what came of it.
import type { Step, StepId } from './step.ts';

export class TraceIndex {
  private readonly byId = new Map<StepId, Step>();
  private readonly effects = new Map<StepId, StepId[]>();

  constructor(steps: Iterable<Step> = []) {
    for (const s of steps) this.add(s);
  }

  get size(): number {
    return this.byId.size;
  }

  add(step: Step): void {
    this.byId.set(step.id, step);
    for (const cause of step.causes) {
      const list = this.effects.get(cause);
      if (list) list.push(step.id);
      else this.effects.set(cause, [step.id]);
    }
  }

  get(id: StepId): Step | undefined {
    return this.byId.get(id);
  }

  /** The steps that this one directly caused. */
  effectsOf(id: StepId): Step[] {
    return (this.effects.get(id) ?? []).flatMap((e) => this.byId.get(e) ?? []);
  }

  /** How many steps name this one as a cause, those included that are not here yet. */
  effectCount(id: StepId): number {
    return this.effects.get(id)?.length ?? 0;
  }

  /** Every step that this one goes back to, itself included, oldest first. */
  ancestry(id: StepId): Step[] {
    const seen = new Set<StepId>();
    const stack = [id];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(...(this.byId.get(next)?.causes ?? []));
    }
    return [...seen].sort((a, b) => a - b).flatMap((s) => this.byId.get(s) ?? []);
  }

  /** The shortest chain of causes from the step back to something that nothing caused, the step first. */
  chain(id: StepId): Step[] {
    const via = new Map<StepId, StepId | undefined>([[id, undefined]]);
    const queue = [id];
    for (let i = 0; i < queue.length; i++) {
      const at = queue[i] as StepId;
      const step = this.byId.get(at);
      if (step && step.causes.length === 0) return this.unwind(at, via);
      for (const c of step?.causes ?? []) {
        if (via.has(c)) continue;
        via.set(c, at);
        queue.push(c);
      }
    }
    return [];
  }

  private unwind(from: StepId, via: Map<StepId, StepId | undefined>): Step[] {
    const out: Step[] = [];
    for (let at: StepId | undefined = from; at !== undefined; at = via.get(at)) {
      const step = this.byId.get(at);
      if (step) out.unshift(step);
    }
    return out;
  }
}
