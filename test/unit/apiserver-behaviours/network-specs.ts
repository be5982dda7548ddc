// Services, their endpoints, and addresses.
import { expect } from 'vitest';
import { readyPods, template } from './pods.ts';
import { type Loose, type Resource, refused, type Spec, type Trial } from './trial.ts';

const services = (t: Trial): Resource => t.of('v1', 'services');
const endpoints = (t: Trial): Resource => t.of('v1', 'endpoints');
const slices = (t: Trial): Resource => t.of('discovery.k8s.io/v1', 'endpointslices');
const sliced = (name: string): { labelSelector: string } => ({ labelSelector: `kubernetes.io/service-name=${name}` });

async function apiServer(t: Trial): Promise<void> {
  const own = await t.of('v1', 'endpoints', 'default').get('kubernetes');
  const addresses = own.subsets.flatMap((s: Loose) => s.addresses.map((a: Loose) => a.ip));
  expect(addresses.length).toBeGreaterThan(0);
  const found = await t.of('discovery.k8s.io/v1', 'endpointslices', 'default').items(sliced('kubernetes'));
  expect(found).toHaveLength(1);
  expect(found[0].endpoints.flatMap((e: Loose) => e.addresses)).toEqual(addresses);
  expect(found[0].ports.map((p: Loose) => p.port)).toEqual(own.subsets[0].ports.map((p: Loose) => p.port));
  expect(found[0].metadata.labels['endpointslice.kubernetes.io/managed-by']).not.toBe(
    'endpointslice-controller.k8s.io',
  );
}

async function master(t: Trial): Promise<void> {
  const { spec } = await t.of('v1', 'services', 'default').get('kubernetes');
  expect(spec.ports).toHaveLength(1);
  expect(spec.ports[0]).toMatchObject({ port: 443, protocol: 'TCP' });
}

const emptyService = (name: string): Loose => ({
  metadata: { name },
  spec: {
    selector: { 'does-not-match-anything': 'endpoints-and-endpoint-slices-should-still-be-created' },
    ports: [{ name: 'example', port: 80, protocol: 'TCP' }],
  },
});

async function noEndpoints(t: Trial): Promise<void> {
  await services(t).create(emptyService('example-empty-selector'));
  const made = await t.until(
    'Endpoints',
    () =>
      endpoints(t)
        .get('example-empty-selector')
        .catch(() => undefined),
    15,
  );
  expect(made.subsets ?? []).toEqual([]);
  await services(t).remove('example-empty-selector');
  await endpoints(t).gone('example-empty-selector', 90);
}

async function noSlices(t: Trial): Promise<void> {
  await services(t).create(emptyService('example-empty-selector'));
  const [slice] = await t.until(
    'a slice',
    async () => {
      const items = await slices(t).items(sliced('example-empty-selector'));
      return items.length === 1 && items;
    },
    15,
  );
  expect(slice.endpoints ?? []).toEqual([]);
  expect(slice.metadata.labels['endpointslice.kubernetes.io/managed-by']).toBe('endpointslice-controller.k8s.io');
  await services(t).remove('example-empty-selector');
  await t.until('no slices', async () => (await slices(t).items(sliced('example-empty-selector'))).length === 0, 90);
}

async function mirrored(t: Trial): Promise<void> {
  const name = 'example-custom-endpoints';
  await services(t).create({ metadata: { name }, spec: { ports: [{ name: 'example', port: 80, protocol: 'TCP' }] } });
  await endpoints(t).create({
    metadata: { name },
    subsets: [{ ports: [{ port: 80, name: 'http', protocol: 'TCP' }], addresses: [{ ip: '10.1.2.3' }] }],
  });
  const seen = (what: string, is: (s: Loose) => boolean): Promise<Loose> =>
    t.until(what, async () => {
      const items = await slices(t).items(sliced(name));
      return items.length === 1 && is(items[0]) && items[0];
    });
  const first = await seen('a slice', (s) => s.endpoints.length === 1);
  expect(first.endpoints[0].addresses).toEqual(['10.1.2.3']);
  expect(first.ports[0]).toMatchObject({ port: 80, name: 'http' });
  expect(first.metadata.labels['endpointslice.kubernetes.io/managed-by']).toBe(
    'endpointslicemirroring-controller.k8s.io',
  );
  await endpoints(t).change(name, (e) => {
    e.subsets[0].addresses = [{ ip: '10.2.3.4' }];
  });
  await seen('the new address', (s) => s.endpoints[0]?.addresses[0] === '10.2.3.4');
  await endpoints(t).remove(name);
  await t.until('no slices', async () => (await slices(t).items(sliced(name))).length === 0);
}

