// What records say goes wrong is made to go wrong in a simulated cluster, and shows by the Event and the reason they cite.
import { expect, test } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import type { Failure, FieldRecord } from '../../../src/knowledge/record.ts';
import type { Event, Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { pod, type Scene } from './scene-objects.ts';
import { SCENES } from './scenes.ts';

const SECOND = 1_000_000;
/** When the cluster has come up. */
const START = 15 * SECOND;
const knowledge = sourceKnowledge();

function started(objects: Scene['objects']): Cluster {
  const cluster = new Cluster({ nodes: 1 });
  cluster.runUntil(START);
  applyManifest(objects.map((object) => JSON.stringify(object)).join('\n---\n'), 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  return cluster;
}

function list(cluster: Cluster, path: string): readonly KubeObject[] {
  return (cluster.request({ method: 'GET', path, observer: true }).body as KubeList).items;
}

const LISTS = [
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/replicasets',
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
];

/** Reasons of pods, of their containers and of conditions. */
function reasons(cluster: Cluster): (string | undefined)[] {
  const pods = list(cluster, '/api/v1/namespaces/default/pods') as readonly Pod[];
  const states = pods.flatMap(({ status }) =>
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].flatMap(({ state }) => [
      state?.waiting?.reason,
      state?.terminated?.reason,
    ]),
  );
  const conditions = [...pods, ...LISTS.flatMap((path) => list(cluster, path))].flatMap(
    (object) => (object as Pod).status?.conditions ?? [],
  );
  return [...states, ...pods.map(({ status }) => status?.reason), ...conditions.map(({ reason }) => reason)];
}

const eventsOf = (cluster: Cluster): (string | undefined)[] =>
  (list(cluster, '/api/v1/namespaces/default/events') as readonly Event[]).map(({ reason }) => reason);

function failures(name: string): readonly Failure[] {
  const dot = name.lastIndexOf('.');
  const record = knowledge.record(name.slice(0, dot), name.slice(dot + 1)) as FieldRecord;
  return [record, ...Object.values(record.in ?? {})].flatMap(({ wrong }) => wrong ?? []);
}

test.each(SCENES)('$fields.0 shows $event $status', ({ fields, objects, event, status, seconds = 30, looks = 1 }) => {
  for (const name of fields) {
    const cited = failures(name).some(
      (one) => (event === undefined || one.event === event) && (status === undefined || one.status === status),
    );
    expect(cited, name).toBe(true);
  }
  const cluster = started(objects);
  let shown = false;
  let told = false;
  for (let i = 1; i <= seconds * looks && !(shown && told); i++) {
    cluster.runUntil(START + (i / looks) * SECOND);
    shown ||= status === undefined || reasons(cluster).includes(status);
    told ||= event === undefined || eventsOf(cluster).includes(event);
  }
  expect({ shown, told }).toEqual({ shown: true, told: true });
});

test.each([
  ['a claim for devices that is missing', { resourceClaims: [{ name: 'r', resourceClaimName: 'none' }] }],
  ['the name of no scheduler', { schedulerName: 'nobody' }],
])('%s brings no Event', (_, spec) => {
  const cluster = started([pod(spec)]);
  cluster.runUntil(START + 60 * SECOND);
  expect(eventsOf(cluster).filter((reason) => reason === 'FailedScheduling')).toEqual([]);
  const [one] = list(cluster, '/api/v1/namespaces/default/pods') as readonly Pod[];
  expect(one?.status?.phase).toBe('Pending');
});
