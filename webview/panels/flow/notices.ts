// What went wrong, said above what is there or instead of it.
import { unknownKinds } from '../../../src/trace/parse.ts';
import type { Step } from '../../../src/trace/step.ts';
import { Banner } from './banner.ts';
import { h } from './dom.ts';

export class Notices {
  readonly banner = new Banner();
  /** What is said instead of the content. */
  readonly element = h('div', { class: 'notices' });
  /** What is said instead of the readings, below the filters. */
  readonly inner = h('div', { class: 'notices' });
  private readonly body: HTMLElement;
  private hidden = 0;

  constructor(body: HTMLElement) {
    this.body = body;
  }

  /** Says this instead of the content, or shows the content. */
  instead(notice: HTMLElement | undefined): void {
    this.element.replaceChildren(...(notice ? [notice] : []));
    this.body.classList.toggle('covered', notice !== undefined);
  }

  /** Says that the filter hides so many steps, instead of what they would show; 0: shows it. */
  within(hidden: number, notice: () => HTMLElement): void {
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    this.inner.replaceChildren(...(hidden > 0 ? [notice()] : []));
    this.body.classList.toggle('filtered-out', hidden > 0);
  }

  show(message: string, advice: string): void {
    this.banner.show(message, advice);
  }

  leftOut(problems: readonly string[]): void {
    if (problems.length === 0) return;
    const [count, are] = problems.length === 1 ? ['One step', 'is'] : [`${problems.length} steps`, 'are'];
    this.show(`${count} could not be read and ${are} left out.`, problems[0] ?? '');
  }

  /** Of kinds of step that a newer version has added. */
  unknown(steps: Iterable<Step>): void {
    const kinds = unknownKinds(steps);
    if (kinds.size === 0) return;
    const count = [...kinds.values()].reduce((sum, n) => sum + n, 0);
    const names = [...kinds.keys()].slice(0, 5).join(', ');
    this.show(
      `${count === 1 ? 'One step is' : `${count} steps are`} of a kind that this version does not know: ${names}.`,
      'What every step has is shown of them. A newer version of Kube Anatomy shows the rest.',
    );
  }

  misunderstood(problem: string): void {
    this.show(
      'The panel did not understand the extension.',
      `${problem} Reload the window, so that both are of one version.`,
    );
  }
}
