import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../src/model/generated/apps.v1.ts';
import { newestAnnotations, sameTemplate } from '../../../src/simulator/controllers/deployment/annotations.ts';
import {
  fenceposts,
  newReplicas,
  proportional,
  scaleDownOld,
} from '../../../src/simulator/controllers/deployment/decide.ts';
import { rolloutStatus } from '../../../src/simulator/controllers/deployment/status.ts';

function deployment(
  replicas: number,
  maxSurge: string | number = '25%',
  maxUnavailable: string | number = '25%',
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', generation: 1 },
    spec: {
      replicas,
      progressDeadlineSeconds: 600,
      selector: {},
      template: {},
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
    },
  };
}

function set(
  name: string,
  replicas: number,
  available = replicas,
  annotations: { [k: string]: string } = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp: `2026-01-01T00:00:0${name.length}Z` },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available, readyReplicas: available },
  };
}

describe('how many pods a rollout may have', () => {
  // Percentages: surge rounds up, unavailable down; both 0 would never progress.
  it.each([
    [4, '25%', '25%', 1, 1],
    [3, '25%', '25%', 1, 0],
    [10, '30%', '0%', 3, 0],
    [1, 0, '25%', 0, 1],
    [10, 2, 5, 2, 5],
  ])('%i replicas, maxSurge %s, maxUnavailable %s → %i and %i', (n, s, u, surge, unavailable) => {
    expect(fenceposts(deployment(n, s, u))).toEqual({ surge, unavailable });
  });

  it('gives the new ReplicaSet the room that surge leaves', () => {
    const newest = set('new', 0);
    expect(newReplicas(deployment(4), [set('o', 4), newest], newest)).toBe(1);
    expect(newReplicas(deployment(4), [newest], newest)).toBe(4);
  });
});

describe('which old pods go', () => {
  it('takes those that are not available first, whatever minAvailable says', () => {
    const old = set('o', 4, 2);
    expect(scaleDownOld(deployment(4), set('new', 1, 0), [old]).map((s) => s.to)).toEqual([3]);
  });

  it('keeps minAvailable pods', () => {
    expect(scaleDownOld(deployment(4), set('new', 1, 0), [set('o', 4)]).map((s) => s.to)).toEqual([3]);
    expect(scaleDownOld(deployment(4), set('new', 1, 1), [set('o', 4)]).map((s) => s.to)).toEqual([2]);
    expect(scaleDownOld(deployment(4, 1, 0), set('new', 1, 0), [set('o', 4)])).toEqual([]);
  });

  // cleanupUnhealthyReplicas and scaleDownOldReplicaSetsForRollingUpdate each write and tell their own step.
  it('scales a ReplicaSet twice where it has pods to clean up and pods to spare', () => {
    const plan = scaleDownOld(deployment(4, 1, 2), set('new', 1, 1), [set('o', 4, 3)]);
    expect(plan.map((s) => s.to)).toEqual([3, 1]);
  });

  it('starts with the oldest ReplicaSet', () => {
    const plan = scaleDownOld(deployment(4, 1, 1), set('new', 2, 2), [set('bb', 2), set('a', 1)]);
    expect(plan.map((s) => [s.set.metadata.name, s.to])).toEqual([
      ['a', 0],
      ['bb', 1],
    ]);
  });
});

it('shares a scaling in the middle of a rollout by size, the rest to the largest', () => {
  const max = { 'deployment.kubernetes.io/max-replicas': '13' };
  const plan = proportional(deployment(15, 3, 2), [set('new', 5, 5, max), set('o', 8, 8, max)]);
  expect(plan.map((s) => [s.set.metadata.name, s.to])).toEqual([
    ['o', 11],
    ['new', 7],
  ]);
});

describe('revisions', () => {
  it('do not inherit what belongs to the Deployment alone', () => {
    const d = deployment(1);
    const annotated: Deployment = {
      ...d,
      metadata: {
        ...d.metadata,
        annotations: {
          note: 'kept',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'deployment.kubernetes.io/revision': '7',
        },
      },
    };
    expect(newestAnnotations(annotated, {}, 1n)).toEqual({ note: 'kept', 'deployment.kubernetes.io/revision': '1' });
  });

  it('remember the numbers that a ReplicaSet had before it was rolled back to', () => {
    const next = newestAnnotations(deployment(1), { 'deployment.kubernetes.io/revision': '1' }, 3n);
    expect(next).toEqual({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  it('tell templates apart by content, whatever the order of keys or the hash label', () => {
    const a = {
      metadata: { labels: { app: 'w', 'pod-template-hash': 'x' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    };
    const b = { spec: { containers: [{ image: 'i', name: 'c' }] }, metadata: { labels: { app: 'w' } } };
    expect(sameTemplate(a, b)).toBe(true);
    expect(sameTemplate(a, { ...b, spec: { containers: [{ name: 'c', image: 'j' }] } })).toBe(false);
  });
});

describe('progress', () => {
  const now = '2026-01-01T01:00:00Z';
  const nowMs = Date.parse(now);

  it('is complete when all replicas are updated and available', () => {
    const d = { ...deployment(2), status: { replicas: 2, updatedReplicas: 2, availableReplicas: 1, readyReplicas: 1 } };
    const s = rolloutStatus(d, [set('new', 2)], set('new', 2), nowMs, now);
    expect(s.conditions?.map((c) => [c.type, c.status, c.reason])).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'True', 'NewReplicaSetAvailable'],
    ]);
  });

  it('fails at its deadline, and says for which ReplicaSet', () => {
    const since = '2026-01-01T00:49:00Z';
    const progressing = {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      lastUpdateTime: since,
      lastTransitionTime: since,
    };
    const d = {
      ...deployment(2),
      status: { replicas: 2, updatedReplicas: 2, unavailableReplicas: 2, conditions: [progressing] },
    };
    const s = rolloutStatus(d, [set('new', 2, 0)], set('new', 2, 0), nowMs, now);
    const c = s.conditions?.find((x) => x.type === 'Progressing');
    expect([c?.status, c?.reason, c?.message]).toEqual([
      'False',
      'ProgressDeadlineExceeded',
      'ReplicaSet "new" has timed out progressing.',
    ]);
  });
});
