// Resource claims and their kin as data. Models test/e2e/framework/conformance.TestResource.
import { expect } from 'vitest';
import { discovered } from './operations.ts';
import type { Loose, Query, Spec, Trial } from './trial.ts';

const API = 'resource.k8s.io/v1';
const DRA = '[sig-node] [DRA] CRUD Tests resource.k8s.io/v1';
const LABEL = { 'test.dra.example.com': 'test' };
const REQUESTS = { devices: { requests: [{ name: 'req-0', exactly: { deviceClassName: 'dra.example.com' } }] } };

interface Case {
  readonly plural: string;
  readonly spec: Loose;
  /** A strategic merge patch, whose effect an update has too. */
  readonly patch: Loose;
  readonly status?: Loose;
}

function merged(into: Loose, patch: Loose): Loose {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  return { ...into, ...Object.fromEntries(Object.entries(patch).map(([k, v]) => [k, merged(into?.[k], v)])) };
}

async function crud(t: Trial, { plural, spec, patch, status }: Case): Promise<void> {
  await discovered(t, API, plural);
  const r = t.of(API, plural);
  const name = `test-${t.ns}`;
  t.cleanup(() => r.remove(name));
  const watch = await r.watch({ labelSelector: `e2e=${t.ns}` });
  const make = (): Promise<Loose> => r.create({ metadata: { name, labels: { e2e: t.ns } }, ...spec });
  const made = await make();
  await t.event(watch, 'ADDED');
  expect((await r.get(name)).metadata.uid).toBe(made.metadata.uid);
  const updated = await r.update(merged(made, patch));
  expect(updated).toMatchObject(patch);
  await t.event(watch, 'MODIFIED', (o) => o.metadata.resourceVersion === updated.metadata.resourceVersion);
  if (status !== undefined) {
    const withStatus = await r.update(merged(updated, { status }), 'status');
    expect(withStatus.status).toMatchObject(status);
    expect(await r.get(name, 'status')).toMatchObject({ status });
  }
  await r.remove(name, { preconditions: { uid: made.metadata.uid } });
  await r.gone(name);
  await t.event(watch, 'DELETED');
  const { uid } = (await make()).metadata;
  for (const type of ['strategic', 'apply'] as const) {
    const sent = type === 'apply' ? { apiVersion: API, kind: made.kind, ...patch } : patch;
    const query: Query = type === 'apply' ? { fieldManager: 'e2e', force: 'true' } : {};
    const body = { ...sent, metadata: { name, uid, ...patch.metadata } };
    expect(await r.patch(name, type, body, '', query)).toMatchObject(patch);
    if (status === undefined) continue;
    const part = { ...(type === 'apply' ? { apiVersion: API, kind: made.kind } : {}), metadata: { name }, status };
    expect((await r.patch(name, type, part, 'status', query)).status).toMatchObject(status);
  }
  if (patch.metadata?.labels) {
    const add = [{ op: 'add', path: '/metadata/labels/test.dra.example.com', value: 'test' }];
    expect((await r.patch(name, 'json', add)).metadata.labels).toMatchObject(LABEL);
  }
  await r.removeAll({ labelSelector: `e2e=${t.ns}` });
  await r.gone(name);
}

const cel = (expression: string): Loose => ({ spec: { selectors: [{ cel: { expression } }] } });
const pool = { name: 'cluster', generation: 1, resourceSliceCount: 1 };

export const CLAIMS: readonly Spec[] = [
  {
    title: `${DRA} DeviceClass [Conformance]`,
    run: (t) => crud(t, { plural: 'deviceclasses', spec: cel('false'), patch: cel('1 == 0') }),
  },
  {
    title: `${DRA} ResourceClaim [Conformance]`,
    run: (t) =>
      crud(t, {
        plural: 'resourceclaims',
        spec: { spec: REQUESTS },
        patch: { metadata: { labels: LABEL } },
        status: { allocation: {} },
      }),
  },
  {
    title: `${DRA} ResourceClaimTemplate [Conformance]`,
    run: (t) =>
      crud(t, {
        plural: 'resourceclaimtemplates',
        spec: { spec: { spec: REQUESTS } },
        patch: { metadata: { labels: LABEL } },
      }),
  },
  {
    title: `${DRA} ResourceSlice [Conformance]`,
    run: (t) =>
      crud(t, {
        plural: 'resourceslices',
        spec: { spec: { driver: 'dra.example.com', nodeName: 'no-such-node', pool } },
        patch: { spec: { devices: [{ name: 'device-0' }] } },
      }),
  },
];
