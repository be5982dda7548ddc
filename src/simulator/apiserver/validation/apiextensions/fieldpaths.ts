// Models cel.ValidFieldPath: a path such as .spec.size or .spec['my-field'] that leads from a schema to a field of it.
import { goJson } from '../value.ts';
import { asSchema, type Schema, type SchemaMap } from './schemas.ts';

export interface FoundField {
  readonly names: readonly string[];
  readonly schema: Schema;
}

const NAME = /^\.([A-Za-z_][A-Za-z0-9_]*|[^.[\]]+)/;
const QUOTED = /^\['((?:[^'\\]|\\.)*)'\]/;

/** The field that a path leads to, or what is wrong with the path. */
export function fieldAt(text: string, root: Schema, brackets: boolean): FoundField | string {
  const names: string[] = [];
  let schema = root;
  let rest = text;
  while (rest !== '') {
    const quoted = QUOTED.exec(rest);
    if (quoted && !brackets) return 'array notation is not allowed';
    const step = NAME.exec(rest) ?? quoted;
    if (!step) return `expected [ or . but got: ${rest.charAt(0)}`;
    const name = (step[1] ?? '').replace(/\\(.)/g, '$1');
    const next = stepInto(schema, name);
    if (typeof next === 'string') return next;
    names.push(name);
    schema = next;
    rest = rest.slice(step[0].length);
  }
  return names.length > 0 ? { names, schema } : 'path is empty';
}

function stepInto(schema: Schema, name: string): Schema | string {
  const known = (schema.properties as SchemaMap | undefined)?.[name];
  const values = asSchema(schema.additionalProperties);
  if (known) return known;
  if (schema.properties === undefined && values) return values;
  return `does not refer to a valid field: ${goJson(name)}`;
}
