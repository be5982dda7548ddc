import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../../src/model/generated/autoscaling.v2.ts';
import type { Event, Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import {
  type Memory,
  normalize,
  remember,
  tolerancesOf,
} from '../../../src/simulator/controllers/podautoscaler/decide.ts';
import { printSelector } from '../../../src/simulator/controllers/podautoscaler/metrics.ts';
import * as replicas from '../../../src/simulator/controllers/podautoscaler/replicas.ts';
import type { ClusterOptions } from '../../../src/simulator/options.ts';
import { NOW, pod } from './objects.ts';

const tolerances = { up: 0.1, down: 0.1 };
const started = '2026-01-01T00:00:00Z';

function worker(name: string, o: Parameters<typeof pod>[1] = {}): Pod {
  const container = { name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } };
  return pod(name, { spec: { containers: [container] }, status: { startTime: started, ...o.status }, ...o });
}

function question(pods: Pod[], values: Record<string, number>, current = pods.length): replicas.Question {
  const readings = new Map(Object.entries(values).map(([k, value]) => [k, { value, timestamp: NOW, window: 15_000 }]));
  return { currentReplicas: current, tolerances, pods, readings, resource: 'cpu', nowMs: NOW };
}

describe('replicas from what pods use', () => {
  const [a, b] = [worker('a'), worker('b')];

  it.each<[string, number, Record<string, number>, number, number]>([
    ['twice as much as wanted: twice as many', 50, { a: 100, b: 100 }, 4, 100],
    ['within a tenth: as many as there are', 50, { a: 54, b: 54 }, 2, 54],
    ['half as much: half as many', 50, { a: 25, b: 25 }, 1, 25],
    ['one over is rounded up', 50, { a: 60, b: 60 }, 3, 60],
  ])('%s', (_, target, values, wanted, utilization) => {
    const done = replicas.byUtilization(question([a, b], values), target, '');
    expect(done).toMatchObject({ replicas: wanted, utilization });
  });

  it('takes a pod without a reading for idle when it would scale up, and for busy when it would scale down', () => {
    expect(replicas.byUtilization(question([a, b], { a: 100 }), 50, '').replicas).toBe(2);
    expect(replicas.byUtilization(question([a, b, worker('c')], { a: 10, b: 10 }), 50, '').replicas).toBe(3);
  });

  it('does not trust the cpu of a pod that is starting', () => {
    const young = worker('y', { ready: false, status: { startTime: '2026-01-01T00:59:00Z' } });
    const q = question([a, young], { a: 100, y: 900 });
    expect(replicas.groupPods(q)).toMatchObject({ ready: 1, unready: ['y'] });
    expect(replicas.byUtilization(q, 50, '').replicas).toBe(2);
    expect(replicas.groupPods({ ...q, resource: 'memory' }).ready).toBe(2);
  });

  it('leaves pods that are going or have ended out', () => {
    const gone = [worker('g', { deleting: true }), worker('f', { phase: 'Failed' })];
    expect(replicas.groupPods(question([a, ...gone], { a: 1, g: 1, f: 1 }))).toMatchObject({
      ready: 1,
      ignored: ['g', 'f'],
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      'no pods',
      () => replicas.byUtilization(question([], { a: 1 }), 50, ''),
      'no pods returned by selector while calculating replica count',
    ],
    [
      'no request',
      () => replicas.byUtilization(question([pod('a', { spec: { containers: [{ name: 'web' }] } })], { a: 1 }), 50, ''),
      'missing request for cpu in container web of Pod a',
    ],
    [
      'no such container',
      () => replicas.byUtilization(question([a], { a: 1 }), 50, 'log'),
      'container log not found in Pod a',
    ],
    [
      'no readings',
      () => replicas.byAverage(question([a], {}), 50),
      'did not receive metrics for targeted pods (pods might be unready)',
    ],
  ])('says what is wrong: %s', (_, run, message) => expect(run).toThrow(message));

  it('counts the ready pods for a value of the whole, and none of them when it starts from zero', () => {
    expect(replicas.byValue(question([a, b], {}), 30_000, 10_000).replicas).toBe(6);
    expect(replicas.byValue(question([], {}, 0), 30_000, 10_000).replicas).toBe(3);
    expect(replicas.byValuePerPod(2, 30_000, 10_000, tolerances)).toEqual({ replicas: 3, usage: 15_000 });
  });
});

function hpa(behavior?: { scaleUp?: HPAScalingRules; scaleDown?: HPAScalingRules }): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'demo' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
      ...(behavior ? { behavior } : {}),
    },
  };
}

const UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const DOWN: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };
const EMPTY: Memory = { recommendations: [], ups: [], downs: [] };

