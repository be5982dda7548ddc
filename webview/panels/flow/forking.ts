// Forks in the panel: the form that asks, the futures that came of it, and which of the traces the readings show.
import type { FlowObject } from '../../../src/protocol/flow.ts';
import type { Change, Comparison, Future } from '../../../src/protocol/futures.ts';
import { parseSteps } from '../../../src/trace/parse.ts';
import type { Filter } from '../../scene/filter.ts';
import { Replay } from '../../scene/replay.ts';
import { Story } from '../../scene/story.ts';
import { ForkForm } from './fork-form.ts';
import { Futures, type Shown } from './futures.ts';
import type { Answer, Host } from './host.ts';

/** What the panel does for its forks. */
export interface ForkPanel {
  readonly host: Host;
  /** The part that both columns take the place of. */
  readonly body: HTMLElement;
  /** What is shown now. */
  replay(): Replay | undefined;
  /** What was there before the first step, where times are told from, and what is hidden. */
  look(): { readonly objects: readonly FlowObject[]; readonly origin: number; readonly filter: Filter };
  /** What the reader last saw of a fork. */
  shown(): Shown;
  remember(shown: Shown): void;
  /** Another trace for all readings. */
  use(replay: Replay): void;
  show(): void;
  goToStep(id: number): void;
  /** The form has been closed, or a fork has come of it. */
  back(): void;
  exportTrace(replay: Replay, future: 'without' | 'with'): Promise<void>;
  copy(markdown: string): void;
}

export class Forking {
  readonly form: ForkForm;
  readonly futures: Futures;
  private readonly panel: ForkPanel;
  /** The trace itself, which grows. */
  private base: Replay | undefined;
  private replays: { readonly [future in 'without' | 'with']: Replay } | undefined;
  private simulated = false;

  constructor(panel: ForkPanel) {
    this.panel = panel;
    const { host } = panel;
    this.form = new ForkForm({
      run: (change, forUs, repeat) => this.run(change, forUs, repeat),
      cancel: () => void host.ask({ type: 'endFork' }),
      manifest: (object) => host.ask({ type: 'manifest', stepId: this.stepId, ...(object ? { object } : {}) }),
      close: () => panel.back(),
    });
    this.futures = new Futures({
      show: (shown) => this.show(shown),
      visit: (future, id) => {
        this.show(future);
        panel.goToStep(id);
      },
      discard: () => this.discard(),
      exportBoth: () => void this.exportBoth(),
      copy: (markdown) => panel.copy(markdown),
    });
  }

  /** The trace that the panel was given. */
  get trace(): Replay | undefined {
    return this.base;
  }

  /** `simulated`: it can run again from a step. */
  begin(base: Replay, simulated: boolean): void {
    this.base = base;
    this.simulated = simulated;
    this.replays = undefined;
    this.futures.clear();
    this.panel.body.hidden = false;
  }

  /** Why there can be no fork here; undefined where there can. */
  get unavailable(): string | undefined {
    if (!this.simulated) return 'only the simulator can run again from a step';
    const replay = this.panel.replay();
    if (!replay || replay.position < 0) return 'go to a step first';
    const shared = this.futures.current?.fork ?? 0;
    if (replay !== this.base && this.stepId > shared) return 'this step is in a fork already; go to one that happened';
    return undefined;
  }

  /** The last step that the future which is shown has in common with the trace; undefined where the trace is shown. */
  get sharedUpTo(): number | undefined {
    return this.panel.replay() === this.base ? undefined : this.futures.current?.fork;
  }

  /** Whether both futures take the place of the readings. */
  get isBoth(): boolean {
    return this.futures.current !== undefined && !this.futures.view.hidden;
  }

  setFilter(filter: Filter): void {
    for (const one of [this.base, ...Object.values(this.replays ?? {})]) one?.setFilter(filter);
  }

  forked(comparison: Comparison): void {
    const { base, panel } = this;
    if (!base) return;
    const { objects, origin, filter } = panel.look();
    const { fork, without, with: changed } = comparison;
    const checked = { ...comparison, without: checkedFuture(without, fork), with: checkedFuture(changed, fork) };
    const shared = base.story.steps.filter(({ id }) => id <= fork);
    const replayOf = ({ steps }: Future): Replay =>
      new Replay(new Story(base.story.topology, objects, [...shared, ...steps]), filter);
    this.replays = { without: replayOf(checked.without), with: replayOf(checked.with) };
    const stories = { without: this.replays.without.story, with: this.replays.with.story };
    this.futures.set(checked, base.story, origin, stories);
    panel.back();
    // The panel that asked shows both; one that was hidden or reloaded goes on with what it showed.
    this.show(panel.shown());
  }

  show(shown: Shown): void {
    const { base, panel, replays } = this;
    if (!base) return;
    const replay = panel.replay();
    const next = (shown === 'both' || shown === 'trace' ? undefined : replays?.[shown]) ?? base;
    if (next !== replay) {
      const at = replay?.story.steps[replay.position]?.at ?? this.futures.current?.at;
      panel.use(next);
      next.seekPosition(at === undefined ? -1 : next.story.steps.findLastIndex((step) => step.at <= at));
    }
    panel.remember(shown);
    panel.body.hidden = shown === 'both';
    this.futures.mark(shown);
    panel.show();
  }

  private get stepId(): number {
    const replay = this.panel.replay();
    return replay?.story.steps[replay.position]?.id ?? 0;
  }

  private run(change: Change, forUs: number, repeat: boolean): Promise<Answer> {
    this.panel.remember('both');
    const progress = (done: number): void => this.form.progress(done);
    return this.panel.host.ask({ type: 'fork', stepId: this.stepId, change, forUs, repeat }, progress);
  }

  private discard(): void {
    this.show('trace');
    this.futures.clear();
    this.replays = undefined;
    void this.panel.host.ask({ type: 'endFork' });
    this.panel.back();
  }

  private async exportBoth(): Promise<void> {
    for (const future of ['without', 'with'] as const) {
      const replay = this.replays?.[future];
      if (replay) await this.panel.exportTrace(replay, future);
    }
  }
}

/** Steps are looked at one by one; what cannot be read is left out. */
function checkedFuture(future: Future, fork: number): Future {
  return { ...future, steps: parseSteps(future.steps, fork).steps };
}
