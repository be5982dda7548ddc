// A recorded watch of a real cluster as inferred steps, held against the API server's audit log of the same minutes.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findComponent } from '../../../src/knowledge/components.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { readAudit } from '../../../src/provenance/audit.ts';
import { Inference } from '../../../src/provenance/inferred.ts';
import { parseSteps } from '../../../src/trace/parse.ts';
import type { Step } from '../../../src/trace/step.ts';
import { sharedPath } from '../../support/shared.ts';

const LIVE = sharedPath('live');
const scenarios = readdirSync(LIVE, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const read = (name: string, file: string): string =>
  gunzipSync(readFileSync(path.join(LIVE, name, file))).toString('utf8');

interface Seen {
  readonly ms: number;
  readonly resource: string;
  readonly type: string;
  readonly object: KubeObject;
}

function infer(name: string): Step[] {
  const inference = new Inference();
  const known = new Map<string, KubeObject>();
  const listed = new Set<string>();
  return read(name, 'watch.jsonl.gz')
    .trim()
    .split('\n')
    .flatMap((line): Step[] => {
      const { ms, resource, type, object }: Seen = JSON.parse(line);
      if (type === 'BOOKMARK') listed.add(resource);
      if (type === 'BOOKMARK') return [];
      const key = `${resource}/${object.metadata.namespace}/${object.metadata.name}`;
      const before = known.get(key);
      if (type === 'DELETED') known.delete(key);
      else known.set(key, object);
      if (!listed.has(resource)) inference.know(object);
      if (!listed.has(resource) || (resource === 'events' && type === 'DELETED')) return [];
      const at = ms * 1000;
      const step =
        resource === 'events'
          ? inference.takeEvent(object, at)
          : inference.take({ at, resource, before, after: type === 'DELETED' ? undefined : object });
      return step ? [step] : [];
    });
}

/** Who wrote, as the audit log can know it: the account that the component uses; a client of any other name is a user. */
const account = (component: string): string =>
  component === 'taint-eviction-controller' ? 'node-controller' : findComponent(component) ? component : 'user';

/** What a write is known by from outside. */
const kindOf = ({ request }: Step): string =>
  request?.subresource === 'binding'
    ? 'bind'
    : request?.verb === 'create'
      ? 'create'
      : request?.verb === 'delete'
        ? 'delete'
        : 'modify';
const telling = (step: Step): string =>
  `${account(step.actor.component)} ${step.request?.subresource === 'eviction' ? 'evict' : kindOf(step)} ${step.object?.resource}/${step.object?.name}`;
const named = (step: Step): string =>
  `${step.actor.component} ${kindOf(step)} ${step.object?.resource}/${step.object?.name}`;

describe.each(scenarios)('%s', (name) => {
  const steps = infer(name);

  test('every step says that it is inferred, and from what; a cause is always earlier', () => {
    expect(steps.length).toBeGreaterThan(10);
    expect(parseSteps(steps).problems).toEqual([]);
    for (const step of steps) {
      expect(step.causes.every((id) => id < step.id)).toBe(true);
      if (step.request)
        expect([step.fidelity, step.text]).toEqual(['inferred', expect.stringContaining('Deduced from')]);
      else expect(step.fidelity).toBe('observed');
    }
  });

  test('creations and bindings are those of the audit log, and by whom', () => {
    const watched = new Set(steps.flatMap((s) => s.object?.resource ?? []));
    const made = (list: readonly Step[]): string[] =>
      list
        .filter((s) => (s.request?.code ?? 500) < 300 && ['create', 'bind'].includes(kindOf(s)))
        .filter((s) => s.object && watched.has(s.object.resource) && !s.request?.subresource?.match(/eviction|scale/))
        .map(named)
        .toSorted();
    expect(made(steps)).toEqual(
      made(readAudit(read(name, 'audit.jsonl.gz')).steps.filter((s) => s.object?.resource !== 'events')),
    );
  });
});

test.each(scenarios)('%s: every write of the audit log that left a trace is found, with who made it', (name) => {
  const { epochMs, steps: audited } = readAudit(read(name, 'audit.jsonl.gz'));
  const epoch = Date.parse(JSON.parse(readFileSync(path.join(LIVE, name, 'meta.json'), 'utf8')).startedAt);
  const found = infer(name).map((step) => ({ what: telling(step), at: step.at / 1000 + epoch, used: false }));
  const watched = new Set(infer(name).flatMap((s) => s.object?.resource ?? []));
  const missed = audited.filter((step) => {
    const { object, request, changed } = step;
    if (!object || !watched.has(object.resource) || object.resource === 'events' || !request) return false;
    if (request.code >= 300 || request.verb === 'deletecollection' || changed?.length === 0) return false;
    const at = step.at / 1000 + epochMs;
    const match = found.find((one) => !one.used && one.what === telling(step) && Math.abs(one.at - at) <= 3000);
    if (match) match.used = true;
    return !match;
  });
  expect(missed.map(telling)).toEqual([]);
});

const pod = (over: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd', uid: 'u', resourceVersion: '1' },
  ...over,
});