describe('what is asked of the target', () => {
  const ask = (
    h: HorizontalPodAutoscaler,
    current: number,
    proposed: number,
    memory = EMPTY,
  ): [number, string, string] => {
    const v = normalize({ hpa: h, currentReplicas: current, proposed, memory, nowMs: NOW });
    return [v.replicas, v.able.reason, `${v.limited.status} ${v.limited.reason}`];
  };
  const past = (seconds: number, n: number): Memory => ({
    ...EMPTY,
    recommendations: [{ replicas: n, at: NOW - seconds * 1000 }],
  });

  it.each<[string, [number, string, string], [number, string, string]]>([
    ['no more than four, or twice as many, at once', ask(hpa(), 1, 9), [4, 'ReadyForNewScale', 'True ScaleUpLimit']],
    ['no more than the maximum', ask(hpa(), 8, 30), [10, 'ReadyForNewScale', 'True TooManyReplicas']],
    ['no less than the minimum', ask(hpa(), 3, 1), [2, 'ReadyForNewScale', 'True TooFewReplicas']],
    [
      'the highest of the last five minutes',
      ask(hpa(), 6, 3, past(299, 5)),
      [5, 'ScaleDownStabilized', 'False DesiredWithinRange'],
    ],
    ['nothing older', ask(hpa(), 6, 3, past(301, 5)), [3, 'ReadyForNewScale', 'False DesiredWithinRange']],
    [
      'as fast as the policies let it',
      ask(hpa({ scaleUp: UP, scaleDown: DOWN }), 3, 9),
      [7, 'ReadyForNewScale', 'True ScaleUpLimit'],
    ],
    [
      'the smaller of two steps',
      ask(hpa({ scaleUp: { ...UP, selectPolicy: 'Min' }, scaleDown: DOWN }), 3, 9),
      [6, 'ReadyForNewScale', 'True ScaleUpLimit'],
    ],
    [
      'nothing where a direction is disabled',
      ask(hpa({ scaleUp: UP, scaleDown: { ...DOWN, selectPolicy: 'Disabled' } }), 6, 2),
      [6, 'ReadyForNewScale', 'True ScaleDownLimit'],
    ],
    [
      'the lowest of a window for scaling up',
      ask(hpa({ scaleUp: { ...UP, stabilizationWindowSeconds: 60 }, scaleDown: DOWN }), 3, 9, past(30, 4)),
      [4, 'ScaleUpStabilized', 'False DesiredWithinRange'],
    ],
  ])('%s', (_, got, wanted) => expect(got).toEqual(wanted));

  it('counts what was added in the period already', () => {
    const memory = { ...EMPTY, ups: [{ change: 3, at: NOW - 10_000 }] };
    expect(ask(hpa({ scaleUp: UP, scaleDown: DOWN }), 5, 10, memory)[0]).toBe(6);
  });
  it('forgets recommendations that no window reaches', () => {
    const wish = { hpa: hpa(), currentReplicas: 3, proposed: 4, memory: past(400, 9), nowMs: NOW };
    expect(remember(wish).recommendations.map((r) => r.replicas)).toEqual([4]);
  });
  it('reads tolerances', () =>
    expect(tolerancesOf(hpa({ scaleUp: { tolerance: '0.05' } }))).toEqual({ up: 0.05, down: 0.1 }));
  it('prints selectors as Go does', () => {
    expect(printSelector(undefined)).toBe('nil');
    const text =
      '&LabelSelector{MatchLabels:map[string]string{queue: jobs,},MatchExpressions:[]LabelSelectorRequirement{},}';
    expect(printSelector({ matchLabels: { queue: 'jobs' } })).toBe(text);
  });
});

const MINUTE = 60_000_000;
const NAMESPACE = '/namespaces/default';

