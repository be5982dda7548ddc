// Events that warn of what somebody got wrong. Facts: the upstream file named beside each, v1.36.
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/generated/core.v1.ts';
import { Played } from './played.ts';

const configMap = (name: string, namespace: string, owner = ''): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: ${namespace}${owner} }
`;
const MAPS = '/api/v1/namespaces/default/configmaps';

// pkg/controller/garbagecollector/graph_builder.go
describe('an owner in another namespace', () => {
  const p = new Played();
  p.create(configMap('owner', 'kube-public'));
  p.run(1);
  const { uid = '' } = p.get(`/api/v1/namespaces/kube-public/configmaps/owner`)?.metadata ?? {};
  const reference = `[{ apiVersion: v1, kind: ConfigMap, name: owner, uid: ${uid} }]`;

  it('is told of, and its dependent is deleted, for nobody there owns it', () => {
    p.create(configMap('lost', 'default', `, ownerReferences: ${reference}`));
    const made = p.get(`${MAPS}/lost`);
    expect(made).toBeDefined();
    p.run(5);
    expect(p.get(`${MAPS}/lost`)).toBeUndefined();
    const [event] = p.list<Event>('/api/v1/events').filter((e) => e.reason === 'OwnerRefInvalidNamespace');
    expect(event?.message).toBe(
      `ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${uid}] does not exist in namespace "default"`,
    );
    expect([event?.type, event?.source?.component]).toEqual(['Warning', 'garbage-collector-controller']);
    expect(event?.involvedObject).toMatchObject({ kind: 'ConfigMap', namespace: 'default', name: 'lost' });
  });
  it('does not make the collector delete what belongs to no namespace', () => {
    p.create(`
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: high, ownerReferences: ${reference} }
value: 1
`);
    p.run(5);
    expect(p.get('/apis/scheduling.k8s.io/v1/priorityclasses/high')).toBeDefined();
  });
});

// pkg/controller/disruption/disruption.go
it('a pod that two budgets select', () => {
  const p = new Played();
  const budget = (name: string): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name} }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`;
  p.create(`${budget('one')}---${budget('two')}`);
  p.run(1);
  p.create(`
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: web, image: "nginx:1.27" }] }
`);
  p.run(5);
  const said = new Set(
    p
      .events('controllermanager')
      .filter((e) => e.includes('Multiple'))
      .map((e) => e.replace(/ x\d+$/, '')),
  );
  expect([...said]).toEqual([
    'Warning MultiplePodDisruptionBudgets: Pod "default"/"web" matches multiple PodDisruptionBudgets.  Chose "one" arbitrarily.',
  ]);
});

// pkg/controller/cronjob/cronjob_controllerv2.go, utils.go
it('a schedule on a day that no month has', () => {
  const p = new Played();
  p.create(`
apiVersion: batch/v1
kind: CronJob
metadata: { name: never }
spec:
  schedule: "59 23 31 2 *"
  jobTemplate:
    spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "busybox:1.36" }] } } }
`);
  p.run(5);
  expect(p.events('cronjob-controller')).toEqual([
    'Warning InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
  ]);
});

// pkg/controller/statefulset/stateful_pod_control.go
it('a claim that another controller manages', () => {
  const p = new Played();
  const claim = (owner: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data-db-0${owner} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
  p.create(configMap('backup', 'default'));
  const { uid = '' } = p.get(`${MAPS}/backup`)?.metadata ?? {};
  const owner = `, ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: backup, uid: ${uid}, controller: true }]`;
  p.create(claim(owner));
  p.run(1);
  p.create(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 1
  serviceName: db
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Delete }
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: db, image: "nginx:1.27" }] } }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`);
  p.run(3);
  const said = p.events('statefulset-controller').map((e) => e.replace(/ x\d+$/, ''));
  expect(said).toContain(
    'Warning ConflictingController: PersistentVolumeClaim data-db-0 has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim',
  );
  const kept = p.get('/api/v1/namespaces/default/persistentvolumeclaims/data-db-0')?.metadata.ownerReferences;
  expect(kept?.map((r) => r.name)).toEqual(['backup']);
});
