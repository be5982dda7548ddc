// Other resources for a pod that runs: what its status and its Events say. Models pkg/kubelet/allocation, v1.36.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { type Stage, stage } from '../controllers/written.ts';

type Part = { readonly [field: string]: unknown };

const requests = (cpu: string): Part => ({ requests: { cpu, memory: '64Mi' } });
const node = (): Stage => stage({ nodes: 1, runtime: 'modelled', nodeCpu: '4', nodeMemory: '8Gi' });

function begin(t: Stage, name: string, cpu: string, more: Part = {}): void {
  const containers = [{ name: 'main', image: 'nginx:1.27', resources: requests(cpu), ...more }];
  t.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers } } as KubeObject);
  t.seconds(3);
}

function resize(t: Stage, name: string, cpu: string): void {
  const { code, body } = t.cluster.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/default/pods/${name}/resize`,
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { containers: [{ name: 'main', resources: requests(cpu) }] } },
  });
  expect([code, code === 200 ? '' : JSON.stringify(body)]).toEqual([200, '']);
}

const status = (t: Stage, name = 'p'): NonNullable<Pod['status']> => (t.get('Pod', name) as Pod).status ?? {};
const told = (t: Stage, name = 'p'): unknown[] => {
  const [c] = status(t, name).containerStatuses ?? [];
  return [c?.allocatedResources?.cpu, c?.resources?.requests?.cpu, c?.restartCount];
};
const condition = (t: Stage, type: string, name = 'p'): Part | undefined =>
  status(t, name).conditions?.find((c) => c.type === type) as Part | undefined;

describe('a pod that asks for other resources', () => {
  it('gets them in place where the node has room, and tells of it', () => {
    const t = node();
    begin(t, 'p', '100m');
    expect(told(t)).toEqual(['100m', '100m', 0]);
    resize(t, 'p', '200m');
    t.seconds(3);
    expect(told(t)).toEqual(['200m', '200m', 0]);
    expect(status(t)).toMatchObject({ allocatedResources: { cpu: '200m' }, observedGeneration: 2 });
    expect(condition(t, 'PodResizeInProgress')).toBeUndefined();
    const summary =
      '{"containers":[{"name":"main","resources":{"requests":{"cpu":"200m","memory":"64Mi"}}}],"generation":2}';
    expect(t.events('Pod/p')).toEqual(
      expect.arrayContaining([
        `Normal ResizeStarted Pod/p: Pod resize started: ${summary}`,
        `Normal ResizeCompleted Pod/p: Pod resize completed: ${summary}`,
      ]),
    );
  });

  it('starts its container anew where its resizePolicy says so', () => {
    const t = node();
    begin(t, 'p', '100m', { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] });
    resize(t, 'p', '200m');
    t.seconds(6);
    expect(told(t)).toEqual(['200m', '200m', 1]);
    expect(t.events('Pod/p')).toContain('Normal Killing Pod/p: Container main resize requires restart');
  });

  it('waits until another pod makes room', () => {
    const t = node();
    begin(t, 'p', '1');
    begin(t, 'q', '2');
    resize(t, 'p', '3');
    t.seconds(3);
    expect(condition(t, 'PodResizePending')).toMatchObject({
      reason: 'Deferred',
      message: "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000",
    });
    t.send('DELETE', 'Pod', 'q');
    t.seconds(6);
    expect(condition(t, 'PodResizePending')).toBeUndefined();
    expect(told(t)).toEqual(['3', '3', 0]);
  });
});
