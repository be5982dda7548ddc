// The way in and out: where the reader looks, as crumbs, and a list of everything that has an inside.
import { type Choice, choices, crumbsOf, type Focus } from '../../scene/inside/focus.ts';
import type { Story } from '../../scene/story.ts';
import { type Child, h } from './dom.ts';

export class Looking {
  readonly element = h('nav', { class: 'looking', 'aria-label': 'Where you look' });
  private readonly crumbs = h('ol', { class: 'crumbs' });
  private readonly list = h('select', { 'aria-label': 'Look inside' });
  private readonly look: (focus: Focus | undefined) => void;
  private offered: readonly Choice[] = [];
  private listed = '';

  constructor(look: (focus: Focus | undefined) => void) {
    this.look = look;
    this.list.addEventListener('change', () => {
      const choice = this.offered[Number(this.list.value)];
      if (choice) this.look(choice.focus);
    });
    this.element.append(this.crumbs, this.list);
  }

  show(story: Story, focus: Focus | undefined, count: number): void {
    const crumbs = crumbsOf(story, focus, count);
    this.crumbs.replaceChildren(...crumbs.map(({ name, to }, i) => this.crumb(name, to, i === crumbs.length - 1)));
    this.offer(story);
    this.list.value = '';
  }

  private crumb(name: string, to: Focus | undefined, last: boolean): HTMLElement {
    if (last) return h('li', { 'aria-current': 'location' }, name);
    return h('li', {}, h('button', { class: 'link', type: 'button', onclick: () => this.look(to) }, name));
  }

  /** The list is made anew only when there is something else to choose. */
  private offer(story: Story): void {
    const signature = `${story.topology.nodes.length} ${story.topology.placements.length} ${story.loopOrder.length}`;
    if (signature === this.listed) return;
    this.listed = signature;
    this.offered = choices(story);
    const groups = new Map<string, Child[]>();
    this.offered.forEach(({ group, name }, i) => {
      const options = groups.get(group) ?? [];
      groups.set(group, options);
      options.push(h('option', { value: i }, name));
    });
    this.list.replaceChildren(
      h('option', { value: '' }, 'Look inside …'),
      ...[...groups].map(([group, options]) => h('optgroup', { label: group }, ...options)),
    );
  }
}
