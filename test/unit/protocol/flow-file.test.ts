import { describe, expect, test } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import { RefusedError } from '../../../src/model/refused.ts';
import { type TraceFile, writeTrace } from '../../../src/protocol/flow-file.ts';
import { readTrace } from '../../../src/protocol/flow-file-read.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { deploymentSteps, topology } from '../scene/recording.ts';

const steps = deploymentSteps(2, 2);
const ref = { group: '', resource: 'pods', kind: 'Pod', namespace: 'demo', name: 'old' };
const trace: TraceFile = {
  source: 'simulator',
  topology: topology(2),
  objects: [{ ref, value: { status: { phase: 'Running' } } }],
  steps,
};
const text = writeTrace(trace);

function refusal(of: string): string {
  try {
    readTrace(of);
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
  throw new Error('was read');
}

test('a trace comes back as it was, and is JSON', () => {
  expect(readTrace(text)).toEqual({ ...trace, kind: 'file', problems: [] });
  expect(JSON.parse(text).steps).toHaveLength(steps.length);
  const timed = { ...trace, epochMs: 1_767_225_600_000 };
  expect(readTrace(writeTrace(timed)).epochMs).toBe(timed.epochMs);
  const none = { ...trace, objects: [], steps: [] };
  expect(readTrace(writeTrace(none))).toEqual({ ...none, kind: 'file', problems: [] });
});

test('of a file that was cut off, the whole steps are read, and the reader is told', () => {
  const cut = readTrace(text.slice(0, text.indexOf('\n', text.length * 0.8) + 40));
  expect(cut.steps).toEqual(steps.slice(0, cut.steps.length));
  expect(cut.steps.length).toBeGreaterThan(steps.length / 3);
  expect(cut.topology).toEqual(trace.topology);
  const last = cut.steps.length;
  expect(cut.problems).toEqual([`The file ends early: it breaks off in line ${last + 2}, after step ${last}.`]);
});

test('wherever a file is cut off, what can be read of it is read, or it is refused in words', () => {
  const ways = [
    text,
    JSON.stringify(JSON.parse(text)),
    JSON.stringify(JSON.parse(text), null, 2),
    JSON.stringify(steps),
  ];
  for (const way of ways) {
    let most = 0;
    for (let i = 1; i < 40; i++) {
      const cut = way.slice(0, Math.floor((way.length * i) / 40));
      try {
        const { steps: left, problems } = readTrace(cut);
        expect(left).toEqual(steps.slice(0, left.length));
        expect(problems[0]).toMatch(
          /^The file ends early: it breaks off in line \d+(, column \d+)?, after (step \d+|no step at all)\.$/,
        );
        most = Math.max(most, left.length);
      } catch (error) {
        expect(error).toBeInstanceOf(RefusedError);
        expect((error as RefusedError).message).toMatch(/cut off near its beginning|holds no step/);
      }
    }
    expect(most).toBeGreaterThan(steps.length / 2);
  }
});

test('a line that cannot be read is left out, and named', () => {
  const lines = text.split('\n');
  lines[3] = (lines[3] ?? '').slice(0, 50);
  const { steps: left, problems } = readTrace(lines.join('\n'));
  expect(left).toHaveLength(steps.length - 1);
  expect(problems).toEqual(['Line 4 cannot be read: the step there is left out.']);
});

test('what follows a list that has ended is not taken for steps', () => {
  expect(readTrace(`${JSON.stringify(steps)} and more`).problems).toEqual([
    expect.stringMatching(/^The file is damaged in line 1, column \d+, after step \d+\.$/),
  ]);
});

test('one step that is damaged does not take the others with it', () => {
  const damaged = JSON.parse(text);
  damaged.steps[1].causes = 'none';
  const { steps: left, problems } = readTrace(JSON.stringify(damaged));
  expect(left).toHaveLength(steps.length - 1);
  expect(problems).toEqual(['Step 2 of the batch has an unusable causes.']);
});

describe('what is no trace is refused with the reason', () => {
  test.each([
    ['', 'The file is not JSON, or was cut off near its beginning.'],
    [text.slice(0, 90), 'The file is not JSON, or was cut off near its beginning.'],
    ['apiVersion: v1\nkind: Pod\n', 'The file is not JSON, or was cut off near its beginning.'],
    ['{"kind":"Pod"}', 'The file is JSON, but not a trace.'],
    ['"steps"', 'The file is JSON, but not a trace.'],
    ['[{"kind":"Event"}]', 'The file is a list, but holds no step of a trace.'],
    [text.replace('"version":1', '"version":7'), 'The trace has version 7; this version of Kube Anatomy reads 1.'],
    [
      JSON.stringify({ ...JSON.parse(text), topology: { nodes: 5 } }),
      'The trace is damaged: its list of machines or of objects cannot be read.',
    ],
  ])('no %#', (bad, message) => {
    expect(refusal(bad)).toBe(message);
  });
});

test('the steps that the command line prints are a trace too; the first question of kubectl reads as an answer', () => {
  const cluster = new Cluster({ seed: '1', nodes: 2 });
  cluster.settle(60_000_000);
  const last = cluster.lastStep;
  const manifest =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}]}\n';
  applyManifest(manifest, 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  cluster.settle(60_000_000);
  const recorded = cluster.stepsAfter(last);
  const opened = readTrace(JSON.stringify(recorded));
  expect(opened.problems).toEqual([]);
  expect(opened.steps).toHaveLength(recorded.length);
  expect(opened.topology.nodes).toEqual([
    { name: 'control-plane-1', controlPlane: true },
    { name: 'worker-1', controlPlane: false },
    { name: 'worker-2', controlPlane: false },
  ]);
  const texts = opened.steps.filter((s) => s.actor.component === 'user' && !s.routine).map((s) => s.text);
  expect(texts[0]).toContain('GET pods/web → 404: there is no such object. This is an answer, not a failure');
  expect(texts[1]).toContain('POST pods/web → 201');
});
