import { describe, expect, it, test } from 'vitest';
import type { Affinity, Node, Pod, PodAffinityTerm } from '../../../../src/model/generated/core.v1.ts';
import { interPodAffinity } from '../../../../src/simulator/scheduler/plugins/inter-pod-affinity.ts';
import { consult, node, pod } from '../support.ts';

const ZONE = 'topology.kubernetes.io/zone';
const zoned = (name: string, zone: string): Node => node(name, { labels: { [ZONE]: zone } });
const nodes = [zoned('a1', 'a'), zoned('a2', 'a'), zoned('b1', 'b')];
const term = (app: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: ZONE,
  labelSelector: { matchLabels: { app } },
  ...more,
});
const near = (...t: PodAffinityTerm[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: t },
});
const away = (...t: PodAffinityTerm[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: t },
});
const running = (name: string, on: string, app: string, more = {}): Pod =>
  pod(name, { nodeName: on, labels: { app }, ...more });

const AFFINITY = "node(s) didn't match pod affinity rules";
const ANTI = "node(s) didn't match pod anti-affinity rules";
const EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules";

describe('InterPodAffinity leaves out', () => {
  test.each<[string, Pod[], Pod, { [node: string]: string }]>([
    ['nothing for a pod without terms', [running('r', 'a1', 'web')], pod('p'), {}],
    [
      'domains without the pods wanted',
      [running('r', 'a1', 'web')],
      pod('p', { affinity: near(term('web')) }),
      { b1: AFFINITY },
    ],
    [
      'all nodes when nobody is there to be near to',
      [],
      pod('p', { affinity: near(term('web')) }),
      { a1: AFFINITY, a2: AFFINITY, b1: AFFINITY },
    ],
    ['nothing for the first of a group', [], pod('p', { labels: { app: 'web' }, affinity: near(term('web')) }), {}],
    [
      'domains with pods to keep away from',
      [running('r', 'a1', 'web')],
      pod('p', { affinity: away(term('web')) }),
      { a1: ANTI, a2: ANTI },
    ],
    [
      'domains whose pods keep away from this one',
      [running('r', 'b1', 'batch', { affinity: away(term('web')) })],
      pod('p', { labels: { app: 'web' } }),
      { b1: EXISTING },
    ],
    [
      'nothing for pods of other namespaces',
      [running('r', 'a1', 'web', { namespace: 'other' })],
      pod('p', { affinity: away(term('web')) }),
      {},
    ],
    [
      'pods of namespaces that are named',
      [running('r', 'a1', 'web', { namespace: 'other' })],
      pod('p', { affinity: away(term('web', { namespaces: ['other'] })) }),
      { a1: ANTI, a2: ANTI },
    ],
    [
      'pods of namespaces that are selected',
      [running('r', 'a1', 'web', { namespace: 'other' })],
      pod('p', { affinity: away(term('web', { namespaceSelector: { matchLabels: { team: 'x' } } })) }),
      { a1: ANTI, a2: ANTI },
    ],
  ])('%s', (_what, pods, subject, expected) => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: { team: 'x' } } };
    const { reasons } = consult(interPodAffinity, { nodes, running: pods, objects: [namespace] }, subject);
    const out = Object.entries(reasons).flatMap(([n, r]) => (r === undefined ? [] : [[n, r.join()]]));
    expect(Object.fromEntries(out)).toEqual(expected);
  });

  it('only what preemption cannot mend is unresolvable', () => {
    const world = { nodes, running: [running('r', 'a1', 'web')] };
    expect(consult(interPodAffinity, world, pod('p', { affinity: near(term('web')) })).code.b1).toBe(
      'UnschedulableAndUnresolvable',
    );
    expect(consult(interPodAffinity, world, pod('p', { affinity: away(term('web')) })).code.a1).toBe('Unschedulable');
  });
});

describe('InterPodAffinity scores', () => {
  const prefer = (kind: 'podAffinity' | 'podAntiAffinity', app: string, weight: number): Affinity => ({
    [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term(app) }] },
  });
  test.each<[string, Pod[], Pod, { [node: string]: number } | undefined]>([
    ['nothing without terms on either side', [running('r', 'a1', 'web')], pod('p'), undefined],
    [
      'near to what it prefers',
      [running('r', 'a1', 'web')],
      pod('p', { affinity: prefer('podAffinity', 'web', 10) }),
      { a1: 100, a2: 100, b1: 0 },
    ],
    [
      'away from what it prefers not',
      [running('r', 'a1', 'web')],
      pod('p', { affinity: prefer('podAntiAffinity', 'web', 10) }),
      { a1: 0, a2: 0, b1: 100 },
    ],
    [
      'near to pods that prefer it',
      [running('r', 'b1', 'cache', { affinity: prefer('podAffinity', 'web', 5) })],
      pod('p', { labels: { app: 'web' } }),
      { a1: 0, a2: 0, b1: 100 },
    ],
    [
      'near to pods that require it, as if they preferred it a little',
      [running('r', 'b1', 'cache', { affinity: near(term('web')) })],
      pod('p', { labels: { app: 'web' } }),
      { a1: 0, a2: 0, b1: 100 },
    ],
    [
      'between the extremes in proportion',
      [running('r', 'a1', 'web'), running('s', 'a1', 'web'), running('t', 'b1', 'web')],
      pod('p', {
        affinity: {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: term('web', { topologyKey: 'kubernetes.io/hostname' }) },
            ],
          },
        },
      }),
      { a1: 100, a2: 0, b1: 50 },
    ],
  ])('%s', (_what, pods, subject, expected) => {
    expect(consult(interPodAffinity, { nodes, running: pods }, subject).scores).toEqual(expected);
  });
});
