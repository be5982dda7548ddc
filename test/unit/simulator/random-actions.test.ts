// Random sequences of what people do to a cluster, and what must hold of it at each write and in the end.
// A failure prints the seed and the shortest sequence that still fails.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../src/kernel/kernel.ts';
import type { Deployment, StatefulSet } from '../../../src/model/generated/apps.v1.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { Cluster, type PersonRequest } from '../../../src/simulator/cluster.ts';
import { isReady, isWhole, objects, Witness } from './invariants.ts';

/** Each plays some minutes of a cluster. */
const RUNS = 30;
const TO_PLAY_MS = 180_000;
const QUOTA = 5;
const NODES = 3;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SETS = '/apis/apps/v1/namespaces/default/statefulsets';

const template = (app: string, version: number): object => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 2,
    containers: [{ name: 'c', image: 'nginx:1.27', env: [{ name: 'VERSION', value: String(version) }] }],
  },
});

type Strategy = { readonly type: 'Recreate' } | { readonly rollingUpdate: object };

/** What a person does, each in its own words so that a counterexample reads well. */
type Action =
  | { readonly do: 'apply'; readonly name: string; readonly replicas: number; readonly strategy: Strategy }
  | { readonly do: 'scale'; readonly name: string; readonly replicas: number }
  | { readonly do: 'roll out'; readonly name: string; readonly version: number }
  | { readonly do: 'pause' | 'resume'; readonly name: string }
  | { readonly do: 'delete'; readonly name: string; readonly policy: 'Foreground' | 'Background' | 'Orphan' }
  | { readonly do: 'scale set' | 'fill quota'; readonly replicas: number }
  | { readonly do: 'roll out set'; readonly version: number }
  | { readonly do: 'delete pod'; readonly nth: number }
  | { readonly do: 'cordon' | 'uncordon' | 'stop node' | 'start node'; readonly node: number }
  | { readonly do: 'stop' | 'start'; readonly component: 'kube-scheduler' | 'kube-controller-manager' };

type Timed = Action & { readonly then: number };

const name = fc.constantFrom('a', 'b');
const replicas = fc.nat(8);
const version = fc.nat(3);
const node = fc.integer({ min: 1, max: NODES });
const share = fc.oneof(fc.nat(3), fc.constantFrom('0%', '25%', '50%', '100%'));
const isNothing = (v: unknown): boolean => v === 0 || v === '0%';
const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  fc.constant({ type: 'Recreate' } as const),
  fc
    .record({ maxSurge: share, maxUnavailable: share })
    .filter((r) => !(isNothing(r.maxSurge) && isNothing(r.maxUnavailable)))
    .map((rollingUpdate) => ({ rollingUpdate })),
);

const calm: fc.Arbitrary<Action>[] = [
  fc.record({ do: fc.constant('apply'), name, replicas, strategy }) as fc.Arbitrary<Action>,
  fc.record({ do: fc.constant('scale'), name, replicas }),
  fc.record({ do: fc.constant('roll out'), name, version }),
  fc.record({ do: fc.constantFrom('pause', 'resume'), name }),
];
const rough: fc.Arbitrary<Action>[] = [
  fc.record({ do: fc.constant('scale set'), replicas: fc.nat(4) }),
  fc.record({ do: fc.constant('roll out set'), version }),
  fc.record({ do: fc.constant('delete'), name, policy: fc.constantFrom('Foreground', 'Background', 'Orphan') }),
  fc.record({ do: fc.constant('delete pod'), nth: fc.nat(20) }),
  fc.record({ do: fc.constantFrom('cordon', 'uncordon', 'stop node', 'start node'), node }),
  fc.record({
    do: fc.constantFrom('stop', 'start'),
    component: fc.constantFrom('kube-scheduler', 'kube-controller-manager'),
  }),
  fc.record({ do: fc.constant('fill quota'), replicas }),
];
const sequence = (actions: fc.Arbitrary<Action>[], waits: fc.Arbitrary<number>): fc.Arbitrary<Timed[]> =>
  fc.array(
    fc.tuple(fc.oneof(...actions), waits).map(([action, then]) => ({ ...action, then })),
    { maxLength: 14 },
  );

/** What leaves the number of pods to their controllers. */
const CALM: ReadonlySet<Action['do']> = new Set(['apply', 'scale', 'roll out', 'pause', 'resume']);

const worker = (n: number): string => `worker-${n}`;

