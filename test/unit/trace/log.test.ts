import { describe, expect, it } from 'vitest';
import { type StepDraft, TraceLog } from '../../../src/trace/log.ts';

const draft = (text: string, routine: boolean): StepDraft => ({
  at: 0,
  actor: { component: 'kubelet', node: 'worker-1' },
  kind: 'request',
  action: 'update',
  causes: [],
  fidelity: 'simulated',
  ...(routine ? { routine } : {}),
  text,
});

describe('a trace of a cluster that runs for long', () => {
  const trace = new TraceLog(3);
  const ids = ['a', 'B', 'c', 'd', 'E', 'f', 'g'].map((t) => trace.record(draft(t, t === t.toLowerCase())));

  it('keeps the newest upkeep and all else', () => {
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(trace.after(0).map((s) => `${s.id}${s.text}`)).toEqual(['2B', '4d', '5E', '6f', '7g']);
  });

  it('tells a step that was dropped from one that never was', () => {
    expect([1, 3].map((id) => [trace.get(id), trace.dropped(id)])).toEqual([
      [undefined, true],
      [undefined, true],
    ]);
    expect([0, 2, 8].map((id) => trace.dropped(id))).toEqual([false, false, false]);
    expect(trace.length).toBe(7);
  });

  it('gives as many steps as were asked for, past those that were dropped', () => {
    expect(trace.after(0, 2).map((s) => s.text)).toEqual(['B', 'd']);
  });
});
