// What a new cluster has before anybody uses it: each kind says which component makes such objects.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { schemaForKind } from '../../../src/model/schema.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

interface Fresh {
  readonly items: readonly { readonly apiVersion: string; readonly kind: string }[];
}

test('kinds of a fresh cluster’s objects say who makes them', () => {
  const { items } = JSON.parse(fs.readFileSync(sharedPath('discovery', 'fresh-cluster.json'), 'utf8')) as Fresh;
  const types = new Set(items.map(({ apiVersion, kind }) => schemaForKind(apiVersion, kind)?.id ?? kind));
  const silent = [...types].filter((type) => {
    const writers = sourceKnowledge().record(type, 'kind')?.writtenBy ?? [];
    return !writers.some(({ component }) => component !== 'user');
  });
  expect(silent).toEqual([]);
  expect(types.size).toBeGreaterThan(15);
});
