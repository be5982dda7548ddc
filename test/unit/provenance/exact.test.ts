// What is inferred from managedFields, held against what really happened: the simulator's trace knows every write.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { resourceOf } from '../../../src/model/resources.ts';
import { blame } from '../../../src/provenance/blame.ts';
import { stepFor, writesOf } from '../../../src/provenance/steps.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { ObjectRef } from '../../../src/trace/step.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();
const MINUTE = 60_000_000;
const sample = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../../media/samples', name), 'utf8');

const WORKLOADS = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: 'postgres:17'}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: a, image: 'busybox:1'}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: a, image: 'busybox:1', command: ['true']}]}
`;

function running(): Cluster {
  const cluster = new Cluster({});
  cluster.settle(MINUTE);
  for (const manifest of [sample('web.yaml'), sample('web-service.yaml'), WORKLOADS]) {
    applyManifest(manifest, 'default', {
      request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
    });
  }
  cluster.settle(MINUTE);
  return cluster;
}

const RESOURCES = [
  ['', 'pods'],
  ['', 'services'],
  ['apps', 'deployments'],
  ['apps', 'replicasets'],
  ['apps', 'statefulsets'],
  ['apps', 'daemonsets'],
  ['batch', 'jobs'],
  ['discovery.k8s.io', 'endpointslices'],
] as const;

describe('inferred writers', () => {
  const cluster = running();
  const steps = cluster.stepsAfter(0);

  test.each(RESOURCES)('%s/%s: the component that is named is the one that wrote', (group, plural) => {
    const info = resourceOf(group, plural);
    if (!info) throw new Error(`no ${plural}`);
    const prefix = group === '' ? '/api/v1' : `/apis/${group}/${info.version}`;
    const list = cluster.request({ method: 'GET', path: `${prefix}/namespaces/default/${plural}`, observer: true });
    const objects = (list.body as KubeList<KubeObject>).items;
    expect(objects.length).toBeGreaterThan(0);
    const wrong: string[] = [];
    let checked = 0;
    for (const item of objects) {
      const object = { ...item, apiVersion: group === '' ? 'v1' : `${group}/${info.version}`, kind: info.kind };
      const ref: ObjectRef = {
        group,
        resource: plural,
        kind: info.kind,
        name: object.metadata.name ?? '',
        namespace: 'default',
      };
      const writes = writesOf(steps, ref);
      for (const line of blame(knowledge, object).lines) {
        const [writer] = line.writers;
        const step = stepFor(writes, line.segments);
        if (!writer || !step) continue;
        checked++;
        const named = writer.who.component;
        // A process stands for its controllers where the field does not tell which.
        if (named !== step.actor.component && named !== 'kube-controller-manager')
          wrong.push(`${object.metadata.name} ${line.path}: ${named}, but step ${step.id} was ${step.actor.component}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(10);
  });

  test('what nobody owns came with the request that is named', () => {
    const list = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', observer: true });
    const pod = (list.body as KubeList<KubeObject>).items.find(({ metadata }) => metadata.name?.startsWith('web-'));
    if (!pod) throw new Error('no pod');
    const object = { ...pod, apiVersion: 'v1', kind: 'Pod' };
    const lines = blame(knowledge, object).lines;
    const dark = lines.filter(({ writers, unowned }) => writers.length === 0 && !unowned);
    expect(dark.map((line) => line.path)).toEqual([]);
    const ref: ObjectRef = {
      group: '',
      resource: 'pods',
      kind: 'Pod',
      name: pod.metadata.name ?? '',
      namespace: 'default',
    };
    const writes = writesOf(steps, ref);
    const wrote = (path: string): string | undefined => {
      const line = lines.find((one) => one.path === path);
      const step = line && stepFor(writes, line.segments);
      return step && `${step.actor.component} ${step.request?.subresource ?? step.action}`;
    };
    expect(wrote('spec.nodeName')).toBe('kube-scheduler binding');
    expect(wrote('spec.priority')).toBe('replicaset-controller create');
    expect(wrote('status.podIP')).toBe('kubelet status');
  });
});
