// What the records say of a later change, against what the API server answers to it.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { known } from '../../../src/manifest/explain.ts';
import type { FieldFacts } from '../../../src/manifest/explanation.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import { type Kinded, type Leaf, placeAt } from './places.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';

type Stored = KubeObject & Kinded;

const knowledge = sourceKnowledge();
const recorded = JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as Sample[];

/** Where the record says more than a plain update of the sample can show. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'core.v1.ResourceRequirements.limits': 'changes through the resize subresource',
  'core.v1.ResourceRequirements.requests': 'changes through the resize subresource',
  'core.v1.VolumeResourceRequirements.requests': 'grows once the claim is bound',
  'core.v1.PersistentVolumeClaimSpec.volumeAttributesClassName': 'changes once the claim is bound',
  'core.v1.ConfigMap.data': 'the sample says immutable',
  'core.v1.NodeSpec.podCIDRs': 'the older podCIDR beside it counts',
  'core.v1.PodSpec.serviceAccount': 'an old name whose value is not looked at',
  'core.v1.Toleration.key': 'admission adds the two that every pod has again, beside the changed one',
  'apiextensions.v1.CustomResourceDefinitionNames.kind': 'fixed once the definition is established',
};

type Verdict = 'fixed' | 'free' | 'other';
const FIXED =
  /immutable|may not be changed|updates to \w+ are forbidden|(pod|node) updates may not|updates to statefulset|can not be modified except/i;

function leavesOf(value: unknown, path: Leaf['path'] = []): Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Another value of the same look. */
function others({ path, value }: Leaf, object: Stored): unknown[] {
  const choices = placeAt(object, path)?.owner?.field.enum;
  if (choices) return choices.filter((choice) => choice !== value && choice !== '');
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  const text = String(value);
  return [/^\d+[A-Za-z]*$/.test(text) ? text.replace(/^\d+/, (n) => String(Number(n) + 1)) : `${text}x`];
}

function replaced(object: unknown, [first, ...rest]: Leaf['path'], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(object)) return object.map((item, i) => (i === first ? replaced(item, rest, value) : item));
  const from = object as Record<string, unknown>;
  return { ...from, [first]: replaced(from[String(first)], rest, value) };
}

function at(object: unknown, path: Leaf['path']): unknown {
  return path.reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], object);
}

function verdictOf(b: Bench, path: string, object: Stored, leaf: Leaf): Verdict {
  let verdict: Verdict = 'other';
  for (const value of others(leaf, object)) {
    const answer = ask(b, `PUT ${path}/${object.metadata.name}`, replaced(object, leaf.path, value));
    // Some fields keep their value without a word.
    if (answer.code === 200) return at(bodyOf(answer), leaf.path) === leaf.value ? 'fixed' : 'free';
    if (FIXED.test(String(bodyOf(answer).message))) verdict = 'fixed';
  }
  return verdict;
}

function contradicts({ type, field, change }: FieldFacts, verdict: Verdict): boolean {
  if (verdict === 'other' || `${type}.${field}` in EXPLAINED) return false;
  if (change === undefined) return verdict === 'fixed';
  return (change.effect === 'immutable') !== (verdict === 'fixed');
}

const OUTSIDE = ['apiVersion', 'kind', 'metadata', 'status'];

test.each([...recorded, ...CHANGE_SAMPLES])(
  '$object.kind: what cannot be changed is refused, the rest is not',
  (sample) => {
    const make = (): Bench => {
      const b = bench();
      ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
      expect(ask(b, `POST ${sample.path}`, sample.object).code).toBe(201);
      return b;
    };
    let b = make();
    const object = bodyOf(ask(b, `GET ${sample.path}/${sample.object.metadata.name}`)) as Stored;
    const wrong: string[] = [];
    for (const leaf of leavesOf(object).filter(({ path }) => !OUTSIDE.includes(String(path[0])))) {
      const place = placeAt(object, leaf.path);
      const facts = place && known(knowledge, place);
      if (!facts) continue;
      const verdict = verdictOf(b, sample.path, object, leaf);
      if (verdict === 'free') b = make();
      if (contradicts(facts, verdict)) {
        wrong.push(
          `${leaf.path.join('.')} is ${verdict}; ${facts.type}.${facts.field}: ${facts.change?.effect ?? 'nothing'}`,
        );
      }
    }
    expect(wrong).toEqual([]);
  },
);

test('a range for Services may get one of the other family beside it, and nothing else', () => {
  const b = bench();
  const path = '/apis/networking.k8s.io/v1/servicecidrs';
  const cidrs = (...list: string[]): object => ({ metadata: { name: 'v' }, spec: { cidrs: list } });
  expect(ask(b, `POST ${path}`, cidrs('10.0.0.0/24')).code).toBe(201);
  expect(ask(b, `PUT ${path}/v`, cidrs('10.0.0.0/24', '10.1.0.0/24')).code).toBe(422);
  expect(ask(b, `PUT ${path}/v`, cidrs('10.0.0.0/24', '2001:db8::/112')).code).toBe(200);
  expect(bodyOf(ask(b, `PUT ${path}/v`, cidrs('10.0.0.0/24'))).message).toContain('field is immutable');
});
