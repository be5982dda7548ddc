// The current step in full: what, by whom, why, what changed, and how far it can be trusted.

import type { Exchange } from '../../../src/trace/exchange.ts';
import { isWrite } from '../../../src/trace/fold.ts';
import type { ObjectRef, Step } from '../../../src/trace/step.ts';
import { actorName, deed, duration, FIDELITY, valueText } from '../../../src/trace/words.ts';
import { type ChangeEntry, changeEntries } from '../../scene/changes.ts';
import type { Story } from '../../scene/story.ts';
import { whyOf } from '../../scene/why.ts';
import { type Child, GLYPHS, glyph, h, present, section, sentence } from './dom.ts';
import { exchangeView } from './exchange.ts';
import { requestView, scheduleView } from './inspect.ts';
import { changedRules } from './rules.ts';
import { whyGraph } from './why-graph.ts';

export interface DetailActions {
  /** Show the step with this id. */
  go(id: number): void;
  follow(object: ObjectRef): void;
  open(object: ObjectRef): void;
  /** Answers with the explanation of a field, or what went wrong, as plain text. */
  explain(object: ObjectRef, path: string): Promise<string>;
  /** Opens the page of a field. */
  page(object: ObjectRef, path: string): void;
  /** What went over the wire for a step; a sentence where that is not known. */
  exchange(stepId: number): Promise<Exchange | string>;
}

const MOST_LINKS = 5;
const ALL_LINKS = 200;
const MOST_CHANGES = 8;

export class Details {
  readonly element = h('aside', { class: 'details', 'aria-label': 'Current step', tabindex: 0 });
  private readonly actions: DetailActions;

  constructor(actions: DetailActions) {
    this.actions = actions;
  }

  /** Nothing is chosen yet: says what there is to see. */
  intro(story: Story, visible: number, source: string): void {
    const hidden = story.length - visible;
    this.element.replaceChildren(
      h('h2', {}, 'Before the first step'),
      h('p', {}, `${visible} ${visible === 1 ? 'step' : 'steps'} of ${source}. Play, or go forward one step.`),
      ...present([hidden > 0 && h('p', { class: 'dim' }, `${hidden} more are hidden by the filter.`)]),
    );
  }

  /** Something else instead of the step. */
  show(element: HTMLElement): void {
    this.element.replaceChildren(element);
    this.element.scrollTop = 0;
  }

  step(story: Story, step: Step, origin: number): void {
    this.element.replaceChildren(
      ...present([
        this.head(story, step, origin),
        h('p', { class: 'sentence' }, ...sentence(step.text)),
        this.object(step),
        fidelity(step),
        this.links(isDeduced(step) ? 'Because (deduced)' : 'Because', step.causes, story, origin),
        step.request && requestView(step.request, step.text),
        step.request && exchangeView(() => this.actions.exchange(step.id)),
        written(step),
        step.detail?.type === 'schedule' && scheduleView(step.detail, step.text),
        inputs(step),
        changedRules(story, step),
        this.changes(step),
        this.links(
          'What next',
          story.index.effectsOf(step.id).map((effect) => effect.id),
          story,
          origin,
        ),
      ]),
    );
    this.element.scrollTop = 0;
  }

  /** From the step back to where it began, and everything that took part. */
  why(story: Story, step: Step, origin: number, close: () => void): void {
    const why = whyOf(story, step);
    const end = h(
      'button',
      { class: 'icon', type: 'button', title: 'Back to the step', 'aria-label': 'Back to the step', onclick: close },
      glyph(GLYPHS.close),
    );
    const rows = why.lines.map(({ step: one, link, text }, i) =>
      h(
        'li',
        {
          class: `cause c-${story.component(one.actor.component)?.colour ?? 'none'}`,
          ...(i === 0 ? { 'aria-current': 'step' } : {}),
        },
        ...present([link !== '' && h('span', { class: 'dim' }, `${link} `)]),
        h(
          'button',
          { class: 'link', type: 'button', title: deed(one), onclick: () => this.actions.go(one.id) },
          actorName(story, one),
        ),
        ' ',
        ...sentence(text),
        h('span', { class: 'dim' }, ` ${duration(one.at - origin)}`),
      ),
    );
    this.element.replaceChildren(
      ...present([
        h('div', { class: 'head' }, h('h2', {}, 'Why?'), end),
        why.state !== undefined && h('p', { class: 'sentence' }, `${why.state}.`),
        h('ol', { class: 'why' }, ...rows),
        isDeduced(step) &&
          h(
            'p',
            { class: 'dim' },
            'A real cluster does not record why. This is deduced from owners and from what each component watches.',
          ),
        !why.whole && h('p', { class: 'dim' }, 'The trace does not reach back to where this began.'),
        why.graph.rows.length > 1 &&
          section(
            'What took part',
            whyGraph(why.graph, story, step.id, (id) => this.actions.go(id)),
          ),
      ]),
    );
    this.element.scrollTop = 0;
  }

  private head(story: Story, step: Step, origin: number): HTMLElement {
    const colour = story.component(step.actor.component)?.colour ?? 'none';
    return h(
      'div',
      { class: `head c-${colour}` },
      h('h2', {}, h('span', { class: 'who' }, actorName(story, step))),
      h('span', { class: 'when', title: `Step ${step.id} of the trace` }, duration(step.at - origin)),
    );
  }

