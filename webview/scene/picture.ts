// A picture as a file: SVG text that stands alone, without the style sheet and the theme of the panel.

/** An element with what it looks like; made from the DOM by `panels/flow/snapshot.ts`. */
export interface Shape {
  readonly tag: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children?: readonly Shape[];
  readonly text?: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly title: string;
  readonly content: readonly Shape[];
  /** For readers who cannot see it. */
  readonly description: string;
}

export function pictureText({ width, height, background, title, description, content }: Picture): string {
  const root: Shape = {
    tag: 'svg',
    attributes: {
      xmlns: 'http://www.w3.org/2000/svg',
      width: String(width),
      height: String(height),
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
    },
    children: [
      { tag: 'title', attributes: {}, text: title },
      { tag: 'desc', attributes: {}, text: description },
      { tag: 'rect', attributes: { width: '100%', height: '100%', fill: background } },
      ...content,
    ],
  };
  return `${shapeText(root)}\n`;
}

function shapeText({ tag, attributes, children = [], text = '' }: Shape): string {
  const words = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const inside = escaped(text) + children.map(shapeText).join('');
  return inside === '' ? `<${tag}${words.join('')}/>` : `<${tag}${words.join('')}>${inside}</${tag}>`;
}

const ENTITIES: { readonly [sign: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no way to write most control characters. */
function escaped(text: string): string {
  let out = '';
  for (const sign of text) out += ENTITIES[sign] ?? (sign < ' ' ? ' ' : sign);
  return out;
}
