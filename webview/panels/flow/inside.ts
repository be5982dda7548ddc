// The Cluster reading from nearer: the inside of a machine, a component, a pod or a container, in tables that a screen
// reader and a keyboard can walk.
import { actorName } from '../../../src/trace/words.ts';
import { POD_SIGNS } from '../../render/icons.ts';
import type { Focus } from '../../scene/inside/focus.ts';
import { insideOf } from '../../scene/inside/inside.ts';
import type { Cell, Part, Picker, Row, RuleChoice } from '../../scene/inside/parts.ts';
import type { Story } from '../../scene/story.ts';
import { type Child, h, present, section, sentence } from './dom.ts';
import { scheduleView } from './inspect.ts';
import { signView } from './legend.ts';
import { pickersView, rulesView, textView, wayView } from './rules.ts';

export interface InsideActions {
  look(focus: Focus | undefined): void;
  /** Show the step with this id. */
  go(id: number): void;
}

const VERDICT_WORD = { ok: 'passed', refused: 'refused', skipped: 'skipped', idle: 'not reached' } as const;

export class InsideView {
  readonly element = h('div', { class: 'inside', tabindex: 0, role: 'group' });
  private readonly actions: InsideActions;
  private chosen: RuleChoice = {};
  private again: (() => void) | undefined;

  constructor(actions: InsideActions) {
    this.actions = actions;
  }

  show(story: Story, focus: Focus, count: number): void {
    this.again = () => this.show(story, focus, count);
    const { title, role, colour, parts } = insideOf(story, focus, count, undefined, this.chosen);
    this.element.setAttribute('aria-label', `Inside ${title}`);
    const { scrollTop } = this.element;
    this.element.replaceChildren(
      h('header', { class: `head c-${colour}` }, h('h2', {}, h('span', { class: 'who' }, title))),
      h('p', { class: 'dim' }, role),
      ...parts.map((part) => this.part(story, part)),
    );
    // Stepping changes words, not places.
    this.element.scrollTop = scrollTop;
  }

  private part(story: Story, part: Part): HTMLElement {
    switch (part.type) {
      case 'stages':
        return section(part.title, h('p', { class: 'request' }, h('code', {}, part.note)), stages(part.stages));
      case 'schedule':
        return section(part.title, scheduleView(part.detail, ''));
      case 'note':
        return h('p', { class: part.tone === undefined ? 'dim' : 'notice bad' }, part.text);
      case 'pick':
        return this.pickers(part.pickers);
      case 'rules':
        return rulesView(part, (text, step) => this.link(text, step));
      case 'way':
        return wayView(part, this.pickers(part.pickers));
      case 'text':
        return textView(part);
      case 'steps': {
        const items = part.steps.map((step) =>
          h('li', {}, this.link(actorName(story, step), step.id), ' ', ...sentence(step.text)),
        );
        return section(part.title, items.length > 0 ? h('ul', { class: 'steps' }, ...items) : nothing(part.empty));
      }
      case 'table':
        return section(part.title, part.rows.length > 0 ? this.table(part) : nothing(part.empty));
    }
  }

  private pickers(pickers: readonly Picker[]): HTMLElement {
    return pickersView(pickers, (what, value) => {
      // Another Service has other addresses and endpoints.
      this.chosen =
        what === 'service'
          ? { mode: this.chosen.mode, from: this.chosen.from, service: value }
          : { ...this.chosen, [what]: value };
      this.again?.();
      this.element.querySelector<HTMLElement>(`[data-pick="${what}"]`)?.focus();
    });
  }

  private table({ title, columns, rows, more = 0 }: Extract<Part, { type: 'table' }>): HTMLElement {
    const named = columns.some((name) => name !== '');
    const head = h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col' }, name))));
    const table = h(
      'table',
      { 'aria-label': title },
      ...present([named && head]),
      h('tbody', {}, ...rows.map((row) => this.row(row))),
    );
    return h('div', { class: 'wide' }, table, ...present([more > 0 && nothing(`and ${more} more`)]));
  }

  private row({ cells, current }: Row): HTMLElement {
    const [first, ...rest] = cells;
    return h(
      'tr',
      current ? { class: 'current', 'aria-current': 'step' } : {},
      h('th', { scope: 'row' }, ...this.cell(first ?? { text: '' })),
      ...rest.map((one) => h('td', one.tone ? { class: one.tone } : {}, ...this.cell(one))),
    );
  }

  private cell({ text, to, step, look }: Cell): Child[] {
    const shape = look === undefined ? [] : [signView(POD_SIGNS[look], `chip l-${look}`)];
    if (to !== undefined) return [...shape, linkTo(text, `Look inside ${text}`, () => this.actions.look(to))];
    if (step !== undefined && text !== '') return [...shape, this.link(text, step)];
    return [...shape, text];
  }

  private link(text: string, step: number): HTMLElement {
    return linkTo(text, 'Show this step', () => this.actions.go(step));
  }
}

function linkTo(text: string, title: string, onclick: () => void): HTMLElement {
  return h('button', { class: 'link', type: 'button', title, onclick }, text);
}

const nothing = (text: string): HTMLElement => h('p', { class: 'dim' }, text);

/** The gates in their order, as far as the request came. */
function stages(list: Extract<Part, { type: 'stages' }>['stages']): HTMLElement {
  return h(
    'ol',
    { class: 'pipeline' },
    ...list.map(({ name, verdict, text }) =>
      h(
        'li',
        { class: `gate ${verdict}` },
        h('strong', {}, name),
        h('span', { class: 'verdict' }, VERDICT_WORD[verdict]),
        h('span', { class: 'dim' }, text),
      ),
    ),
  );
}
