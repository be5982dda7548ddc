// What the records say of a later change, against what the API server answers to it.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FieldFacts } from '../../../src/manifest/explanation.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';
import { judge, type Verdict } from './verdicts.ts';
import { WORKLOADS } from './workloads.ts';

const knowledge = sourceKnowledge();
const recorded = JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as Sample[];

/** Where the record says more than a plain update of the sample can show. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'core.v1.Container.resources': 'changes through the resize subresource',
  'core.v1.PodSpec.resources': 'changes through the resize subresource',
  'core.v1.ResourceRequirements.limits': 'changes through the resize subresource',
  'core.v1.ResourceRequirements.requests': 'changes through the resize subresource',
  'core.v1.VolumeResourceRequirements.requests': 'grows once the claim is bound',
  'core.v1.PersistentVolumeClaimSpec.resources': 'grows once the claim is bound',
  'core.v1.PersistentVolumeClaimSpec.volumeAttributesClassName': 'changes once the claim is bound',
  'core.v1.ConfigMap.data': 'the sample says immutable',
  'core.v1.Secret.data': 'the sample says immutable',
  'core.v1.NodeSpec.podCIDRs': 'the older podCIDR beside it counts',
  'core.v1.ServiceSpec.ipFamilies': 'a headless Service may change them',
  'core.v1.PodSpec.serviceAccount': 'an old name whose value is not looked at',
  'core.v1.Toleration.key': 'admission adds the two that every pod has again, beside the changed one',
  'batch.v1.JobSpec.completions': 'an Indexed Job may change it where it is then equal to parallelism',
  'apiextensions.v1.CustomResourceDefinitionNames.kind': 'fixed once the definition is established',
};

function contradicts({ type, field, change }: FieldFacts, verdict: Verdict): boolean {
  if (verdict === 'other' || verdict === 'mixed' || `${type}.${field}` in EXPLAINED) return false;
  if (change === undefined) return verdict === 'fixed';
  return (change.effect === 'immutable') !== (verdict === 'fixed');
}

/** Fields for which some sample has an answer. */
const answered = new Set<string>();

