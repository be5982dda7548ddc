// An entry that a map lacks, as a quick fix writes it: with what it most likely should say, or with a value of its type.
import { isMap, isScalar, type YAMLMap } from 'yaml';
import type { FieldSchema } from '../../model/schema.ts';
import type { Finding } from '../finding.ts';
import { valueAt } from '../parse.ts';
import { writtenString } from '../scalar.ts';

/** Where one word is what people want nearly always. */
const USUAL: Readonly<Record<string, string>> = { pathType: 'Prefix' };

/** The entry goes before the first key of the map. */
export function missingEntry(map: YAMLMap, field: FieldSchema): Finding['entry'] {
  const [first] = map.items;
  if (!first) return undefined;
  const { name } = field;
  const value =
    (name === 'selector' ? selectorOf(map) : undefined) ?? USUAL[name] ?? field.enum?.[0] ?? EMPTY[field.kind];
  return { name, value: value ?? '{}', flow: map.flow === true };
}

const EMPTY: Partial<Record<FieldSchema['kind'], string>> = {
  string: '""',
  bytes: '""',
  quantity: '"0"',
  time: '""',
  microTime: '""',
  int32: '0',
  int64: '0',
  double: '0',
  intOrString: '0',
  boolean: 'false',
  list: '[]',
};

/** The selector that takes the pods of the template beside it. */
function selectorOf(map: YAMLMap): string | undefined {
  const labels = valueAt(valueAt(valueAt(map, 'template'), 'metadata'), 'labels');
  const entries = isMap(labels) ? labels.items : [];
  const written = entries.map(({ key, value }) =>
    isScalar(key) && isScalar(value)
      ? `${writtenString(String(key.value))}: ${writtenString(String(value.value))}`
      : undefined,
  );
  return written.length > 0 && written.every((one) => one !== undefined)
    ? `{matchLabels: {${written.join(', ')}}}`
    : undefined;
}

/** The text of an entry at an offset of a document, where another key stands. */
export function entryText({ name, value, flow }: NonNullable<Finding['entry']>, text: string, at: number): string {
  const quoted = text[at] === '"';
  const key = quoted ? JSON.stringify(name) : name;
  // JSON quotes every word; what YAML lets stand without is a string there.
  const written = quoted
    ? value.replace(/(?<=[{,:]\s*|^)(?!(?:true|false)\b)[A-Za-z][\w./-]*/g, (word) => JSON.stringify(word))
    : value;
  if (flow) return `${key}: ${written}, `;
  return `${key}: ${written}\n${' '.repeat(at - text.lastIndexOf('\n', at - 1) - 1)}`;
}
