// What a server tells of itself, and webhook configurations as data.
import { expect } from 'vitest';
import { define } from './custom.ts';
import { discovered } from './operations.ts';
import { container, PAUSE, workload } from './pods.ts';
import type { Loose, Spec, Trial } from './trial.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const EVERYWHERE: readonly (readonly [apiVersion: string, plural: string])[] = [
  ['v1', 'namespaces'],
  ['admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
  ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  ['apiregistration.k8s.io/v1', 'apiservices'],
  ['apps/v1', 'deployments'],
  ['authentication.k8s.io/v1', 'tokenreviews'],
  ['authorization.k8s.io/v1', 'selfsubjectaccessreviews'],
  ['autoscaling/v1', 'horizontalpodautoscalers'],
  ['autoscaling/v2', 'horizontalpodautoscalers'],
  ['batch/v1', 'jobs'],
  ['certificates.k8s.io/v1', 'certificatesigningrequests'],
  ['coordination.k8s.io/v1', 'leases'],
  ['discovery.k8s.io/v1', 'endpointslices'],
  ['events.k8s.io/v1', 'events'],
  ['networking.k8s.io/v1', 'ingresses'],
  ['node.k8s.io/v1', 'runtimeclasses'],
  ['policy/v1', 'poddisruptionbudgets'],
  ['scheduling.k8s.io/v1', 'priorityclasses'],
  ['storage.k8s.io/v1', 'csinodes'],
];

/** `group/version plural` of everything that aggregated discovery names. */
async function aggregated(t: Trial, accept: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const path of ['/api', '/apis']) {
    const { contentType, body } = await t.reply({ method: 'GET', path, accept });
    expect(contentType).toBe(AGGREGATED);
    for (const g of body.items) {
      const group = g.metadata?.name ? `${g.metadata.name}/` : '';
      for (const v of g.versions) for (const r of v.resources) found.add(`${group}${v.version} ${r.resource}`);
    }
  }
  return found;
}

