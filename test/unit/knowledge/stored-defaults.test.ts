// A default that a record says is stored comes back when the field is left out of what is sent, and one that it says takes
// effect without being stored does not.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import type { DefaultValue } from '../../../src/knowledge/record.ts';
import { recordAt } from '../../../src/manifest/explain.ts';
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

/** Each field with a default, and what the server stored when it was left out. */
function leftOut(): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const b = fresh();
  for (const { path, object } of [...recorded, ...CHANGE_SAMPLES]) {
    const stored = bodyOf(wouldStore(b, path, object)) as KubeObject & Kinded;
    for (const field of fieldsOf(stored)) {
      const place = field[0] === 'metadata' || field[0] === 'status' ? undefined : placeAt(stored, field);
      const fallback = place?.owner && place.entry === undefined ? recordAt(knowledge, place)?.default : undefined;
      if (!place?.owner || !fallback || at(object, field.slice(0, -1)) === undefined) continue;
      const sent = at(object, field) === undefined ? object : without(object, field);
      const answer = wouldStore(b, path, sent);
      if (answer.code !== 201) continue;
      const name = `${place.owner.type}.${place.owner.field.name}`;
      const known = seen.get(name) ?? { default: fallback, values: new Set(), elsewhere: new Set() };
      const here = fallback.on === undefined || fallback.on === object.kind;
      known[here ? 'values' : 'elsewhere'].add(JSON.stringify(at(bodyOf(answer), field)));
      seen.set(name, known);
    }
  }
  return seen;
}

test('defaults are stored where records say so, and only there', () => {
  const wrong: string[] = [];
  const all = leftOut();
  for (const [name, { default: fallback, values, elsewhere }] of all) {
    if (name in EXPLAINED) continue;
    if ([...elsewhere].some((value) => value !== undefined)) wrong.push(`${name}: not only on ${fallback.on}`);
    const kept = [...values].filter((value) => value !== undefined);
    if (fallback.stored === false && kept.length > 0) wrong.push(`${name}: said not to be stored: ${kept}`);
    if (fallback.stored !== false && kept.length === 0 && values.size > 0) wrong.push(`${name}: said to be stored`);
    if (fallback.stored === false || !('value' in fallback) || fallback.text) continue;
    if (values.has(undefined)) wrong.push(`${name}: not always stored`);
    if (!values.has(JSON.stringify(fallback.value))) wrong.push(`${name}: ${[...values]}`);
  }
  expect(wrong).toEqual([]);
  expect(all.size).toBeGreaterThan(100);
}, 120_000);
