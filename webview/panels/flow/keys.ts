// The keyboard: works wherever the focus is, except where the key already means something there.
import type { Way } from '../../scene/going.ts';

export interface KeyActions {
  toggle(): void;
  step(by: -1 | 1): void;
  start(): void;
  end(): void;
  why(): void;
  fork(): void;
  go(way: Way): void;
}

export function keys(root: HTMLElement, actions: KeyActions): void {
  const bound: { readonly [key: string]: () => void } = {
    ' ': actions.toggle,
    ArrowLeft: () => actions.step(-1),
    ArrowRight: () => actions.step(1),
    Home: actions.start,
    End: actions.end,
    w: actions.why,
    f: actions.fork,
    c: () => actions.go('cause'),
    e: () => actions.go('effect'),
    '<': () => actions.go('object-before'),
    '>': () => actions.go('object-after'),
  };
  root.ownerDocument.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = bound[event.key];
    if (!action || taken(event)) return;
    event.preventDefault();
    action();
  });
}

/** Text fields keep all keys, lists their arrows, buttons the space bar. The scrubber gives up its arrows: a step is a step. */
function taken(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return target.type !== 'range' && !(target.type === 'checkbox' && event.key !== ' ');
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true;
  return event.key === ' ' && (target instanceof HTMLButtonElement || target.tagName === 'SUMMARY');
}
