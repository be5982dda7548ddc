import { describe, expect, test } from 'vitest';
import type { FromFlow, ToFlow } from '../../../src/protocol/flow.ts';
import { parseFromFlow, parseToFlow } from '../../../src/protocol/flow-parse.ts';
import { flowComponents, topologyOf } from '../../../src/protocol/flow-topology.ts';

const topology = topologyOf([
  { name: 'control-plane-1', controlPlane: true },
  { name: 'node-1', controlPlane: false },
]);
const object = { group: '', resource: 'pods', kind: 'Pod', name: 'a', namespace: 'default' };
const clock = { running: true, speed: 10, atUs: 5 };

const toPanel: readonly ToFlow[] = [
  {
    type: 'init',
    protocol: 1,
    source: { id: 's', name: 'simulator', kind: 'simulator' },
    topology,
    steps: [],
    autoplay: true,
    clock,
  },
  {
    type: 'init',
    protocol: 1,
    source: { id: 's', name: 'x', kind: 'file' },
    topology,
    objects: [{ ref: object, value: {} }],
    steps: [],
    startAt: 4,
    autoplay: false,
  },
  { type: 'steps', from: 0, steps: [] },
  { type: 'topology', topology },
  { type: 'state', clock },
  { type: 'reveal', stepId: 3 },
  { type: 'done', request: 1, text: 'x' },
  { type: 'error', message: 'm', advice: 'a' },
];

const toHost: readonly FromFlow[] = [
  { type: 'ready', protocol: 1 },
  { type: 'resync', have: 3 },
  { type: 'clock', request: 1, command: 'run' },
  { type: 'openObject', request: 1, object },
  { type: 'explainField', request: 1, object, path: 'spec' },
  { type: 'openField', request: 1, object, path: 'spec' },
  { type: 'copyTranscript', request: 1, markdown: '#' },
  { type: 'export', request: 1, suggestedName: 'a.md', mediaType: 'text/markdown', data: '' },
  { type: 'error', message: 'm' },
];

test.each(toPanel.map((message) => [message.type, message] as const))('the panel takes %s', (_, message) => {
  expect(parseToFlow(JSON.parse(JSON.stringify(message)))).toEqual({ ok: true, message });
});

test.each(toHost.map((message) => [message.type, message] as const))('the host takes %s', (_, message) => {
  expect(parseFromFlow(JSON.parse(JSON.stringify(message)))).toEqual({ ok: true, message });
});

describe('what is not a message is refused with a reason', () => {
  test.each([
    [undefined, 'The message has no type.'],
    ['ready', 'The message has no type.'],
    [{ type: 'toString' }, 'Messages of type “toString” are unknown.'],
    [{ type: 'steps', from: -1, steps: [] }, 'The message “steps” has no usable “from”.'],
    [{ type: 'state', clock: { running: 'yes' } }, 'The message “state” has no usable “clock”.'],
    [
      { type: 'topology', topology: { nodes: [{}], placements: [], components: [] } },
      'The message “topology” has no usable “topology”.',
    ],
    [{ ...toPanel[0], source: { id: 's', name: 'n', kind: 'moon' } }, 'The message “init” has no usable “source”.'],
  ])('%j', (value, problem) => {
    expect(parseToFlow(value)).toEqual({ ok: false, problem });
  });

  test.each([
    [{ type: 'clock', request: 1, command: 'explode' }, 'The message “clock” has no usable “command”.'],
    [
      { type: 'openObject', request: 1, object: { ...object, name: 5 } },
      'The message “openObject” has no usable “object”.',
    ],
    [{ type: 'openObject', object }, 'The message “openObject” has no usable “request”.'],
  ])('%j', (value, problem) => {
    expect(parseFromFlow(value)).toEqual({ ok: false, problem });
  });
});

test('every placed component is described', () => {
  const known = new Set(flowComponents().map(({ id }) => id));
  for (const { component } of topology.placements) expect(known).toContain(component);
  expect(topology.placements).toContainEqual({ component: 'user' });
});
