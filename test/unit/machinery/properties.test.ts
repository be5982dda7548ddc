import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManagedFieldsEntry } from '../../../src/model/generated/meta.v1.ts';
import type { Json, KubeObject } from '../../../src/model/object.ts';
import { equal } from '../../../src/model/paths.ts';
import { allKinds, schemaForKind } from '../../../src/model/schema.ts';
import { isStatus } from '../../../src/model/status.ts';
import { conform } from '../../../src/simulator/apiserver/machinery/conform.ts';
import {
  applyDefaults,
  applyPatch,
  applyServerSide,
  decodeBody,
  updateManagedFields,
} from '../../../src/simulator/apiserver/machinery/index.ts';
import {
  difference,
  type FieldSet,
  intersection,
  isEmpty,
  paths,
  recursiveDifference,
  union,
} from '../../../src/simulator/apiserver/machinery/managedfields/set.ts';
import { toFieldSet } from '../../../src/simulator/apiserver/machinery/managedfields/typed.ts';
import { gvkOf } from './recordings.ts';

const RUNS = { seed: 7, numRuns: 300 };
const TIME = '2026-01-01T00:00:00Z';

/** Values of the kinds that clients get wrong, and some that they get right. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, -1, 1.5, 99999999999, '', 'x', '1Gi', '2024-01-01T00:00:00Z'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'name',
        'metadata',
        'spec',
        'template',
        'containers',
        'labels',
        'selector',
        'matchLabels',
        'ports',
        'status',
        'data',
        '$patch',
        '__proto__',
        'constructor',
        'resources',
        'limits',
        'managedFields',
        'kind',
        'type',
        'items',
      ),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value;

const kinds = fc.constantFrom(...allKinds().filter(([, kind]) => !kind.endsWith('List')));

describe('decoding', () => {
  test('never throws, and what it accepts is a fixed point', () => {
    let accepted = 0;
    fc.assert(
      fc.property(kinds, anything, ([apiVersion, kind], value) => {
        const want = gvkOf({ apiVersion, kind });
        const answer = decodeBody({ raw: JSON.stringify({ ...(value as object), apiVersion, kind }) }, want, {
          fieldValidation: 'Ignore',
        });
        if (isStatus(answer)) return;
        accepted++;
        const type = schemaForKind(apiVersion, kind);
        if (!type) throw new Error(kind);
        const again = conform(answer.object, type);
        expect(again.error).toBeUndefined();
        expect(again.value).toEqual(answer.object);
        expect(JSON.stringify(answer.object)).not.toContain('undefined');
      }),
      { ...RUNS, numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });

  test('any text gets an answer', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((j) => j.slice(0, -1)),
      fc.json().map((j) => `${j}}`),
    );
    fc.assert(
      fc.property(text, (raw) => {
        const answer = decodeBody({ raw }, { group: '', version: 'v1', kind: 'Pod' }, { fieldValidation: 'Warn' });
        if (isStatus(answer)) expect(answer.code).toBe(400);
      }),
      { ...RUNS, numRuns: 1000 },
    );
  });
});

const name = fc.constantFrom('a', 'b', 'c');
const containers = fc.uniqueArray(
  fc.record(
    {
      name,
      image: fc.constantFrom('x:1', 'y:1'),
      args: fc.array(fc.constantFrom('p', 'q'), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['name', 'image'] },
  ),
  { selector: (c) => c.name, minLength: 1, maxLength: 3 },
);
// Without empty lists and maps, which are owned though Go drops them, and with images, whose absence leaves another default.
const sent = fc.record(
  {
    labels: fc.dictionary(name, fc.constantFrom('1', '2'), { minKeys: 1, maxKeys: 3 }),
    replicas: fc.integer({ min: 0, max: 3 }),
    containers,
    tolerations: fc.array(fc.record({ key: name }), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['containers'] },
);

function deployment(s: typeof sent extends fc.Arbitrary<infer T> ? T : never): Json {
  const { labels, replicas, containers: list, tolerations } = s;
  const spec = { containers: list, ...(tolerations ? { tolerations } : {}) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', ...(labels ? { labels } : {}) },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec },
    },
  };
}

function decoded(value: Json): KubeObject {
  const answer = decodeBody(
    { value },
    { group: 'apps', version: 'v1', kind: 'Deployment' },
    { fieldValidation: 'Strict' },
  );
  if (isStatus(answer)) throw new Error(answer.message);
  return applyDefaults(answer.object);
}

const TYPE = schemaForKind('apps/v1', 'Deployment');

/** Every owned field is there, no entry is empty, and the entries can be read. */
function expectSound(o: KubeObject): void {
  if (!TYPE) throw new Error('no Deployment');
  const there = toFieldSet(o, TYPE);
  for (const e of o.metadata.managedFields ?? []) {
    const fields = (e.fieldsV1 ?? {}) as FieldSet;
    expect(isEmpty(fields)).toBe(false);
    for (const path of paths(fields)) expect(reaches(there, path), `${e.manager} owns ${path.join(' ')}`).toBe(true);
  }
}

/** A set holds a path, or something below it, or an atomic field above it. */
function reaches(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet = set;
  for (const e of path) {
    const next = at[e];
    if (!next) return false;
    at = next;
  }
  return true;
}

type Write = { readonly how: 'update' | 'apply' | 'force'; readonly manager: string; readonly sent: Json };
const writes = fc.array(
  fc.record({
    how: fc.constantFrom('update', 'apply', 'force'),
    manager: fc.constantFrom('one', 'two', 'three'),
    sent: sent.map(deployment),
  }),
  { minLength: 1, maxLength: 8 },
) as fc.Arbitrary<Write[]>;

