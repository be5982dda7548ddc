// What the workload controllers write in a whole cluster, in which order, and what they say of it.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { stage } from './written.ts';

type Spec = { readonly [field: string]: unknown };

function workload(kind: string, name: string, spec: Spec, pod: Spec = {}): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name, image: 'redis:7' }], ...pod } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  } as KubeObject;
}

const image = (value: string): object => ({
  spec: { template: { spec: { containers: [{ name: 'x', image: value }] } } },
});

describe('a StatefulSet with claims that go when it shrinks', () => {
  const template = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } },
  };
  const db = (policy: Spec): KubeObject =>
    workload('StatefulSet', 'db', {
      serviceName: 'db',
      replicas: 2,
      podManagementPolicy: 'Parallel',
      persistentVolumeClaimRetentionPolicy: policy,
      volumeClaimTemplates: [template],
    });

  // Upstream: CreateStatefulPod, and fixPodClaim before processCondemned in stateful_set_control.go.
  it('hands each claim over right after its pod was made, and to the pod before that is deleted', () => {
    const t = stage();
    t.apply(db({ whenDeleted: 'Delete', whenScaled: 'Delete' }));
    t.seconds(5);
    const made = t.writes('statefulset-controller').filter((w) => w.includes('-0') || w.includes('claims/data-db-0'));
    expect(made).toEqual([
      'statefulset-controller create persistentvolumeclaims/data-db-0',
      'statefulset-controller create pods/db-0',
      'statefulset-controller update persistentvolumeclaims/data-db-0',
    ]);
    t.send('PATCH', 'StatefulSet', 'db', { spec: { replicas: 1 } });
    t.seconds(5);
    expect(t.writes('statefulset-controller').slice(0, 2)).toEqual([
      'statefulset-controller update persistentvolumeclaims/data-db-1',
      'statefulset-controller delete pods/db-1',
    ]);
  });

  it('hands the claims of pending pods over when the policy changes', () => {
    const t = stage();
    t.apply(db({ whenDeleted: 'Retain', whenScaled: 'Retain' }));
    t.seconds(5);
    t.writes();
    t.send('PATCH', 'StatefulSet', 'db', { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } });
    t.seconds(5);
    expect(t.writes('statefulset-controller').slice(0, 2)).toEqual([
      'statefulset-controller update persistentvolumeclaims/data-db-0',
      'statefulset-controller update persistentvolumeclaims/data-db-1',
    ]);
  });
});

describe('what an owner has left behind', () => {
  it.each(['StatefulSet', 'DaemonSet'])('%s: its revisions are taken in before its pods', (kind) => {
    const t = stage();
    const set = workload(kind, 'db', kind === 'StatefulSet' ? { serviceName: 'db', replicas: 1 } : {});
    t.apply(set);
    t.seconds(5);
    t.send('DELETE', kind, 'db', { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' });
    t.seconds(5);
    t.writes();
    t.apply(set);
    t.seconds(5);
    const adopted = t.writes().filter((w) => w.includes(' patch ') && w.includes('set-controller'));
    expect(adopted[0]).toMatch(/-controller patch controllerrevisions\/db-/);
    expect(adopted[1]).toMatch(/-controller patch pods\/db-/);
    expect(t.list('ControllerRevision')).toHaveLength(1);
  });
});

// Gate MaxUnavailableStatefulSet, off in v1.36: kubernetes/kubernetes#137904.
it('maxUnavailable of a StatefulSet is not stored', () => {
  const t = stage();
  const rollingUpdate = { partition: 0, maxUnavailable: 2 };
  t.apply(workload('StatefulSet', 'db', { replicas: 0, updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
  expect((t.get('StatefulSet', 'db') as unknown as { spec: Spec }).spec.updateStrategy).toEqual({
    type: 'RollingUpdate',
    rollingUpdate: { partition: 0 },
  });
});

describe('a Deployment that is rolled back', () => {
  it('numbers the old ReplicaSet anew and takes over its number before it scales', () => {
    const t = stage();
    t.apply(workload('Deployment', 'x', { replicas: 1 }));
    t.seconds(5);
    t.send('PATCH', 'Deployment', 'x', image('redis:6'));
    t.seconds(5);
    t.writes();
    t.send('PATCH', 'Deployment', 'x', image('redis:7'));
    t.seconds(5);
    const steps = t.writes('deployment-controller').map((w) => w.replace(/x-\w+$/, 'x-#'));
    expect(steps.slice(0, 3)).toEqual([
      'deployment-controller update replicasets/x-#',
      'deployment-controller update/status deployments/x',
      'deployment-controller update replicasets/x-#',
    ]);
  });
});
