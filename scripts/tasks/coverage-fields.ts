// How many of the fields that a person can meet have a record, by kind. Flag: --missing (names them).
import { createKnowledge } from '../../src/knowledge/knowledge.ts';
import { allKinds, schemaForKind, typeById, type ValueSchema } from '../../src/model/schema.ts';
import { packedFields } from '../generate/fields.ts';
import { options } from './options.ts';

export interface Coverage {
  /** `apps/v1 Deployment`. */
  readonly kind: string;
  readonly fields: number;
  readonly recorded: number;
  /** `core.v1.PodSpec.nodeName`, in the order in which they are met. */
  readonly missing: readonly string[];
}

/** The types that can be reached from a kind, itself first. */
function reachable(root: string): string[] {
  const found = new Set([root]);
  for (const id of found) {
    for (const field of typeById(id)?.fields.values() ?? []) {
      let value: ValueSchema | undefined = field;
      while (value?.kind === 'list' || value?.kind === 'map') value = value.items;
      if (value?.object) found.add(value.object.id);
    }
  }
  return [...found];
}

export function coverage(): Coverage[] {
  const knowledge = createKnowledge({ fields: packedFields });
  return allKinds()
    .filter(([, kind]) => !kind.endsWith('List'))
    .flatMap(([apiVersion, kind]) => {
      const root = schemaForKind(apiVersion, kind);
      if (!root) return [];
      const names = reachable(root.id).flatMap((id) =>
        [...(typeById(id)?.fields.keys() ?? [])].map((field) => ({ id, field })),
      );
      const missing = names.filter(({ id, field }) => !knowledge.record(id, field));
      return {
        kind: `${apiVersion} ${kind}`,
        fields: names.length,
        recorded: names.length - missing.length,
        missing: missing.map(({ id, field }) => `${id}.${field}`),
      };
    });
}

export function main(args: string[]): void {
  const { values } = options(args, { missing: { type: 'boolean', default: false } });
  const all = coverage().sort((a, b) => b.recorded / b.fields - a.recorded / a.fields);
  for (const { kind, fields, recorded } of all) {
    const share = ((100 * recorded) / fields).toFixed(1).padStart(6);
    console.log(`${share} %  ${String(recorded).padStart(4)}/${fields}  ${kind}`);
  }
  const missing = new Set(all.flatMap((one) => one.missing));
  console.log(`${missing.size} fields of built-in kinds have no record yet`);
  if (values.missing) for (const name of missing) console.log(name);
}
