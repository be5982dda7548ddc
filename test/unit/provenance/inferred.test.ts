// A recorded watch of a real cluster as inferred steps, held against the API server's audit log of the same minutes.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { readAudit } from '../../../src/provenance/audit.ts';
import { Inference } from '../../../src/provenance/inferred.ts';
import { parseSteps } from '../../../src/trace/parse.ts';
import type { Step } from '../../../src/trace/step.ts';
import { sharedPath } from '../../support/shared.ts';

const LIVE = sharedPath('live');
const scenarios = readdirSync(LIVE, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const read = (name: string, file: string): string =>
  gunzipSync(readFileSync(path.join(LIVE, name, file))).toString('utf8');

interface Seen {
  readonly ms: number;
  readonly resource: string;
  readonly type: string;
  readonly object: KubeObject;
}

function infer(name: string): Step[] {
  const inference = new Inference();
  const known = new Map<string, KubeObject>();
  const listed = new Set<string>();
  return read(name, 'watch.jsonl.gz')
    .trim()
    .split('\n')
    .flatMap((line): Step[] => {
      const { ms, resource, type, object }: Seen = JSON.parse(line);
      if (type === 'BOOKMARK') listed.add(resource);
      if (type === 'BOOKMARK') return [];
      const key = `${resource}/${object.metadata.namespace}/${object.metadata.name}`;
      const before = known.get(key);
      if (type === 'DELETED') known.delete(key);
      else known.set(key, object);
      if (!listed.has(resource) || (resource === 'events' && type === 'DELETED')) return [];
      const at = ms * 1000;
      const step =
        resource === 'events'
          ? inference.takeEvent(object, at)
          : inference.take({ at, resource, before, after: type === 'DELETED' ? undefined : object });
      return step ? [step] : [];
    });
}

/** What a write is known by from outside. */
const kindOf = ({ request }: Step): string =>
  request?.subresource === 'binding'
    ? 'bind'
    : request?.verb === 'create'
      ? 'create'
      : request?.verb === 'delete'
        ? 'delete'
        : 'modify';
const named = (step: Step): string =>
  `${step.actor.component} ${kindOf(step)} ${step.object?.resource}/${step.object?.name}`;

describe.each(scenarios)('%s', (name) => {
  const steps = infer(name);

  test('every step says that it is inferred, and from what; a cause is always earlier', () => {
    expect(steps.length).toBeGreaterThan(10);
    expect(parseSteps(steps).problems).toEqual([]);
    for (const step of steps) {
      expect(step.causes.every((id) => id < step.id)).toBe(true);
      if (step.request)
        expect([step.fidelity, step.text]).toEqual(['inferred', expect.stringContaining('Deduced from')]);
      else expect(step.fidelity).toBe('observed');
    }
  });

  test('creations and bindings are those of the audit log, and by whom', () => {
    const watched = new Set(steps.flatMap((s) => s.object?.resource ?? []));
    const made = (list: readonly Step[]): string[] =>
      list
        .filter((s) => (s.request?.code ?? 500) < 300 && ['create', 'bind'].includes(kindOf(s)))
        .filter((s) => s.object && watched.has(s.object.resource) && !s.request?.subresource?.match(/eviction|scale/))
        .map(named)
        .toSorted();
    expect(made(steps)).toEqual(
      made(readAudit(read(name, 'audit.jsonl.gz')).steps.filter((s) => s.object?.resource !== 'events')),
    );
  });
});

const pod = (over: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd', uid: 'u', resourceVersion: '1' },
  ...over,
});

test('what nobody wrote down stays unknown', () => {
  const inference = new Inference();
  const step = inference.take({ at: 0, resource: 'pods', before: pod({}), after: pod({ spec: { priority: 5 } }) });
  expect(step?.actor.component).toBe('unknown');
  expect(step?.text).toContain('nothing tells who wrote it');
  expect(inference.take({ at: 0, resource: 'pods', before: pod({}), after: pod({}) })).toBeUndefined();
});

test('an Event is told once for each time that it is counted, as what was said', () => {
  const inference = new Inference();
  const event = (count: number): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'd', uid: 'e' },
      involvedObject: { kind: 'Pod', apiVersion: 'v1', name: 'p', namespace: 'd' },
      reason: 'FailedScheduling',
      message: '0/3 nodes are available',
      type: 'Warning',
      count,
      source: { component: 'default-scheduler' },
    }) as unknown as KubeObject;
  expect(inference.takeEvent(event(1), 0)).toMatchObject({
    actor: { component: 'kube-scheduler' },
    object: { resource: 'pods', name: 'p' },
    fidelity: 'observed',
    text: 'warned FailedScheduling: 0/3 nodes are available',
  });
  expect(inference.takeEvent(event(1), 0)).toBeUndefined();
  expect(inference.takeEvent(event(2), 0)).toBeDefined();
});
