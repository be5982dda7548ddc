// Forks after somebody spoke to a container: what was said is said again, at the same moments.
import { describe, expect, test } from 'vitest';
import type { Comparison, Entry, Inputs } from '../../../src/protocol/futures.ts';
import { compareFutures } from '../../../src/protocol/futures-run.ts';
import { Journal, type Talk } from '../../../src/protocol/journal.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { Step } from '../../../src/trace/step.ts';

const SECOND = 1_000_000;
const START = { nodes: 1, controlPlaneNodes: 1, seed: 'talk', epochMs: Date.UTC(2026, 0, 1), speed: 1, running: true };
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'talker' },
  spec: {
    containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', 'infinity'], ports: [{ containerPort: 80 }] }],
  },
};

interface Spoken {
  readonly inputs: Inputs;
  readonly steps: readonly Step[];
  readonly heard: string;
}

/** A pod in which a shell works, once for a while; then another pod is made. */
function spoken(more?: (talk: Talk, journal: Journal, cluster: Cluster) => void): Spoken {
  const cluster = new Cluster(START);
  const journal = new Journal(cluster);
  const pass = (seconds: number): void => journal.runUntil(journal.now + seconds * SECOND);
  const create = (name: string): void => {
    const path = '/api/v1/namespaces/default/pods';
    journal.request({ method: 'POST', path, body: { ...POD, metadata: { name } } });
  };
  pass(30);
  create('talker');
  pass(10);
  let heard = '';
  const connection = {
    kind: 'exec',
    node: 'worker-1',
    namespace: 'default',
    pod: 'talker',
    container: 'c',
    command: ['sh'],
    stdin: true,
    stdout: true,
    stderr: true,
    tty: false,
    ports: [],
  };
  const opened = journal.connected(connection, () => cluster.connect(connection));
  if (!('session' in opened)) throw new Error('no session');
  const { session } = opened;
  session.start({
    out: (bytes) => {
      heard += bytes;
    },
    err: () => {},
    end: () => {},
  });
  session.input('for i in 1 2 3; do sleep 1; echo $i; done\n');
  pass(5);
  more?.(session, journal, cluster);
  pass(2);
  session.input(undefined);
  session.stop();
  const forward = { ...connection, kind: 'portforward', container: '', command: [], ports: [80] };
  const tunnel = journal.connected(forward, () => cluster.connect(forward));
  if (!('ports' in tunnel)) throw new Error('no ports');
  const port = tunnel.ports(80);
  if ('error' in port) throw new Error(port.error);
  port.start({
    out: (bytes) => {
      heard += bytes;
    },
    err: () => {},
    end: () => {},
  });
  port.input('GET / HTTP/1.1\r\n\r\n');
  pass(1);
  create('later');
  pass(20);
  const inputs = { start: START, entries: journal.entries, whole: journal.whole };
  return { inputs, steps: journal.stepsAfter(0, 100_000), heard };
}

function fork({ inputs, steps }: Spoken): Comparison {
  const step = steps.findLast((one) => !one.routine);
  if (!step) throw new Error('no steps');
  const change = { type: 'cordon', node: 'worker-1' } as const;
  const { id, at, text } = step;
  const options = { inputs, step: { id, at, text }, change, forUs: 5 * SECOND, repeat: false };
  return compareFutures(
    () => new Cluster(START),
    structuredClone(options),
    () => {},
  );
}

test('what was said to a container is noted: who, where, when, and the end', () => {
  const { inputs, heard } = spoken();
  expect(heard).toMatch(/^1\n2\n3\nHTTP\/1\.1 200 OK/);
  const talk = inputs.entries.flatMap(({ input }: Entry) =>
    input.type === 'talk' ? input.does : input.type === 'connect' || input.type === 'port' ? input.type : [],
  );
  expect(talk).toEqual(['connect', 'start', 'say', 'end', 'stop', 'connect', 'port', 'start', 'say']);
});

describe('a fork after that', () => {
  test('goes back to the very step, and nothing is left out', () => {
    const all = spoken();
    const { notes, fork: at, with: changed } = fork(all);
    expect(at).toBe(all.steps.findLast((one) => !one.routine)?.id);
    expect(changed.steps.some((one) => one.object?.kind === 'Node')).toBe(true);
    expect(notes).toEqual([]);
  });

  test('needs what was said: a container that works makes events of its own', () => {
    const all = spoken();
    const entries = all.inputs.entries.map((entry) =>
      entry.input.type === 'talk' ? { ...entry, input: { type: 'unwatch', input: 0 } as const } : entry,
    );
    expect(() => fork({ ...all, inputs: { ...all.inputs, entries } })).toThrow(/cannot be repeated/);
  });

  test('of more than is kept, the rest is left out, and that is said', () => {
    const all = spoken((talk) => {
      for (let i = 0; i < 50; i++) talk.input(`: ${'x'.repeat(100_000)}\n`);
    });
    expect(all.inputs.entries.filter(({ input }) => input.type === 'unheard')).toHaveLength(2);
    const { notes } = fork(all);
    expect(notes).toEqual([
      'Not all that was said to containers before is kept, because it was much: the rest is left out (exec to pod default/talker, portforward to pod default/talker).',
    ]);
  });
});

test('a log that is followed is followed in the fork too, as long as it was', () => {
  const follow = (journal: Journal, cluster: Cluster): void => {
    const request = {
      method: 'GET',
      path: '/api/v1/namespaces/default/pods/talker/log',
      query: { follow: ['true'] },
    } as const;
    const input = journal.note({ type: 'request', request });
    const { stream } = cluster.request(request);
    if (!stream) throw new Error('no stream');
    const noted = journal.noted(stream, input);
    noted.start({ data: () => {}, end: () => {} });
    journal.runUntil(journal.now + 3 * SECOND);
    noted.stop();
  };
  const all = spoken((_, journal, cluster) => follow(journal, cluster));
  expect(fork(all).notes).toEqual([]);
  const forgotten = all.inputs.entries.map((entry) =>
    entry.input.type === 'request' && entry.input.request.path.endsWith('/log')
      ? { ...entry, input: { type: 'unwatch', input: 0 } as const }
      : entry,
  );
  expect(() => fork({ ...all, inputs: { ...all.inputs, entries: forgotten } })).toThrow(/cannot be repeated/);
});