async function endpointLifecycle(t: Trial): Promise<void> {
  const labels = { 'test-endpoint-static': 'true' };
  const labelSelector = 'test-endpoint-static=true';
  const watch = await endpoints(t).watch({ labelSelector });
  const subsets = [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }];
  await endpoints(t).create({ metadata: { name: 'testservice', labels }, subsets });
  await t.event(watch, 'ADDED');
  expect((await t.of('v1', 'endpoints', '').items({ labelSelector }))[0].metadata.name).toBe('testservice');
  await endpoints(t).change('testservice', (e) => {
    e.metadata.labels['test-service'] = 'updated';
  });
  await t.event(watch, 'MODIFIED', (e) => e.metadata.labels['test-service'] === 'updated');
  const patch = {
    metadata: { labels: { 'test-service': 'patched' } },
    subsets: [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] }],
  };
  await endpoints(t).patch('testservice', 'strategic', patch);
  await t.event(watch, 'MODIFIED', (e) => e.metadata.labels['test-service'] === 'patched');
  const got = await endpoints(t).get('testservice');
  expect(got.subsets).toEqual(patch.subsets);
  await endpoints(t).removeAll({ labelSelector });
  await t.event(watch, 'DELETED');
  await refused(endpoints(t).get('testservice'), 404, 'NotFound');
}

async function found(t: Trial): Promise<void> {
  const all = await t.of('v1', 'services', '').items();
  expect(all.some((s) => s.metadata.name === 'kubernetes' && s.metadata.namespace === 'default')).toBe(true);
}

async function serviceCollection(t: Trial): Promise<void> {
  const labels = { 'e2e-svc-test': t.ns };
  const labelSelector = `e2e-svc-test=${t.ns}`;
  for (const i of [1, 2, 3]) {
    const ports = [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }];
    await services(t).create({ metadata: { name: `e2e-svc-${i}`, labels: i < 3 ? labels : {} }, spec: { ports } });
  }
  await services(t).removeAll({ labelSelector });
  await t.until('one to be left', async () => (await services(t).items()).length === 1);
}

async function serviceStatus(t: Trial): Promise<void> {
  const labels = { 'test-service-static': 'true' };
  const name = 'test-service';
  const watch = await services(t).watch({ labelSelector: 'test-service-static=true' });
  const ports = [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }];
  await services(t).create({ metadata: { name, labels }, spec: { type: 'LoadBalancer', ports } });
  await t.event(watch, 'ADDED');
  expect((await services(t).get(name, 'status')).metadata.name).toBe(name);
  const ingress = [{ ip: '203.0.113.1' }];
  const body = { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer: { ingress } } };
  await services(t).patch(name, 'merge', body, 'status');
  const shown = await t.event(watch, 'MODIFIED', (s) => s.metadata.annotations?.patchedstatus === 'true');
  expect(shown.status.loadBalancer.ingress[0]).toMatchObject(ingress[0] ?? {});
  const update = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' };
  await services(t).change(
    name,
    (s) => {
      s.status.conditions = [...(s.status.conditions ?? []), update];
    },
    'status',
  );
  await t.event(watch, 'MODIFIED', (s) => s.status.conditions?.some((c: Loose) => c.type === 'StatusUpdate'));
  await services(t).patch(name, 'strategic', { metadata: { labels: { 'test-service': 'patched' } } });
  await t.event(watch, 'MODIFIED', (s) => s.metadata.labels['test-service'] === 'patched');
  await services(t).change(name, (s) => {
    s.metadata.labels['test-service'] = 'updated';
  });
  await t.event(watch, 'MODIFIED', (s) => s.metadata.labels['test-service'] === 'updated');
  await services(t).remove(name);
  await t.event(watch, 'DELETED');
}