function autoscaled(
  options: Partial<ClusterOptions>,
  annotations: Record<string, string>,
  metrics?: object[],
): Cluster {
  const cluster = new Cluster({ registerControlPlane: false, ...options });
  cluster.settle(MINUTE);
  const container = { name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } };
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  post(cluster, `/apis/apps/v1${NAMESPACE}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', annotations },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  });
  const { spec, apiVersion, kind } = hpa();
  const body = {
    apiVersion,
    kind,
    metadata: { name: 'web' },
    spec: { ...spec, minReplicas: 1, ...(metrics ? { metrics } : {}) },
  };
  post(cluster, `/apis/autoscaling/v2${NAMESPACE}/horizontalpodautoscalers`, body);
  return cluster;
}

function post(cluster: Cluster, path: string, body: object): void {
  expect(cluster.request({ method: 'POST', path, body }).code).toBe(201);
}

function read<T>(cluster: Cluster, path: string): T {
  return cluster.request({ method: 'GET', path, observer: true }).body as T;
}

const status = (c: Cluster): NonNullable<HorizontalPodAutoscaler['status']> =>
  read<HorizontalPodAutoscaler>(c, `/apis/autoscaling/v2${NAMESPACE}/horizontalpodautoscalers/web`).status ?? {
    desiredReplicas: -1,
  };
const eventsOf = (c: Cluster): string[] =>
  read<KubeList<Event>>(c, `/api/v1${NAMESPACE}/events`)
    .items.filter((e) => e.involvedObject.kind === 'HorizontalPodAutoscaler')
    .map((e) => `${e.reason}: ${e.message}`);

describe('an autoscaler in a cluster', () => {
  it('scales to what the load asks for, says so, and scales down when the load has gone for five minutes', () => {
    const cluster = autoscaled({}, { 'kube-anatomy.dev/cpu-usage': '400m' });
    cluster.runUntil(cluster.now + 12 * MINUTE);
    expect(status(cluster)).toMatchObject({ currentReplicas: 5, desiredReplicas: 5 });
    expect(status(cluster).conditions?.map((c) => `${c.type} ${c.status} ${c.reason}`)).toEqual([
      'AbleToScale True ReadyForNewScale',
      'ScalingActive True ValidMetricFound',
      'ScalingLimited False DesiredWithinRange',
    ]);
    expect(status(cluster).currentMetrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 80, averageValue: '80m' } } },
    ]);
    const name = 'cpu resource utilization (percentage of request) above target';
    expect(eventsOf(cluster)).toContain(`SuccessfulRescale: New size: 4; reason: ${name}`);
    const path = `/apis/apps/v1${NAMESPACE}/deployments/web`;
    const body = { metadata: { annotations: { 'kube-anatomy.dev/cpu-usage': '50m' } } };
    cluster.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    cluster.runUntil(cluster.now + 4 * MINUTE);
    expect(status(cluster).desiredReplicas).toBe(5);
    expect(status(cluster).conditions?.[0]?.reason).toBe('ScaleDownStabilized');
    cluster.runUntil(cluster.now + 2 * MINUTE);
    expect(status(cluster).desiredReplicas).toBe(1);
    expect(eventsOf(cluster)).toContain('SuccessfulRescale: New size: 1; reason: All metrics below target');
    const step = cluster.stepsAfter(0).find((s) => s.action === 'ReconcileAutoscaler');
    expect(step).toMatchObject({ fidelity: 'simplified', actor: { component: 'horizontal-pod-autoscaler' } });
    expect(step?.causes.length).toBeGreaterThan(0);
  });

  it('says what a cluster without metrics says, word for word', () => {
    const cluster = autoscaled({ runtime: 'fake' }, {});
    cluster.runUntil(cluster.now + MINUTE);
    const why =
      'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
    expect(eventsOf(cluster).sort()).toEqual([
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
      `FailedGetResourceMetric: ${why}`,
    ]);
    expect(status(cluster)).toMatchObject({ currentReplicas: 1, desiredReplicas: 0 });
    expect(status(cluster).conditions).toMatchObject([
      { type: 'AbleToScale', reason: 'SucceededGetScale' },
      { type: 'ScalingActive', status: 'False', message: `the HPA was unable to compute the replica count: ${why}` },
    ]);
  });

  it('scales by the length of a queue that an annotation tells', () => {
    const metric = {
      type: 'External',
      external: { metric: { name: 'jobs' }, target: { type: 'AverageValue', averageValue: '10' } },
    };
    const cluster = autoscaled({}, {}, [metric]);
    cluster.runUntil(cluster.now + MINUTE);
    expect(eventsOf(cluster)[0]).toContain('get jobs.external.metrics.k8s.io');
    const path = `/apis/autoscaling/v2${NAMESPACE}/horizontalpodautoscalers/web`;
    const body = { metadata: { annotations: { 'kube-anatomy.dev/metric-jobs': '35' } } };
    cluster.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    cluster.runUntil(cluster.now + MINUTE);
    expect(status(cluster)).toMatchObject({ currentReplicas: 4, desiredReplicas: 4 });
  });

  it('says that its target is not there', () => {
    const cluster = autoscaled({}, {});
    cluster.request({ method: 'DELETE', path: `/apis/apps/v1${NAMESPACE}/deployments/web` });
    cluster.runUntil(cluster.now + MINUTE);
    expect(eventsOf(cluster)).toEqual(['FailedGetScale: deployments.apps "web" not found']);
  });
});
