// Selectors of devices. Models k8s.io/dynamic-resource-allocation/cel/compile.go.
import { estimateCost, type SizeOf } from '../../../cel/estimate.ts';
import { compile, type Environment, extended, type TypeProvider } from '../../../cel/index.ts';
import { ANY, BOOL, mapOf, objectType, opaqueType, STRING, type Type, typeText } from '../../../cel/types.ts';
import { BASE_ENVIRONMENT } from './environment.ts';

const DEVICE = 'kubernetes.DRADevice';
const MAX_COST = 1_000_000;
const MAX_VALUE = 64;
const MAX_NAME = 63;
const MAX_ID = 32;
const MAX_ENTRIES = 32;

const FIELDS: { readonly [name: string]: Type } = {
  driver: STRING,
  attributes: mapOf(STRING, mapOf(STRING, ANY)),
  capacity: mapOf(STRING, mapOf(STRING, opaqueType('kubernetes.Quantity'))),
  allowMultipleAllocations: BOOL,
};
const provider: TypeProvider = {
  field: (type, name) => (type === DEVICE && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined),
  constructs: () => false,
};

/** `cel.bind` saves repeating the domain of attributes. */
const ENVIRONMENT: Environment = {
  ...extended(BASE_ENVIRONMENT, [['device', objectType(DEVICE)]], [provider]),
  bindings: true,
};

/** How large a part of a device can be. */
const sizes: SizeOf = ([, field, ...inside]) => {
  const max = (n: number) => ({ min: 0, max: n });
  if (field === 'driver') return max(MAX_NAME);
  if (field !== 'attributes' && field !== 'capacity') return undefined;
  if (inside.at(-1) === '@keys') return max(inside.length === 1 ? MAX_NAME : MAX_ID);
  if (inside.length < 2) return max(MAX_ENTRIES);
  return field === 'attributes' ? max(MAX_VALUE) : undefined;
};

/** What is wrong with a selector: it is refused as invalid, or as too complex. */
export function selectorProblem(expression: string): { readonly invalid: string } | 'complex' | undefined {
  const compiled = compile(ENVIRONMENT, expression);
  if ('issues' in compiled) return { invalid: `compilation failed: ${compiled.issues}` };
  const { program } = compiled;
  if (program.type.kind !== 'bool' && program.type.kind !== 'dyn')
    return { invalid: `must evaluate to bool or the unknown type, not ${typeText(program.type)}` };
  return estimateCost(program, sizes).max > MAX_COST ? 'complex' : undefined;
}