function write(live: KubeObject | undefined, w: Write): KubeObject | undefined {
  if (w.how === 'update')
    return updateManagedFields({ before: live, after: decoded(w.sent), manager: w.manager, time: TIME });
  const answer = applyServerSide({
    live,
    applied: w.sent,
    manager: w.manager,
    force: w.how === 'force',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    time: TIME,
  });
  if (!isStatus(answer)) return answer.object;
  expect(answer.reason).toBe('Conflict');
  return live;
}

describe('ownership', () => {
  test('no owner is left dangling, whoever writes how', () => {
    fc.assert(
      fc.property(writes, (list) => {
        let live: KubeObject | undefined;
        for (const w of list) {
          live = write(live, w);
          if (live) expectSound(live);
        }
      }),
      RUNS,
    );
  });

  test('after a forced apply the object is as applied, and applying it again does nothing', () => {
    fc.assert(
      fc.property(writes, sent.map(deployment), (list, last) => {
        const live = list.reduce<KubeObject | undefined>(write, undefined);
        const forced = write(live, { how: 'force', manager: 'one', sent: last });
        if (!forced || !TYPE) throw new Error('refused');
        const wanted = toFieldSet(last, TYPE);
        const mine = forced.metadata.managedFields?.find((e) => e.manager === 'one' && e.operation === 'Apply');
        expect(difference((mine?.fieldsV1 ?? {}) as FieldSet, wanted)).toEqual({});
        expect(write(forced, { how: 'apply', manager: 'one', sent: last })).toBe(forced);
      }),
      RUNS,
    );
  });

  test('what one manager applies alone and then gives up is gone', () => {
    fc.assert(
      fc.property(sent.map(deployment), sent.map(deployment), (first, second) => {
        const one = write(undefined, { how: 'apply', manager: 'one', sent: first });
        const two = write(one, { how: 'apply', manager: 'one', sent: second });
        const fresh = write(undefined, { how: 'apply', manager: 'one', sent: second });
        const strip = (o: KubeObject | undefined) => ({ ...o, metadata: { ...o?.metadata, managedFields: undefined } });
        // The order of list items may differ: a live list keeps its order.
        const sorted = (x: unknown) =>
          JSON.parse(JSON.stringify(x), (_, v) =>
            Array.isArray(v) && v[0]?.name ? [...v].sort((a, b) => (a.name < b.name ? -1 : 1)) : v,
          );
        expect(sorted(strip(two))).toEqual(sorted(strip(fresh)));
      }),
      RUNS,
    );
  });
});

describe('field sets', () => {
  const set = sent.map((s) => (TYPE ? toFieldSet(deployment(s), TYPE) : {}));

  test('obey the laws of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(equal(union(a, a), a)).toBe(true);
        expect(equal(union(a, b), union(b, a))).toBe(true);
        expect(difference(a, a)).toEqual({});
        expect(intersection(a, union(a, b))).toEqual(a);
        expect(union(difference(a, b), intersection(a, b))).toEqual(a);
        expect(recursiveDifference(a, a)).toEqual({});
        expect(intersection(difference(a, b), b)).toEqual({});
      }),
      RUNS,
    );
  });
});

describe('patches', () => {
  test('a merge patch that says what is there changes nothing; no patch throws', () => {
    fc.assert(
      fc.property(sent.map(deployment), anything, fc.constantFrom('json', 'merge', 'strategic'), (s, value, type) => {
        const original = decoded(s);
        const gvk = gvkOf(original);
        const patch = (p: unknown, how = type) =>
          applyPatch({ type: how, original, patch: { value: p }, gvk, fieldValidation: 'Warn' });
        expect(patch({ spec: (original as KubeObject & { spec: unknown }).spec }, 'merge')).toMatchObject({
          object: original,
        });
        const answer = patch(type === 'json' ? [value] : { spec: value });
        if (isStatus(answer)) expect([400, 413, 422, 500]).toContain(answer.code);
      }),
      { ...RUNS, numRuns: 1000 },
    );
  });

  test('the original is never touched', () => {
    fc.assert(
      fc.property(sent.map(deployment), sent.map(deployment), (a, b) => {
        const original = decoded(a);
        const before = JSON.stringify(original);
        for (const type of ['merge', 'strategic'] as const) {
          applyPatch({ type, original, patch: { value: b }, gvk: gvkOf(original), fieldValidation: 'Strict' });
          updateManagedFields({ before: original, after: decoded(b), manager: 'x', time: TIME });
        }
        expect(JSON.stringify(original)).toBe(before);
      }),
      RUNS,
    );
  });
});

test('entries written by a client that are no field sets never break a write', () => {
  const entry = fc.record({
    operation: fc.constantFrom('Update', 'Apply', 'Other'),
    fieldsV1: anything,
    manager: fc.string(),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3 }), sent.map(deployment), sent.map(deployment), (entries, a, b) => {
      const before = updateManagedFields({ after: decoded(a), manager: 'one', time: TIME });
      const after = decoded(b);
      const managedFields = entries as unknown as ManagedFieldsEntry[];
      const written = updateManagedFields({
        before,
        after: { ...after, metadata: { ...after.metadata, managedFields } },
        manager: 'two',
        time: TIME,
      });
      for (const e of written.metadata.managedFields ?? []) expect(['Update', 'Apply']).toContain(e.operation);
    }),
    RUNS,
  );
});
