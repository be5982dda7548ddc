// A default that a record says is stored comes back when the field is left out of what is sent, and one that it says takes
// effect without being stored does not.
import fs from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { DefaultValue } from '../../../src/knowledge/record.ts';
import { known, recordAt } from '../../../src/manifest/explain.ts';
import type { FieldFacts } from '../../../src/manifest/explanation.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import type { ApiResponse } from '../../../src/simulator/apiserver/index.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import { type Kinded, type Leaf, placeAt } from './places.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';

type Path = Leaf['path'];

const knowledge = sourceKnowledge();
const recorded = JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as Sample[];

function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [...(Array.isArray(value) ? [] : [at]), ...fieldsOf(inner, at)];
  });
}

function without(object: unknown, [first, ...rest]: Path): unknown {
  if (Array.isArray(object)) return object.map((item, i) => (i === first ? without(item, rest) : item));
  const { [String(first)]: gone, ...others } = object as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [String(first)]: without(gone, rest) };
}

const at = (object: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], object);

function fresh(): Bench {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return b;
}

/** What the server would store, without storing it. */
const wouldStore = (b: Bench, path: string, object: unknown): ApiResponse =>
  ask(b, `POST ${path}`, object, { q: { dryRun: 'All' } });

/** What a sample alone cannot show. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'networking.v1.IngressSpec.ingressClassName': 'only where a class is marked as the default',
  'core.v1.PersistentVolumeClaimSpec.storageClassName': 'only where a class is marked as the default',
  'core.v1.PodSpec.serviceAccount': 'follows serviceAccountName in templates too',
  'core.v1.PodSpec.priority': 'one of the samples names a class',
  'core.v1.PodSpec.imagePullSecrets': 'only where the account lists some',
  'core.v1.PodSpec.priorityClassName': 'only where a class is marked as the global default',
  'resource.v1.DeviceTaint.timeAdded': 'the time of the write, for taints with an effect on running pods',
};

interface Seen {
  readonly default: DefaultValue;
  /** What was stored for a field that was not sent, as JSON; undefined where nothing was. */
  readonly values: Set<string | undefined>;
  /** The same in kinds that the record says are left alone. */
  readonly elsewhere: Set<string | undefined>;
}

const OUTSIDE = ['apiVersion', 'kind', 'metadata', 'status'];
/** What Go has for a field that nobody set, as JSON. */
const ZERO = ['""', '"0"', '{}', '[]', '0', 'false', 'null', undefined];

/** What holds other fields says nothing of its own. */
const isStruct = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** A field of a sample, and what was stored of it when it was left out. */
interface LeftOut {
  readonly name: string;
  readonly kind: string | undefined;
  readonly facts: FieldFacts;
  readonly default: DefaultValue | undefined;
  readonly value: unknown;
}

function withoutEach({ path, object }: Sample, b: Bench): LeftOut[] {
  const stored = bodyOf(wouldStore(b, path, object)) as KubeObject & Kinded;
  return fieldsOf(stored).flatMap((field) => {
    const place = OUTSIDE.includes(String(field[0])) ? undefined : placeAt(stored, field);
    const facts = place?.owner && place.entry === undefined ? known(knowledge, place) : undefined;
    if (!place || !facts || at(object, field.slice(0, -1)) === undefined) return [];
    const answer = wouldStore(b, path, at(object, field) === undefined ? object : without(object, field));
    if (answer.code !== 201) return [];
    const name = `${facts.type}.${facts.field}`;
    const value = at(bodyOf(answer), field);
    return [{ name, kind: object.kind, facts, default: recordAt(knowledge, place)?.default, value }];
  });
}

let told: readonly LeftOut[] = [];
beforeAll(() => {
  const b = fresh();
  told = [...recorded, ...CHANGE_SAMPLES].flatMap((sample) => withoutEach(sample, b));
}, 120_000);

test('what is stored without being sent has a default, or somebody who writes it', () => {
  const silent = told
    .filter(({ value }) => !ZERO.includes(JSON.stringify(value)) && !isStruct(value))
    .filter(({ facts }) => !facts.default && facts.writtenBy.length === 0)
    .map(({ name, value }) => `${name}: ${JSON.stringify(value)}`);
  expect([...new Set(silent)]).toEqual([]);
});

/** Each field with a default, and what the server stored when it was left out. */
function defaults(): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const { name, kind, default: fallback, value } of told) {
    if (!fallback) continue;
    const one = seen.get(name) ?? { default: fallback, values: new Set(), elsewhere: new Set() };
    const here = fallback.on === undefined || fallback.on === kind;
    one[here ? 'values' : 'elsewhere'].add(JSON.stringify(value));
    seen.set(name, one);
  }
  return seen;
}

test('defaults are stored where records say so, and only there', () => {
  const wrong: string[] = [];
  const all = defaults();
  for (const [name, { default: fallback, values, elsewhere }] of all) {
    if (name in EXPLAINED) continue;
    if ([...elsewhere].some((value) => value !== undefined)) wrong.push(`${name}: not only on ${fallback.on}`);
    const kept = [...values].filter((value) => value !== undefined);
    if (fallback.stored === false && kept.length > 0) wrong.push(`${name}: said not to be stored: ${kept}`);
    if (fallback.stored !== false && kept.length === 0 && values.size > 0) wrong.push(`${name}: said to be stored`);
    if (fallback.stored === false || !('value' in fallback) || fallback.text) continue;
    if (values.has(undefined)) wrong.push(`${name}: not always stored`);
    const others = kept.filter((value) => value !== JSON.stringify(fallback.value));
    if (others.length > 0) wrong.push(`${name}: ${others}`);
  }
  expect(wrong).toEqual([]);
  expect(all.size).toBeGreaterThan(100);
});
