// The simulator's side of a trace: drafts go in, steps come out. A draft keeps references to immutable objects and
// computes its text and its field changes only when somebody reads the step, so that recording costs little.
import type { Exchange } from './exchange.ts';
import type { FieldChange, RequestInfo, Step, StepDetail, StepId } from './step.ts';

type Lazy<T> = T | (() => T);

/** A step that is not rendered yet. Thunks must depend on nothing that changes later. */
export interface StepDraft extends Omit<Step, 'id' | 'text' | 'changed' | 'detail' | 'request'> {
  readonly text: Lazy<string>;
  readonly changed?: Lazy<readonly FieldChange[]>;
  readonly detail?: Lazy<StepDetail>;
  readonly request?: Lazy<RequestInfo>;
}

/** A step that is made as a whole when somebody reads it, for steps of which there are very many. */
export interface DeferredStep {
  readonly routine: true | undefined;
  /** Plural, of the object that it is about; "" for none. */
  readonly resource: string;
  step(): Omit<Step, 'id'>;
  /** What went over the wire, where the step is a request. */
  exchange?(): Exchange;
}

export interface StepSink {
  record(draft: StepDraft | DeferredStep): StepId;
}

function force<T>(value: Lazy<T>): T {
  return typeof value === 'function' ? (value as () => T)() : value;
}

/** How many steps of upkeep are kept: a thousand nodes say "I am here" a hundred times a second, for as long as they run. */
const KEEP_ROUTINE = 20_000;

export class TraceLog implements StepSink {
  private readonly drafts: (StepDraft | DeferredStep | undefined)[] = [];
  /** Ids of the steps of upkeep that are kept, in a ring. */
  private readonly routine: StepId[] = [];
  private readonly keepRoutine: number;
  private routines = 0;

  constructor(keepRoutine = KEEP_ROUTINE) {
    this.keepRoutine = keepRoutine;
  }

  /** How many steps were recorded: the id of the last. */
  get length(): number {
    return this.drafts.length;
  }

  record(draft: StepDraft | DeferredStep): StepId {
    const id = this.drafts.push(draft);
    if (draft.routine) this.makeRoom(id);
    return id;
  }

  /** Of upkeep the oldest step makes room for the newest; other steps stay. */
  private makeRoom(id: StepId): void {
    const slot = this.routines++ % this.keepRoutine;
    const old = this.routine[slot];
    if (old !== undefined) this.drafts[old - 1] = undefined;
    this.routine[slot] = id;
  }

  /** Whether a step with this id was recorded and, being old upkeep, is no longer kept. */
  dropped(id: StepId): boolean {
    return id >= 1 && id <= this.drafts.length && this.drafts[id - 1] === undefined;
  }

  /** The step with this id; undefined where there is none, or where it was dropped. */
  get(id: StepId): Step | undefined {
    const draft = this.drafts[id - 1];
    if (draft === undefined) return undefined;
    if ('step' in draft) return { id, ...draft.step() };
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

  /** What went over the wire for a step; undefined where it is no request, or was dropped. */
  exchange(id: StepId): Exchange | undefined {
    const draft = this.drafts[id - 1];
    return draft && 'step' in draft ? draft.exchange?.() : undefined;
  }

  private resourceOf(id: StepId): string {
    const draft = this.drafts[id - 1];
    if (draft === undefined) return '';
    return 'step' in draft ? draft.resource : (draft.object?.resource ?? '');
  }

  /** Steps after `id`, oldest first, `limit` at the most, about these resources alone. Those that were dropped are left out. */
  after(id: StepId, limit = Number.POSITIVE_INFINITY, about?: ReadonlySet<string>): Step[] {
    const out: Step[] = [];
    for (let i = id + 1; i <= this.drafts.length && out.length < limit; i++) {
      if (about !== undefined && !about.has(this.resourceOf(i))) continue;
      const step = this.get(i);
      if (step !== undefined) out.push(step);
    }
    return out;
  }
}
