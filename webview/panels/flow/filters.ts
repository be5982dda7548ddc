// Which steps are shown: search, namespace, component, kind, routine, a range of time, the object that is followed.
import { objectKey } from '../../../src/trace/fold.ts';
import type { ObjectRef } from '../../../src/trace/step.ts';
import { duration } from '../../../src/trace/words.ts';
import type { Filter } from '../../scene/filter.ts';
import type { Story } from '../../scene/story.ts';
import { GLYPHS, glyph, h } from './dom.ts';
import { Popup } from './popup.ts';

const KINDS: readonly (readonly [kind: string, label: string])[] = [
  ['', 'All kinds'],
  ['request', 'Requests'],
  ['decide', 'Decisions'],
  ['schedule', 'Scheduling'],
  ['node', 'On a node'],
  ['fault', 'Faults'],
  ['system', 'System'],
];

export class Filters {
  readonly element: HTMLElement;
  private readonly search: HTMLInputElement;
  private readonly namespace: HTMLSelectElement;
  private readonly routine: HTMLInputElement;
  private readonly component: HTMLSelectElement;
  private readonly kind: HTMLSelectElement;
  /** What is chosen, where the choices themselves are not seen. */
  private readonly chosen = h('span', { class: 'chosen-filters', hidden: true });
  private chosenNow = '  ';
  private readonly followed = h('span', { class: 'followed' });
  private readonly range = h('span', { class: 'followed' });
  /** µs: times are told from here. */
  private origin = 0;
  private readonly change: (filter: Filter) => void;
  private filter: Filter;
  /** How much was read of which story. */
  private story: Story | undefined;
  private known = 0;
  private readonly names = new Set<string>();
  private readonly actors = new Set<string>();

  constructor(filter: Filter, change: (filter: Filter) => void) {
    this.filter = filter;
    this.change = change;
    this.search = h('input', {
      type: 'search',
      placeholder: 'Filter steps',
      'aria-label': 'Filter steps by words',
      value: filter.query,
    });
    this.search.addEventListener('input', () => this.set({ query: this.search.value }));
    const first = (label: string): HTMLElement => h('option', { value: '' }, label);
    this.namespace = this.choice('Namespace', (namespace) => ({ namespace }), first('All namespaces'));
    this.component = this.choice('Component', (component) => ({ component }), first('All components'));
    this.kind = this.choice(
      'Kind of step',
      (kind) => ({ kind }),
      ...KINDS.map(([value, label]) => h('option', { value }, label)),
    );
    this.kind.value = filter.kind ?? '';
    this.routine = h('input', { type: 'checkbox' });
    this.routine.checked = filter.hideRoutine;
    this.routine.addEventListener('change', () => this.set({ hideRoutine: this.routine.checked }));
    const labelled = [this.namespace, this.component, this.kind].map((choice) =>
      h('label', { class: 'choice' }, h('span', { class: 'what' }, choice.title), choice),
    );
    const routine = h('label', { title: 'Heartbeats, leases, Events being written' }, this.routine, 'Hide routine');
    // Stand beside the search where there is room, else they open from a button.
    const more = new Popup('Filters', GLYPHS.filter, h('div', { class: 'choices' }, ...labelled, routine));
    this.element = h(
      'div',
      { class: 'filters', role: 'search' },
      this.search,
      more.element,
      this.chosen,
      this.followed,
      this.range,
    );
    this.showChosen();
    this.showFollowed();
    this.showRange();
  }

  private choice(what: string, part: (value: string) => Partial<Filter>, ...options: HTMLElement[]): HTMLSelectElement {
    const choice = h('select', { 'aria-label': what, title: what }, ...options);
    choice.addEventListener('change', () => this.set(part(choice.value)));
    return choice;
  }

  /** Follow one object, or with undefined everything again. */
  follow(object: ObjectRef | undefined): void {
    const { object: _before, family: _family, ...rest } = this.filter;
    this.filter = object ? { ...rest, object: objectKey(object) } : rest;
    this.showFollowed();
    this.change(this.filter);
  }

  /** Nothing is hidden any more, except routine where that stays so. */
  reset(keepRoutine = false): void {
    const hideRoutine = keepRoutine && this.filter.hideRoutine;
    this.clear();
    this.routine.checked = hideRoutine;
    this.filter = { hideRoutine, namespace: '', query: '' };
    this.showChosen();
    this.showFollowed();
    this.showRange();
    this.change(this.filter);
  }

