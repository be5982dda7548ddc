// The flow panel: takes the host's messages, holds the story and the reader's place in it, and keeps every part up to date.
import type { FlowObject, ToFlow } from '../../../src/protocol/flow.ts';
import { FLOW_PROTOCOL } from '../../../src/protocol/flow.ts';
import { parseSteps } from '../../../src/trace/parse.ts';
import type { Step } from '../../../src/trace/step.ts';
import { actorName, clock, duration } from '../../../src/trace/words.ts';
import type { Filter } from '../../scene/filter.ts';
import { Replay } from '../../scene/replay.ts';
import { Story } from '../../scene/story.ts';
import { Details } from './details.ts';
import { h } from './dom.ts';
import type { Seen } from './exports.ts';
import { Filters } from './filters.ts';
import { Forking } from './forking.ts';
import { GoMenu } from './go-menu.ts';
import { Host, type VsCode } from './host.ts';
import { keys } from './keys.ts';
import { type Memory, recall, TABS, type Tab } from './memory.ts';
import { allHidden, empty, loading, silent } from './notice.ts';
import { Notices } from './notices.ts';
import { Outgoing, type Showing } from './outgoing.ts';
import { Player, type PlayerFace } from './player.ts';
import type { Reading } from './reading.ts';
import { Sequence } from './sequence.ts';
import { Stage } from './stage.ts';
import { TimelineReading } from './timeline.ts';
import { Toolbar } from './toolbar.ts';
import { Transcript } from './transcript.ts';

/** ms without an answer before the panel says so. */
const PATIENCE = 8_000;
/** Above this speed nobody follows each step: the picture stays where it is, and the words beside it come so often, ms. */
const FOLLOWED = 50;
const GLANCE = 400;

type Init = Extract<ToFlow, { readonly type: 'init' }>;

export class Panel {
  private readonly host: Host;
  private readonly vscode: VsCode;
  private memory: Memory;
  /** What is shown: the trace, or one of its futures. */
  private replay: Replay | undefined;
  private source: Init['source'] | undefined;
  /** What was there before the first step. */
  private objects: readonly FlowObject[] = [];
  private origin = 0;
  private epochMs: number | undefined;
  private running = false;
  private asked = false;
  private readonly body = h('main', { class: 'body' });
  private readonly live = h('p', { class: 'sr', 'aria-live': 'polite' });
  private readonly notices = new Notices(this.body);
  private readonly player: Player;
  private readonly toolbar: Toolbar;
  private readonly go: GoMenu;
  private readonly out: Outgoing;
  private readonly filters: Filters;
  private readonly details: Details;
  private readonly stage: Stage;
  private readonly forking: Forking;
  /** All but the drawing, which plays. */
  private readonly readings: {
    readonly sequence: Sequence;
    readonly timeline: TimelineReading;
    readonly transcript: Transcript;
  };

  constructor(root: HTMLElement, vscode: VsCode) {
    this.vscode = vscode;
    this.host = new Host(vscode);
    this.memory = recall(vscode.getState());
    this.player = new Player(this.face());
    this.go = this.goMenu();
    this.out = this.outgoing();
    this.toolbar = new Toolbar({
      toggle: () => this.player.toggle(),
      step: (by) => this.player.step(by),
      restart: () => this.player.seek(-1),
      seek: (index) => this.player.seek(index),
      speed: (speed) => this.remember({ speed }),
      tab: (tab) => this.openTab(tab),
      why: () => this.toggleWhy(),
      fork: () => this.toggleFork(),
      go: this.go.menu,
      export: (form) => void this.out.export(form),
    });
    this.filters = new Filters(this.memory.filter, (filter) => this.setFilter(filter));
    this.details = new Details({
      go: (id) => this.goToStep(id),
      follow: (object) => this.filters.follow(object),
      open: (object) => void this.out.request({ type: 'openObject', object }),
      page: (object, path) => void this.out.request({ type: 'openField', object, path }),
      explain: (object, path) => this.out.explain(object, path),
      exchange: (stepId) => this.out.exchange(stepId, this.forking.sharedUpTo),
    });
    this.forking = new Forking({
      host: this.host,
      body: this.body,
      replay: () => this.replay,
      look: () => ({ objects: this.objects, origin: this.origin, filter: this.memory.filter }),
      shown: () => this.memory.shown,
      remember: (shown) => this.remember({ shown }),
      use: (replay) => this.use(replay),
      show: () => this.show(),
      goToStep: (id) => this.goToStep(id),
      back: () => this.leaveFork(),
      exportTrace: (replay, future) => this.out.export('trace', replay, future),
      copy: (markdown) => void this.out.copy(markdown),
    });
    this.stage = new Stage(() => this.redraw(), {
      go: (id) => this.goToStep(id),
      looked: (focus) => {
        this.remember({ focus });
        this.redraw();
      },
    });
    this.stage.setFocus(this.memory.focus);
    this.readings = this.makeReadings();
    this.build(root);
    this.host.listen(
      (message) => this.take(message),
      (problem) => {
        this.host.send({ type: 'error', message: problem });
        this.notices.misunderstood(problem);
      },
    );
    this.hello();
  }

