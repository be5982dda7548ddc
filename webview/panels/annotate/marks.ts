// The small parts that every reading of the panel has: a component's sign, a stage's number.
import { COMPONENT_SIGNS } from '../../render/icons.ts';
import { h } from '../flow/dom.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** The sign of a colour role. */
export function sign(role: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '-8 -8 16 16');
  svg.setAttribute('class', `sign c-${role}`);
  svg.setAttribute('aria-hidden', 'true');
  const { fill, line } = COMPONENT_SIGNS[role] ?? {};
  for (const [part, d] of [
    ['fill', fill],
    ['line', line],
  ] as const) {
    if (d === undefined) continue;
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', part);
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** The number of a stage, in a ring of its component's colour. */
export function number(n: number): HTMLElement {
  return h('span', { class: 'num' }, String(n));
}
