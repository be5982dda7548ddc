import { describe, expect, it, test } from 'vitest';
import type { NodeSelectorRequirement, PodSpec } from '../../../../src/model/generated/core.v1.ts';
import { nodeAffinity } from '../../../../src/simulator/scheduler/plugins/node-affinity.ts';
import { consult, node, pod } from '../support.ts';

const nodes = [node('a', { labels: { disk: 'ssd', cores: '8' } }), node('b', { labels: { disk: 'hdd', cores: '16' } })];
const refusal = ["node(s) didn't match Pod's node affinity/selector"];

function required(...terms: NodeSelectorRequirement[][]): Partial<PodSpec> {
  const nodeSelectorTerms = terms.map((matchExpressions) => ({ matchExpressions }));
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } };
}

const fits: [string, Partial<PodSpec>, string[]][] = [
  ['nothing asked', {}, ['a', 'b']],
  ['nodeSelector', { nodeSelector: { disk: 'ssd' } }, ['a']],
  ['nodeSelector with a label that no node has', { nodeSelector: { gpu: 'yes' } }, []],
  ['In', required([{ key: 'disk', operator: 'In', values: ['hdd', 'nvme'] }]), ['b']],
  ['NotIn', required([{ key: 'disk', operator: 'NotIn', values: ['hdd'] }]), ['a']],
  ['Exists', required([{ key: 'disk', operator: 'Exists' }]), ['a', 'b']],
  ['DoesNotExist', required([{ key: 'disk', operator: 'DoesNotExist' }]), []],
  ['Gt', required([{ key: 'cores', operator: 'Gt', values: ['8'] }]), ['b']],
  ['Lt', required([{ key: 'cores', operator: 'Lt', values: ['16'] }]), ['a']],
  [
    'requirements of a term are joined',
    required([
      { key: 'disk', operator: 'Exists' },
      { key: 'cores', operator: 'Gt', values: ['9'] },
    ]),
    ['b'],
  ],
  [
    'terms are alternatives',
    required([{ key: 'disk', operator: 'In', values: ['ssd'] }], [{ key: 'cores', operator: 'In', values: ['16'] }]),
    ['a', 'b'],
  ],
  ['a term without requirements matches nothing', required([]), []],
  [
    'selector and affinity both have to hold',
    { nodeSelector: { disk: 'ssd' }, ...required([{ key: 'cores', operator: 'Gt', values: ['9'] }]) },
    [],
  ],
];

describe('NodeAffinity', () => {
  test.each(fits)('%s', (_what, spec, expected) => {
    const { reasons } = consult(nodeAffinity, { nodes }, pod('p', spec));
    expect(Object.keys(reasons).filter((n) => reasons[n] === undefined)).toEqual(expected);
    for (const r of Object.values(reasons)) if (r !== undefined) expect(r).toEqual(refusal);
  });

  const named = (...names: string[]): Partial<PodSpec> => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: names.map((n) => ({ key: 'metadata.name', operator: 'In', values: [n] })) },
          ],
        },
      },
    },
  });

  it('looks at the named node only, as for the pods of a DaemonSet', () => {
    expect(consult(nodeAffinity, { nodes }, pod('p', named('b'))).reasons).toEqual({
      a: ['not among the nodes named'],
      b: undefined,
    });
  });

  it('refuses a pod whose terms name two nodes at once', () => {
    expect(consult(nodeAffinity, { nodes }, pod('p', named('a', 'b'))).refused).toEqual([
      'pod affinity terms conflict',
    ]);
  });

  it('adds up the weights of preferred terms and stretches them to 100', () => {
    const affinity = {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 80, preference: { matchExpressions: [{ key: 'cores', operator: 'Gt' as const, values: ['9'] }] } },
          { weight: 20, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' as const }] } },
        ],
      },
    };
    expect(consult(nodeAffinity, { nodes }, pod('p', { affinity })).scores).toEqual({ a: 20, b: 100 });
    expect(consult(nodeAffinity, { nodes }, pod('p')).scores).toBeUndefined();
  });

  it('waits for a node that matches, not for any change of a node', () => {
    const hint = nodeAffinity().events?.[0]?.hint;
    const subject = pod('p', { nodeSelector: { disk: 'ssd' } });
    expect(hint?.(subject, node('b'), node('b', { labels: { disk: 'ssd' } }))).toBe('Queue');
    expect(hint?.(subject, node('b'), node('b', { labels: { disk: 'hdd' } }))).toBe('Skip');
    expect(hint?.(subject, undefined, node('c', { labels: { disk: 'ssd' } }))).toBe('Queue');
  });
});