  private makeReadings(): Panel['readings'] {
    const go = (index: number): void => this.player.seek(index);
    return {
      sequence: new Sequence({
        go,
        goTo: (id) => this.goToStep(id),
        memory: this.memory,
        remember: (part) => this.remember(part),
      }),
      timeline: new TimelineReading(go, {
        axis: this.memory.axis,
        remember: (axis) => this.remember({ axis }),
        select: (range) => this.filters.setRange(range),
      }),
      transcript: new Transcript(go, () => void this.out.copy()),
    };
  }

  private face(): PlayerFace {
    return {
      show: () => this.show(),
      tell: () => this.tell(),
      update: () => this.update(),
      animate: (speed) => this.stage.play((this.replay?.position ?? -1) + 1, speed),
      wait: pause,
      speed: () => this.memory.speed,
      running: () => this.running,
    };
  }

  private build(root: HTMLElement): void {
    const views = TABS.map((tab) => [tab, this.viewOf(tab)] as const);
    for (const [tab, view] of views) {
      view.id = `view-${tab}`;
      view.setAttribute('role', 'tabpanel');
      view.setAttribute('aria-labelledby', `tab-${tab}`);
    }
    const { inner } = this.notices;
    const reading = h('div', { class: 'reading' }, this.filters.element, inner, ...views.map(([, view]) => view));
    this.body.append(reading, this.details.element);
    root.replaceChildren(
      this.toolbar.element,
      this.forking.futures.bar,
      this.notices.banner.element,
      this.notices.element,
      this.body,
      this.forking.futures.view,
      this.live,
    );
    keys(root, {
      toggle: () => this.player.toggle(),
      step: (by) => this.player.step(by),
      start: () => this.player.seek(-1),
      end: () => this.player.seek(Number.POSITIVE_INFINITY),
      why: () => this.toggleWhy(),
      fork: () => this.toggleFork(),
      go: (way) => this.go.take(way),
    });
    this.openTab(this.memory.tab);
  }

  private hello(): void {
    this.notices.instead(loading());
    this.host.send({ type: 'ready', protocol: FLOW_PROTOCOL });
    window.setTimeout(() => {
      if (!this.replay) this.notices.instead(silent(() => this.hello()));
    }, PATIENCE);
  }

  private take(message: ToFlow): void {
    if (message.type === 'init') this.init(message);
    else if (message.type === 'error') this.notices.show(message.message, message.advice);
    else if (!this.replay) return;
    else if (message.type === 'steps') this.append(message.from, message.steps);
    else if (message.type === 'topology') this.setTopology(message.topology);
    else if (message.type === 'forked') this.forking.forked(message.comparison);
    else if (message.type === 'reveal') this.reveal(message);
    else if (message.type === 'state') {
      this.running = message.clock.running;
      this.update();
    }
  }

  private init(message: Init): void {
    const { steps, problems } = parseSteps(message.steps);
    const story = new Story(message.topology, message.objects, steps);
    const first = message.startAt === undefined ? undefined : story.index.get(message.startAt);
    this.source = message.source;
    this.objects = message.objects ?? [];
    this.running = message.clock?.running ?? false;
    this.epochMs = message.epochMs;
    this.readings.timeline.setEpoch(message.epochMs);
    this.origin = Math.min(first?.request?.sentAt ?? Number.POSITIVE_INFINITY, first?.at ?? steps[0]?.at ?? 0);
    if (this.memory.source !== message.source.id) this.readings.sequence.fold();
    const file = message.source.kind === 'file' || message.source.kind === 'audit' ? message.source.id : '';
    this.remember({ filter: this.filters.begin(this.origin, this.memory.source === message.source.id), file });
    const base = new Replay(story, this.memory.filter);
    this.forking.begin(base, message.source.kind === 'simulator');
    this.use(base);
    this.notices.banner.hide();
    this.notices.leftOut(problems);
    this.notices.unknown(steps);
    const known = this.memory.source === message.source.id && story.positionOf(this.memory.stepId) !== undefined;
    const start = known ? this.memory.stepId : message.startAt;
    const position = start === undefined ? undefined : story.positionOf(start);
    base.seekPosition(position === undefined ? -1 : known ? position : position - 1);
    this.show();
    if (!known && message.autoplay && !this.stage.reducedMotion) this.player.play();
  }

