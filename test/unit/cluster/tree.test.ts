import { describe, expect, it } from 'vitest';
import { ObjectCache } from '../../../src/cluster/cache.ts';
import { explainFailure } from '../../../src/cluster/failure.ts';
import { type AnatomyInput, childrenOf, type KnownMachine, parentOf } from '../../../src/cluster/tree/anatomy.ts';
import { type ClustersInput, clusterRows } from '../../../src/cluster/tree/clusters.ts';
import { ShownRows } from '../../../src/cluster/tree/diff.ts';
import { podRow, shortReason, summarizePod } from '../../../src/cluster/tree/pod.ts';
import { ago, md, type Row } from '../../../src/cluster/tree/row.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { object } from './fake.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const created = new Date(NOW - 3 * 60_000).toISOString();

function owner(kind: string, name: string) {
  return { ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }] };
}

function pod(name: string, spec: object, status: object, metadata: object = {}, namespace = 'demo'): Pod {
  return object(
    'Pod',
    name,
    {
      spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
      status,
      metadata: { creationTimestamp: created, ...metadata },
    },
    namespace,
  ) as unknown as Pod;
}

const RUNNING = {
  phase: 'Running',
  podIP: '10.244.1.2',
  containerStatuses: [{ name: 'c', ready: true, restartCount: 0, state: { running: {} } }],
};

const MACHINES: KnownMachine[] = [
  {
    name: 'cp-1',
    role: 'control-plane',
    running: true,
    components: [
      { component: 'etcd', running: true, stoppable: false, detail: 'revision 7' },
      { component: 'kube-apiserver', running: true, stoppable: true },
      { component: 'kube-scheduler', running: false, stoppable: true },
      { component: 'kubelet', running: true, stoppable: true },
    ],
  },
  { name: 'w1', role: 'worker', running: true, components: [{ component: 'kubelet', running: true, stoppable: true }] },
];

function cluster(more: Partial<AnatomyInput> = {}): AnatomyInput & { cache: ObjectCache } {
  const cache = new ObjectCache();
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  cache.replace('nodes', [
    object('Node', 'w1', { status: ready, metadata: { creationTimestamp: created } }),
    object('Node', 'w10'),
    object('Node', 'w2'),
  ]);
  cache.replace(
    'namespaces',
    ['kube-system', 'demo', 'default'].map((n) => object('Namespace', n)),
  );
  cache.replace('deployments', [
    object('Deployment', 'web', { spec: { replicas: 2 }, status: { readyReplicas: 1 } }, 'demo'),
  ]);
  cache.replace('replicasets', [
    object('ReplicaSet', 'web-1', { metadata: owner('Deployment', 'web'), spec: { replicas: 2 } }, 'demo'),
  ]);
  cache.replace('pods', [
    pod('web-1-a', { nodeName: 'w1' }, RUNNING, owner('ReplicaSet', 'web-1')),
    pod('web-1-b', {}, { phase: 'Pending' }, owner('ReplicaSet', 'web-1')),
    pod('lone', { nodeName: 'w1' }, RUNNING),
  ] as unknown as KubeObject[]);
  return { cache, nowMs: NOW, ...more };
}

const labels = (rows: readonly Row[]): string[] => rows.map((r) => r.label);

/** Every row of the tree, as a person who opens all of it sees it. */
function outline(input: AnatomyInput, id?: string, depth = 0): string[] {
  return childrenOf(id, input).flatMap((r) => [
    `${'  '.repeat(depth)}${r.label}${r.description ? ` | ${r.description}` : ''}`,
    ...outline(input, r.id, depth + 1),
  ]);
}

describe('the anatomy of a simulated cluster', () => {
  it('shows machines, components and objects, each where one looks for it', () => {
    expect(outline(cluster({ machines: MACHINES }))).toEqual([
      'Control plane',
      '  kube-apiserver | port 6443',
      '  etcd | revision 7 · port 2379',
      '  kube-scheduler | stopped',
      'Nodes | 3',
      '  w1 | Ready · 2 pods · 3 m',
      '    kubelet | port 10250',
      '    lone | demo · Running · 1/1 · 3 m',
      '    web-1-a | demo · Running · 1/1 · 3 m',
      '  w2 | Unknown · 0 pods',
      '  w10 | Unknown · 0 pods',
      'Namespaces | 3',
      '  default',
      '  demo | 3 pods',
      '    web | Deployment · 1/2 ready',
      '      web-1 | ReplicaSet · 0/2 ready',
      '        web-1-a | Running · w1 · 1/1 · 3 m',
      '        web-1-b | Pending · 0/1 · 3 m',
      '    lone | Running · w1 · 1/1 · 3 m',
      '  kube-system',
    ]);
  });

  it('gives every row an id of its own, whose parent is above it', () => {
    const input = cluster({ machines: MACHINES });
    const seen = new Set<string>();
    const walk = (id?: string): void => {
      for (const row of childrenOf(id, input)) {
        expect(seen.has(row.id)).toBe(false);
        seen.add(row.id);
        expect(parentOf(row.id)).toBe(id);
        walk(row.id);
      }
    };
    walk();
    expect(seen.size).toBe(20);
  });

  it('offers to stop what runs, and to start what is stopped', () => {
    const [api, etcd, scheduler] = childrenOf('control-plane', cluster({ machines: MACHINES }));
    expect([api?.context, etcd?.context, scheduler?.context]).toEqual([
      'component.running',
      'component',
      'component.stopped',
    ]);
  });

  it('groups by machine where there are several control planes', () => {
    const two = [...MACHINES, { ...MACHINES[0], name: 'cp-2', running: false } as KnownMachine];
    expect(labels(childrenOf('control-plane', cluster({ machines: two })))).toEqual(['cp-1', 'cp-2']);
  });

  it('has nothing under what is gone', () => {
    expect(childrenOf('namespaces/namespace:gone/workload:deployments:gone:x', cluster())).toEqual([]);
    expect(childrenOf('nonsense', cluster())).toEqual([]);
  });
});

