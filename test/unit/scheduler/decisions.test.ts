// What a real kube-scheduler v1.36.2 decided for twelve pods on five nodes, number for number.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import { type Decision, schedulePods } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { sharedPath } from '../../support/shared.ts';

const nodes = JSON.parse(readFileSync(sharedPath('scheduler/nodes.json'), 'utf8')).items as Node[];
const pods = parseAllDocuments(readFileSync(sharedPath('scheduler/pods.yaml'), 'utf8')).map((d) => d.toJS() as Pod);
const expected = JSON.parse(readFileSync(sharedPath('scheduler/decisions.json'), 'utf8')).decisions as Decision[];

const actual = schedulePods(nodes, pods, { seed: 'decisions' });

test.each(expected)('$pod is decided as kube-scheduler decided', (decision) => {
  const { pod, chosen, filteredOut, weightedScores, total, message } = actual.find(
    (d) => d.pod === decision.pod,
  ) as Decision;
  expect({ pod, chosen, filteredOut, weightedScores, total, message }).toEqual(decision);
});

test('the detail of a decision names the plugin that left a node out, and why', () => {
  const detail = actual.find((d) => d.pod === 'p08-away-from-web')?.detail;
  expect(detail?.nodes.find((n) => n.node === 'a1')).toEqual({
    node: 'a1',
    rejectedBy: 'InterPodAffinity',
    reasons: ["node(s) didn't match pod anti-affinity rules"],
  });
  expect(detail?.why).toBe('b2 has the highest total: 469, 297 more than the next');
});
