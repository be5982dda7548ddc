// What the API server misses when a field is left out, against what the records say of that.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { known } from '../../../src/manifest/explain.ts';
import type { FieldFacts } from '../../../src/manifest/explanation.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { ask, bench, bodyOf } from '../apiserver/support.ts';
import { type Kinded, type Leaf, placeAt } from './places.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';

interface Cause {
  readonly field: string;
  readonly message: string;
}

const knowledge = sourceKnowledge();
const recorded = JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as Sample[];
const OUTSIDE = ['metadata', 'kind', 'apiVersion', 'status'];

/** The paths of all fields, of lists and maps as well as of what is in them. */
function fieldsOf(value: unknown, path: Leaf['path'] = []): Leaf['path'][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [...(Array.isArray(value) ? [] : [at]), ...fieldsOf(inner, at)];
  });
}

function without(object: unknown, [first, ...rest]: Leaf['path']): unknown {
  if (Array.isArray(object)) return object.map((item, i) => (i === first ? without(item, rest) : item));
  const { [String(first)]: gone, ...others } = object as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [String(first)]: without(gone, rest) };
}

const dotted = (path: Leaf['path']): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);

function says({ required, wrong }: FieldFacts, message: string): boolean {
  const absent = /left out|missing|without|none|empty|neither|not given|no /i;
  return required || wrong.some(({ text, error }) => absent.test(text) || (error && message.includes(error)));
}

let missed = 0;

test.each([...recorded, ...CHANGE_SAMPLES])('$object.kind: what must not be left out is said', ({ path, object }) => {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const silent: string[] = [];
  for (const field of fieldsOf(object).filter((one) => !OUTSIDE.includes(String(one[0])))) {
    const place = placeAt(object as Kinded, field);
    const facts = place?.owner && known(knowledge, place);
    if (!facts) continue;
    const answer = bodyOf(ask(b, `POST ${path}`, without(object, field)));
    const causes: readonly Cause[] = answer?.details?.causes ?? [];
    const cause = causes.find((one) => one.field === dotted(field) && /^Required/.test(one.message));
    if (!cause) continue;
    missed++;
    if (!says(facts, cause.message)) silent.push(`${facts.type}.${facts.field}: ${cause.message}`);
  }
  expect(silent).toEqual([]);
});

test('the samples have fields that must be there', () => {
  expect(missed).toBeGreaterThan(100);
});