describe('the anatomy of a real cluster', () => {
  it('reads the control plane from static pods, and says so where there is none', () => {
    const input = cluster();
    expect(labels(childrenOf('control-plane', input))).toEqual(['Not visible through the API']);
    const spec = { nodeName: 'cp', containers: [{ name: 'a', image: 'registry.k8s.io/kube-apiserver:v1.36.2' }] };
    const meta = { labels: { tier: 'control-plane', component: 'kube-apiserver' } };
    input.cache.apply('pods', [
      { object: pod('kube-apiserver-cp', spec, RUNNING, meta, 'kube-system') as unknown as KubeObject, deleted: false },
    ]);
    expect(outline(input, 'control-plane')).toEqual(['kube-apiserver | v1.36.2 · port 6443']);
    const other = pod('kube-apiserver-cp2', { ...spec, nodeName: 'cp2' }, RUNNING, meta, 'kube-system');
    input.cache.apply('pods', [{ object: other as unknown as KubeObject, deleted: false }]);
    expect(outline(input, 'control-plane')).toContain('kube-apiserver | cp2 · v1.36.2 · port 6443');
  });

  it('says in its place what may not be listed', () => {
    const why = explainFailure({ kind: 'forbidden', detail: 'nodes is forbidden' }, { context: 'c', server: 's' });
    const input = cluster({ missing: new Map([['nodes', why]]) });
    expect(childrenOf(undefined, input).find((r) => r.id === 'nodes')?.description).toBe('may not be listed');
    const [first] = childrenOf('nodes', input);
    expect(first?.label).toBe('You may not list nodes');
    expect(first?.tooltip).toContain('nodes is forbidden');
  });

  it('says how many rows it leaves out', () => {
    const input = cluster();
    input.cache.replace(
      'pods',
      Array.from({ length: 1500 }, (_, i) => pod(`p${i}`, {}, RUNNING) as unknown as KubeObject),
    );
    const rows = childrenOf('namespaces/namespace:demo', input);
    expect(rows).toHaveLength(1001);
    expect(rows.at(-1)?.label).toBe('… and 501 more that are not shown');
  });
});

describe('a pod', () => {
  const container = (state: object, more: object = {}) => ({
    name: 'c',
    ready: false,
    restartCount: 0,
    state,
    ...more,
  });
  it.each([
    ['Pending', {}, { phase: 'Pending' }, {}, 'busy'],
    [
      'ContainerCreating',
      {},
      { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] },
      {},
      'busy',
    ],
    [
      'CrashLoopBackOff',
      {},
      { phase: 'Running', containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] },
      {},
      'error',
    ],
    [
      'ImagePullBackOff',
      {},
      { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })] },
      {},
      'error',
    ],
    [
      'Completed',
      {},
      { phase: 'Succeeded', containerStatuses: [container({ terminated: { exitCode: 0, reason: 'Completed' } })] },
      {},
      'off',
    ],
    [
      'ExitCode:3',
      {},
      { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] },
      {},
      'error',
    ],
    ['Evicted', {}, { phase: 'Failed', reason: 'Evicted' }, {}, 'error'],
    ['Terminating', { nodeName: 'w' }, RUNNING, { deletionTimestamp: created }, 'busy'],
    ['Unknown', {}, { ...RUNNING, reason: 'NodeLost' }, { deletionTimestamp: created }, 'error'],
    [
      'SchedulingGated',
      {},
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      {},
      'busy',
    ],
    [
      'Init:0/2',
      { initContainers: [{ name: 'i' }, { name: 'j' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'i', ready: false, restartCount: 0, state: { running: {} } }],
      },
      {},
      'busy',
    ],
    [
      'Init:Error',
      { initContainers: [{ name: 'i' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', ready: false, restartCount: 0, state: { terminated: { exitCode: 1, reason: 'Error' } } },
        ],
      },
      {},
      'error',
    ],
  ])('reads %s as kubectl prints it', (status, spec, state, metadata, tone) => {
    expect(summarizePod(pod('p', spec, state, metadata))).toMatchObject({ status, tone });
  });

  it('counts a sidecar as a container', () => {
    const spec = { initContainers: [{ name: 's', restartPolicy: 'Always' }] };
    const state = {
      ...RUNNING,
      initContainerStatuses: [{ name: 's', ready: true, started: true, restartCount: 2, state: { running: {} } }],
    };
    expect(summarizePod(pod('p', spec, state))).toMatchObject({ status: 'Running', ready: 2, total: 2, restarts: 2 });
  });

  it('says shortly why no node takes it', () => {
    const message =
      "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/4 nodes are available.";
    const waiting = pod(
      'p',
      {},
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
    );
    const row = podRow(waiting, { id: 'x', nowMs: NOW });
    expect(row.description).toBe('Pending · 0/4 nodes: 2 selector, 1 cpu, 1 taint');
    expect(row.tone).toBe('warning');
    expect(shortReason('x'.repeat(100))).toHaveLength(60);
  });
});

