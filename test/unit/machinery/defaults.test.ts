import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { diff } from '../../../src/model/paths.ts';
import { schemaForKind } from '../../../src/model/schema.ts';
import { isStatus } from '../../../src/model/status.ts';
import { applyDefaults, decodeBody } from '../../../src/simulator/apiserver/machinery/index.ts';
import { gvkOf, isObject, readJson, recordings } from './recordings.ts';

function prepared(value: unknown, like: KubeObject): KubeObject {
  const decoded = decodeBody({ value }, gvkOf(like), { fieldValidation: 'Strict' });
  if (isStatus(decoded)) throw new Error(decoded.message);
  return applyDefaults(decoded.object);
}

/** What admission, allocation and the resource's strategy add, which is not defaulting. By kind; a path that starts so. */
const ADDED_LATER: Record<string, RegExp> = {
  Pod: /^(spec\.(containers\[[^\]]*\]\.volumeMounts|initContainers\[[^\]]*\]\.volumeMounts|volumes\[name="kube-api-access|tolerations|priority|preemptionPolicy|serviceAccount)|status\.)/,
  DaemonSet: /^metadata\.annotations\.deprecated/,
  Job: /(batch\.kubernetes\.io\/)?job-name$|controller-uid$/,
  Service: /^spec\.(clusterIPs?|healthCheckNodePort|ipFamilies|ipFamilyPolicy|ports\[.*\.nodePort)/,
  PersistentVolumeClaim: /^metadata\.finalizers/,
  PersistentVolume: /^(metadata\.finalizers|status\.lastPhaseTransitionTime)/,
  Namespace: /^spec\.finalizers/,
  Node: /^spec\.taints/,
  CustomResourceDefinition: /^status\.storedVersions/,
};
const EVERYWHERE = /^metadata\.(uid|creationTimestamp|resourceVersion|managedFields|generation|namespace|name)/;

function missing(before: KubeObject, after: KubeObject): string[] {
  const later = ADDED_LATER[after.kind ?? ''];
  return diff(before, after, schemaForKind(after.apiVersion ?? '', after.kind ?? ''))
    .map((c) => c.path)
    .filter((p) => !EVERYWHERE.test(p) && !later?.test(p));
}

const recorded = readJson<{ request: KubeObject; response: KubeObject }[]>('validation', 'defaulted.json');

test.each(recorded.map((r) => [r.request.kind, r] as const))(
  '%s gets the defaults that a real server filled in',
  (_, { request, response }) => {
    const object = prepared(request, request);
    expect(missing(object, response)).toEqual([]);
    expect(applyDefaults(object)).toBe(object);
  },
);

test('objects that components created in a real cluster get the same defaults here', () => {
  const created = recordings().flatMap((r) =>
    r.audit.filter((e) => e.verb === 'create' && !e.objectRef.subresource && e.requestObject),
  );
  expect(created.length).toBeGreaterThan(50);
  for (const e of created) {
    if (!isObject(e.responseObject)) continue;
    expect(missing(prepared(e.requestObject, e.responseObject), e.responseObject)).toEqual([]);
  }
});

const pod = (spec: unknown) =>
  (prepared({ spec }, { apiVersion: 'v1', kind: 'Pod', metadata: {} }) as KubeObject & { spec: never }).spec;
const container = { name: 'c', image: 'x:1' };

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.27', 'IfNotPresent'],
  ['localhost:5000/nginx', 'Always'],
  ['nginx@sha256:abc', 'IfNotPresent'],
])('image %s is pulled %s', (image, imagePullPolicy) => {
  expect(pod({ containers: [{ name: 'c', image }] })).toMatchObject({ containers: [{ imagePullPolicy }] });
});

test('limits become requests in a pod, not in a template', () => {
  const limited = { ...container, resources: { limits: { cpu: '1' } } };
  expect(pod({ containers: [limited] })).toMatchObject({ containers: [{ resources: { requests: { cpu: '1' } } }] });
  const set = prepared(
    { spec: { template: { spec: { containers: [limited] } } } },
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {} },
  );
  expect(set).not.toHaveProperty('spec.template.spec.containers.0.resources.requests');
});

test('host ports follow container ports on the host network', () => {
  expect(pod({ hostNetwork: true, containers: [{ ...container, ports: [{ containerPort: 80 }] }] })).toMatchObject({
    containers: [{ ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] }],
  });
});

test('pod-level limits get requests from the containers, or from themselves', () => {
  const requesting = { ...container, resources: { requests: { cpu: '250m' } } };
  const init = { name: 'i', image: 'x:1', resources: { requests: { cpu: '2' } } };
  expect(
    pod({ resources: { limits: { cpu: '4', memory: '1Gi' } }, containers: [requesting], initContainers: [init] }),
  ).toMatchObject({
    resources: { requests: { cpu: '2', memory: '1Gi' } },
  });
});

test('amounts finer than a thousandth are rounded up', () => {
  expect(pod({ containers: [{ ...container, resources: { requests: { cpu: '100u' } } }] })).toMatchObject({
    containers: [{ resources: { requests: { cpu: '1m' } } }],
  });
});

test('a Secret keeps what it is given as text', () => {
  const secret = prepared(
    { stringData: { a: 'ü' }, data: { a: 'eA==', b: 'eA==' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: {} },
  );
  expect(secret).toMatchObject({ type: 'Opaque', data: { a: 'w7w=', b: 'eA==' } });
  expect(secret).not.toHaveProperty('stringData');
});
