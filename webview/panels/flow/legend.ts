// What the shapes mean: pods by state, messages by kind.

import { select } from 'd3';
import { MESSAGE_SIGNS, POD_SIGNS, type Sign } from '../../render/icons.ts';
import { sign } from '../../render/marks.ts';
import { LOOK_WORDS, LOOKS } from '../../scene/looks.ts';
import { GLYPHS, h } from './dom.ts';
import { Popup } from './popup.ts';

const MESSAGES: readonly (readonly [string, string])[] = [
  ['request', 'request'],
  ['watch', 'watch delivery'],
  ['storage', 'write to etcd'],
  ['call', 'call on a node'],
];

/** As the drawing has it above a machine that is stopped. */
const CUT: Sign = { line: 'M0,7V0M-4,-4l8,8m0,-8l-8,8' };

export function legend(): HTMLElement {
  const pods = LOOKS.map((look) => entry(POD_SIGNS[look], `chip l-${look}`, LOOK_WORDS[look]));
  const messages = MESSAGES.map(([kind, word]) => entry(MESSAGE_SIGNS[kind] ?? {}, `mover ${kind} c-none`, word));
  const meanings = h(
    'div',
    { class: 'legend' },
    h('h2', {}, 'Pods'),
    h('ul', {}, ...pods),
    h('h2', {}, 'Messages'),
    h('ul', {}, ...messages, entry(CUT, 'cut-link', 'link that is cut')),
  );
  return new Popup('Legend', GLYPHS.legend, meanings).element;
}

function entry(shape: Sign, kind: string, word: string): HTMLElement {
  return h('li', {}, signView(shape, kind), word);
}

/** A sign by itself, without words. */
export function signView(shape: Sign, kind: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '-8 -8 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const outer = select(svg).append('g').attr('class', kind);
  sign(outer.append('g').attr('class', 'sign').datum(shape), (s) => s);
  return svg;
}