  /** Another trace for all readings. */
  private use(replay: Replay): void {
    this.replay = replay;
    this.player.setReplay(replay);
    this.stage.setStory(replay.story);
    this.filters.grow(replay.story);
    for (const one of Object.values(this.readings)) one.reset(replay, this.origin);
  }

  private append(from: number, list: readonly Step[]): void {
    const replay = this.forking.trace;
    if (!replay) return;
    const { story } = replay;
    if (from !== story.length) {
      if (!this.asked) this.host.send({ type: 'resync', have: story.length });
      this.asked = true;
      return;
    }
    this.asked = false;
    const { steps, problems } = parseSteps(list, story.steps.at(-1)?.id);
    const first = story.length === 0;
    story.append(steps);
    replay.grow();
    this.notices.leftOut(problems);
    this.notices.unknown(steps);
    if (this.replay !== replay) return;
    this.filters.grow(story);
    for (const one of Object.values(this.readings)) one.grow();
    if (first) this.detail();
    this.update();
  }

  private setTopology(topology: Parameters<Stage['setStory']>[0]['topology']): void {
    const base = this.forking.trace;
    if (!base) return;
    base.story.topology = topology;
    if (this.replay !== base) return;
    this.stage.setStory(base.story);
    this.redraw();
  }

  private reveal({ stepId, play, why }: Extract<ToFlow, { readonly type: 'reveal' }>): void {
    if (this.forking.futures.current) this.forking.show('trace');
    this.goToStep(stepId);
    if (play) this.player.play();
    if (why) this.toggleWhy();
  }

  // Where the reader is ------------------------------------------------------------------------------------------------

  private goToStep(id: number): void {
    const { replay } = this;
    const position = replay?.story.positionOf(id);
    if (!replay || position === undefined) {
      this.notices.show(`Step ${id} is not in this trace.`, 'It may be older than what the panel was given.');
      return;
    }
    if (!replay.isShown(position)) this.filters.reset();
    this.player.visit(position);
  }

  private setFilter(filter: Filter): void {
    this.remember({ filter });
    const { replay } = this;
    if (!replay) return;
    this.forking.setFilter(filter);
    for (const one of Object.values(this.readings)) one.reset(replay, this.origin);
    this.show();
  }

  private goMenu(): GoMenu {
    return new GoMenu({
      place: () => this.replay && { story: this.replay.story, position: this.replay.position },
      visit: (id) => this.goToStep(id),
      range: (range) => this.filters.setRange(range),
    });
  }

  private toggleFork(): void {
    const no = this.forking.unavailable;
    if (no !== undefined) {
      this.live.textContent = `No fork here: ${no}.`;
      return;
    }
    this.player.stop();
    if (this.forking.isBoth) this.forking.show('trace');
    if (this.mode === 'fork') {
      this.leaveFork();
      return;
    }
    this.mode = 'fork';
    this.detail();
    this.update();
  }

  private leaveFork(): void {
    this.mode = 'step';
    this.detail();
    this.update();
    this.details.element.focus();
  }

  // What is shown ------------------------------------------------------------------------------------------------------

  /** Everything, at once. */
  private show(): void {
    this.redraw();
    this.tell();
  }

  private redraw(): void {
    const { replay } = this;
    if (replay) this.stage.show(replay.position + 1, this.isBlur);
  }

  /** The words for where the reader is; the drawing is shown or played besides. */
  private tell(): void {
    const { replay } = this;
    if (!replay) return;
    this.mode = 'step';
    if (this.memory.tab !== 'cluster') this.readings[this.memory.tab].setCurrent(replay.cursor);
    if (this.isBlur) {
      this.update();
      return;
    }
    this.told = performance.now();
    this.detail();
    const step = replay.story.steps[replay.position];
    if (step) this.remember({ source: this.source?.id ?? '', stepId: step.id });
    if (step && (!this.player.playing || this.memory.speed <= 1)) {
      this.live.textContent = `${actorName(replay.story, step)} ${step.text}`;
    }
    this.update();
  }

