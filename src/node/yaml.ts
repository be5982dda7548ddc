// YAML as the served API server reads and writes it: keys in order, lists not indented, as sigs.k8s.io/yaml does.
import { parseDocument, stringify } from 'yaml';

const OPTIONS = { schema: 'core', version: '1.1' } as const;

/** The key that stands at a place in the text. */
function keyAt(text: string, at: number): string {
  return /^["']?([^"':\n]*)/.exec(text.slice(at))?.[1] ?? '';
}

/** @param duplicates gets a line for each key that a map has twice, in the words of Go's yaml; the last one counts. */
function parse(text: string, duplicates: string[] = []): unknown {
  const document = parseDocument(text, OPTIONS);
  for (const e of document.errors) {
    if (e.code !== 'DUPLICATE_KEY') throw e;
    const key = JSON.stringify(keyAt(text, e.pos[0]));
    duplicates.push(`line ${e.linePos?.[0].line ?? 0}: key ${key} already set in map`);
  }
  return document.toJS();
}

export const yaml = {
  parse,
  format: (value: unknown): string =>
    stringify(value, { sortMapEntries: true, lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false }),
};