/** The Accept header of client-go's discovery client. */
const CLIENT = `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

const everywhere =
  (accept: string) =>
  async (t: Trial): Promise<void> => {
    const found = await aggregated(t, accept);
    for (const [apiVersion, plural] of EVERYWHERE) expect(found).toContain(`${apiVersion} ${plural}`);
  };

const ofCustom =
  (accept: string) =>
  async (t: Trial): Promise<void> => {
    const { group, plural } = await define(t, { versions: ['v1'], namespaced: true });
    await t.until('the resource in discovery', async () => (await aggregated(t, accept)).has(`${group}/v1 ${plural}`));
  };

async function preferred(t: Trial): Promise<void> {
  const { groups } = await t.get('/apis');
  for (const group of groups) {
    const one = await t.get(`/apis/${group.name}`);
    expect(one).toMatchObject({ kind: 'APIGroup', name: group.name, preferredVersion: group.preferredVersion });
    const versions = one.versions.map((v: Loose) => v.groupVersion);
    expect(versions).toContain(one.preferredVersion.groupVersion);
    expect(one.preferredVersion.groupVersion).toBe(`${group.name}/${one.preferredVersion.version}`);
  }
}

async function located(t: Trial): Promise<void> {
  for (const [apiVersion, plural] of EVERYWHERE) await discovered(t, apiVersion, plural);
}

async function version(t: Trial): Promise<void> {
  const { major, minor, gitVersion } = await t.get('/version');
  expect(major).toBe('1');
  expect(minor).toMatch(/^\d+$/);
  expect(gitVersion).toBe(`v1.${minor}.2`);
}

const ADMISSION = 'admissionregistration.k8s.io/v1';

/** What upstream sets up before each of its webhook specs: a server that may read its configuration, behind a Service. */
async function webhookServer(t: Trial): Promise<void> {
  const bindings = t.of('rbac.authorization.k8s.io/v1', 'rolebindings', 'kube-system');
  const name = `webhook-auth-reader-${t.ns}`;
  t.cleanup(() => bindings.remove(name));
  // Its Go code leaves the group of the role open.
  const roleRef = { apiGroup: '', kind: 'Role', name: 'extension-apiserver-authentication-reader' };
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: t.ns }];
  const bound = await bindings.create({ metadata: { name }, roleRef, subjects });
  expect(bound.roleRef.apiGroup).toBe('rbac.authorization.k8s.io');
  const data = { 'tls.crt': 'Q0E=', 'tls.key': 'S0VZ' };
  await t.of('v1', 'secrets').create({ metadata: { name: 'sample-webhook-secret' }, type: 'Opaque', data });
  const labels = { app: 'sample-webhook', webhook: 'true' };
  const volumes = [{ name: 'webhook-certs', secret: { secretName: 'sample-webhook-secret' } }];
  const volumeMounts = [{ name: 'webhook-certs', readOnly: true, mountPath: '/webhook.local.config/certificates' }];
  const httpGet = { scheme: 'HTTPS', port: 8444, path: '/readyz' };
  const main = container({
    name: 'sample-webhook',
    image: PAUSE,
    args: ['webhook'],
    volumeMounts,
    ports: [{ containerPort: 8444 }],
    readinessProbe: { httpGet, periodSeconds: 1, failureThreshold: 30 },
  });
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [main], volumes } };
  await t.of('apps/v1', 'deployments').create({
    metadata: { name: 'sample-webhook-deployment', labels },
    spec: workload(labels, { replicas: 1, template }),
  });
  await t
    .of('apps/v1', 'deployments')
    .until('sample-webhook-deployment', 'to be ready', (d) => d.status.readyReplicas === 1);
  const ports = [{ protocol: 'TCP', port: 8443, targetPort: 8444 }];
  await t.of('v1', 'services').create({
    metadata: { name: 'e2e-test-webhook', labels: { test: 'webhook' } },
    spec: { selector: { webhook: 'true' }, ports },
  });
  await t.until(
    'the Service to have its endpoint',
    async () => {
      const slices = await t
        .of('discovery.k8s.io/v1', 'endpointslices')
        .items({ labelSelector: 'kubernetes.io/service-name=e2e-test-webhook' });
      return slices.flatMap((s) => s.endpoints ?? []).filter((e) => e.conditions.ready).length === 1;
    },
    30,
  );
}

function webhook(t: Trial): Loose {
  return {
    name: 'validation-webhook-with-match-conditions.k8s.io',
    clientConfig: {
      service: { name: 'e2e-test-webhook', namespace: t.ns, path: '/always-allow-delay-5s', port: 8443 },
    },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    namespaceSelector: { matchLabels: { [t.ns]: 'true' } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1', 'v1beta1'],
    matchConditions: [{ name: 'expression-1', expression: "object.metadata.namespace == 'production'" }],
  };
}

const conditions =
  (plural: string) =>
  async (t: Trial): Promise<void> => {
    await webhookServer(t);
    const configurations = t.of(ADMISSION, plural);
    const name = `${plural}-${t.ns}`;
    t.cleanup(() => configurations.remove(name));
    const made = await configurations.create({ metadata: { name }, webhooks: [webhook(t)] });
    expect(made.webhooks[0].matchConditions).toEqual(webhook(t).matchConditions);
    const more = [
      { name: 'expression-1', expression: "object.metadata.namespace == 'production'" },
      { name: 'expression-2', expression: "object.metadata.namespace == 'staging'" },
    ];
    await configurations.change(name, (c) => {
      c.webhooks[0].matchConditions = more;
    });
    expect((await configurations.get(name)).webhooks[0].matchConditions).toEqual(more);
  };

const DISCOVERY = '[sig-api-machinery] AggregatedDiscovery should support';
const WEBHOOK = '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should';

export const DISCOVERIES: readonly Spec[] = [
  { title: `${DISCOVERY} raw aggregated discovery endpoint Accept headers [Conformance]`, run: everywhere(AGGREGATED) },
  { title: `${DISCOVERY} raw aggregated discovery request for CRDs [Conformance]`, run: ofCustom(AGGREGATED) },
  { title: `${DISCOVERY} aggregated discovery interface [Conformance]`, run: everywhere(CLIENT) },
  { title: `${DISCOVERY} aggregated discovery interface for CRDs [Conformance]`, run: ofCustom(CLIENT) },
  {
    title: '[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup [Conformance]',
    run: preferred,
  },
  {
    title:
      '[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup [Conformance]',
    run: located,
  },
  { title: '[sig-api-machinery] server version should find the server version [Conformance]', run: version },
  {
    title: `${WEBHOOK} include webhook resources in discovery documents [Conformance]`,
    run: (t) => discovered(t, ADMISSION, 'mutatingwebhookconfigurations', 'validatingwebhookconfigurations'),
  },
  {
    title: `${WEBHOOK} be able to create and update validating webhook configurations with match conditions [Conformance]`,
    run: conditions('validatingwebhookconfigurations'),
  },
  {
    title: `${WEBHOOK} be able to create and update mutating webhook configurations with match conditions [Conformance]`,
    run: conditions('mutatingwebhookconfigurations'),
  },
];
