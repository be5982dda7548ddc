// One line of the manifest as an element: its number, its signs, its text, and in short who acts.
import type { AnnotateAct, AnnotateField, AnnotateRow } from '../../../src/protocol/annotate.ts';
import { actsOf, type Chosen, isShown, type Legend, mainAct } from '../../scene/annotate.ts';
import { type Child, h, sentence } from '../flow/dom.ts';
import { number, sign } from './marks.ts';

/** As many signs as there is room for before the text. */
const MOST_SIGNS = 3;

export interface RowLook {
  readonly legend: Legend;
  readonly chosen: Chosen;
}

export function rowElement(row: AnnotateRow, look: RowLook): HTMLElement {
  const { legend, chosen } = look;
  const shown = isShown(row, chosen);
  const first = row.fields.find(({ acts }) => acts.length > 0);
  const colour = first ? legend.colour(mainAct(first, chosen)?.component) : (row.continues?.colour ?? 'none');
  const on = shown && (first || row.continues) ? ' on' : '';
  const roles = shown ? [...new Set(actsOf(row).map(({ component }) => legend.colour(component)))] : [];
  return h(
    'div',
    {
      class: `row c-${colour}${on}${shown ? '' : ' off'}${row.fields.length > 0 ? ' field' : ''}`,
      role: 'option',
      'aria-label': row.text.trim() === '' ? 'blank line' : undefined,
    },
    h('span', { class: 'no' }),
    h('span', { class: 'signs' }, ...roles.slice(0, MOST_SIGNS).map(sign)),
    h('code', { class: 'text', dir: 'ltr' }, row.text || '\u00a0'),
    h('span', { class: 'note' }, ...(shown ? row.fields.flatMap((field) => note(field, look)) : [])),
  );
}

/** The act that says most in words, the others by name. */
function note(field: AnnotateField, { legend, chosen }: RowLook): Child[] {
  const warning: Child[] = field.warning ? [h('span', { class: 'warn' }, '⚠ ', ...sentence(field.warning), ' ')] : [];
  const main = mainAct(field, chosen);
  if (!main) return [...warning, h('span', { class: 'dim' }, ...sentence(field.is ?? ''))];
  const others = field.acts.filter((act) => act !== main);
  return [...warning, act(main, legend, true), ...others.map((other) => act(other, legend, false))];
}

function act({ component, stage, step, does, writes }: AnnotateAct, legend: Legend, whole: boolean): HTMLElement {
  return h(
    'span',
    { class: `act c-${legend.colour(component)}${whole ? ' main' : ''}` },
    number(legend.number(stage)),
    ' ',
    h('b', {}, legend.name(component)),
    step !== undefined && h('span', { class: 'dim' }, ` · ${step}`),
    whole && h('span', { class: 'does' }, writes ? ': written ' : ': ', ...sentence(does)),
  );
}