  private get hurried(): boolean {
    return this.player.playing && this.memory.speed > FOLLOWED;
  }

  /** Nobody could read words now: they come at the next glance. */
  private get isBlur(): boolean {
    return this.hurried && performance.now() - this.told < GLANCE;
  }

  /** When the words beside the reading were last made, ms. */
  private told = 0;

  /** What stands beside the reading: the step, why it happened, or the form for a fork. */
  private mode: 'step' | 'why' | 'fork' = 'step';

  private toggleWhy(): void {
    if (!this.replay || this.replay.position < 0) return;
    this.player.stop();
    this.mode = this.mode === 'why' ? 'step' : 'why';
    this.detail();
    this.redraw();
    this.update();
    this.details.element.focus();
  }

  private detail(): void {
    const { replay } = this;
    const step = replay?.story.steps[replay.position];
    if (!replay) return;
    // Of a cluster where nothing has happened yet there is something to see.
    if (replay.story.length === 0) this.details.show(empty(this.source, this.running));
    else if (!step) this.details.intro(replay.story, replay.visible.length, this.source?.name ?? 'this trace');
    else if (this.mode === 'fork') {
      this.details.show(this.forking.form.element);
      this.forking.form.open(replay.story, replay.position + 1, this.origin);
    } else if (this.mode === 'why') this.details.why(replay.story, step, this.origin, () => this.toggleWhy());
    else this.details.step(replay.story, step, this.origin);
  }

  private update(): void {
    const { replay } = this;
    if (!replay) return;
    const step = replay.story.steps[replay.position];
    const at = step ? step.at - this.origin : 0;
    this.toolbar.update({
      playing: this.player.playing,
      cursor: replay.cursor,
      total: replay.visible.length,
      clock: clock(at),
      spoken: step
        ? `step ${replay.cursor + 1} of ${replay.visible.length}, ${duration(at)}, ${actorName(replay.story, step)}`
        : 'before the first step',
      speed: this.memory.speed,
      tab: this.memory.tab,
      canAskWhy: step !== undefined,
      noFork: this.forking.unavailable,
    });
    const hidden = replay.story.length - replay.visible.length;
    const nothing = replay.story.length === 0 && this.objects.length === 0;
    this.notices.instead(nothing ? empty(this.source, this.running) : undefined);
    const none = replay.visible.length === 0 && hidden > 0;
    const all = (): void => this.filters.reset(replay.story.steps.some(({ routine }) => !routine));
    this.notices.within(none ? hidden : 0, () => allHidden(hidden, all));
  }

  private viewOf(tab: Tab): HTMLElement {
    return tab === 'cluster' ? this.stage.element : this.readings[tab].element;
  }

  private openTab(tab: Tab): void {
    this.remember({ tab });
    for (const one of TABS) this.viewOf(one).hidden = one !== tab;
    this.body.dataset.tab = tab;
    if (this.replay) this.show();
  }

  // What is asked of the host --------------------------------------------------------------------------------------------

  private outgoing(): Outgoing {
    return new Outgoing({
      host: this.host,
      showing: () => this.showing(),
      complain: (message, advice) => this.notices.show(message, advice),
      say: (text) => {
        this.live.textContent = text;
      },
      show: () => this.show(),
    });
  }

  private showing(): Showing | undefined {
    const { replay, source, origin, objects, epochMs } = this;
    if (!replay || !source) return undefined;
    const { tab, shown } = this.memory;
    const reading: Pick<Reading, 'seen'> = tab === 'cluster' ? this.stage : (this.readings[tab] as Reading);
    const future = replay === this.forking.trace || shown === 'both' || shown === 'trace' ? {} : { future: shown };
    const epoch = epochMs === undefined ? {} : { epochMs };
    const picture = (count: number): Seen | undefined => {
      this.stage.show(count);
      return this.stage.seen();
    };
    const drawn = tab === 'cluster' && this.memory.focus === undefined ? { picture } : {};
    return { replay, source, origin, objects, ...future, ...epoch, ...drawn, seen: () => reading.seen?.() };
  }

  private remember(part: Partial<Memory>): void {
    this.memory = { ...this.memory, ...part };
    this.vscode.setState(this.memory);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(resolve, ms);
  });
}
