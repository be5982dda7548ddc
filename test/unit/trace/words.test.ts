import { expect, test } from 'vitest';
import { findComponent } from '../../../src/knowledge/components.ts';
import { clock, duration, line, transcriptMarkdown, valueText } from '../../../src/trace/words.ts';
import { deploymentSteps } from '../scene/recording.ts';

const names = { component: findComponent };

test.each([
  [0, '0 ms'],
  [940, '0.9 ms'],
  [96_000, '96 ms'],
  [1_204_300, '1.204 s'],
  [123_400_000, '2 min 3 s'],
  [-3_000, '−3 ms'],
])('%i µs is %s', (us, text) => {
  expect(duration(us)).toBe(text);
});

test('the clock of the toolbar', () => {
  expect([clock(96_000), clock(83_000_400), clock(-2_000)]).toEqual(['00:00.096', '01:23.000', '−00:00.002']);
});

test('the transcript is one line of Markdown a step, and data cannot break out of it', () => {
  const steps = deploymentSteps(1, 1).slice(0, 2);
  const tricky = steps.map((step, i) =>
    i === 1 ? { ...step, text: 'a *b* `/x_y*` <script>\n# c', simplification: 'no [link]' } : step,
  );
  const lines = transcriptMarkdown(names, tricky, steps[0]?.at ?? 0, 'Web').split('\n');
  expect(lines[0]).toBe('# Web');
  expect(lines[2]).toMatch(/^- 0 ms \*\*you\*\* POST deployments\/web → 201\. /);
  expect(lines[3]).toBe(
    '- 1 ms **Deployment controller** a \\*b\\* `/x_y*` \\<script\\> # c _(simplified: no \\[link\\])_',
  );
});

test('values are one line, cut when long', () => {
  expect(valueText({ a: [1] })).toBe('{"a":[1]}');
  expect(valueText(undefined)).toBe('not set');
  expect(valueText('x'.repeat(500))).toHaveLength(160);
});

test('one step in one line: who, where, what, what changed, what was left out; nothing is said twice', () => {
  const write = deploymentSteps(1, 1).find(
    (s) => s.actor.component === 'kubelet' && s.request?.subresource === 'status' && !s.routine,
  );
  if (!write) throw new Error('no such step');
  const step = { ...write, simplification: 'no retries' };
  expect(line(names, { ...step, text: 'says so.' })).toBe(
    'kubelet on node-1: says so. (phase Pending → Running, IP 10.244.1.17) (simplified: no retries)',
  );
  expect(line(names, { ...step, text: 'now Running with 10.244.1.17.' })).not.toContain('phase');
});
