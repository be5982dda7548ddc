// Defaults of kinds that no recording fills in, as the records say, against what the simulator's defaulting does.
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/manifest/explain.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { applyDefaults } from '../../../src/simulator/apiserver/machinery/defaults/index.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { added, type Kinded, placeAt } from './places.ts';

const knowledge = sourceKnowledge();
const service = { namespace: 'n', name: 's' };
const match = { resourceRules: [{}], excludeResourceRules: [{}] };
const webhooks = [{ name: 'a.b.c', rules: [{}], clientConfig: { service } }];
const claim = {
  devices: {
    requests: [
      { name: 'r', exactly: { tolerations: [{}] } },
      { name: 's', firstAvailable: [{ name: 'a', tolerations: [{}] }] },
    ],
  },
};
const limited = { limitResponse: { type: 'Queue', queuing: {} } };

/** One of each kind, with so much in it that every default has a place. */
const SAMPLES: readonly (Kinded & Readonly<Record<string, unknown>>)[] = [
  { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', spec: { maxReplicas: 3 } },
  { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', spec: {} },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', webhooks },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', webhooks },
  ...['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy'].map((kind) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    spec: { matchConstraints: match },
  })),
  ...['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding'].map((kind) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    spec: { matchResources: match },
  })),
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: { conversion: { strategy: 'Webhook', webhook: { clientConfig: { service } } } },
  },
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec: {} },
  { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', spec: { service } },
  { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['a'] } },
  { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', spec: {} },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    spec: { type: 'Limited', limited },
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    spec: { type: 'Exempt', exempt: {} },
  },
  { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', spec: claim },
  { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaimTemplate', spec: { spec: claim } },
  { apiVersion: 'v1', kind: 'Endpoints', subsets: [{ ports: [{ port: 1 }] }] },
  { apiVersion: 'v1', kind: 'ReplicationController', spec: {} },
];

describe('defaults that no recording has', () => {
  test.each(SAMPLES)('of $apiVersion $kind are those of the simulator', (sample) => {
    const filled = added(sample, applyDefaults(sample as unknown as KubeObject));
    expect(filled.length).toBeGreaterThan(0);
    const wrong = filled.flatMap(({ path, value }) => {
      const place = placeAt(sample, path);
      const name = `${place?.owner?.type}.${place?.owner?.field.name}`;
      const said = place?.owner && knowledge.record(place.owner.type, place.owner.field.name)?.default;
      if (!said) return [`${name} says no default for ${JSON.stringify(value)}`];
      if (said.stored === false) return [`${name}: said not to be stored`];
      const list = Array.isArray(said.value) && said.value.includes(value);
      const fits = !('value' in said) || list || JSON.stringify(said.value) === JSON.stringify(value);
      return fits ? [] : [`${name}: ${JSON.stringify(value)}, the record says ${JSON.stringify(said.value)}`];
    });
    expect(wrong).toEqual([]);
  });

  test('a hover shows them with whoever fills them in', () => {
    const place = placeAt({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver' }, ['spec', 'fsGroupPolicy']);
    expect(place && known(knowledge, place)?.default).toBe('ReadWriteOnceWithFSType (kube-apiserver defaulting)');
  });
});
