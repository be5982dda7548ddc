// The types that expressions see of a built-in kind, from its schema. Models k8s.io/apiserver/pkg/cel/openapi and
// pkg/cel/common.SchemaDeclType.
import type { TypeProvider } from '../../../cel/index.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  objectType,
  STRING,
  TIMESTAMP,
  type Type,
} from '../../../cel/types.ts';
import { schemaForKind, type TypeSchema, typeById, type ValueSchema } from '../../../model/schema.ts';

const SCALARS: { readonly [kind in ValueSchema['kind']]?: Type } = {
  string: STRING,
  quantity: STRING,
  bytes: BYTES,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  boolean: BOOL,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  intOrString: DYN,
};

/** undefined for what has no schema; expressions cannot see it. */
function typeOf(s: ValueSchema): Type | undefined {
  const scalar = SCALARS[s.kind];
  if (scalar !== undefined) return scalar;
  if (s.kind === 'object') return s.object && objectType(s.object.id);
  const items = s.items && typeOf(s.items);
  if (items === undefined) return undefined;
  return s.kind === 'list' ? listOf(items) : mapOf(STRING, items);
}

/** Object types are called by the ids of their schemas. */
export const BUILT_IN: TypeProvider = {
  field: (type, name) => {
    const found = typeById(type)?.fields.get(name);
    return found && typeOf(found);
  },
  constructs: () => false,
};

export function typeForKind(apiVersion: string, kind: string): Type | undefined {
  const schema: TypeSchema | undefined = schemaForKind(apiVersion, kind);
  return schema && objectType(schema.id);
}
