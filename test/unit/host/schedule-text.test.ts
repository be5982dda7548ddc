// The answer to «Where would it be scheduled?» as a person reads it.
import { describe, expect, it } from 'vitest';
import { scheduleText } from '../../../src/host/editor/schedule-text.ts';
import type { Scheduled } from '../../../src/protocol/worker.ts';

const score = (plugin: string, weighted: number) => ({ plugin, raw: 1, normalized: 2, weighted });
const PLACED: Scheduled['pods'][number] = {
  chosen: 'b',
  message: null,
  victims: [],
  detail: {
    type: 'schedule',
    why: 'b has the highest total.',
    filters: ['NodeName', 'TaintToleration'],
    nodes: [
      { node: 'tainted', rejectedBy: 'TaintToleration', reasons: ['node(s) had untolerated taint {x: }'] },
      { node: 'a', scores: [score('ImageLocality', 0), score('TaintToleration', 300)], total: 300 },
      { node: 'b', scores: [score('ImageLocality', 7), score('TaintToleration', 300)], total: 307 },
    ],
  },
};

describe('the answer', () => {
  it('is a table with the chosen node first and those filtered out last', () => {
    const text = scheduleText('Pod a', { exists: false, wanted: 1, notes: [], pods: [PLACED] });
    expect(text).toContain(
      [
        'Pod → b',
        '───────',
        'b has the highest total.',
        '',
        'node     verdict   total  ImageLocality  TaintToleration',
        'b        ✓ chosen    307              7              300',
        'a        ✓ passed    300              0              300',
        'tainted  ✗ TaintToleration: node(s) had untolerated taint {x: }',
        '',
        'Filters, in order: NodeName, TaintToleration',
      ].join('\n'),
    );
  });

  it('says who would be evicted, what FailedScheduling would say, and what is to be known of it', () => {
    const node = { node: 'a', rejectedBy: 'NodeResourcesFit', reasons: ['Insufficient cpu'] };
    const detail = { ...PLACED.detail, why: 'No node fits.', nodes: [node] };
    const pod = { chosen: null, message: '0/1 nodes are available', nominated: 'a', victims: ['x/y'], detail };
    const text = scheduleText('Deployment d', {
      exists: true,
      wanted: 30,
      notes: ['It is there already.'],
      pods: [pod],
    });
    expect(text).toContain('Pod 1 of 30 → stays Pending');
    expect(text).toContain('FailedScheduling: 0/1 nodes are available');
    expect(text).toContain('make room on a by evicting x/y.');
    expect(text).toContain('a     ✗ NodeResourcesFit: Insufficient cpu');
    expect(text).toContain('It is there already.');
  });

  it('of no pods says so', () => {
    expect(scheduleText('Deployment d', { exists: false, wanted: 0, notes: ['It is suspended.'], pods: [] })).toMatch(
      /asks for no pods. It is suspended./,
    );
  });
});