describe('text from a cluster', () => {
  it('is never a link, an image, HTML or a theme icon in a tooltip', () => {
    const evil = pod('p', {}, { phase: 'Failed', message: '[x](command:evil) <img src=y> $(bug) `code`\n# h' });
    const { tooltip } = podRow(evil, { id: 'x', nowMs: NOW });
    expect(tooltip).not.toMatch(/\[x\]\(|<img|\$\(bug|`code`/);
    expect(md('a & <b>')).toBe('a &#38; &#60;b\\>');
  });

  it('gives ages in one unit', () => {
    const of = (s: number): string => ago(NOW - s * 1000, NOW);
    expect([of(-5), of(119), of(125), of(7100), of(7300), of(200_000)]).toEqual([
      '0 s',
      '119 s',
      '2 m',
      '118 m',
      '2 h',
      '2 d',
    ]);
  });
});

describe('what has to be drawn again', () => {
  const input = cluster({ machines: MACHINES });
  const shown = new ShownRows();
  const children = (id: string | undefined): Row[] => {
    return childrenOf(id, input);
  };
  const show = (id?: string): void => shown.remember(id, children(id));
  const demo = 'namespaces/namespace:demo';

  it('is nothing when nothing changed', () => {
    for (const id of [undefined, 'nodes', 'namespaces', demo, `${demo}/workload:deployments:demo:web`]) show(id);
    expect(shown.changed(children)).toEqual([]);
  });

  it('is the row alone when a row changed', () => {
    const changed = object('Deployment', 'web', { spec: { replicas: 2 }, status: { readyReplicas: 2 } }, 'demo');
    input.cache.apply('deployments', [{ object: changed, deleted: false }]);
    expect(shown.changed(children)).toEqual([`${demo}/workload:deployments:demo:web`]);
    expect(shown.changed(children)).toEqual([]);
  });

  it('is the parent when something came or went, and not what is below it too', () => {
    input.cache.apply('namespaces', [{ object: object('Namespace', 'new'), deleted: false }]);
    expect(shown.changed(children)).toEqual(['namespaces']);
  });

  it('is nothing below what was collapsed', () => {
    show('namespaces');
    shown.forget(demo);
    input.cache.apply('deployments', [{ object: object('Deployment', 'web', {}, 'demo'), deleted: true }]);
    expect(shown.changed(children)).toEqual([]);
  });
});

describe('the list of clusters', () => {
  const context = { name: 'dev', cluster: 'c', user: 'u', server: 'https://x', file: '/k', line: 3 };
  const input: ClustersInput = {
    simulator: { phase: 'running', controlPlaneNodes: 1, nodes: 3, running: true, speed: 10 },
    contexts: [context, { ...context, name: 'bad', problem: 'The cluster has no server.' }],
    current: 'dev',
    problems: [{ file: '/home/j/.kube/config', line: 7, message: 'This is not valid YAML.', remedy: 'Correct it.' }],
    shown: 'simulator',
    stateOf: () => undefined,
    nodesOf: () => 5,
  };
  const text = (over: Partial<ClustersInput> = {}): string[] =>
    clusterRows({ ...input, ...over }).map((r) => `${r.label} | ${r.description}`);

  it('shows the simulator, each context and each problem', () => {
    expect(text()).toEqual([
      'simulator | 1+3 nodes · ×10 ▶',
      'dev | current · not connected',
      'bad | not usable',
      'config | line 7 · This is not valid YAML.',
    ]);
  });

  it.each([
    [{ phase: 'connecting' as const }, 'connecting …', 'context.connecting'],
    [{ phase: 'connected' as const, missing: new Map() }, 'connected · 5 nodes', 'context.connected'],
    [
      { phase: 'failed' as const, message: 'Nothing listens.', remedy: 'Start it.' },
      'Nothing listens.',
      'context.failed',
    ],
  ])('shows a context in its state', (state, description, kind) => {
    const row = clusterRows({ ...input, stateOf: (id) => (id === 'context:dev' ? state : undefined) })[1];
    expect([row?.description, row?.context]).toEqual([description, kind]);
  });
});