function patch(path: string, spec: object): PersonRequest {
  return { method: 'PATCH', contentType: 'application/merge-patch+json', path, body: { spec } };
}

/** Undefined when there is nothing to do it to. */
function requestFor(
  action: Exclude<Action, { component: string } | { do: 'stop node' | 'start node' }>,
  cluster: Cluster,
): PersonRequest | undefined {
  switch (action.do) {
    case 'apply':
      return { method: 'POST', path: DEPLOYMENTS, body: deployment(action.name, action.replicas, action.strategy) };
    case 'scale':
      return patch(`${DEPLOYMENTS}/${action.name}`, { replicas: action.replicas });
    case 'scale set':
      return patch(`${SETS}/db`, { replicas: action.replicas });
    case 'roll out':
      return patch(`${DEPLOYMENTS}/${action.name}`, { template: template(action.name, action.version) });
    case 'roll out set':
      return patch(`${SETS}/db`, { template: template('db', action.version) });
    case 'pause':
    case 'resume':
      return patch(`${DEPLOYMENTS}/${action.name}`, { paused: action.do === 'pause' });
    case 'delete': {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: action.policy };
      return { method: 'DELETE', path: `${DEPLOYMENTS}/${action.name}`, body };
    }
    case 'delete pod': {
      const pods = objects<Pod>(cluster, '/registry/pods/default/');
      const pod = pods[action.nth % pods.length];
      return pod && { method: 'DELETE', path: `/api/v1/namespaces/default/pods/${pod.metadata?.name}` };
    }
    case 'cordon':
    case 'uncordon':
      return patch(`/api/v1/nodes/${worker(action.node)}`, { unschedulable: action.do === 'cordon' });
    case 'fill quota':
      return patch('/apis/apps/v1/namespaces/limited/deployments/crowd', { replicas: action.replicas });
  }
}

class Stage {
  readonly cluster = new Cluster({ runtime: 'fake', registerControlPlane: false, nodes: NODES });
  readonly witness: Witness;

