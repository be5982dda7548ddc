// How Go names the type of a value: the API server's decoding errors print it, and explanations quote them.
import type { TypeSchema, ValueSchema } from './schema.ts';

/** Go's names of the scalars. */
export const GO_SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: '[]uint8',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  boolean: 'bool',
  quantity: 'resource.Quantity',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  intOrString: 'intstr.IntOrString',
};

function versionOf(type: TypeSchema): string {
  return type.id.split('.').at(-2) ?? 'v1';
}

/** The Go type of a value, as errors print it: `[]v1.Container`, `map[string]string`, `v1.PullPolicy`. */
export function goType(schema: ValueSchema, named?: string): string {
  if (named) return named.startsWith('[]') && schema.kind !== 'list' ? named.slice(2) : named;
  const items = schema.items ?? { kind: 'any' };
  switch (schema.kind) {
    case 'object':
      return schema.object ? `${versionOf(schema.object)}.${schema.object.name}` : 'interface {}';
    case 'list':
      return `[]${goType(items)}`;
    case 'map':
      return `map[string]${goType(items)}`;
    default:
      return GO_SCALARS[schema.kind] ?? 'interface {}';
  }
}
