// YAML as the served API server reads and writes it: keys in order, lists not indented, as sigs.k8s.io/yaml does.
import { parse, stringify } from 'yaml';

export const yaml = {
  parse: (text: string): unknown => parse(text, { schema: 'core', version: '1.1' }),
  format: (value: unknown): string => stringify(value, { sortMapEntries: true, lineWidth: 0, indentSeq: false }),
};
