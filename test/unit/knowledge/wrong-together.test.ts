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

function underQuota(resource: string, hard: string, counted = true): string {
  const b = ready();
  const path = '/api/v1/namespaces/default/resourcequotas';
  make(b, path, 'q', { spec: { hard: { [resource]: hard } } });
  // The controller's part: a quota counts once its use is known.
  const status = counted ? { hard: { [resource]: hard }, used: { [resource]: '0' } } : {};
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

/** A pod where the namespace enforces a level of Pod Security. */
function secured(level: string, spec: object): string {
  const b = ready();
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  make(b, '/api/v1/namespaces', 'safe', { metadata: { name: 'safe', labels } });
  make(b, '/api/v1/namespaces/safe/serviceaccounts', 'default', {});
  return make(b, '/api/v1/namespaces/safe/pods', 'p', { spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });
}

function resized(): string {
  const b = ready();
  const labels = { 'kubernetes.io/os': 'linux' };
  make(b, '/api/v1/nodes', 'n', { metadata: { name: 'n', labels }, status: { allocatable: { cpu: '2' } } });
  pod(b, { nodeName: 'n' }, { requests: { cpu: '1' } });
  const stored = bodyOf(ask(b, `GET ${PODS}/p`)) as unknown as { readonly spec: { readonly containers: object[] } };
  const containers = stored.spec.containers.map((one) => ({ ...one, resources: { requests: { cpu: '3' } } }));
  return String(bodyOf(ask(b, `PUT ${PODS}/p/resize`, { ...stored, spec: { ...stored.spec, containers } })).message);
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
  'status unknown for quota: …': () => underQuota('pods', '1', false),
  'failed quota: …: must specify … for: …': () => underQuota('limits.cpu', '1'),
  'maximum … usage per Container is …, but limit is …': () => bounded({ max: { cpu: '1' } }, { limits: { cpu: '2' } }),
  'minimum … usage per Container is …, but request is …': () =>
    bounded({ min: { cpu: '1' } }, { requests: { cpu: '500m' } }),
  "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead": () =>
    inRuntime({ overhead: { podFixed: { cpu: '1' } } }, { overhead: { cpu: '2' } }),
  'conflict: runtimeClass.scheduling.nodeSelector[…] = …; pod.spec.nodeSelector[…] = …': () =>
    inRuntime({ scheduling: { nodeSelector: { a: 'b' } } }, { nodeSelector: { a: 'c' } }),
  'violates PodSecurity "…"': () => secured('restricted', {}),
  'must set securityContext.capabilities.drop=["ALL"]': () => secured('restricted', {}),
  'must set securityContext.allowPrivilegeEscalation=false': () => secured('restricted', {}),
  'seccompProfile (pod or container "…" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")':
    () => secured('restricted', {}),
  'must be less than or equal to cpu limit of …': () => bounded({ default: { cpu: '1' } }, { requests: { cpu: '2' } }),
  "node didn't have enough allocatable resources: …, requested: …, allocatable: …": resized,
  "Cannot evict pod as it would violate the pod's disruption budget.": evicted,
};

test('each of them is tried', () => {
  expect(Object.keys(SCENES)).toEqual([...TOGETHER]);
});

test.each(Object.entries(SCENES))('%s', (words, scene) => {
  const pattern = words.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  expect(scene()).toMatch(new RegExp(pattern.join('.*')));
});

const one = (securityContext: object): object => ({ containers: [{ name: 'c', image: 'i', securityContext }] });

/** Pods by the field that a record says is refused, and what stands in the answer between its brackets. */
const UNSAFE: Readonly<Record<string, readonly [string, object, string]>> = {
  'PodSpec.hostNetwork': ['baseline', { hostNetwork: true }, 'host namespaces (hostNetwork=true)'],
  'PodSpec.hostIPC': ['baseline', { hostIPC: true }, 'host namespaces (hostIPC=true)'],
  'PodSpec.hostPID': ['baseline', { hostPID: true }, 'host namespaces (hostPID=true)'],
  'Volume.hostPath': [
    'baseline',
    { volumes: [{ name: 'v', hostPath: { path: '/p' } }] },
    'hostPath volumes (volume "v")',
  ],
  'SecurityContext.privileged': ['baseline', one({ privileged: true }), 'privileged (container "c"'],
  'Capabilities.add': ['baseline', one({ capabilities: { add: ['SYS_ADMIN'] } }), 'non-default capabilities'],
  'SELinuxOptions.type': ['baseline', one({ seLinuxOptions: { type: 'x' } }), 'set forbidden securityContext.seLinux'],
  'PodSecurityContext.seccompProfile': [
    'restricted',
    { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
};

test.each(Object.entries(UNSAFE))('%s is refused by Pod Security', (_, [level, spec, words]) => {
  const said = secured(level, spec);
  expect(said).toContain(`violates PodSecurity "${level}:latest"`);
  expect(said).toContain(words);
});
