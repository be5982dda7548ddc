import { describe, expect, test } from 'vitest';
import { snapshotOf } from '../../../src/cluster/snapshot.ts';
import type { TransportRequest, TransportResponse } from '../../../src/cluster/transport.ts';

type Answer = (request: TransportRequest) => TransportResponse;

const source = (answer: Answer) => {
  const asked: TransportRequest[] = [];
  const request = (one: TransportRequest): Promise<TransportResponse> => {
    asked.push(one);
    return Promise.resolve(answer(one));
  };
  return { name: 'prod', request, asked };
};
const list = (...names: string[]): TransportResponse => ({
  code: 200,
  body: { kind: 'List', items: names.map((name) => ({ metadata: { name } })) },
});
const forbidden = { code: 403, body: { kind: 'Status', code: 403, message: 'persistentvolumes is forbidden' } };

describe('a snapshot', () => {
  test('is only read, and says what each object is', async () => {
    const cluster = source(({ path }) => (path === '/api/v1/nodes' ? list('n1', 'n2') : list()));
    const { objects, missing } = await snapshotOf(cluster);
    expect(new Set(cluster.asked.map((one) => one.method))).toEqual(new Set(['GET']));
    expect(objects.map((o) => [o.apiVersion, o.kind, o.metadata?.name])).toEqual([
      ['v1', 'Node', 'n1'],
      ['v1', 'Node', 'n2'],
    ]);
    expect(missing).toEqual([]);
  });

  test('goes on without what may not be read, and says so', async () => {
    const cluster = source(({ path }) => (path === '/api/v1/persistentvolumes' ? forbidden : list('x')));
    const { missing } = await snapshotOf(cluster);
    expect(missing).toEqual([{ kind: 'PersistentVolume', why: 'persistentvolumes is forbidden' }]);
  });

  test('is refused without nodes or pods', async () => {
    const cluster = source(({ path }) => (path === '/api/v1/pods' ? forbidden : list('x')));
    await expect(snapshotOf(cluster)).rejects.toThrow('prod does not show its pods: persistentvolumes is forbidden');
  });
});
