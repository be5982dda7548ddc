// A cluster with several control-plane nodes: each component where it runs, who leads as far as anything tells, nothing invented.
import { describe, expect, test } from 'vitest';
import type { FlowLeader } from '../../../src/protocol/flow.ts';
import { machinesOf } from '../../../src/protocol/flow-cluster.ts';
import { topologyOf } from '../../../src/protocol/flow-topology.ts';
import type { Actor, Step } from '../../../src/trace/step.ts';
import type { SceneBox } from '../../../webview/scene/boxes.ts';
import { inside, overlap } from '../../../webview/scene/geometry.ts';
import { choices } from '../../../webview/scene/inside/focus.ts';
import { layoutOf } from '../../../webview/scene/layout.ts';
import { type Scene, sceneOf } from '../../../webview/scene/scene.ts';
import { Story } from '../../../webview/scene/story.ts';
import { nodes, pods } from '../../support/high-availability.ts';

const LEADERS: readonly FlowLeader[] = [
  { component: 'kube-controller-manager', node: 'cp-1', from: 0 },
  { component: 'kube-scheduler', node: 'cp-3', from: 0 },
  { component: 'kube-controller-manager', node: 'cp-2', from: 9_000_000 },
];
const topology = { ...topologyOf(machinesOf(nodes(), pods())), leaders: LEADERS };

function request(id: number, at: number, actor: Actor): Step {
  const object = { group: 'apps', resource: 'replicasets', kind: 'ReplicaSet', namespace: 'default', name: 'web-1' };
  return {
    id,
    at,
    actor,
    kind: 'request',
    action: 'create',
    object,
    request: { verb: 'create', method: 'POST', path: '/x', code: 201, user: 'x', sentAt: at, stages: [] },
    resourceVersion: String(100 + id),
    causes: [],
    fidelity: 'inferred',
    text: 'POST replicasets/web-1 → 201.',
  };
}

const story = new Story(
  topology,
  [],
  [
    request(1, 1_000_000, { component: 'deployment-controller' }),
    request(2, 2_000_000, { component: 'kube-scheduler' }),
    request(3, 10_000_000, { component: 'deployment-controller' }),
    request(4, 11_000_000, { component: 'kubelet', node: 'cp-2' }),
  ],
);
const at = (count: number, width = 900): Scene => sceneOf(story, layoutOf(story, width), count);
const box = (scene: Scene, component: string, node: string): SceneBox | undefined =>
  scene.boxes.find((one) => one.component === component && one.node === node);

