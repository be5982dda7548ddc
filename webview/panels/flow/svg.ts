// SVG elements made from values.
type Attributes = { readonly [name: string]: string | number };

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

export function text(content: string, attributes: Attributes): SVGTextElement {
  const element = svg('text', attributes);
  element.textContent = content;
  return element;
}
