// What is said instead of steps: loading, nothing there, nothing to see. Never a blank panel.
import type { FlowSource } from '../../../src/protocol/flow.ts';
import { h } from './dom.ts';

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

/** A trace without steps. Of a file, what is wrong with it stands above. */
export function empty(source: Pick<FlowSource, 'name' | 'kind'> | undefined, running: boolean): HTMLElement {
  const { name = 'This trace', kind = 'file' } = source ?? {};
  const [title, ...rest] =
    kind === 'file' || kind === 'audit'
      ? ['No steps to show', `Nothing that happened could be read from ${name}.`, OTHER_FILE]
      : [
          'Nothing has happened yet',
          running ? `Steps of ${name} appear here as soon as something happens.` : `${name} has no steps.`,
          APPLY[kind],
        ];
  return h('div', { class: 'notice', role: 'status' }, h('h2', {}, title), ...rest.map((text) => h('p', {}, text)));
}

const OTHER_FILE =
  'Open another file with “Kube Anatomy: Open Trace File…”, or the simulator with “Kube Anatomy: Open Flow Panel”.';
const APPLY = {
  simulator: 'Open a manifest and run “Apply This Manifest in the Simulator” to see what every component does with it.',
  cluster: 'Change something in the cluster, such as the scale of a Deployment, to see what its components do.',
};

export function allHidden(hidden: number, clear: () => void): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('h2', {}, 'No step passes the filter'),
    h('p', {}, `${hidden} ${hidden === 1 ? 'step is' : 'steps are'} hidden.`),
    h('button', { class: 'labelled', type: 'button', onclick: clear }, 'Show all steps'),
  );
}
