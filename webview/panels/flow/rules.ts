// kube-proxy's rules on the page: the table of a Service's rules, a packet's way through them, and what a sync changed.
import type { Step } from '../../../src/trace/step.ts';
import type { Part, Picker, RuleRow } from '../../scene/inside/parts.ts';
import { isSync } from '../../scene/rules/network.ts';
import { type RuleLine, ruleChanges, says } from '../../scene/rules/rules.ts';
import type { Story } from '../../scene/story.ts';
import { type Child, h, present, section } from './dom.ts';

type Of<T extends Part['type']> = Extract<Part, { type: T }>;

/** A sign and a word: colour says it too, and never alone. */
const CHANGE = { added: ['+', 'added'], removed: ['−', 'removed'] } as const;

export function pickersView(
  pickers: readonly Picker[],
  choose: (what: Picker['what'], value: string) => void,
): HTMLElement {
  const selects = pickers.map(({ what, label, options, value }) => {
    const select = h('select', { 'data-pick': what });
    for (const one of options)
      select.append(h('option', { value: one.value, ...(one.value === value ? { selected: true } : {}) }, one.name));
    select.addEventListener('change', () => choose(what, select.value));
    return h('label', {}, `${label} `, select);
  });
  return h('p', { class: 'pickers' }, ...selects);
}

export function rulesView(
  { title, note, rows, more }: Of<'rules'>,
  link: (text: string, step: number) => Child,
): HTMLElement {
  const heads = ['Rule', 'In words', 'Because of'];
  const head = h(
    'thead',
    {},
    h(
      'tr',
      {},
      h('th', { scope: 'col' }, h('span', { class: 'sr' }, 'Change')),
      ...heads.map((name) => h('th', { scope: 'col' }, name)),
    ),
  );
  const body = h('tbody', {}, ...rows.map((row) => ruleRow(row, link)));
  return section(
    title,
    h('p', { class: 'dim' }, note),
    h('div', { class: 'wide' }, h('table', { class: 'rules', 'aria-label': title }, head, body)),
    ...present([more > 0 && h('p', { class: 'dim' }, `and ${more} more`)]),
  );
}

function ruleRow(
  { change, text, asks, does: done, because, step }: RuleRow,
  link: (text: string, step: number) => Child,
): HTMLElement {
  const [sign, word] = change ? CHANGE[change] : ['', ''];
  return h(
    'tr',
    change ? { class: change } : {},
    h('td', { class: 'mark' }, h('span', { 'aria-hidden': 'true' }, sign), h('span', { class: 'sr' }, word)),
    h('th', { scope: 'row' }, h('code', {}, text)),
    h('td', {}, ...present([asks !== '' && `${asks} → `, done])),
    h('td', {}, step === undefined ? because : link(because, step)),
  );
}

export function wayView({ title, hops, end, good }: Of<'way'>, pickers: HTMLElement): HTMLElement {
  const items = hops.map(({ hook, chain, depth, text, does: done, because, passed }, i) =>
    h(
      'li',
      { 'data-depth': depth },
      ...present([
        hops[i - 1]?.hook !== hook && h('p', { class: 'hook' }, hook),
        h('p', {}, h('strong', {}, chain), ` ${done}`),
        h('code', {}, text),
        h('p', { class: 'dim' }, [...(passed > 0 ? [skippedText(passed)] : []), because].join(' · ')),
      ]),
    ),
  );
  return section(title, pickers, h('ol', { class: 'way' }, ...items), h('p', { class: good ? 'good' : 'bad' }, end));
}

const skippedText = (count: number): string =>
  count === 1 ? 'after one rule that is not about it' : `after ${count} rules that are not about it`;

export function textView({ title, text }: Of<'text'>): HTMLElement {
  const lines = h('pre', { tabindex: 0, role: 'group', 'aria-label': title });
  const details = h('details', { class: 'rules-text' }, h('summary', {}, title), lines);
  details.addEventListener('toggle', () => {
    if (lines.textContent === '') lines.textContent = text();
  });
  return details;
}

const MOST_LINES = 200;

/** What a sync of kube-proxy added and removed, line by line; nothing for other steps. */
export function changedRules(story: Story, step: Step): Child {
  if (!isSync(step)) return undefined;
  const changes = ruleChanges(story, step);
  if (changes === undefined)
    return section('Rules', h('p', { class: 'dim' }, 'The trace does not reach far enough back to tell which lines.'));
  const list = (lines: readonly RuleLine[], change: 'added' | 'removed'): HTMLElement[] =>
    lines.map((line) => {
      const [sign, word] = CHANGE[change];
      const mark = [h('span', { 'aria-hidden': 'true' }, sign), h('span', { class: 'sr' }, word)];
      return h('li', { class: change, title: says(line) }, ...mark, ' ', h('code', {}, line.text));
    });
  const all = [...list(changes.removed, 'removed'), ...list(changes.added, 'added')];
  const more = all.length - MOST_LINES;
  return section(
    `Rules (${changes.mode})`,
    ...present([
      h('ul', { class: 'rule-lines' }, ...all.slice(0, MOST_LINES)),
      more > 0 && h('p', { class: 'dim' }, `and ${more} more`),
    ]),
  );
}