test('what nobody wrote down stays unknown', () => {
  const inference = new Inference();
  const step = inference.take({ at: 0, resource: 'pods', before: pod({}), after: pod({ spec: { priority: 5 } }) });
  expect(step?.actor.component).toBe('unknown');
  expect(step?.text).toContain('nothing tells who wrote it');
  expect(inference.take({ at: 0, resource: 'pods', before: pod({}), after: pod({}) })).toBeUndefined();
});

test('an Event is told once for each time that it is counted, as what was said', () => {
  const inference = new Inference();
  const event = (count: number): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'd', uid: 'e' },
      involvedObject: { kind: 'Pod', apiVersion: 'v1', name: 'p', namespace: 'd' },
      reason: 'FailedScheduling',
      message: '0/3 nodes are available',
      type: 'Warning',
      count,
      source: { component: 'default-scheduler' },
    }) as unknown as KubeObject;
  expect(inference.takeEvent(event(1), 0)).toMatchObject({
    actor: { component: 'kube-scheduler' },
    object: { resource: 'pods', name: 'p' },
    fidelity: 'observed',
    text: 'warned FailedScheduling: 0/3 nodes are available',
  });
  expect(inference.takeEvent(event(1), 0)).toBeUndefined();
  expect(inference.takeEvent(event(2), 0)).toBeDefined();
});

const since = { deletionTimestamp: '2026-01-01T00:00:30Z' };
const meta = pod({}).metadata;

test('an eviction is one request: the condition and the deletion that follows it', () => {
  const inference = new Inference();
  const status = { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] };
  const marked = pod({ status });
  const take = (before: KubeObject, after: KubeObject) => inference.take({ at: 0, resource: 'pods', before, after });
  expect(take(pod({}), marked)).toBeUndefined();
  const step = take(marked, pod({ status, metadata: { ...meta, ...since } }));
  expect(step).toMatchObject({ actor: { component: 'user' }, request: { verb: 'create', subresource: 'eviction' } });
  const paths = step?.changed?.map(({ path }) => path.split('.')[0]) ?? [];
  expect(paths).toEqual(expect.arrayContaining(['metadata', 'status']));
});

test.each([
  [2, 3, 'replicaset-controller'],
  [3, 3, 'user'],
])('of a ReplicaSet that wants %i pods and has %i, a pod is deleted by %s', (replicas, has, who) => {
  const inference = new Inference();
  inference.know({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'rs', uid: 'rs' },
    spec: { replicas },
    status: { replicas: has },
  } as KubeObject);
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true }];
  const step = inference.take({
    at: 0,
    resource: 'pods',
    before: pod({ metadata: { ...meta, ownerReferences } }),
    after: pod({ metadata: { ...meta, ownerReferences, ...since } }),
  });
  expect(step?.actor.component).toBe(who);
});

test('what is in a namespace that goes is deleted as a whole', () => {
  const inference = new Inference();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'd', uid: 'd' } } as KubeObject;
  const going = { ...namespace, metadata: { ...namespace.metadata, ...since } };
  inference.take({ at: 0, resource: 'namespaces', before: namespace, after: going });
  const step = inference.take({ at: 1, resource: 'pods', before: pod({}), after: undefined });
  expect(step).toMatchObject({
    actor: { component: 'namespace-controller' },
    request: { verb: 'deletecollection', path: '/api/v1/namespaces/d/pods' },
  });
});
