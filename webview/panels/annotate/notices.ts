// What is said instead of lines, or above them: loading, nothing there, something that cannot be read. Never a blank panel.
import type { AnnotateSummary } from '../../../src/protocol/annotate.ts';
import { h } from '../flow/dom.ts';

type Problems = AnnotateSummary['problems'];

export function loading(): HTMLElement {
  return h('div', { class: 'notice', role: 'status' }, h('h2', {}, 'Reading the manifest'));
}

/** The host did not answer in time. */
export function silent(again: () => void): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'alert' },
    h('h2', {}, 'The extension does not answer'),
    h('p', {}, 'Ask again, or close this panel and run “Kube Anatomy: Annotate This Manifest” anew.'),
    h('button', { class: 'labelled', type: 'button', onclick: again }, 'Ask again'),
  );
}

export function nothingHere(problems: Problems): HTMLElement {
  const [first] = problems;
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('h2', {}, 'No Kubernetes object'),
    h('p', {}, 'Nothing in this text names both apiVersion and kind. What you type appears here as soon as it does.'),
    first !== undefined && h('p', {}, `Line ${first.line + 1} cannot be read: ${first.message}`),
  );
}

/** A line above the content; undefined where all can be read. */
export function problemsNotice(problems: Problems, go: (line: number) => void): HTMLElement | undefined {
  const [first] = problems;
  if (!first) return undefined;
  const more = problems.length > 1 ? ` There are ${problems.length - 1} more such places.` : '';
  return h(
    'div',
    { class: 'problem', role: 'status' },
    h('button', { class: 'link', type: 'button', onclick: () => go(first.line) }, `Line ${first.line + 1}`),
    ` cannot be read: ${first.message}${more} The rest is shown.`,
  );
}
