// The simulator's side of a trace: drafts go in, steps come out. A draft keeps references to immutable objects and
// computes its text and its field changes only when somebody reads the step, so that recording costs little.
import type { FieldChange, RequestInfo, Step, StepDetail, StepId } from './step.ts';

type Lazy<T> = T | (() => T);

/** A step that is not rendered yet. Thunks must depend on nothing that changes later. */
export interface StepDraft extends Omit<Step, 'id' | 'text' | 'changed' | 'detail' | 'request'> {
  readonly text: Lazy<string>;
  readonly changed?: Lazy<readonly FieldChange[]>;
  readonly detail?: Lazy<StepDetail>;
  readonly request?: Lazy<RequestInfo>;
}

export interface StepSink {
  record(draft: StepDraft): StepId;
}

function force<T>(value: Lazy<T>): T {
  return typeof value === 'function' ? (value as () => T)() : value;
}

export class TraceLog implements StepSink {
  private readonly drafts: StepDraft[] = [];

  get length(): number {
    return this.drafts.length;
  }

  record(draft: StepDraft): StepId {
    return this.drafts.push(draft);
  }

  /** The step with this id; undefined where there is none. */
  get(id: StepId): Step | undefined {
    const draft = this.drafts[id - 1];
    if (draft === undefined) return undefined;
    const { text, changed, detail, request, ...rest } = draft;
    return {
      id,
      ...rest,
      ...(request === undefined ? {} : { request: force(request) }),
      ...(changed === undefined ? {} : { changed: force(changed) }),
      ...(detail === undefined ? {} : { detail: force(detail) }),
      text: force(text),
    };
  }

  /** Steps after `id`, oldest first, `limit` at the most. */
  after(id: StepId, limit = Number.POSITIVE_INFINITY): Step[] {
    const out: Step[] = [];
    for (let i = id + 1; i <= this.drafts.length && out.length < limit; i++) {
      const step = this.get(i);
      if (step !== undefined) out.push(step);
    }
    return out;
  }
}