test.each(['cp-1', 'cp-2', 'cp-3'])('%s has its etcd, API server, controllers and scheduler', (node) => {
  const scene = at(1);
  for (const component of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'])
    expect(box(scene, component, node), component).toBeDefined();
});

test('who holds the Lease leads, others stand by; of etcd nobody can tell, and all API servers serve', () => {
  const words = (scene: Scene, component: string): unknown =>
    ['cp-1', 'cp-2', 'cp-3'].map((node) => box(scene, component, node)?.among?.word);
  expect(words(at(1), 'kube-controller-manager')).toEqual(['leads', 'stands by', 'stands by']);
  expect(words(at(3), 'kube-controller-manager')).toEqual(['stands by', 'leads', 'stands by']);
  expect(words(at(1), 'kube-scheduler')).toEqual(['stands by', 'stands by', 'leads']);
  expect(words(at(1), 'etcd')).toEqual(Array(3).fill('leader not visible'));
  expect(box(at(1), 'etcd', 'cp-2')?.title).toMatch(/One of 3 members.*the Kubernetes API does not tell/);
  expect(words(at(1), 'kube-apiserver')).toEqual(Array(3).fill('1 of 3'));
  const labels = at(1).labels.map(({ text }) => text);
  expect(labels).toContain('leader not visible');
  expect(labels.filter((text) => / · leads$/.test(text))).toEqual(['scheduler · leads']);
});

test('nothing is said of leading where no Lease told, or where there is only one', () => {
  const untold = new Story({ ...topology, leaders: [] }, [], []);
  const scene = sceneOf(untold, layoutOf(untold, 900), 0);
  expect(scene.boxes.some(({ among }) => among?.leads)).toBe(false);
  expect(box(scene, 'kube-scheduler', 'cp-1')?.among).toMatchObject({ word: '1 of 3' });
  const [plane, ...others] = machinesOf(nodes(), pods()).filter(({ name }) => !/cp-[23]/.test(name));
  const single = new Story(topologyOf(plane ? [plane, ...others] : []), [], []);
  expect(sceneOf(single, layoutOf(single, 900), 0).boxes.some(({ among }) => among)).toBe(false);
});

test('messages start at the one that works', () => {
  const from = (count: number): string | undefined => at(count).hops.find(({ kind }) => kind === 'request')?.from;
  expect([1, 2, 3, 4].map(from)).toEqual([
    'deployment-controller@cp-1',
    'kube-scheduler@cp-3',
    'kube-controller-manager@cp-2',
    'kubelet@cp-2',
  ]);
});

test('every part can be looked into where it runs, a control loop once', () => {
  const offered = choices(story).map(({ group, name }) => `${group}: ${name}`);
  expect(new Set(offered).size).toBe(offered.length);
  expect(offered).toEqual(
    expect.arrayContaining([
      'Control plane: etcd on cp-3',
      'Control loops: Deployment controller',
      'Kubelets: kubelet on cp-2',
    ]),
  );
  expect(offered.filter((one) => /runtime|CNI/.test(one))).toEqual([]);
});

test('a Lease in the steps themselves tells of a change', () => {
  const object = { group: 'coordination.k8s.io', resource: 'leases', kind: 'Lease', namespace: 'kube-system' };
  const renewed = (id: number, node: string, changed: Step['changed'] = []): Step => ({
    ...request(id, id * 1_000_000, { component: 'kube-scheduler', node }),
    object: { ...object, name: 'kube-scheduler' },
    changed,
  });
  const told = new Story(
    { ...topology, leaders: [] },
    [],
    [
      renewed(1, 'cp-1', [{ path: 'spec', after: { holderIdentity: 'cp-1_x' } }]),
      renewed(2, 'cp-1', [{ path: 'spec.renewTime', after: 'now' }]),
      renewed(3, 'cp-1', [{ path: 'spec.holderIdentity', before: 'cp-1_x', after: '' }]),
      renewed(4, 'cp-2', [{ path: 'spec.holderIdentity', before: '', after: 'cp-2_y' }]),
    ],
  );
  const leader = (s: number): string | undefined => told.leaderAt('kube-scheduler', s * 1_000_000);
  expect([0, 1, 2, 3, 4].map(leader)).toEqual([undefined, 'cp-1', 'cp-1', undefined, 'cp-2']);
});

describe.each([700, 900, 1400])('drawn %d px wide', (width) => {
  test.each([0, 1, 2, 3, 4])('no word meets another and nothing leaves the picture, after %d steps', (count) => {
    const scene = at(count, width);
    const labels = scene.labels.map((one) => ({ ...one.rect, text: one.text }));
    for (const [i, a] of labels.entries())
      for (const b of labels.slice(i + 1)) expect(overlap(a, b), `${a.text} | ${b.text}`).toBe(false);
    const whole = { x: 0, y: 0, w: scene.width, h: scene.height };
    expect(scene.boxes.every(({ rect }) => inside(rect, whole))).toBe(true);
    expect(new Set(scene.boxes.map(({ id }) => id)).size).toBe(scene.boxes.length);
    const frames = scene.boxes.filter(({ kind }) => kind === 'node');
    for (const [i, a] of frames.entries())
      for (const b of frames.slice(i + 1)) expect(overlap(a.rect, b.rect), `${a.name} | ${b.name}`).toBe(false);
  });
});
