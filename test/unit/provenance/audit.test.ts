// Audit logs of a real cluster as steps: nothing lost, nothing invented, states that fold as they were.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { auditTrace } from '../../../src/host/flow/audit-trace.ts';
import { isAuditLog, readAudit } from '../../../src/provenance/audit.ts';
import { objectKey } from '../../../src/trace/fold.ts';
import { parseSteps } from '../../../src/trace/parse.ts';
import type { Step } from '../../../src/trace/step.ts';
import { Story } from '../../../webview/scene/story.ts';
import { whyOf } from '../../../webview/scene/why.ts';
import { sharedPath } from '../../support/shared.ts';

const LIVE = sharedPath('live');
const scenarios = readdirSync(LIVE, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const logOf = (name: string): string =>
  gunzipSync(readFileSync(path.join(LIVE, name, 'audit.jsonl.gz'))).toString('utf8');

function find(steps: readonly Step[], pick: (s: Step) => boolean): Step {
  const step = steps.find(pick);
  if (!step) throw new Error('no such step');
  return step;
}

describe.each(scenarios)('%s', (name) => {
  const text = logOf(name);
  const { steps, problems, epochMs } = readAudit(text);

  test('every answered request is one step, in the order of the answers', () => {
    const answered = text.split('\n').filter((line) => line.includes('"stage":"ResponseComplete"'));
    expect([steps.length, problems]).toEqual([answered.length, []]);
    expect(steps.every((s) => s.fidelity === 'observed')).toBe(true);
    expect(parseSteps(steps).problems).toEqual([]);
    const at = steps.map((s) => s.at);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    const stamps = answered.map((line) => Date.parse(JSON.parse(line).stageTimestamp));
    expect(Math.floor((epochMs * 1000 + (steps.at(-1)?.at ?? 0)) / 1000)).toBe(Math.max(...stamps));
  });

  test('causes are earlier, of somebody else, and never those of what a person did', () => {
    const byId = new Map(steps.map((s) => [s.id, s]));
    for (const step of steps) {
      for (const id of step.causes) {
        expect(id).toBeLessThan(step.id);
        expect(byId.get(id)?.actor.component).not.toBe(step.actor.component);
      }
      if (step.actor.component === 'user') expect(step.causes).toEqual([]);
    }
    const writes = steps.filter((s) => s.changed && s.object && s.actor.component !== 'user' && !s.routine);
    expect(writes.filter((s) => s.causes.length === 0)).toEqual([]);
  });
});

test('a rollout folds to what the cluster had, and why leads back to the person', () => {
  const { steps, topology, objects } = auditTrace(logOf('deployment-create'));
  const story = new Story(topology, objects, steps);
  const running = steps.findLast(
    (s) => s.actor.component === 'kubelet' && s.object?.kind === 'Pod' && s.request?.verb === 'patch',
  );
  if (!running?.object) throw new Error('no pod ran');
  const position = story.positionOf(running.id) ?? -1;
  const pod = story.podsAt(position + 1).find(({ key }) => running.object && key === objectKey(running.object));
  expect(pod?.node).toBe(running.actor.node);
  const why = whyOf(story, running);
  expect(why.whole).toBe(true);
  expect(why.lines.map(({ step }) => step.actor.component)).toEqual(
    expect.arrayContaining(['kubelet', 'kube-scheduler', 'replicaset-controller', 'deployment-controller', 'user']),
  );
  expect(why.lines.at(-1)?.step.text).toMatch(/^POST deployments\/web → 201/);
  expect(story.podsAt(story.length)).toEqual([]);
  expect(topology.nodes.map(({ name }) => name)).toEqual(['control plane', 'node-1', 'node-2', 'node-3']);
});

const event = (over: object): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    stage: 'ResponseComplete',
    verb: 'create',
    requestURI: '/api/v1/namespaces/d/secrets',
    user: { username: 'eve' },
    objectRef: { resource: 'secrets', namespace: 'd', name: 'door', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    requestReceivedTimestamp: '2026-01-01T00:00:00.000001Z',
    stageTimestamp: '2026-01-01T00:00:00.000250Z',
    ...over,
  });

test('values of Secrets in a log are not in its steps', () => {
  const secret = {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name: 'door', namespace: 'd' },
    data: { key: 'b3Blbg==' },
  };
  const { steps } = readAudit(event({ requestObject: secret, responseObject: secret }));
  expect(JSON.stringify(steps)).not.toContain('b3Blbg');
  expect(steps[0]?.changed).toContainEqual({ path: 'data.key', after: '<redacted>' });
  expect(steps[0]).toMatchObject({ at: 250, request: { sentAt: 1 } });
});

test('a log at level Metadata says who did what, and does not pretend to know what changed', () => {
  const { steps } = readAudit(event({}));
  expect(find(steps, () => true)).not.toHaveProperty('changed');
  expect(steps[0]?.text).toBe('POST secrets/door → 201. Asked by eve.');
});

test('what is damaged, foreign or old is said, and the rest is read', () => {
  const text = [event({}), '{"kind":"Ev', event({ apiVersion: 'audit.k8s.io/v1beta1' }), '', event({ verb: 5 })].join(
    '\n',
  );
  const { steps, problems } = readAudit(text);
  expect(steps).toHaveLength(1);
  expect(problems).toEqual([
    'Line 2 is no JSON object; the log may have been cut off there.',
    'Line 3 is "audit.k8s.io/v1beta1", not audit.k8s.io/v1.',
    'Line 5 is no Event with a verb.',
  ]);
  expect(() => auditTrace(event({ stage: 'RequestReceived' }))).toThrow(/no request that was answered/);
  expect([isAuditLog(text), isAuditLog('{"a":1}'), isAuditLog('')]).toEqual([true, false, false]);
});

test('an identity that is not known by name is a caller of its own, not you', () => {
  const username = 'system:serviceaccount:apps:my-operator';
  const { steps, topology } = auditTrace(event({ user: { username } }));
  expect(steps[0]?.actor.component).toBe(username);
  expect(topology.components.find(({ id }) => id === username)?.name).toBe('my-operator (apps)');
});
