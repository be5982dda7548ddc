import { expect, test } from 'vitest';
import type { ManagedFieldsEntry, Status } from '../../../src/model/generated/meta.v1.ts';
import type { Json, KubeObject } from '../../../src/model/object.ts';
import { isStatus } from '../../../src/model/status.ts';
import {
  applyDefaults,
  applyPatch,
  applyServerSide,
  decodeBody,
  PATCH_TYPES,
  updateManagedFields,
} from '../../../src/simulator/apiserver/machinery/index.ts';
import { gvkOf, readJson } from './recordings.ts';

interface Case {
  readonly resource: string;
  readonly contentType: string;
  readonly query: string;
  readonly patch: Json;
  readonly code: number;
  readonly message?: string;
  readonly details?: Status['details'];
  readonly result?: KubeObject;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

const recorded = readJson<{ objects: Record<string, KubeObject>; cases: Case[] }>('validation', 'patches.json');
const TIME = '2026-11-21T08:29:54Z';
const LATER = '2026-11-21T08:29:55Z';

/** What the API server and the Deployment controller make of the object before it is patched. */
function stored(sent: KubeObject): KubeObject {
  const decoded = decodeBody({ value: sent }, gvkOf(sent), { fieldValidation: 'Strict' });
  if (isStatus(decoded)) throw new Error(decoded.message);
  const owned = updateManagedFields({ after: applyDefaults(decoded.object), manager: 'creator', time: TIME });
  const o = {
    ...owned,
    metadata: {
      ...owned.metadata,
      namespace: 'patchlab',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: TIME,
    },
  } as KubeObject & { spec?: Json };
  if (o.kind === 'Service') {
    return {
      ...o,
      spec: { ...o.spec, clusterIPs: [o.spec?.clusterIP], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
    } as KubeObject;
  }
  if (o.kind !== 'Deployment') return o;
  const annotations = { ...o.metadata.annotations, 'deployment.kubernetes.io/revision': '1' };
  const after = { ...o, metadata: { ...o.metadata, annotations }, status: { observedGeneration: 1 } };
  return updateManagedFields({
    before: o,
    after,
    manager: 'kube-controller-manager',
    subresource: 'status',
    time: LATER,
  });
}

const lives = new Map(Object.entries(recorded.objects).map(([resource, o]) => [resource, stored(o)]));

function play(c: Case): KubeObject | Status {
  const live = lives.get(c.resource);
  if (!live) throw new Error(`no ${c.resource}`);
  const query = new URLSearchParams(c.query);
  const manager = query.get('fieldManager') ?? '';
  const { apiVersion = '', kind = '' } = live;
  const [type] = Object.entries(PATCH_TYPES).find(([, t]) => t === c.contentType) ?? [];
  if (type === 'apply') {
    const force = query.get('force') === 'true';
    const answer = applyServerSide({ live, applied: c.patch, manager, force, apiVersion, kind, time: LATER });
    return isStatus(answer) ? answer : answer.object;
  }
  const patch = { raw: JSON.stringify(c.patch) };
  const answer = applyPatch({ type: type as 'json', original: live, patch, gvk: gvkOf(live), fieldValidation: 'Warn' });
  return isStatus(answer) ? answer : updateManagedFields({ before: live, after: answer.object, manager, time: LATER });
}

/** Without what is random, of the clock, or written by the controller meanwhile. */
function comparable(o: KubeObject): unknown {
  const { status: _, metadata, ...rest } = o as KubeObject & { status?: unknown };
  const {
    managedFields: __,
    uid: ___,
    resourceVersion: ____,
    generation: _____,
    creationTimestamp: ______,
    ...meta
  } = metadata;
  return JSON.parse(
    JSON.stringify({ ...rest, metadata: meta }, (key, value) => (key === 'nodePort' ? undefined : value)),
  );
}

function owners(entries: readonly ManagedFieldsEntry[] | undefined): unknown {
  return (entries ?? [])
    .filter((e) => e.subresource !== 'status')
    .map((e) => [e.manager, e.operation, e.apiVersion, e.fieldsV1]);
}

/** Refused by validation, or by the registry, which are others' work. */
const REFUSED_LATER =
  /is immutable|may not be specified when|may not change once set|does not match the name on the URL/;

/** The object that a message quotes, with its fields in their order, and the words after it. */
function quoted(message = ''): unknown {
  const [, text = '', words] = /Invalid value: ("\{.*\}"): (.*)$/.exec(message) ?? [];
  const object = JSON.parse(JSON.parse(text) as string) as KubeObject;
  const { status: _, metadata, ...rest } = object as KubeObject & { status?: unknown };
  const { uid: __, managedFields: ___, ...meta } = metadata;
  const known = { ...meta, resourceVersion: '', creationTimestamp: '', generation: 0 };
  return [JSON.stringify({ ...rest, known }), words];
}

const titled = recorded.cases.map(
  (c, i) => [`${i} ${c.contentType.split('/')[1]?.split('+')[0]} ${JSON.stringify(c.patch).slice(0, 80)}`, c] as const,
);

test.each(titled)('%s', (_, c) => {
  const answer = play(c);
  if (c.code >= 400 && REFUSED_LATER.test(c.message ?? '')) return;
  if (c.code >= 400) {
    if (!isStatus(answer)) throw new Error(`accepted; should be ${c.code} ${c.message}`);
    expect(answer.code).toBe(c.code);
    // One message quotes the whole object, with what is random, of the clock, or the controller's in it.
    if (c.message?.includes('Invalid value: "{')) {
      expect(quoted(answer.message)).toEqual(quoted(c.message));
      return;
    }
    expect(answer.message).toBe(c.message);
    expect(answer.details).toEqual(c.details);
    return;
  }
  if (isStatus(answer)) throw new Error(answer.message);
  expect(comparable(answer)).toEqual(comparable(c.result as KubeObject));
  expect(owners(answer.metadata.managedFields)).toEqual(owners(c.managedFields));
});
