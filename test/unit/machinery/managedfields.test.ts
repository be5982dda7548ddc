import { describe, expect, test } from 'vitest';
import type { ManagedFieldsEntry } from '../../../src/model/generated/meta.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { isStatus } from '../../../src/model/status.ts';
import {
  applyDefaults,
  applyServerSide,
  decodeBody,
  updateManagedFields,
} from '../../../src/simulator/apiserver/machinery/index.ts';
import { type AuditEvent, gvkOf, isObject, type Recording, recordings } from './recordings.ts';

const owners = (entries: readonly ManagedFieldsEntry[] | undefined) =>
  Object.fromEntries(
    (entries ?? []).map((e) => [`${e.manager} ${e.operation} ${e.apiVersion} ${e.subresource ?? ''}`, e.fieldsV1]),
  );

/** Every version that anybody saw of each object, newest first. */
function history(r: Recording): Map<string, KubeObject[]> {
  const answers = r.audit
    .filter((e) => e.objectRef.subresource !== 'binding')
    .flatMap((e) => (isObject(e.responseObject) ? [e.responseObject] : []));
  const byUid = Map.groupBy([...r.watched, ...answers], (o) => o.metadata.uid ?? '');
  for (const list of byUid.values())
    list.sort((a, b) => Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion));
  return byUid;
}

function withoutOwners(o: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = o.metadata;
  return { ...o, metadata };
}

function replay(e: AuditEvent, answer: KubeObject, before: KubeObject | undefined): KubeObject {
  let after = withoutOwners(answer);
  if (e.verb === 'create') {
    const decoded = decodeBody({ value: e.requestObject }, gvkOf(answer), { fieldValidation: 'Warn' });
    if (isStatus(decoded)) throw new Error(decoded.message);
    after = applyDefaults(decoded.object);
  }
  const manager =
    new URL(`http://x${e.requestURI}`).searchParams.get('fieldManager') ?? e.userAgent.split('/')[0] ?? '';
  const subresource = e.objectRef.subresource ?? '';
  return updateManagedFields({ before, after, manager, subresource, time: `${e.stageTimestamp.slice(0, 19)}Z` });
}

// Bindings change the pod without an owner, scale and finalize answer something else than what was stored.
const ELSEWHERE = new Set(['binding', 'eviction', 'token', 'scale', 'finalize']);

test('the writes of real components leave the owners that a real server recorded', () => {
  let compared = 0;
  for (const r of recordings()) {
    const versions = history(r);
    for (const e of r.audit) {
      const answer = e.responseObject;
      if (e.responseStatus.code >= 300 || !isObject(answer) || ELSEWHERE.has(e.objectRef.subresource ?? '')) continue;
      if (!['create', 'update', 'patch'].includes(e.verb)) continue;
      const before = versions
        .get(answer.metadata.uid ?? '')
        ?.find((o) => Number(o.metadata.resourceVersion) < Number(answer.metadata.resourceVersion));
      if (e.verb !== 'create' && !before) continue;
      const got = replay(e, answer, e.verb === 'create' ? undefined : before);
      expect(owners(got.metadata.managedFields), `${r.name}: ${e.verb} ${e.requestURI}`).toEqual(
        owners(answer.metadata.managedFields),
      );
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(400);
});

const config = (data: Record<string, string>, managedFields?: readonly ManagedFieldsEntry[]): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', ...(managedFields ? { managedFields } : {}) },
    data,
  }) as KubeObject;

const T = (n: number) => `2026-01-01T00:00:${String(n).padStart(2, '0')}Z`;

describe('updates', () => {
  const first = updateManagedFields({ after: config({ a: '1', b: '2' }), manager: 'one', time: T(1) });

  test('nothing changed, nothing written', () => {
    expect(updateManagedFields({ before: first, after: first, manager: 'two', time: T(2) })).toBe(first);
    const copy = structuredClone(first);
    expect(updateManagedFields({ before: first, after: copy, manager: 'two', time: T(2) }).metadata.managedFields).toBe(
      first.metadata.managedFields,
    );
  });

  test('who changes a field takes it over, who removes one leaves nobody with it', () => {
    const second = updateManagedFields({ before: first, after: config({ a: '9' }), manager: 'two', time: T(2) });
    const entry = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
    expect(second.metadata.managedFields).toEqual([
      { ...entry, manager: 'one', time: T(1), fieldsV1: { 'f:data': {} } },
      { ...entry, manager: 'two', time: T(2), fieldsV1: { 'f:data': { 'f:a': {} } } },
    ]);
  });

  test('a client may clear the owners with one empty entry, but not hand in nonsense', () => {
    const cleared = updateManagedFields({
      before: first,
      after: config({ a: '1', b: '3' }, [{}]),
      manager: 'two',
      time: T(2),
    });
    expect(owners(cleared.metadata.managedFields)).toEqual({ 'two Update v1 ': { 'f:data': { 'f:b': {} } } });
    const nonsense = [
      { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { constructor: {} } },
    ];
    const kept = updateManagedFields({
      before: first,
      after: config({ a: '1', b: '3' }, nonsense),
      manager: 'two',
      time: T(2),
    });
    expect(Object.keys(owners(kept.metadata.managedFields))).toEqual(['one Update v1 ', 'two Update v1 ']);
  });

  test('more than ten updaters are merged, the oldest first', () => {
    let o = first;
    for (let i = 2; i <= 14; i++)
      o = updateManagedFields({
        before: o,
        after: config(
          { a: '1', b: '2', ...Object.fromEntries(Array.from({ length: i }, (_, k) => [`k${k}`, 'x'])) },
          o.metadata.managedFields,
        ),
        manager: `m${i}`,
        time: T(i),
      });
    const entries = o.metadata.managedFields ?? [];
    expect(entries).toHaveLength(10);
    expect(entries[0]?.manager).toBe('ancient-changes');
    expect(entries.at(-1)?.manager).toBe('m14');
  });
});

