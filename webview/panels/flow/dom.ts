// Elements made from values; text is always text, never markup, and nothing writes a style attribute (the page's policy
// forbids both).
import { spans } from '../../../src/trace/words.ts';

export type Child = Node | string | undefined | false;

export interface Props {
  readonly class?: string;
  readonly onclick?: (event: MouseEvent) => void;
  readonly [attribute: string]: string | number | boolean | undefined | ((event: MouseEvent) => void);
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener('click', value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...present(children));
  return element;
}

export function present(children: readonly Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child !== undefined && child !== false);
}

export function section(title: string, ...children: Child[]): HTMLElement {
  return h('section', {}, h('h3', {}, title), ...children);
}

/** A sentence, its code in code. */
export function sentence(text: string): Child[] {
  return spans(text).map((span) => (span.code ? h('code', {}, span.text) : span.text));
}

/** A sign of the toolbar; drawn by CSS-coloured strokes in a 16 × 16 box. */
export function glyph(path: string, filled = false): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', filled ? 'glyph filled' : 'glyph');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

export const GLYPHS = {
  play: 'M4.5 2.8v10.4L13 8z',
  pause: 'M4.5 3v10h2.4V3zM9.1 3v10h2.4V3z',
  back: 'M12 3v10L5 8zM3.6 3v10',
  forward: 'M4 3v10l7-5zM12.4 3v10',
  start: 'M8.5 3v10L3.5 8zM13.5 3v10l-5-5z',
  why: 'M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.9M8 12.4v.4',
  go: 'M3 8h9M9 4.5L12.5 8 9 11.5',
  fork: 'M4 2.5v11M4 9c0-3 8-1.5 8-5M12 2.5v1.6M2.6 4l1.4-1.6L5.4 4M10.6 4L12 2.4 13.4 4',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  legend: 'M2.5 4h2M2.5 8h2M2.5 12h2M7 4h6.5M7 8h6.5M7 12h6.5',
  save: 'M8 2.5v7.5M5 7l3 3 3-3M3 12.5h10',
  close: 'M4 4l8 8M12 4l-8 8',
} as const;
