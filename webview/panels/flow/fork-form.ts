// What if …: what is to be done differently from the current step on, and for how long both futures run.
import type { Change } from '../../../src/protocol/futures.ts';
import { objectKey } from '../../../src/trace/fold.ts';
import type { ObjectRef } from '../../../src/trace/step.ts';
import { duration } from '../../../src/trace/words.ts';
import { type Choice, doneLater, editable, FORK_KINDS, type ForkKind, forkChoices } from '../../scene/fork-choices.ts';
import { objectName } from '../../scene/futures.ts';
import type { Story } from '../../scene/story.ts';
import { GLYPHS, glyph, h, present } from './dom.ts';
import type { Answer } from './host.ts';

export interface ForkActions {
  /** Settles when the futures are there, or with what is wrong. */
  run(change: Change, forUs: number, repeat: boolean): Promise<Answer>;
  cancel(): void;
  /** An object as a manifest, or the manifest in the editor. */
  manifest(object: ObjectRef | undefined): Promise<Answer>;
  close(): void;
}

const MINUTE = 60_000_000;
const SPANS: readonly (readonly [us: number, label: string])[] = [
  [10_000_000, '10 seconds'],
  [MINUTE, '1 minute'],
  [7 * MINUTE, '7 minutes (a lost node is given up after 5)'],
  [30 * MINUTE, '30 minutes'],
];

export class ForkForm {
  readonly element = h('form', { class: 'fork' });
  private readonly actions: ForkActions;
  private readonly bar = h('progress', { max: 1, value: 0, 'aria-label': 'Progress of the fork' });
  private readonly said = h('p', { class: 'answer', role: 'status' });
  private readonly fields = h('div', { class: 'fields' });
  private story: Story | undefined;
  private count = 0;
  private about: ObjectRef | undefined;
  private running = false;

