// Random clusters and pods: the product's answers against the plain second reading of upstream in reference.ts.
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/kernel/random.ts';
import type { Node, Pod, PodSpec, Service } from '../../../src/model/generated/core.v1.ts';
import { schedulePods } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { decide, type Placed } from './reference.ts';
import { node, pod } from './support.ts';

const ROUNDS = 60;
const NODES = 7;
const PODS = 25;
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const KEYS = [ZONE, 'rack', HOST];
const APPS = ['a', 'b', 'c'];
const NAMESPACES = ['default', 'other'];

type Term = NonNullable<
  NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];

const service = (app: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { app } },
});

class Generator {
  private readonly r: Random;
  constructor(seed: string) {
    this.r = new Random(seed);
  }
  one<T>(of: readonly T[]): T {
    return of[this.r.int(of.length)] as T;
  }
  maybe<T>(percent: number, make: () => T): T | undefined {
    return this.r.int(100) < percent ? make() : undefined;
  }

  node(i: number): Node {
    const zone = this.maybe(85, () => ({ [ZONE]: this.one(['x', 'y', 'z']) }));
    const rack = this.maybe(60, () => ({ rack: this.one(['1', '2']) }));
    const size = this.maybe(50, () => ({ size: this.one(['3', '8']) }));
    const taint = this.maybe(40, () => ({
      key: this.one(['k', 'l']),
      value: this.one(['v', 'w']),
      effect: this.one(['NoSchedule', 'PreferNoSchedule', 'PreferNoSchedule'] as const),
    }));
    const images = ['i:1', 'j:1'].flatMap(
      (name, k) => this.maybe(50, () => ({ names: [name], sizeBytes: (k + 1) * 300_000_000 })) ?? [],
    );
    const allocatable = {
      cpu: `${this.one([1000, 2000, 4000])}m`,
      memory: `${this.one([2048, 4096, 10000])}Mi`,
      pods: '110',
    };
    return node(`n${i}`, {
      labels: { ...zone, ...rack, ...size },
      allocatable,
      images,
      ...(taint ? { taints: [taint] } : {}),
    });
  }

  private term(): Term {
    const labelSelector = this.one([
      { matchLabels: { app: this.one(APPS) } },
      { matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: [this.one(APPS)] }] },
      {},
    ]);
    const where = this.one([
      {},
      { namespaces: [this.one(NAMESPACES)] },
      { namespaceSelector: {} },
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } },
    ]);
    return { topologyKey: this.one(KEYS), labelSelector, ...where };
  }

  private terms(percent: number): readonly Term[] {
    return [this.maybe(percent, () => this.term()), this.maybe(percent / 2, () => this.term())].filter(
      (t) => t !== undefined,
    );
  }

  private affinity(): PodSpec['affinity'] {
    const preferred = () => this.terms(25).map((podAffinityTerm) => ({ weight: 1 + this.r.int(100), podAffinityTerm }));
    const expression = () =>
      this.one([
        { key: ZONE, operator: 'In' as const, values: ['x', 'y'] },
        { key: 'size', operator: 'Gt' as const, values: ['5'] },
        { key: 'rack', operator: 'Exists' as const },
        { key: 'rack', operator: 'DoesNotExist' as const },
        { key: ZONE, operator: 'NotIn' as const, values: ['z'] },
      ]);
    const required = this.maybe(15, () => ({
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [expression()] }, { matchExpressions: [expression(), expression()] }],
      },
    }));
    const wishes = [0, 1].flatMap(
      () =>
        this.maybe(30, () => ({ weight: 1 + this.r.int(100), preference: { matchExpressions: [expression()] } })) ?? [],
    );
    return {
      nodeAffinity: { ...required, preferredDuringSchedulingIgnoredDuringExecution: wishes },
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: this.terms(12),
        preferredDuringSchedulingIgnoredDuringExecution: preferred(),
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: this.terms(12),
        preferredDuringSchedulingIgnoredDuringExecution: preferred(),
      },
    };
  }

  private spread(when: 'DoNotSchedule' | 'ScheduleAnyway') {
    return {
      maxSkew: 1 + this.r.int(2),
      topologyKey: this.one(KEYS),
      whenUnsatisfiable: when,
      labelSelector: { matchLabels: { app: this.one(APPS) } },
      ...this.maybe(20, () => ({ nodeTaintsPolicy: 'Honor' as const })),
      ...this.maybe(20, () => ({ nodeAffinityPolicy: 'Ignore' as const })),
      ...(when === 'DoNotSchedule' ? this.maybe(20, () => ({ minDomains: 2 + this.r.int(2) })) : {}),
    };
  }

  pod(i: number): Pod {
    const requests = {
      ...this.maybe(80, () => ({ cpu: `${this.one([50, 100, 333, 700])}m` })),
      ...this.maybe(70, () => ({ memory: `${this.one([64, 100, 777])}Mi` })),
    };
    const ports = this.maybe(10, () => ({ ports: [{ containerPort: 80, hostPort: this.one([80, 81]) }] }));
    const toleration = this.maybe(30, () =>
      this.one([{ operator: 'Exists' as const }, { key: 'k', operator: 'Exists' as const }, { key: 'l', value: 'v' }]),
    );
    const spreads = [
      this.maybe(20, () => this.spread('DoNotSchedule')),
      this.maybe(35, () => this.spread('ScheduleAnyway')),
      this.maybe(20, () => this.spread('ScheduleAnyway')),
    ];
    return pod(`p${i}`, {
      labels: { app: this.one(APPS) },
      namespace: this.one(NAMESPACES),
      containers: [{ name: 'c', image: this.one(['i:1', 'j:1']), resources: { requests }, ...ports }],
      affinity: this.affinity(),
      topologySpreadConstraints: spreads.filter((s) => s !== undefined),
      ...(toleration ? { tolerations: [toleration] } : {}),
      ...this.maybe(10, () => ({ nodeSelector: { [ZONE]: 'x' } })),
    });
  }
}

describe('random pods on random nodes', () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => `seed-${i}`))('are decided as upstream would decide: %s', (seed) => {
    const g = new Generator(seed);
    const nodes = Array.from({ length: NODES }, (_, i) => g.node(i));
    const pods = Array.from({ length: PODS }, (_, i) => g.pod(i));
    const placed: Placed[] = [];
    const services = ['a', 'b'].map((app) => service(app));
    for (const d of schedulePods(nodes, pods, { seed, otherObjects: services })) {
      const p = pods.find((x) => x.metadata.name === d.pod) as Pod;
      const expected = decide(p, { nodes, placed, services });
      expect([d.pod, d.filteredOut]).toEqual([d.pod, expected.filteredOut]);
      for (const [name, scores] of Object.entries(d.weightedScores)) {
        // A plugin with nothing to say of the pod is left out, and counts nothing.
        for (const [plugin, score] of Object.entries(scores)) {
          if (plugin === 'DynamicResources') continue;
          expect([d.pod, name, plugin, score]).toEqual([d.pod, name, plugin, expected.scores[name]?.[plugin]]);
        }
      }
      const node = nodes.find((n) => n.metadata.name === d.chosen);
      if (node) placed.push({ pod: p, node });
    }
    expect(placed.length).toBeGreaterThan(3);
  });
});
