// Which steps are shown: search, namespace, routine, the object that is followed.
import { objectKey } from '../../../src/trace/fold.ts';
import type { ObjectRef } from '../../../src/trace/step.ts';
import type { Filter } from '../../scene/filter.ts';
import type { Story } from '../../scene/story.ts';
import { GLYPHS, glyph, h } from './dom.ts';

export class Filters {
  readonly element: HTMLElement;
  private readonly search: HTMLInputElement;
  private readonly namespace: HTMLSelectElement;
  private readonly routine: HTMLInputElement;
  private readonly followed: HTMLElement;
  private readonly change: (filter: Filter) => void;
  private filter: Filter;
  private known = 0;
  private readonly names = new Set<string>();

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
    this.namespace = h(
      'select',
      { 'aria-label': 'Namespace', title: 'Namespace' },
      h('option', { value: '' }, 'All namespaces'),
    );
    this.namespace.addEventListener('change', () => this.set({ namespace: this.namespace.value }));
    this.routine = h('input', { type: 'checkbox' });
    this.routine.checked = filter.hideRoutine;
    this.routine.addEventListener('change', () => this.set({ hideRoutine: this.routine.checked }));
    this.followed = h('span', { class: 'followed' });
    const routine = h('label', { title: 'Heartbeats, leases, Events being written' }, this.routine, 'Hide routine');
    this.element = h('div', { class: 'filters', role: 'search' }, this.search, this.namespace, routine, this.followed);
    this.showFollowed();
  }

  /** Follow one object, or with undefined everything again. */
  follow(object: ObjectRef | undefined): void {
    const { object: _before, ...rest } = this.filter;
    this.filter = object ? { ...rest, object: objectKey(object) } : rest;
    this.showFollowed();
    this.change(this.filter);
  }

  /** Nothing is hidden any more. */
  reset(): void {
    this.search.value = '';
    this.routine.checked = false;
    this.namespace.value = '';
    this.filter = { hideRoutine: false, namespace: '', query: '' };
    this.showFollowed();
    this.change(this.filter);
  }

  /** Offers the namespaces that the story names. */
  grow(story: Story): void {
    for (; this.known < story.length; this.known++) {
      const name = story.steps[this.known]?.object?.namespace;
      if (name === undefined || this.names.has(name)) continue;
      this.names.add(name);
      this.namespace.append(h('option', { value: name }, name));
    }
    this.namespace.value = this.filter.namespace;
    this.namespace.hidden = this.names.size < 2;
  }

  private set(part: Partial<Filter>): void {
    this.filter = { ...this.filter, ...part };
    this.change(this.filter);
  }

  private showFollowed(): void {
    const key = this.filter.object;
    this.followed.hidden = key === undefined;
    if (key === undefined) return;
    const clear = h(
      'button',
      {
        class: 'icon',
        type: 'button',
        title: 'Show all objects again',
        'aria-label': 'Show all objects again',
        onclick: () => this.follow(undefined),
      },
      glyph(GLYPHS.close),
    );
    this.followed.replaceChildren(`only ${key.slice(key.lastIndexOf('/') + 1)}`, clear);
  }
}
