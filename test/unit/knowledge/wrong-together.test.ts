// Words that records cite and that only come where one object meets another: bounds, classes, quotas and budgets.
import { expect, test } from 'vitest';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import { TOGETHER } from './together.ts';

const PODS = '/api/v1/namespaces/default/pods';
const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const RUNTIMES = '/apis/node.k8s.io/v1/runtimeclasses';

function make(b: Bench, path: string, name: string, fields: object): string {
  return String(bodyOf(ask(b, `POST ${path}`, { metadata: { name }, ...fields })).message);
}

function ready(): Bench {
  const b = bench();
  make(b, '/api/v1/namespaces/default/serviceaccounts', 'default', {});
  return b;
}

function pod(b: Bench, spec: object, amounts: object = {}): string {
  const containers = [{ name: 'c', image: 'i', resources: amounts }];
  return make(b, PODS, 'p', { metadata: { name: 'p', labels: { a: 'b' } }, spec: { containers, ...spec } });
}

function underQuota(resource: string, hard: string): string {
  const b = ready();
  const path = '/api/v1/namespaces/default/resourcequotas';
  make(b, path, 'q', { spec: { hard: { [resource]: hard } } });
  // The controller's part: a quota counts once its use is known.
  const status = { hard: { [resource]: hard }, used: { [resource]: '0' } };
  ask(b, `PUT ${path}/q/status`, { ...bodyOf(ask(b, `GET ${path}/q`)), status });
  return pod(b, {});
}

function bounded(limit: object, amounts: object): string {
  const b = ready();
  make(b, '/api/v1/namespaces/default/limitranges', 'l', { spec: { limits: [{ type: 'Container', ...limit }] } });
  return pod(b, {}, amounts);
}

function inRuntime(fields: object, spec: object): string {
  const b = ready();
  make(b, RUNTIMES, 'r', { handler: 'h', ...fields });
  return pod(b, { runtimeClassName: 'r', ...spec });
}

function evicted(): string {
  const b = ready();
  pod(b, {});
  const selector = { matchLabels: { a: 'b' } };
  make(b, '/apis/policy/v1/namespaces/default/poddisruptionbudgets', 'd', { spec: { minAvailable: 1, selector } });
  // The kubelet's part: only a running pod counts.
  const stored = bodyOf(ask(b, `GET ${PODS}/p`));
  ask(b, `PUT ${PODS}/p/status`, { ...stored, status: { ...stored.status, phase: 'Running' } });
  return make(b, `${PODS}/p/eviction`, 'p', {});
}

const SCENES: Readonly<Record<string, () => string>> = {
  'maximum allowed value of a user defined priority is 1000000000': () =>
    make(ready(), CLASSES, 'c', { value: 2_000_000_000 }),
  'is already marked as default': () => {
    const b = ready();
    make(b, CLASSES, 'one', { value: 1, globalDefault: true });
    return make(b, CLASSES, 'two', { value: 2, globalDefault: true });
  },
  'exceeded quota: …, requested: …, used: …, limited: …': () => underQuota('pods', '0'),
  'failed quota: …: must specify … for: …': () => underQuota('limits.cpu', '1'),
  'maximum … usage per Container is …, but limit is …': () => bounded({ max: { cpu: '1' } }, { limits: { cpu: '2' } }),
  'minimum … usage per Container is …, but request is …': () =>
    bounded({ min: { cpu: '1' } }, { requests: { cpu: '500m' } }),
  "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead": () =>
    inRuntime({ overhead: { podFixed: { cpu: '1' } } }, { overhead: { cpu: '2' } }),
  'conflict: runtimeClass.scheduling.nodeSelector[…] = …; pod.spec.nodeSelector[…] = …': () =>
    inRuntime({ scheduling: { nodeSelector: { a: 'b' } } }, { nodeSelector: { a: 'c' } }),
  "Cannot evict pod as it would violate the pod's disruption budget.": evicted,
};

test('each of them is tried', () => {
  expect(Object.keys(SCENES)).toEqual([...TOGETHER]);
});

test.each(Object.entries(SCENES))('%s', (words, scene) => {
  const pattern = words.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  expect(scene()).toMatch(new RegExp(pattern.join('.*')));
});
