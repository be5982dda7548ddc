// Facts: NominatedNodeNameForExpectation (kube-scheduler) and ClearingNominatedNodeNameAfterBinding (kube-apiserver) are on by
// default since v1.35; runBindingCycle in pkg/scheduler/schedule_one.go and assignPod in pkg/registry/core/pod/storage.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { Played } from '../controllers/played.ts';

const STORAGE = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: wait}
provisioner: x.example/y
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: wait, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: waits}
spec: {containers: [{name: c, image: x}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: plain}
spec: {containers: [{name: c, image: x}]}
`;
const pod = (p: Played, name: string): Pod | undefined => p.get(`/api/v1/namespaces/default/pods/${name}`);

describe('status.nominatedNodeName', () => {
  it('says where a pod will be while its volume is made, and no longer once it is given up', () => {
    const played = new Played();
    played.create(STORAGE);
    played.run(5);
    expect(pod(played, 'waits')?.spec?.nodeName).toBeUndefined();
    expect(pod(played, 'waits')?.status?.nominatedNodeName).toMatch(/^worker-/);
    played.run(596);
    expect(pod(played, 'waits')?.status).toMatchObject({
      conditions: [
        {
          type: 'PodScheduled',
          reason: 'SchedulerError',
          message: 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
        },
      ],
    });
    expect(pod(played, 'waits')?.status?.nominatedNodeName).toBeUndefined();
  });

  it('keeps nothing of a pod that is deleted meanwhile', () => {
    // Source: checkBindings in pkg/scheduler/framework/plugins/volumebinding/binder.go.
    const played = new Played();
    played.create(STORAGE);
    played.run(5);
    played.delete('/api/v1/namespaces/default/pods/waits');
    played.run(5);
    expect(played.events('default-scheduler')).toContain(
      'Warning FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: pod does not exist any more: pod "waits" not found',
    );
  });

  it('is looked for anew when the provisioner gives the node back', () => {
    const played = new Played();
    played.create(STORAGE);
    played.run(5);
    const annotations = { 'volume.kubernetes.io/selected-node': null };
    played.patch('/api/v1/namespaces/default/persistentvolumeclaims/data', { metadata: { annotations } });
    played.run(3);
    expect(played.events('default-scheduler')).toContain(
      'Warning FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
    );
    played.run(5);
    expect(pod(played, 'waits')?.status?.nominatedNodeName).toMatch(/^worker-/);
  });

  it('is not written for a pod that can be bound at once', () => {
    const played = new Played();
    played.create(STORAGE);
    played.run(5);
    const writes = played.cluster
      .stepsAfter(0)
      .filter((s) => s.object?.name === 'plain' && s.actor.component === 'kube-scheduler');
    expect(writes.map((s) => s.action)).not.toContain('patch');
    expect(pod(played, 'plain')?.spec?.nodeName).toMatch(/^worker-/);
  });

  it('goes with the binding', () => {
    const played = new Played({ nodes: 1 });
    const fat = (name: string, priority: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${priority}containers: [{name: c, image: x, resources: {requests: {cpu: 800m}}}]}\n`;
    played.create(fat('low', ''));
    played.run(3);
    played.create(fat('high', 'priorityClassName: system-cluster-critical, '));
    const nominated = (): string | undefined => pod(played, 'high')?.status?.nominatedNodeName;
    for (let i = 0; i < 1000 && nominated() === undefined; i++) played.run(0.001);
    expect(nominated()).toBe('worker-1');
    played.run(10);
    expect(pod(played, 'high')).toMatchObject({ spec: { nodeName: 'worker-1' } });
    expect(nominated()).toBeUndefined();
  });
});
