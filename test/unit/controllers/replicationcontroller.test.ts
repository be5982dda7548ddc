// ReplicationControllers: the same controller as ReplicaSets have, and what others make of its pods.
import { expect, it } from 'vitest';
import { InProcess } from '../apiserver-behaviours/in-process.ts';
import { controllerOf, readyPods, template } from '../apiserver-behaviours/pods.ts';
import { begin, refused } from '../apiserver-behaviours/trial.ts';

const labels = { app: 'rc' };

it('a budget in percent counts what a ReplicationController wants, and its pods are spread over nodes', async () => {
  const server = new InProcess('replication controllers');
  const t = await begin(server, 'budget');
  const rcs = t.of('v1', 'replicationcontrollers');
  await rcs.create({ metadata: { name: 'rc' }, spec: { replicas: 6, selector: labels, template: template(labels) } });
  const pods = await readyPods(t, labels, 6);
  expect(pods.map((p) => p.spec.nodeName).sort()).toEqual(['node-1', 'node-1', 'node-2', 'node-2', 'node-3', 'node-3']);
  expect(controllerOf(pods[0])).toMatchObject({ apiVersion: 'v1', kind: 'ReplicationController', name: 'rc' });
  const events = await t.of('v1', 'events').items({ fieldSelector: 'involvedObject.kind=ReplicationController' });
  expect(events.map((e) => e.reason)).toContain('SuccessfulCreate');
  expect(events[0].source.component).toBe('replication-controller');
  const budgets = t.of('policy/v1', 'poddisruptionbudgets');
  await budgets.create({
    metadata: { name: 'half' },
    spec: { minAvailable: '50%', selector: { matchLabels: labels } },
  });
  const seen = await budgets.until('half', 'to be worked out', (b) => b.status?.observedGeneration === 1);
  expect(seen.status).toMatchObject({ expectedPods: 6, desiredHealthy: 3, disruptionsAllowed: 3 });
});

it('a ReplicationController counts no terminating pods and takes its template’s labels for its selector', async () => {
  const server = new InProcess('replication controllers 2');
  const t = await begin(server, 'status');
  const rcs = t.of('v1', 'replicationcontrollers');
  const made = await rcs.create({ metadata: { name: 'rc' }, spec: { replicas: 2, template: template(labels) } });
  expect(made.spec.selector).toEqual(labels);
  expect(made.metadata.labels).toEqual(labels);
  await readyPods(t, labels, 2);
  const settled = await rcs.until('rc', 'to settle', (rc) => rc.status.availableReplicas === 2);
  expect(settled.status).toEqual({
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    observedGeneration: 1,
  });
  // Deleted without a word on its dependents, it leaves its pods behind, as it did before there was garbage collection.
  await t.ask({ method: 'DELETE', path: `${rcs.path}/rc`, body: { apiVersion: 'v1', kind: 'DeleteOptions' } });
  await rcs.gone('rc');
  await t.pause(30);
  expect((await readyPods(t, labels, 2)).flatMap((p) => p.metadata.ownerReferences ?? [])).toEqual([]);
  await refused(rcs.get('rc'), 404, 'NotFound');
});