  constructor(actions: ForkActions) {
    this.actions = actions;
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      if (this.running) this.actions.cancel();
      else this.actions.close();
    });
  }

  /** `count` steps have happened; the last is the one where it forks. */
  open(story: Story, count: number, origin: number): void {
    this.story = story;
    this.count = count;
    const step = story.steps[count - 1];
    this.about = step?.object;
    const later = doneLater(story, count);
    this.kind = h('select', { name: 'kind' }, ...FORK_KINDS.map(([value, label]) => h('option', { value }, label)));
    this.kind.addEventListener('change', () => this.ask());
    this.span = h('select', { name: 'span' }, ...SPANS.map(([us, label]) => h('option', { value: us }, label)));
    this.span.value = String(MINUTE);
    this.repeat = h('input', { type: 'checkbox', name: 'repeat' });
    const title = step ? `What if, from ${duration(step.at - origin)} on …` : 'What if …';
    this.element.replaceChildren(
      ...present([
        h('div', { class: 'head' }, h('h2', {}, title), closeButton(this.actions)),
        h(
          'p',
          { class: 'dim' },
          'The cluster is run again up to this step, twice: once as it was, once with what you do differently. The simulator itself goes on unchanged.',
        ),
        field('Do', this.kind),
        this.fields,
        field('Run both for', this.span),
        later > 0 &&
          h('label', { class: 'check' }, this.repeat, `Do again in both what you did after this step (${later})`),
        h('p', {}, this.start, ' ', this.stop),
        this.bar,
        this.said,
      ]),
    );
    this.said.textContent = '';
    this.setRunning(false);
    this.ask();
    this.kind.focus();
  }

  /** 0 to 1. */
  progress(done: number): void {
    this.bar.value = done;
    this.said.textContent = done < 0.5 ? 'Running it as it was …' : 'Running it with the change …';
  }

  private kind = h('select');
  private span = h('select');
  private repeat = h('input');
  private which = h('select');
  private replicas = h('input');
  private manifest = h('textarea');
  private choices: readonly Choice[] = [];
  private readonly start = h('button', { class: 'labelled primary', type: 'submit' }, 'Run both futures');
  private readonly stop = h(
    'button',
    { class: 'labelled', type: 'button', onclick: () => this.actions.cancel() },
    'Cancel',
  );

  private ask(): void {
    const { story } = this;
    if (!story) return;
    const kind = this.kind.value as ForkKind;
    if (kind === 'apply') {
      this.askManifest(story);
      return;
    }
    this.choices = forkChoices(story, this.count, kind, this.about);
    this.which = h(
      'select',
      { name: 'which' },
      ...this.choices.map(({ label }, i) => h('option', { value: i }, label)),
    );
    const size = kind === 'scale';
    this.replicas = h('input', { type: 'number', name: 'replicas', min: 0, max: 100_000, step: 1, required: true });
    const suggest = (): void => {
      const change = this.choices[Number(this.which.value)]?.change;
      if (change?.type === 'scale') this.replicas.value = String(change.replicas + 1);
      // It takes 40 s until a lost node is noticed, and 5 min more until its pods are replaced.
      if (change?.type === 'stop' && (!change.target.component || change.target.component === 'kubelet'))
        this.span.value = String(7 * MINUTE);
    };
    this.which.addEventListener('change', suggest);
    const nothing = h('p', { class: 'dim' }, 'There is nothing at this step that this could be done to.');
    this.fields.replaceChildren(
      ...present([
        this.choices.length > 0 ? field('Which', this.which) : nothing,
        size && this.choices.length > 0 && field('Replicas', this.replicas),
      ]),
    );
    this.start.disabled = this.choices.length === 0;
    suggest();
  }

  private askManifest(story: Story): void {
    const objects = editable(story, this.count);
    const from = h(
      'select',
      { name: 'from' },
      ...objects.map((ref) => h('option', { value: objectKey(ref) }, `${objectName(ref)} at this step`)),
      h('option', { value: '' }, 'The manifest in the editor'),
    );
    this.manifest = h('textarea', { name: 'manifest', rows: 14, spellcheck: 'false', wrap: 'off', required: true });
    const take = async (): Promise<void> => {
      const { manifest } = this;
      const answer = await this.actions.manifest(objects.find((ref) => objectKey(ref) === from.value));
      if (manifest !== this.manifest) return;
      if (answer.ok) manifest.value = answer.text ?? '';
      this.said.textContent = answer.ok ? '' : `${answer.message} ${answer.advice}`;
    };
    from.addEventListener('change', () => void take());
    this.fields.replaceChildren(field('Take it from', from), field('Manifest', this.manifest));
    this.start.disabled = false;
    void take();
  }

  private change(): Change | undefined {
    if (this.kind.value === 'apply')
      return { type: 'apply', manifest: this.manifest.value, namespace: this.about?.namespace ?? 'default' };
    const change = this.choices[Number(this.which.value)]?.change;
    return change?.type === 'scale' ? { ...change, replicas: this.replicas.valueAsNumber } : change;
  }

  private async submit(): Promise<void> {
    const change = this.change();
    if (!change || this.running) return;
    this.setRunning(true);
    this.progress(0);
    const answer = await this.actions.run(change, Number(this.span.value), this.repeat.checked);
    this.setRunning(false);
    this.said.textContent = answer.ok ? '' : `${answer.message} ${answer.advice}`;
  }

  private setRunning(running: boolean): void {
    this.running = running;
    this.bar.hidden = !running;
    this.stop.hidden = !running;
    this.start.hidden = running;
  }
}

function field(label: string, control: HTMLElement): HTMLElement {
  control.setAttribute('aria-label', label);
  return h('label', { class: 'field' }, h('span', {}, label), control);
}

function closeButton({ close }: ForkActions): HTMLElement {
  return h(
    'button',
    { class: 'icon', type: 'button', title: 'Back to the step', 'aria-label': 'Back to the step', onclick: close },
    glyph(GLYPHS.close),
  );
}