describe('server-side apply', () => {
  const apply = (
    live: KubeObject | undefined,
    data: Record<string, string> | undefined,
    manager: string,
    n: number,
    force = false,
  ) => {
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, ...(data ? { data } : {}) };
    return applyServerSide({ live, applied, manager, force, apiVersion: 'v1', kind: 'ConfigMap', time: T(n) });
  };
  const must = (answer: ReturnType<typeof apply>): KubeObject => {
    if (isStatus(answer)) throw new Error(answer.message);
    return answer.object;
  };
  const dataOf = (o: KubeObject) => (o as KubeObject & { data?: unknown }).data;

  test('what a manager no longer mentions goes, unless somebody else holds it', () => {
    const one = must(apply(undefined, { a: '1', b: '1' }, 'one', 1));
    const both = must(apply(one, { a: '1', c: '1' }, 'two', 2));
    expect(dataOf(both)).toEqual({ a: '1', b: '1', c: '1' });
    const without = must(apply(both, { c: '1' }, 'one', 3));
    expect(dataOf(without)).toEqual({ a: '1', c: '1' });
    expect(owners(without.metadata.managedFields)).toEqual({
      'one Apply v1 ': { 'f:data': { 'f:c': {} } },
      'two Apply v1 ': { 'f:data': { 'f:a': {}, 'f:c': {} } },
    });
  });

  test('a different value is a conflict that names every owner, and force takes it', () => {
    const one = must(apply(undefined, { a: '1', b: '1' }, 'one', 1));
    expect(apply(one, { a: '2', b: '2' }, 'two', 2)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
          { field: '.data.b' },
        ],
      },
    });
    const forced = must(apply(one, { a: '2' }, 'two', 2, true));
    expect(dataOf(forced)).toEqual({ a: '2', b: '1' });
    expect(owners(forced.metadata.managedFields)).toEqual({
      'one Apply v1 ': { 'f:data': { 'f:b': {} } },
      'two Apply v1 ': { 'f:data': { 'f:a': {} } },
    });
  });

  test('applying the same again changes nothing, not even the time', () => {
    const one = must(apply(undefined, { a: '1' }, 'one', 1));
    const again = apply(one, { a: '1' }, 'one', 9);
    expect(again).toEqual({ object: one, changed: false });
  });

  test('an object without owners gets one before the first apply', () => {
    expect(apply(config({ a: '1' }), { a: '2' }, 'one', 1)).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    });
  });

  test('kubectl may take over what it applied client-side before', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const sent = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } };
    const live = updateManagedFields({
      after: { ...sent, metadata: { name: 'c', annotations: { [annotation]: JSON.stringify(sent) } } } as KubeObject,
      manager: 'kubectl-client-side-apply',
      time: T(1),
    });
    expect(isStatus(apply(live, { a: '2' }, 'someone', 2))).toBe(true);
    const taken = must(apply(live, { a: '2' }, 'kubectl', 2));
    expect(dataOf(taken)).toEqual({ a: '2' });
    // What was applied, and nothing that the server or others added.
    expect(taken.metadata.annotations?.[annotation]).toBe(
      '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"c"}}\n',
    );
  });

  test.each([
    [{ apiVersion: 'v2' }, 'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1'],
    [{ metadata: { name: 'c', managedFields: [] } }, 'metadata.managedFields must be nil'],
    [
      { data: { a: 1 } },
      'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [{ data: [] }, 'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data: expected map, got &{[]}'],
  ])('%j is refused', (change, message) => {
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, ...change };
    expect(applyServerSide({ applied, manager: 'one', apiVersion: 'v1', kind: 'ConfigMap', time: T(1) })).toMatchObject(
      { message },
    );
  });

  test('a value that no type can hold is refused, not stored', () => {
    const applied = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { cpu: 'lots' } },
    };
    const answer = applyServerSide({ applied, manager: 'one', apiVersion: 'v1', kind: 'ResourceQuota', time: T(1) });
    expect(answer).toMatchObject({
      code: 500,
      message: expect.stringContaining('to proper version (v1): quantities must match'),
    });
  });
});
