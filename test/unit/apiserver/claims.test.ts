// What a PersistentVolumeClaim is filled from. Models pkg/api/persistentvolumeclaim/util_test.go.
import { expect, test } from 'vitest';
import { ask, bench, bodyOf } from './support.ts';

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
const backup = { apiGroup: 'example.com', kind: 'Backup', name: 's' };

function sourcesOf(fields: object): object {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...fields };
  const { dataSource, dataSourceRef } = bodyOf(ask(bench(), `POST ${CLAIMS}`, { metadata: { name: 'c' }, spec })).spec;
  return { dataSource, dataSourceRef };
}

test.each([
  [
    'the older field is copied to the newer',
    { dataSource: snapshot },
    { dataSource: snapshot, dataSourceRef: snapshot },
  ],
  [
    'the newer to the older, whatever its kind',
    { dataSourceRef: backup },
    { dataSource: backup, dataSourceRef: backup },
  ],
  ['the older knows two kinds, and drops others', { dataSource: backup }, {}],
  ['another namespace takes a gate that is off', { dataSourceRef: { ...snapshot, namespace: 'n' } }, {}],
])('%s', (_, sent, stored) => {
  expect(sourcesOf(sent)).toEqual({ dataSource: undefined, dataSourceRef: undefined, ...stored });
});

test('a client that knows only the older field takes nothing away', () => {
  const b = bench();
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, dataSource: snapshot };
  const made = bodyOf(ask(b, `POST ${CLAIMS}`, { metadata: { name: 'c' }, spec }));
  const { dataSourceRef: _, ...older } = made.spec;
  const answer = ask(b, `PUT ${CLAIMS}/c`, { ...made, spec: older });
  expect(answer.code).toBe(200);
  expect(bodyOf(answer).spec.dataSourceRef).toEqual(snapshot);
});
