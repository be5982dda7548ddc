// What is seen of a drawing, with the colours and fonts that it has now.
import type { Shape } from '../../scene/picture.ts';

const LOOKS = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
] as const;
/** Looks that are not written out, because every viewer begins with them. */
const USUAL: { readonly [look: string]: string } = {
  stroke: 'none',
  'stroke-width': '1px',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  'paint-order': 'normal',
  opacity: '1',
  'font-weight': '400',
};
const LETTERS = new Set(['font-family', 'font-size', 'font-weight']);
/** Of attributes: what only the style sheet or the page understands. */
const DROPPED = /^(class|style|role|tabindex|aria-.*|data-.*|xmlns)$/;

export function shapeOf(element: Element): Shape | undefined {
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden') return undefined;
  const tag = element.tagName;
  const attributes: { [name: string]: string } = {};
  for (const { name, value } of element.attributes) if (!DROPPED.test(name)) attributes[name] = value;
  if (tag !== 'g' && tag !== 'svg' && tag !== 'title') Object.assign(attributes, looksOf(style, tag === 'text'));
  else if (style.opacity !== '1') attributes.opacity = style.opacity;
  const children = [...element.children].flatMap((child) => shapeOf(child) ?? []);
  if (element.children.length > 0) return { tag, attributes, children };
  return { tag, attributes, text: element.textContent };
}

function looksOf(style: CSSStyleDeclaration, letters: boolean): { [name: string]: string } {
  const looks: { [name: string]: string } = {};
  for (const look of LOOKS) {
    const value = style.getPropertyValue(look);
    if (value === '' || USUAL[look] === value || (LETTERS.has(look) && !letters)) continue;
    looks[look] = value;
  }
  return looks;
}

/** Elements of a reading, each where it stands in the reading's frame; HTML words, which end at their right edge, as text. */
export function piecesOf(frame: Element, pictures: Iterable<SVGSVGElement>, words: Iterable<HTMLElement>): Shape[] {
  const { left, top } = frame.getBoundingClientRect();
  const drawn = [...pictures].flatMap((picture): Shape[] => {
    const { x, y } = picture.getBoundingClientRect();
    const shape = shapeOf(picture);
    return shape
      ? [{ tag: 'g', attributes: { transform: `translate(${x - left},${y - top})` }, children: shape.children ?? [] }]
      : [];
  });
  const said = [...words].map((word): Shape => {
    const { right, y, height } = word.getBoundingClientRect();
    const style = getComputedStyle(word);
    const font = looksOf(style, true);
    const attributes = {
      ...font,
      x: String(right - left),
      'text-anchor': 'end',
      y: String(y - top + height * 0.72),
      fill: style.color,
      stroke: 'none',
    };
    return { tag: 'text', attributes, text: word.innerText };
  });
  return [...drawn, ...said];
}
