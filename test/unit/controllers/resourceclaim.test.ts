import { describe, expect, it } from 'vitest';
import type { Event, Node, Pod } from '../../../src/model/generated/core.v1.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../src/model/generated/resource.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import * as decide from '../../../src/simulator/controllers/resourceclaim/decide.ts';
import { ANNOTATION, boundaryFor } from '../../../src/simulator/controllers/ttl/controller.ts';
import { pod } from './objects.ts';

const MINUTE = 60_000_000;
const NS = '/namespaces/default';
const RESOURCE = `/apis/resource.k8s.io/v1${NS}`;

const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] };
const template: ResourceClaimTemplate = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaimTemplate',
  metadata: { name: 'gpu' },
  spec: { spec: { devices } },
};

describe('a claim from a template', () => {
  it('is named after pod and claim, both cut when they are long', () => {
    const of = (name: string, claim: string): string | undefined =>
      decide.claimFrom(pod(name), { name: claim }, template).metadata.generateName;
    expect(of('web', 'gpu')).toBe('web-gpu-');
    expect(of('w'.repeat(60), 'gpu')).toBe(`${'w'.repeat(52)}-gp`);
  });
  it('is given up when its pod is done, and freed of pods that are gone', () => {
    const { metadata } = decide.claimFrom(pod('web'), { name: 'gpu' }, template);
    const reservedFor = [
      { resource: 'pods', name: 'web', uid: 'uid-web' },
      { resource: 'pods', name: 'old', uid: 'x' },
    ];
    const claim: ResourceClaim = {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata,
      spec: { devices },
      status: { reservedFor },
    };
    const by = (p: Pod) => (name: string) => (name === 'web' ? p : undefined);
    expect(decide.updateOf(claim, by(pod('web')))).toEqual({ reservedFor: [reservedFor[0]], remove: false });
    expect(decide.updateOf(claim, by(pod('web', { phase: 'Succeeded' })))).toEqual({ reservedFor: [], remove: true });
    expect(decide.updateOf({ ...claim, status: {} }, by(pod('web')))).toEqual({ remove: false });
  });
});

describe('a pod that no scheduler has placed', () => {
  const allocated: ResourceClaim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: 'shared' },
    spec: { devices },
    status: { allocation: {} },
  };
  it.each<[string, ResourceClaim['status'], boolean]>([
    ['is entered as a user of devices that were found', { allocation: {} }, true],
    ['waits for devices', {}, false],
    ['is entered once', { allocation: {}, reservedFor: [decide.userOf(pod('web'))] }, false],
  ])('%s', (_what, status = {}, expected) => {
    expect(decide.mayUse(pod('web'), { ...allocated, status })).toBe(expected);
  });
});

describe('in a cluster', () => {
  const cluster = new Cluster({ nodes: 1, registerControlPlane: false });
  cluster.settle(MINUTE);
  const get = <T>(path: string): T => cluster.request({ method: 'GET', path, observer: true }).body as T;
  const post = (path: string, body: object): void => {
    expect(cluster.request({ method: 'POST', path, body }).code).toBe(201);
  };
  const run = (name: string): void =>
    post(`/api/v1${NS}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        containers: [{ name: 'c', image: 'nginx:1.27', resources: { claims: [{ name: 'gpu' }] } }],
        resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpu' }],
      },
    });

  it('a template that is not there is told in an Event', () => {
    run('early');
    cluster.runUntil(cluster.now + MINUTE / 60);
    const { items } = get<KubeList<Event>>(`/api/v1${NS}/events`);
    expect(items.find((e) => e.reason === 'FailedResourceClaimCreation')?.message).toBe(
      'PodResourceClaim gpu: resource claim template "gpu": resourceclaimtemplate.resource.k8s.io "gpu" not found',
    );
    cluster.request({ method: 'DELETE', path: `/api/v1${NS}/pods/early` });
  });
  it('a pod gets its claim, is told its name, and takes it along', () => {
    post(`${RESOURCE}/resourceclaimtemplates`, template);
    run('web');
    cluster.runUntil(cluster.now + MINUTE / 6);
    const claims = get<KubeList<ResourceClaim>>(`${RESOURCE}/resourceclaims`).items.filter(
      (c) => c.metadata.generateName === 'web-gpu-',
    );
    expect(claims.map((c) => c.metadata.annotations)).toEqual([{ [decide.POD_CLAIM]: 'gpu' }]);
    const web = get<Pod>(`/api/v1${NS}/pods/web`);
    expect(web.status?.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: claims[0]?.metadata.name }]);
    const manager = web.metadata.managedFields?.find((m) => m.manager === 'ResourceClaimController');
    expect(manager).toMatchObject({ operation: 'Apply', subresource: 'status' });
    cluster.request({ method: 'DELETE', path: `/api/v1${NS}/pods/web`, body: { gracePeriodSeconds: 0 } });
    cluster.runUntil(cluster.now + MINUTE);
    expect(get<KubeList<ResourceClaim>>(`${RESOURCE}/resourceclaims`).items).toEqual([]);
  });
  it('nodes are told how long to keep Secrets, with room at the boundaries', () => {
    const [node] = get<KubeList<Node>>('/api/v1/nodes').items;
    expect(node?.metadata.annotations?.[ANNOTATION]).toBe('0');
    expect([
      boundaryFor(100, 0),
      boundaryFor(101, 0),
      boundaryFor(95, 1),
      boundaryFor(89, 1),
      boundaryFor(5000, 0),
    ]).toEqual([0, 1, 1, 0, 4]);
  });
});
