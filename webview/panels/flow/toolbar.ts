// Play, step, speed, the scrubber with its time, and the tabs.

import { Tabs } from '../tabs.ts';
import { GLYPHS, glyph, h } from './dom.ts';
import type { ExportForm } from './exports.ts';
import type { Tab } from './memory.ts';
import { Menu } from './menu.ts';

const FORK = 'Fork: run on from here with a change';
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 10, 50, 100, 500, 1000] as const;

export interface ToolbarActions {
  toggle(): void;
  step(by: -1 | 1): void;
  restart(): void;
  seek(index: number): void;
  speed(speed: number): void;
  tab(tab: Tab): void;
  why(): void;
  fork(): void;
  /** Where to go besides one step on. */
  readonly go: Menu;
  export(form: ExportForm): void;
}

export interface ToolbarState {
  readonly playing: boolean;
  readonly cursor: number;
  readonly total: number;
  readonly clock: string;
  /** What a screen reader says of the scrubber's place. */
  readonly spoken: string;
  readonly speed: number;
  readonly tab: Tab;
  readonly canAskWhy: boolean;
  /** Why there can be no fork at this step; undefined where there can. */
  readonly noFork: string | undefined;
}

const TITLES: { readonly [tab in Tab]: string } = {
  cluster: 'Cluster',
  sequence: 'Sequence',
  timeline: 'Timeline',
  transcript: 'Transcript',
};

export class Toolbar {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly forward: HTMLButtonElement;
  private readonly range: HTMLInputElement;
  private readonly time: HTMLElement;
  private readonly count: HTMLElement;
  private readonly speed: HTMLSelectElement;
  private readonly why: HTMLButtonElement;
  private readonly fork: HTMLButtonElement;
  private readonly tabs: Tabs<Tab>;
  private playing: boolean | undefined;

  constructor(actions: ToolbarActions) {
    this.tabs = new Tabs(TITLES, (tab) => actions.tab(tab));
    this.play = button('Play', 'Space', GLYPHS.play, actions.toggle, 'primary');
    this.back = button('Step back', '←', GLYPHS.back, () => actions.step(-1));
    this.forward = button('Step forward', '→', GLYPHS.forward, () => actions.step(1));
    const restart = button('Back to the start', 'Home', GLYPHS.start, actions.restart);
    this.range = h('input', { type: 'range', min: 0, max: 0, step: 1, class: 'scrubber', 'aria-label': 'Step' });
    this.range.addEventListener('input', () => actions.seek(Number(this.range.value) - 1));
    this.time = h('output', { class: 'time', 'aria-hidden': 'true' });
    this.count = h('span', { class: 'count', 'aria-hidden': 'true' });
    this.speed = h(
      'select',
      { 'aria-label': 'Speed', title: 'Speed of the replay' },
      ...SPEEDS.map((s) => h('option', { value: s }, `×${s}`)),
    );
    this.speed.addEventListener('change', () => actions.speed(Number(this.speed.value)));
    this.why = button('Why? Walk back to what the user did', 'W', GLYPHS.why, actions.why, 'labelled');
    this.why.append(h('span', { class: 'label' }, 'Why?'));
    this.fork = button(FORK, 'F', GLYPHS.fork, actions.fork, 'labelled');
    this.fork.append(h('span', { class: 'label' }, 'Fork'));
    this.element = h(
      'header',
      { class: 'toolbar' },
      h('h1', { class: 'sr' }, 'Flow'),
      h(
        'div',
        { class: 'transport', role: 'toolbar', 'aria-label': 'Replay' },
        restart,
        this.back,
        this.play,
        this.forward,
        actions.go.element,
        this.speed,
      ),
      h('div', { class: 'where' }, this.range, this.time, this.count),
      h('div', { class: 'views' }, this.tabs.element, this.why, this.fork, this.exports(actions)),
    );
  }

  update(state: ToolbarState): void {
    if (state.playing !== this.playing) {
      this.playing = state.playing;
      this.play.replaceChildren(glyph(state.playing ? GLYPHS.pause : GLYPHS.play, true));
      label(this.play, state.playing ? 'Pause' : 'Play', 'Space');
    }
    this.play.disabled = state.total === 0;
    this.back.disabled = state.cursor < 0;
    this.forward.disabled = state.cursor >= state.total - 1;
    this.why.disabled = !state.canAskWhy;
    this.fork.disabled = state.noFork !== undefined;
    const title = state.noFork === undefined ? `${FORK} (F)` : `Fork: ${state.noFork}`;
    if (this.fork.title !== title) this.fork.title = title;
    const max = String(state.total);
    if (this.range.max !== max) this.range.max = max;
    this.range.value = String(state.cursor + 1);
    this.range.style.setProperty('--done', `${state.total === 0 ? 0 : ((state.cursor + 1) / state.total) * 100}%`);
    this.range.setAttribute('aria-valuetext', state.spoken);
    this.time.textContent = state.clock;
    this.count.textContent = `${state.cursor + 1} / ${state.total}`;
    // A choice that is set again is laid out again, even where it is the same.
    const speed = String(state.speed);
    if (this.speed.value !== speed) this.speed.value = speed;
    if (this.tabs.current !== state.tab) this.tabs.show(state.tab);
  }

  private exports({ export: run }: ToolbarActions): HTMLElement {
    const noPicture = (): string | undefined =>
      this.range.max === '0'
        ? 'there are no steps'
        : this.tabs.current === 'transcript'
          ? 'open a drawing first'
          : undefined;
    const noAnimation = (): string | undefined =>
      noPicture() ?? (this.tabs.current === 'cluster' ? undefined : 'open the cluster first');
    return new Menu('Export', GLYPHS.save, [
      { label: 'Transcript as Markdown', run: () => run('transcript') },
      { label: 'Sequence diagram as Mermaid', run: () => run('mermaid') },
      { label: 'What is seen as SVG', run: () => run('svg'), unavailable: noPicture },
      { label: 'What is seen as PNG', run: () => run('png'), unavailable: noPicture },
      { label: 'The next steps as animated GIF', run: () => run('gif'), unavailable: noAnimation },
      { label: 'Page that opens in any browser', run: () => run('page') },
      { label: 'Trace as JSON, to be opened again', run: () => run('trace') },
    ]).element;
  }
}

function label(element: HTMLElement, text: string, key: string): void {
  element.title = `${text} (${key})`;
  element.setAttribute('aria-label', text);
}

export function button(text: string, key: string, path: string, onclick: () => void, kind = ''): HTMLButtonElement {
  const element = h('button', { class: `icon ${kind}`, type: 'button', onclick }, glyph(path, kind === 'primary'));
  label(element, text, key);
  return element;
}