  constructor() {
    this.cluster.settle(MINUTE);
    for (const metadata of [{ name: 'limited' }]) this.must('POST', '/api/v1/namespaces', { metadata });
    this.must('POST', '/api/v1/namespaces/limited/resourcequotas', {
      metadata: { name: 'pods' },
      spec: { hard: { pods: String(QUOTA) } },
    });
    this.must('POST', '/apis/apps/v1/namespaces/limited/deployments', deployment('crowd', 0, { rollingUpdate: {} }));
    this.must('POST', SETS, {
      metadata: { name: 'db' },
      spec: { replicas: 2, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db', 0) },
    });
    this.cluster.settle(MINUTE);
    this.witness = new Witness(this.cluster, new Map([['limited', QUOTA]]));
  }

  private must(method: 'POST', path: string, body: object): void {
    const { code, body: said } = this.cluster.request({ method, path, body });
    expect(code, JSON.stringify(said)).toBe(201);
  }

  act(action: Action): void {
    if (!CALM.has(action.do)) this.witness.disturbed();
    const { cluster } = this;
    if ('component' in action) cluster.fault(action.do, { component: action.component });
    else if (action.do === 'stop node' || action.do === 'start node') {
      cluster.fault(action.do === 'stop node' ? 'stop' : 'start', { node: worker(action.node) });
    } else {
      const request = requestFor(action, cluster);
      // It may well be refused, because what it names need not be there; it is never an error of the server.
      if (request !== undefined) expect(cluster.request(request).code).toBeLessThan(500);
    }
  }

  play(actions: readonly Timed[]): void {
    for (const { then, ...action } of actions) {
      this.act(action);
      this.cluster.runUntil(this.cluster.now + then * SECOND);
    }
  }

  /** Everything that was broken works again, and there is time enough for whatever is waited for. */
  mend(): void {
    this.witness.disturbed();
    for (const component of ['kube-scheduler', 'kube-controller-manager']) this.cluster.fault('start', { component });
    for (let node = 1; node <= NODES; node++) {
      this.act({ do: 'start node', node });
      this.act({ do: 'uncordon', node });
    }
    for (const d of objects<Deployment>(this.cluster, '/registry/deployments/default/')) {
      this.act({ do: 'resume', name: d.metadata?.name ?? '' });
    }
    this.cluster.runUntil(this.cluster.now + 15 * MINUTE);
  }
}

function deployment(app: string, count: number, how: Strategy): object {
  return {
    metadata: { name: app },
    spec: { replicas: count, strategy: how, selector: { matchLabels: { app } }, template: template(app, 0) },
  };
}

/** Namespaced and cluster-wide objects whose owners are all gone. */
function orphansOf(cluster: Cluster): string[] {
  const all = objects<KubeObject>(cluster, '/registry/');
  const uids = new Set(all.map((o) => o.metadata?.uid));
  return all
    .filter((o) => {
      const owners = o.metadata?.ownerReferences ?? [];
      return owners.length > 0 && owners.every((r) => !uids.has(r.uid));
    })
    .map((o) => `${o.kind} ${o.metadata?.namespace}/${o.metadata?.name}`);
}

describe('whatever people do', () => {
  it(
    'a Deployment stays within its bounds at every write',
    () => {
      fc.assert(
        fc.property(sequence(calm, fc.integer({ min: 0, max: 12 })), (actions) => {
          const stage = new Stage();
          stage.play(actions);
          stage.mend();
          for (const d of objects<Deployment>(stage.cluster, '/registry/deployments/default/')) {
            expect(isWhole(d), JSON.stringify(d.status)).toBe(true);
          }
        }),
        { numRuns: RUNS },
      );
    },
    TO_PLAY_MS,
  );

  it(
    'the cluster converges once it is let, and keeps nothing that should be collected',
    () => {
      fc.assert(
        fc.property(sequence([...calm, ...rough], fc.integer({ min: 0, max: 90 })), (actions) => {
          const stage = new Stage();
          stage.play(actions);
          stage.mend();
          const { cluster } = stage;
          for (const d of objects<Deployment>(cluster, '/registry/deployments/default/')) {
            expect(isWhole(d), JSON.stringify(d.status)).toBe(true);
          }
          for (const s of objects<StatefulSet>(cluster, '/registry/statefulsets/default/')) {
            const own = objects<Pod>(cluster, '/registry/pods/default/').filter(
              (p) => p.metadata?.labels?.app === 'db',
            );
            expect(own.filter(isReady).length).toBe(s.spec?.replicas);
          }
          expect(orphansOf(cluster)).toEqual([]);
          const going = objects<KubeObject>(cluster, '/registry/').filter((o) => o.metadata?.deletionTimestamp);
          expect(going.map((o) => `${o.kind} ${o.metadata?.name}`)).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    TO_PLAY_MS,
  );
});

describe('the witness', () => {
  /** Pods that somebody writes to etcd past the API server, made of one of a Deployment's three ready ones. */
  type Forged = (pod: Pod, db: Pod | undefined) => Pod[];
  const named = (pod: Pod, name: string, namespace = 'default', owned = {}): Pod => {
    return { ...pod, metadata: { ...pod.metadata, name, namespace, uid: name, ...owned } };
  };
  const broken: [string, RegExp, Forged][] = [
    [
      'a second binding',
      /was bound to worker-\d, then to elsewhere/,
      (pod) => [{ ...pod, spec: { containers: [], nodeName: 'elsewhere' } }],
    ],
    ['one pod too many', /5 pods of a, at most 4/, (pod) => ['x', 'y'].map((name) => named(pod, name))],
    [
      'one pod too few',
      /2 available pods of a, at least 3/,
      (pod) => [{ ...pod, status: { ...pod.status, conditions: [] } }],
    ],
    ['two pods of one ordinal', /share the ordinal 0/, (_, db) => (db ? [named(db, 'db-twin')] : [])],
    [
      'a pod beyond the quota',
      /6 pods in limited, whose quota is 5/,
      (pod) =>
        Array.from({ length: QUOTA + 1 }, (_, n) => named(pod, `extra-${n}`, 'limited', { ownerReferences: [] })),
    ],
  ];

  it.each(broken)('notices %s', (_, words, forge) => {
    const stage = new Stage();
    stage.act({ do: 'apply', name: 'a', replicas: 3, strategy: { rollingUpdate: {} } });
    stage.cluster.settle(MINUTE);
    const { store } = stage.cluster;
    const pods = objects<Pod>(stage.cluster, '/registry/pods/default/');
    const called = (prefix: string): Pod | undefined => pods.find((p) => p.metadata?.name?.startsWith(prefix));
    const [pod, db] = [called('a-'), called('db-0')];
    const forged = pod ? forge(pod, db) : [];
    expect(() => {
      for (const p of forged) {
        store.put('/registry/pods/', `/registry/pods/${p.metadata?.namespace}/${p.metadata?.name}`, p);
        store.publish(0);
      }
    }).toThrow(words);
  });
});