/** The time from a Service's creation until its endpoints are there, of many in a row. */
async function latency(t: Trial): Promise<void> {
  const labels = { name: 'svc-latency-rc' };
  const spec = { replicas: 1, selector: labels, template: template(labels) };
  await t.of('v1', 'replicationcontrollers').create({ metadata: { name: 'svc-latency-rc' }, spec });
  await readyPods(t, labels, 1);
  const watch = await endpoints(t).watch();
  const filled = (name: string): boolean =>
    watch.events.some((e) => e.object.metadata.name === name && (e.object.subsets ?? []).length > 0);
  const count = 40;
  for (let i = 0; i < count; i++) {
    await services(t).create({ metadata: { name: `latency-${i}` }, spec: { selector: labels, ports: [{ port: 80 }] } });
  }
  await t.until('endpoints of all', () => Array.from({ length: count }, (_, i) => `latency-${i}`).every(filled), 60);
}

const addresses = (t: Trial): Resource => t.of('networking.k8s.io/v1', 'ipaddresses');

async function ipAddresses(t: Trial): Promise<void> {
  const parentRef = { group: 'mygroup', resource: 'myresources', namespace: 'foo', name: 'bar' };
  const [four, six] = ['255.255.255.255', 'fe80::42:1dff:fe84:f9e2'];
  for (const name of [four, six]) t.cleanup(() => addresses(t).remove(name));
  const made = await addresses(t).create({
    metadata: { name: four, labels: { type: 'broadcast' } },
    spec: { parentRef },
  });
  await addresses(t).create({ metadata: { name: six, labels: { type: 'link-local' } }, spec: { parentRef } });
  const patched = await addresses(t).patch(four, 'merge', { metadata: { annotations: { patched: 'true' } } });
  expect(patched.metadata.annotations).toEqual({ patched: 'true' });
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
  const updated = await addresses(t).change(four, (a) => {
    a.metadata.annotations.updated = 'true';
  });
  expect(updated.metadata.annotations).toEqual({ patched: 'true', updated: 'true' });
  expect(await addresses(t).items({ labelSelector: 'type=broadcast' })).toHaveLength(1);
  const watch = await addresses(t).watch({ labelSelector: 'type=broadcast' });
  await t.event(watch, 'ADDED');
  await addresses(t).remove(four);
  await addresses(t).removeAll({ labelSelector: 'type=link-local' });
  expect(await addresses(t).items({ labelSelector: 'type=link-local' })).toEqual([]);
}

async function serviceCIDR(t: Trial): Promise<void> {
  const ranges = t.of('networking.k8s.io/v1', 'servicecidrs');
  const own = await ranges.get('kubernetes');
  const status = await ranges.get('kubernetes', 'status');
  expect(status).toMatchObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { uid: own.metadata.uid },
  });
  expect(own.status.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
  expect((await ranges.items()).length).toBeGreaterThan(0);
  await t.event(await ranges.watch(), 'ADDED');
}

export const NETWORK: readonly Spec[] = [
  {
    title: '[sig-network] API Server should have Endpoints and EndpointSlices pointing to API Server [Conformance]',
    run: apiServer,
  },
  { title: '[sig-network] API Server should provide secure master service [Conformance]', run: master },
  {
    title:
      '[sig-network] EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods [Conformance]',
    run: noSlices,
  },
  {
    title:
      '[sig-network] EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods [Conformance]',
    run: noEndpoints,
  },
  {
    title:
      '[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]',
    run: mirrored,
  },
  { title: '[sig-network] Endpoints should test the lifecycle of an Endpoint [Conformance]', run: endpointLifecycle },
  { title: '[sig-network] Service endpoints latency should not be very high [Conformance]', run: latency },
  { title: '[sig-network] Services should find a service from listing all namespaces [Conformance]', run: found },
  { title: '[sig-network] Services should delete a collection of services [Conformance]', run: serviceCollection },
  { title: '[sig-network] Services should complete a service status lifecycle [Conformance]', run: serviceStatus },
  {
    title: '[sig-network] ServiceCIDR and IPAddress API should support IPAddress API operations [Conformance]',
    run: ipAddresses,
  },
  {
    title: '[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations [Conformance]',
    run: serviceCIDR,
  },
];
