// Says so when Kubernetes reads a scalar as something else than its reader expects.
import { isScalar, Scalar } from 'yaml';
import type { ValueKind } from '../model/schema.ts';
import { resolvePlain, type ScalarValue } from './scalar.ts';

const STRINGS: ReadonlySet<ValueKind> = new Set(['string', 'time', 'microTime', 'bytes']);
const NUMBERS: ReadonlySet<ValueKind> = new Set(['int32', 'int64', 'double']);

/** What the API server receives for this node. */
export function scalarOf(node: unknown): ScalarValue | undefined {
  if (!isScalar(node)) return undefined;
  const text = typeof node.value === 'string' ? node.value : '';
  if (node.tag === '!!str' || node.tag === 'tag:yaml.org,2002:str') return text;
  const plain = node.type === Scalar.PLAIN || node.type === undefined || node.type === null;
  return plain ? resolvePlain(text) : text;
}

function kindOf(value: ScalarValue): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'number';
  return 'string';
}

/** A sentence for a value whose type surprises, or undefined. `type` is the scalar type that the schema wants here. */
export function readingNote(node: unknown, type: ValueKind): string | undefined {
  if (!isScalar(node)) return undefined;
  // A block of text is a string, whatever it says; long ones are not read for nothing.
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  if (isBlock && STRINGS.has(type)) return undefined;
  const value = scalarOf(node);
  const written = typeof node.source === 'string' ? node.source : String(node.value);
  if (value === undefined || value === null) return undefined;
  if (STRINGS.has(type) && typeof value !== 'string') {
    const what = kindOf(value) === 'bool' ? `the boolean ${value}` : `the number ${value}`;
    return (
      `Without quotes Kubernetes reads \`${written}\` as ${what} (YAML 1.1), and kube-apiserver refuses it: ` +
      `\`cannot unmarshal ${kindOf(value)} into Go struct field … of type string\`. Quote it.`
    );
  }
  if (type === 'boolean' && typeof value === 'string' && value !== '') {
    return `This is a string, and kube-apiserver refuses it here: \`cannot unmarshal string into Go struct field … of type bool\`.`;
  }
  if (NUMBERS.has(type) && typeof value === 'number' && /^[-+]?0[0-9_xob]/i.test(written)) {
    return `Kubernetes reads \`${written}\` as ${value} (YAML 1.1${/^[-+]?0[0-7_o]/i.test(written) ? ', octal' : ''}).`;
  }
  if (NUMBERS.has(type) && typeof value === 'string' && value !== '') {
    const go = type === 'double' ? 'float64' : type;
    return `This is a string, and kube-apiserver refuses it here: \`cannot unmarshal string into Go struct field … of type ${go}\`.`;
  }
  if (type === 'boolean' && typeof value === 'boolean' && !/^(true|false)$/i.test(written)) {
    return `Kubernetes reads \`${written}\` as ${value} (YAML 1.1).`;
  }
  return undefined;
}
