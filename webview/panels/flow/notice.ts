// What is said instead of steps, or above them: loading, nothing there, something went wrong. Never a blank panel.
import { GLYPHS, glyph, h } from './dom.ts';

export function loading(): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('h2', {}, 'Waiting for steps'),
    h('p', {}, 'The panel asked the extension for the steps to show.'),
  );
}

/** The host did not answer in time. */
export function silent(again: () => void): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'alert' },
    h('h2', {}, 'The extension does not answer'),
    h(
      'p',
      {},
      'The simulator or the connection may have stopped. Ask again, or close this panel and open it anew from the Kube Anatomy view.',
    ),
    h('button', { class: 'labelled', type: 'button', onclick: again }, 'Ask again'),
  );
}

export function empty(source: string, running: boolean): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('h2', {}, 'Nothing has happened yet'),
    h('p', {}, running ? `Steps of ${source} appear here as soon as something happens.` : `${source} has no steps.`),
    h(
      'p',
      {},
      'Open a manifest and run “Apply This Manifest in the Simulator” to see what every component does with it.',
    ),
  );
}

export function allHidden(hidden: number, clear: () => void): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('h2', {}, 'No step passes the filter'),
    h('p', {}, `${hidden} ${hidden === 1 ? 'step is' : 'steps are'} hidden.`),
    h('button', { class: 'labelled', type: 'button', onclick: clear }, 'Show all steps'),
  );
}

/** Messages above the content; what is there stays usable. */
export class Banner {
  readonly element = h('div', { class: 'banner', role: 'alert' });

  constructor() {
    this.element.hidden = true;
  }

  show(message: string, advice: string): void {
    const close = h(
      'button',
      { class: 'icon', type: 'button', title: 'Dismiss', 'aria-label': 'Dismiss', onclick: () => this.hide() },
      glyph(GLYPHS.close),
    );
    this.element.replaceChildren(h('p', {}, h('b', {}, message), ' ', advice), close);
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