describe('what cannot be changed is refused, the rest is not', () => {
  test.each([...recorded, ...CHANGE_SAMPLES])('$object.kind $object.metadata.name', (sample) => {
    const wrong: string[] = [];
    for (const { path, facts, verdict } of judge(sample)) {
      const name = `${facts.type}.${facts.field}`;
      if (verdict !== 'other') answered.add(name);
      if (contradicts(facts, verdict))
        wrong.push(`${path} is ${verdict}; ${name}: ${facts.change?.effect ?? 'nothing'}`);
    }
    expect(wrong).toEqual([]);
  });

  /** Not in samples: the API server drops them while their feature gates are off. */
  const DROPPED =
    /\.(ClusterTrustBundleProjection|PodCertificateProjection|PodSchedulingGroup)\.|\.(clusterTrustBundle|podCertificate|schedulingGroup|stopSignal)$|RollingUpdateStatefulSetStrategy\.maxUnavailable/;
  /** Tried below, or in test/unit/apiserver/scale.test.ts. */
  const ELSEWHERE =
    /\.(EphemeralContainer|Scale|ScaleSpec)\.|PodSpec\.(ephemeralContainers|runtimeClassName|overhead)$|(MetricSpec|MetricTarget)\.type$|ReplicationControllerSpec\.selector$/;

  const untold = (): string[] =>
    knowledge.recordedTypes().flatMap(({ type, fields }) =>
      Object.entries(fields).flatMap(([field, { change }]) => {
        const name = `${type}.${field}`;
        return !change || change.effect === 'system' || answered.has(name) ? [] : [name];
      }),
    );

  test('of every field of workloads some sample tells', () => {
    const silent = untold().filter((name) => WORKLOADS.has(name.slice(0, name.lastIndexOf('.'))));
    expect(silent.filter((name) => !DROPPED.test(name) && !ELSEWHERE.test(name))).toEqual([]);
    expect(answered.size).toBeGreaterThan(900);
  });

  test('of every other field too, but for those that change with another or not by an update', () => {
    const silent = untold().filter((name) => !WORKLOADS.has(name.slice(0, name.lastIndexOf('.'))));
    expect(silent.filter((name) => !UNTOLD.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(UNTOLD.filter((pattern) => !silent.some((name) => pattern.test(name)))).toEqual([]);
  });
});

/** What no plain update of a sample can tell; changes-together.test.ts tries some of it. */
const UNTOLD: readonly RegExp[] = [
  // Tied to another field, which has to change with it.
  /^admissionregistration\.v1\.Mutation\.patchType$/,
  /^apiextensions\.v1\.(CustomResourceConversion\.strategy|CustomResourceDefinitionVersion\.(name|storage|deprecated))$/,
  /^apiextensions\.v1\.(JSONSchemaProps|ValidationRule)\./,
  /^apiregistration\.v1\.APIServiceSpec\.(group|version)$/,
  /^core\.v1\.(LimitRangeItem\.type|ServiceSpec\.type|ScopedResourceSelectorRequirement\.scopeName)$/,
  /^flowcontrol\.v1\.(LimitResponse\.type|Subject\.kind|PriorityLevelConfigurationSpec\.(type|exempt))$/,
  /^flowcontrol\.v1\.(NonResourcePolicyRule\.verbs|ExemptPriorityLevelConfiguration\.)/,
  /^rbac\.v1\.Subject\.apiGroup$/,
  /^resource\.v1\.(CapacityRequestPolicyRange\.(min|step)|Device\.(allNodes|allowMultipleAllocations))$/,
  /^resource\.v1\.ResourceSliceSpec\.(allNodes|perDeviceNodeSelection)$/,
  // A certificate of its own, or a time that has to fit.
  /\.caBundle$/,
  /^events\.v1\.Event\.eventTime$/,
  // Fixed by a state that a controller brings about, or set by the server alone.
  /^apiextensions\.v1\.CustomResourceDefinitionSpec\.(scope|preserveUnknownFields)$/,
  /^certificates\.v1\.CertificateSigningRequest/,
  /^core\.v1\.NodeSpec\.(configSource|externalID)$/,
  // Not by an update of the object: metadata, subresources and what is only written.
  /^meta\.v1\.(ObjectMeta|OwnerReference)\./,
  /^autoscaling\.v1\.Scale/,
  /^core\.v1\.(Binding\.target|Secret\.stringData)$/,
  // Dropped, or refused, while feature gates are off or for want of a namespace's label.
  /^resource\.v1\.(DeviceAttribute\.\w+s|Device\.nodeAllocatableResourceMappings|NodeAllocatableResourceMapping\.\w+)$/,
  /^resource\.v1\.ExactDeviceRequest\.adminAccess$/,
  /^storage\.v1\.CSIDriverSpec\.preventPodSchedulingIfMissing$/,
];

const PODS = '/api/v1/namespaces/default/pods';

function ready(): Bench {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return b;
}

interface Asked {
  readonly code: number;
  readonly body: Record<string, unknown>;
}

/** Makes an object, changes its spec and sends it to the path; the answer. */
function changed(b: Bench, path: string, spec: object, change: object, sub = ''): Asked {
  const stored = bodyOf(ask(b, `POST ${path}`, { metadata: { name: 'x' }, spec }));
  expect(stored.message).toBeUndefined();
  const now = { ...stored, spec: { ...(stored.spec as object), ...change } };
  const answer = ask(b, `PUT ${path}/x${sub}`, now);
  return { code: answer.code, body: bodyOf(answer) as unknown as Record<string, unknown> };
}

const container = { name: 'c', image: 'i', resources: { requests: { cpu: '1', memory: '1Gi' } } };

describe('what changes by a way of its own', () => {
  test('CPU and memory of a pod change through resize alone', () => {
    const more = [{ ...container, resources: { requests: { cpu: '2', memory: '2Gi' } } }];
    expect(changed(ready(), PODS, { containers: [container] }, { containers: more }).code).toBe(422);
    expect(changed(ready(), PODS, { containers: [container] }, { containers: more }, '/resize').code).toBe(200);
    const policy = [{ ...container, resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }];
    const refused = changed(ready(), PODS, { containers: [container] }, { containers: policy }, '/resize');
    expect(refused.body.message).toContain('only cpu and memory resources are mutable');
  });

  test('debugging containers are added through their subresource, and then stay as they are', () => {
    const b = ready();
    const debug = { name: 'd', image: 'i', targetContainerName: 'c' };
    const added = { ephemeralContainers: [debug] };
    const { code, body } = changed(b, PODS, { containers: [container] }, added, '/ephemeralcontainers');
    expect(code).toBe(200);
    const send = (ephemeralContainers: object[]): string =>
      String(
        bodyOf(
          ask(b, `PUT ${PODS}/x/ephemeralcontainers`, {
            ...body,
            spec: { ...(body.spec as object), ephemeralContainers },
          }),
        ).message,
      );
    expect(send([{ ...debug, targetContainerName: 'other' }])).toContain('may not be changed');
    expect(send([])).toContain('may not be removed');
  });

  test('runtime class and overhead stay', () => {
    const make = (): Bench => {
      const b = ready();
      for (const name of ['r', 's']) {
        const overhead = { podFixed: { cpu: '1' } };
        ask(b, 'POST /apis/node.k8s.io/v1/runtimeclasses', { metadata: { name }, handler: 'h', overhead });
      }
      return b;
    };
    const spec = { containers: [container], runtimeClassName: 'r' };
    for (const change of [{ runtimeClassName: 's' }, { overhead: { cpu: '2' } }]) {
      expect(changed(make(), PODS, spec, change).body.message).toContain('pod updates may not change');
    }
  });

  test('a metric may become one of another type', () => {
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    const cpu = (target: object): object => ({ type: 'Resource', resource: { name: 'cpu', target } });
    const spec = {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
      metrics: [cpu({ type: 'Utilization', averageUtilization: 50 })],
    };
    const target = { type: 'AverageValue', averageValue: '2' };
    for (const metric of [cpu(target), { type: 'Pods', pods: { metric: { name: 'm' }, target } }]) {
      expect(changed(ready(), path, spec, { metrics: [metric] }).code).toBe(200);
    }
  });

  test('a replication controller may get another selector, if its template has the labels', () => {
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    const of = (label: string): object => ({
      selector: { a: label },
      template: { metadata: { labels: { a: label } }, spec: { containers: [container] } },
    });
    expect(changed(ready(), path, of('b'), of('c')).code).toBe(200);
  });

  test('a range for Services may get one of the other family beside it, and nothing else', () => {
    const b = bench();
    const path = '/apis/networking.k8s.io/v1/servicecidrs';
    const cidrs = (...list: string[]): object => ({ metadata: { name: 'v' }, spec: { cidrs: list } });
    expect(ask(b, `POST ${path}`, cidrs('10.0.0.0/24')).code).toBe(201);
    expect(ask(b, `PUT ${path}/v`, cidrs('10.0.0.0/24', '10.1.0.0/24')).code).toBe(422);
    expect(ask(b, `PUT ${path}/v`, cidrs('10.0.0.0/24', '2001:db8::/112')).code).toBe(200);
    expect(bodyOf(ask(b, `PUT ${path}/v`, cidrs('10.0.0.0/24'))).message).toContain('field is immutable');
  });
});
