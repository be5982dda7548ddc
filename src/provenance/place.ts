// Where in the schema a place of a live object is, and what is known of the field there.

import type { Knowledge } from '../knowledge/knowledge.ts';
import type { DefaultValue, FieldRecord } from '../knowledge/record.ts';
import { fieldOf, schemaForKind, type ValueSchema } from '../model/schema.ts';

export interface Place {
  /** Undefined below what the schema does not know, as in a custom resource. */
  readonly schema: ValueSchema | undefined;
  readonly record: FieldRecord | undefined;
  /** Records of the fields around this one, the nearest first. */
  readonly around: readonly FieldRecord[];
}

export function rootOf(apiVersion: string, kind: string): Place {
  const object = schemaForKind(apiVersion, kind);
  return { schema: object ? { kind: 'object', object } : undefined, record: undefined, around: [] };
}

export function fieldAt(knowledge: Knowledge, { schema, record, around }: Place, name: string): Place {
  const outer = record ? [record, ...around] : around;
  if (schema?.kind === 'map') return { schema: schema.items, record: undefined, around: outer };
  const type = schema?.object;
  const field = type && fieldOf(type, name);
  if (!type || !field) return { schema: undefined, record: undefined, around: outer };
  return { schema: field, record: knowledge.record(type.id, name), around: outer };
}

export function itemAt({ schema, record, around }: Place): Place {
  return { schema: schema?.items, record: undefined, around: record ? [record, ...around] : around };
}

/** The default that the API server stores where the field is left out. */
export function storedDefault({ record }: Place): DefaultValue | undefined {
  const value = record?.default;
  return value && value.by === 'kube-apiserver' && value.stored !== false ? value : undefined;
}
