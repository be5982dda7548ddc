// What is seen inside: the same facts as the steps tell, as of the step where the reader stands.
import { describe, expect, test } from 'vitest';
import type { Step } from '../../../src/trace/step.ts';
import { choices, crumbsOf, type Focus, parseFocus } from '../../../webview/scene/inside/focus.ts';
import { insideOf } from '../../../webview/scene/inside/inside.ts';
import type { Inside, Part } from '../../../webview/scene/inside/parts.ts';
import { Story } from '../../../webview/scene/story.ts';
import { deploymentSteps, topology } from './recording.ts';

const steps = deploymentSteps(3, 3);
const story = new Story(topology(3), [], steps);
const after = (match: (step: Step) => boolean): number => {
  const at = steps.findIndex(match);
  if (at < 0) throw new Error('no such step');
  return at + 1;
};
const END = steps.length;
const on = (component: string, node = 'control-plane-1'): Focus => ({ type: 'component', component, node });
const look = (focus: Focus, count: number): Inside => insideOf(story, focus, count);

function table(inside: Inside, title: string): Extract<Part, { type: 'table' }> {
  const part = inside.parts.find((one) => one.type === 'table' && one.title === title);
  if (part?.type !== 'table') throw new Error(`no ${title} among ${inside.parts.map((one) => one.type)}`);
  return part;
}
const texts = (part: Extract<Part, { type: 'table' }>): string[][] =>
  part.rows.map((row) => row.cells.map((one) => one.text));

describe('the API server', () => {
  test('shows each gate of the current request, in order, and what it said', () => {
    const count = after((s) => s.action === 'create' && s.object?.resource === 'deployments');
    const [gates] = look(on('kube-apiserver'), count).parts;
    if (gates?.type !== 'stages') throw new Error('no gates');
    const names = ['authentication', 'authorization', 'decode', 'defaulting', 'mutating admission', 'validation'];
    expect(gates.stages.map((s) => s.name)).toEqual([...names, 'validating admission', 'storage']);
    const told = steps[count - 1]?.request?.stages ?? [];
    for (const { text } of told) expect(gates.stages.map((s) => s.text)).toContain(text);
    expect(gates.note).toMatch(/^POST .*deployments.* → 201/);
  });
});

describe('the scheduler', () => {
  const waits = (count: number): string[][] =>
    texts(table(look(on('kube-scheduler'), count), 'Pods that wait for a node'));

  test('lists the pods without a node, and where they stand', () => {
    const created = after((s) => s.action === 'create' && s.object?.resource === 'pods');
    expect(waits(created).map((row) => row[1])).toEqual(['waits for its first try']);
    const decided = after((s) => s.kind === 'schedule');
    expect(waits(decided).some(([, where]) => where?.match(/^goes to \S+, not bound yet$/))).toBe(true);
    expect(waits(END)).toEqual([]);
  });

  test('shows the table of the decision', () => {
    const decided = after((s) => s.kind === 'schedule');
    const part = look(on('kube-scheduler'), decided).parts.find((one) => one.type === 'schedule');
    expect(part?.type === 'schedule' && part.detail).toBe(steps[decided - 1]?.detail);
  });
});

describe('a control loop', () => {
  test('shows what it compared and what it did, and before that what waits for it', () => {
    const decides = (s: Step): boolean => s.kind === 'decide' && s.actor.component === 'replicaset-controller';
    const before = look(on('replicaset-controller'), after(decides) - 1);
    expect(texts(table(before, 'Seen, not worked on yet')).map(([object]) => object)[0]).toMatch(/^replicasets\//);
    expect(table(before, 'Compared: wanted with seen').rows).toEqual([]);
    const [, found, did] =
      texts(table(look(on('replicaset-controller'), END), 'Compared: wanted with seen')).at(-1) ?? [];
    expect(found).toContain('wanted 3');
    expect(did).toMatch(/^create pods\/.* and 2 more$/);
  });

  test('its process lists the loops that have acted', () => {
    const rows = texts(table(look(on('kube-controller-manager'), END), 'Loops that have acted'));
    expect(rows.map(([name]) => name)).toEqual(
      expect.arrayContaining(['Deployment controller', 'ReplicaSet controller']),
    );
  });
});

describe('a machine', () => {
  const pod = story.podsAt(END)[0];
  const node = pod?.node ?? '';

  test('shows how far the kubelet is with each pod', () => {
    const sandbox = after((s) => s.action === 'RunPodSandbox' && s.actor.node === node);
    const half = table(look(on('kubelet', node), sandbox), 'How far each pod is');
    const whole = table(look(on('kubelet', node), END), 'How far each pod is');
    expect(half.columns).toContain('Sandbox');
    expect(half.columns).not.toContain('Started');
    expect(whole.columns).toContain('Started');
    expect(texts(whole)[0]?.at(-1)).toBe('Running');
  });

  test('leads from the node to its pods and on to their containers', () => {
    const [row] = table(look({ type: 'node', node }, END), 'Pods').rows;
    const to = row?.cells[0]?.to;
    expect(to).toEqual({ type: 'pod', key: pod?.key });
    const containers = table(look(to ?? { type: 'node', node }, END), 'Containers');
    const inner = containers.rows[0]?.cells[0]?.to;
    expect(inner?.type).toBe('container');
    expect(crumbsOf(story, inner, END).map((c) => c.name)).toEqual([
      'Cluster',
      node,
      pod?.ref.name,
      expect.any(String),
    ]);
    const facts = texts(table(look(inner ?? { type: 'node', node }, END), 'What the kubelet reports'));
    expect(facts).toContainEqual(['State', 'running']);
  });

  test('a pod that is not there yet is said not to be', () => {
    expect(look({ type: 'pod', key: pod?.key ?? '' }, 0).role).toBe('It is not there at this step.');
  });
});

test('every choice has an inside, before the first step and after the last', () => {
  const offered = choices(story);
  expect(offered.length).toBeGreaterThan(8);
  for (const { focus } of offered) for (const count of [0, END]) expect(look(focus, count).parts).not.toEqual([]);
});

test('what was remembered is taken back, and rubbish is not', () => {
  for (const { focus } of choices(story)) expect(parseFocus(JSON.parse(JSON.stringify(focus)))).toEqual(focus);
  for (const bad of [
    undefined,
    null,
    7,
    'node',
    {},
    { type: 'node' },
    { type: 'container', key: 'a' },
    { type: 'x' },
  ]) {
    expect(parseFocus(bad)).toBeUndefined();
  }
});
