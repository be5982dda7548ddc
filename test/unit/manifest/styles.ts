// One manifest in the styles in which people and programs write it, and what a reading of it is.
import { isAlias, isMap, isScalar, isSeq, parse } from 'yaml';

/** Keys, values, anchors and where they are. A block ends where what is behind it begins, so nobody counts its white space. */
export function shape(node: unknown): unknown {
  if (isScalar(node)) return `${node.value}@${node.range?.[0]}-${node.range?.[1]} ${node.type}`;
  if (isAlias(node)) return `*${node.source}@${node.range?.[0]}`;
  if (!isMap(node) && !isSeq(node)) return node;
  const [from, to] = node.range ?? [];
  const at = `${isMap(node) ? 'map' : 'list'}@${from}${node.flow ? `-${to}` : ''} ${node.anchor ?? ''}`;
  if (isSeq(node)) return [at, ...node.items.map(shape)];
  return [at, ...node.items.map(({ key, value }) => [shape(key), shape(value)])];
}

/** Flow style as a person breaks it into lines. */
export function flow(value: unknown, depth = 0): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => flow(item, depth + 1)).join(depth < 3 ? `,\n ${' '.repeat(depth % 2)}` : ', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, held]) => `${JSON.stringify(key)}: ${flow(held, depth + 1)}`);
  return `{${entries.map((entry) => entry.replace(/^"([\w.-]+)"/, '$1')).join(', ')}}`;
}

function indented(text: string, by: number): string {
  return text.split('\n').join(`\n${' '.repeat(by)}`);
}

/** @param text a manifest in block style */
export function styles(text: string): string[] {
  const value: unknown = parse(text);
  const two = [value, value];
  return [
    text,
    text.replaceAll('\n', '\r\n'),
    `---\n${text}`,
    `apiVersion: v1\nkind: List\nitems:\n- ${indented(text, 2)}\n- ${indented(text, 2)}\n`,
    `items:\n  # c\n  - ${indented(text, 4)}\n\n  # d\n  -\n    ${indented(text, 4)}\nkind: List\n`,
    `kind: List\nitems:\n- &i1\n  ${indented(text, 2)}\n- *i1\n- {a: b}\n- - x\n  - y\n`,
    `${text.replace('metadata:', 'metadata: &m').replace('spec:', 'spec: &s')}x: *m\ny: {<<: *s}\n`,
    `data:\n  f: |\n    ${indented(text, 4)}\n\n  g: >-\n    ${indented(text, 4)}\n  # c\n  h: |+\n     ${indented(text, 5)}\n\n\nkind: x\n`,
    JSON.stringify(value, null, 2),
    `${JSON.stringify(value, null, 1)}\n`,
    JSON.stringify({ kind: 'List', items: two }, null, '\t'),
    JSON.stringify({ items: two }),
    flow(value),
    `# c\nkind: List\nitems: ${flow(two)} # x\nx: y\n`,
    `kind: List\nitems: &a ${indented(JSON.stringify(two, null, 2), 3)}\nfoo: *a\n`,
  ];
}