  /** Only what happened from `from` to `to` (µs); undefined: everything. One end alone leaves the other as it is. */
  setRange(range: { readonly from?: number; readonly to?: number } | undefined): void {
    const { range: before, ...rest } = this.filter;
    const { from = before?.from ?? Number.NEGATIVE_INFINITY, to = before?.to ?? Number.POSITIVE_INFINITY } =
      range ?? {};
    this.filter = range ? { ...rest, range: { from: Math.min(from, to), to: Math.max(from, to) } } : rest;
    this.showRange();
    this.change(this.filter);
  }

  /** A trace: of another than before, what was looked for there would only hide it. Answers the filter that holds. */
  begin(origin: number, same: boolean): Filter {
    this.origin = origin;
    if (!same) {
      const { hideRoutine } = this.filter;
      this.clear();
      this.filter = { hideRoutine, namespace: '', query: '' };
      // What another trace named is not offered in this one.
      this.story = undefined;
      this.names.clear();
      this.actors.clear();
      for (const choice of [this.namespace, this.component]) choice.length = 1;
    }
    this.showFollowed();
    this.showRange();
    return this.filter;
  }

  /** Offers the namespaces and the components that the story names. */
  grow(story: Story): void {
    if (story !== this.story) this.known = 0;
    this.story = story;
    for (; this.known < story.length; this.known++) {
      const step = story.steps[this.known];
      const name = step?.object?.namespace;
      if (name !== undefined && !this.names.has(name)) {
        this.names.add(name);
        this.namespace.append(h('option', { value: name }, name));
      }
      const actor = step?.actor.component;
      if (actor === undefined || this.actors.has(actor)) continue;
      this.actors.add(actor);
      this.component.append(h('option', { value: actor }, story.component(actor)?.name ?? actor));
    }
    this.component.value = this.filter.component ?? '';
    if (this.component.value === '' && this.filter.component) this.set({ component: '' });
    this.namespace.value = this.filter.namespace;
    const one = this.namespace.closest('label');
    if (one) one.hidden = this.names.size < 2;
    this.showChosen();
  }

  private clear(): void {
    this.search.value = '';
    for (const choice of [this.namespace, this.component, this.kind]) choice.value = '';
  }

  private set(part: Partial<Filter>): void {
    this.filter = { ...this.filter, ...part };
    this.showChosen();
    this.change(this.filter);
  }

  private showChosen(): void {
    const choices = [this.namespace, this.component, this.kind];
    const now = choices.map(({ value }) => value).join(' ');
    if (now === this.chosenNow) return;
    this.chosenNow = now;
    const chips = choices.flatMap((choice) => {
      const said = choice.selectedOptions[0]?.textContent ?? '';
      choice.title = choice.value === '' ? choiceName(choice) : `${choiceName(choice)}: ${said}`;
      if (choice.value === '') return [];
      const clear = (): void => {
        choice.value = '';
        choice.dispatchEvent(new Event('change'));
        this.search.focus();
      };
      return [h('span', { class: 'followed' }, said, dropButton(`Not only ${said}`, clear))];
    });
    this.chosen.replaceChildren(...chips);
    this.chosen.hidden = chips.length === 0;
  }

  private showFollowed(): void {
    const key = this.filter.object;
    this.followed.hidden = key === undefined;
    if (key === undefined) return;
    const clear = dropButton('Show all objects again', () => this.follow(undefined));
    const family = h('input', { type: 'checkbox' });
    family.checked = this.filter.family ?? false;
    family.addEventListener('change', () => this.set({ family: family.checked }));
    const label = h('label', { title: 'Also what owns it and what it owns' }, family, 'owners and dependants');
    this.followed.replaceChildren(`only ${key.slice(key.lastIndexOf('/') + 1)}`, label, clear);
  }

  private showRange(): void {
    const { range } = this.filter;
    this.range.hidden = range === undefined;
    if (!range) return;
    const said = (at: number, without: string): string => (Number.isFinite(at) ? duration(at - this.origin) : without);
    const clear = dropButton('Show all of the time', () => this.setRange(undefined));
    this.range.replaceChildren(`${said(range.from, 'beginning')} – ${said(range.to, 'end')}`, clear);
  }
}

const choiceName = (choice: HTMLSelectElement): string => choice.getAttribute('aria-label') ?? '';

function dropButton(title: string, onclick: () => void): HTMLElement {
  return h('button', { class: 'icon', type: 'button', title, 'aria-label': title, onclick }, glyph(GLYPHS.close));
}