  private object({ object }: Step): Child {
    if (!object) return undefined;
    const { actions } = this;
    const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
    return h(
      'p',
      { class: 'object' },
      h('span', { class: 'kind' }, object.kind),
      h(
        'button',
        { class: 'link', type: 'button', title: 'Open the object', onclick: () => actions.open(object) },
        name,
      ),
      h(
        'button',
        {
          class: 'link quiet',
          type: 'button',
          title: 'Show only the steps of this object',
          onclick: () => actions.follow(object),
        },
        'follow',
      ),
    );
  }

  private links(title: string, ids: readonly number[], story: Story, origin: number): Child {
    const steps = ids.flatMap((id) => story.index.get(id) ?? []);
    if (steps.length === 0) return undefined;
    const rows = steps.slice(0, ALL_LINKS).map((step) => h('li', {}, this.link(story, step, origin)));
    const first = h('ul', { class: 'links' }, ...rows.slice(0, MOST_LINKS));
    const more = steps.length - MOST_LINKS;
    if (more <= 0) return section(title, first);
    const unlisted = steps.length - rows.length;
    const rest = h('ul', { class: 'links' }, ...rows.slice(MOST_LINKS));
    if (unlisted > 0) rest.append(h('li', { class: 'dim' }, `and ${unlisted} that are not listed`));
    return section(title, first, h('details', {}, h('summary', {}, `${more} more`), rest));
  }

  private link(story: Story, step: Step, origin: number): HTMLElement {
    const colour = story.component(step.actor.component)?.colour ?? 'none';
    return h(
      'button',
      { class: `link step c-${colour}`, type: 'button', title: step.text, onclick: () => this.actions.go(step.id) },
      h('span', { class: 'who' }, actorName(story, step)),
      ` ${deed(step)} `,
      h('span', { class: 'dim' }, duration(step.at - origin)),
    );
  }

  private changes({ changed, object }: Step): Child {
    const entries = changeEntries(changed ?? []);
    if (entries.length === 0) return undefined;
    const rows = entries.map((entry) => this.change(entry, object));
    const first = h('ul', { class: 'changes' }, ...rows.slice(0, MOST_CHANGES));
    const title = `Changed ${entries.length === 1 ? 'field' : 'fields'}`;
    if (rows.length <= MOST_CHANGES) return section(title, first);
    const more = h('summary', {}, `${rows.length - MOST_CHANGES} more`);
    return section(title, first, h('details', {}, more, h('ul', { class: 'changes' }, ...rows.slice(MOST_CHANGES))));
  }

  private change({ path, values }: ChangeEntry, object: ObjectRef | undefined): HTMLElement {
    if (!object) return h('li', {}, h('code', {}, path), ...values.map(valueView));
    const answer = h('p', { class: 'answer', role: 'status' });
    const explain = (): void => {
      answer.textContent = 'Asking …';
      void this.actions.explain(object, path).then((text) => {
        answer.textContent = text;
      });
    };
    const link = h(
      'button',
      { class: 'link path', type: 'button', title: 'What is this field?', onclick: explain },
      path,
    );
    const more = h(
      'button',
      {
        class: 'link quiet',
        type: 'button',
        title: 'Everything that is known of this field, as a page',
        'aria-label': `More about ${path}`,
        onclick: () => this.actions.page(object, path),
      },
      'more',
    );
    return h('li', {}, h('div', { class: 'field' }, link, more), ...values.map(valueView), answer);
  }
}

function valueView({ name, before, after }: ChangeEntry['values'][number]): HTMLElement {
  const now =
    after === undefined ? h('ins', { class: 'none' }, 'removed') : h('ins', { title: full(after) }, valueText(after));
  const was = before === undefined ? [] : [h('del', { title: full(before) }, valueText(before)), ' → '];
  return h('div', { class: 'values' }, name === undefined ? '' : h('span', { class: 'dim' }, `${name} `), ...was, now);
}

function full(value: unknown): string {
  return valueText(value, 4_000);
}

/** Of a real cluster nobody records why; what a step goes back to is deduced. */
function isDeduced({ fidelity }: Step): boolean {
  return fidelity === 'observed' || fidelity === 'inferred';
}

/** Where it went in etcd. */
function written(step: Step): Child {
  if (step.resourceVersion === undefined || !isWrite(step)) return undefined;
  return h('p', { class: 'dim' }, `Written to etcd at revision ${step.resourceVersion}`);
}

function fidelity(step: Step): HTMLElement {
  const known = Object.hasOwn(FIDELITY, step.fidelity) ? FIDELITY[step.fidelity] : { word: step.fidelity, means: '' };
  const badge = h('span', { class: `badge ${step.fidelity}`, title: known.means }, known.word);
  return h('p', { class: 'fidelity' }, badge, step.simplification === undefined ? '' : ` ${step.simplification}`);
}

function inputs({ detail }: Step): Child {
  if (detail?.type === 'decide') return section('What it compared', facts(detail.inputs));
  if (detail?.type === 'node' && (detail.data || detail.api)) {
    const call = detail.api === undefined ? detail.call : `${detail.api} ${detail.call}`;
    return section(call, detail.data ? facts(detail.data) : undefined);
  }
  return undefined;
}

function facts(data: { readonly [name: string]: string | number | boolean }): HTMLElement {
  return h(
    'dl',
    { class: 'facts' },
    ...Object.entries(data).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]),
  );
}
