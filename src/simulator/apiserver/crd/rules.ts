// Rules in CEL (x-kubernetes-validations), which the simulator does not evaluate: whoever writes an object that has some is told.
import type { JSONSchemaProps } from '../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../model/object.ts';
import { propsOf } from './schema.ts';

interface Rule {
  /** Where its schema stands: `spec.ports[*]`. */
  readonly path: string;
  readonly rule: string;
}

const known = new WeakMap<object, readonly Rule[]>();

function* below(s: JSONSchemaProps, path: string): Generator<Rule> {
  for (const { rule } of s['x-kubernetes-validations'] ?? []) yield { path: path || 'the object', rule };
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const [key, child] of Object.entries(s.properties ?? {})) if (isRecord(child)) yield* below(child, at(key));
  const items = propsOf(s.items);
  if (items !== undefined) yield* below(items, `${path}[*]`);
  const more = propsOf(s.additionalProperties);
  if (more !== undefined) yield* below(more, at('*'));
}

export function rulesOf(schema: JSONSchemaProps): readonly Rule[] {
  const found = known.get(schema) ?? [...below(schema, '')];
  known.set(schema, found);
  return found;
}

/** One warning for each rule. */
export function ruleWarnings(schema: JSONSchemaProps): string[] {
  return rulesOf(schema).map(
    ({ path, rule }) =>
      `the simulator does not evaluate CEL: the rule ${JSON.stringify(rule)} of ${path} was not checked, a real API server checks it`,
  );
}
