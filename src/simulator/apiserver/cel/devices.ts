// Selectors of devices. Models k8s.io/dynamic-resource-allocation/cel/compile.go.
import { estimateCost, type SizeOf } from '../../../cel/estimate.ts';
import { compile, type Environment, extended, type Program, type TypeProvider } from '../../../cel/index.ts';
import { quantityValue, versionValue } from '../../../cel/library/quantities.ts';
import { ANY, BOOL, mapOf, objectType, opaqueType, STRING, type Type, typeText } from '../../../cel/types.ts';
import { CelError, Dict, type Key, MapDict, Struct, type Value } from '../../../cel/values.ts';
import type { Device, DeviceAttribute } from '../../../model/generated/resource.v1.ts';
import { byText } from '../../../model/remember.ts';
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

/** A map that has an empty one for every domain that is not there. */
class Domains extends Dict {
  private readonly inner: ReadonlyMap<string, Dict>;
  constructor(inner: ReadonlyMap<string, Dict>) {
    super();
    this.inner = inner;
  }
  get size(): number {
    return this.inner.size;
  }
  find(key: Value): Value | undefined {
    return typeof key === 'string' ? (this.inner.get(key) ?? NOTHING) : undefined;
  }
  override has(key: Value): boolean {
    return typeof key === 'string' && this.inner.has(key);
  }
  keys(): readonly Key[] {
    return [...this.inner.keys()];
  }
}

const NOTHING = new MapDict(new Map());

function attributeValue(a: DeviceAttribute): Value | undefined {
  if (a.int !== undefined) return BigInt(a.int);
  if (a.bool !== undefined) return a.bool;
  if (a.string !== undefined) return a.string;
  return a.version === undefined ? undefined : versionValue(a.version);
}

/** Names without a domain are in the driver's. */
function byDomain<T>(
  driver: string,
  of: { readonly [name: string]: T } = {},
  value: (x: T) => Value | undefined,
): Domains {
  const domains = new Map<string, Map<string, readonly [Key, Value]>>();
  for (const [name, x] of Object.entries(of)) {
    const v = value(x);
    if (v === undefined) continue;
    const slash = name.indexOf('/');
    const [domain, id] = slash < 0 ? [driver, name] : [name.slice(0, slash), name.slice(slash + 1)];
    const entries = domains.get(domain) ?? new Map<string, readonly [Key, Value]>();
    entries.set(`s${id}`, [id, v]);
    domains.set(domain, entries);
  }
  return new Domains(new Map([...domains].map(([domain, entries]) => [domain, new MapDict(entries)])));
}

/** The device as expressions see it. */
export function deviceValue(driver: string, device: Device): Value {
  return new Struct(
    DEVICE,
    new Map<string, Value>([
      ['driver', driver],
      ['attributes', byDomain(driver, device.attributes, attributeValue)],
      ['capacity', byDomain(driver, device.capacity, (c) => quantityValue(String(c.value)))],
      ['allowMultipleAllocations', device.allowMultipleAllocations ?? false],
    ]),
  );
}

const compiledSelectors = byText(1000, (expression): Program | string => {
  const compiled = compile(ENVIRONMENT, expression);
  return 'issues' in compiled ? compiled.issues : compiled.program;
});

/** Whether the selector chooses the device; or why that cannot be said, in upstream's words. */
export function selectsDevice(
  expression: string,
  driver: string,
  device: Device,
): boolean | { readonly error: string } {
  const program = compiledSelectors(expression);
  if (typeof program === 'string') return { error: `CEL compile error: compilation failed: ${program}` };
  try {
    const value = deviceValue(driver, device);
    const outcome = program.run((name) => (name === 'device' ? value : undefined), MAX_COST);
    if ('error' in outcome) return { error: `CEL runtime error: ${outcome.error}` };
    return outcome.value === true;
  } catch (e) {
    if (e instanceof CelError) return { error: `CEL runtime error: ${e.message}` };
    throw e;
  }
}
