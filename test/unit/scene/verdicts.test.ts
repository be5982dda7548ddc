import { expect, test } from 'vitest';
import type { NodeVerdict, ScheduleDetail } from '../../../src/trace/step.ts';
import { verdictLines } from '../../../webview/scene/verdicts.ts';

const area = { x: 0, y: 0, w: 120, h: 6 * 18 };
const told = (nodes: readonly NodeVerdict[], chosen?: string): string[] => {
  const detail: ScheduleDetail = {
    type: 'schedule',
    nodes,
    why: '',
    filters: [],
    ...(chosen === undefined ? {} : { chosen }),
  };
  return verdictLines(detail, area).map(({ name, word, chosen: best }) => `${name} ${word}${best ? ' *' : ''}`);
};
const scored = (n: number): NodeVerdict[] => Array.from({ length: n }, (_, i) => ({ node: `n${i}`, total: 100 + i }));

test('the chosen node first, then the others by their total', () => {
  expect(told(scored(3), 'n1')).toEqual(['n1 101 *', 'n2 102', 'n0 100']);
});

test('what was filtered out is counted by plugin, also when nothing is left', () => {
  const refused = ['NodeAffinity', 'TaintToleration', 'NodeAffinity'].map((rejectedBy, i) => ({
    node: `r${i}`,
    rejectedBy,
  }));
  expect(told(refused)).toEqual(['✕ NodeAffinity 2', '✕ TaintToleration 1']);
  expect(told([...scored(1), ...refused], 'n0')).toEqual(['n0 100 *', '✕ NodeAffinity 2', '✕ TaintToleration 1']);
});

test('many nodes and many reasons fit into the box all the same', () => {
  const refused = ['A', 'B', 'C', 'D'].map((rejectedBy) => ({ node: rejectedBy, rejectedBy }));
  const lines = told([...scored(40), ...refused], 'n7');
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe('n7 107 *');
  expect(lines.slice(4)).toEqual(['others 36', '✕ filtered out 4']);
});
