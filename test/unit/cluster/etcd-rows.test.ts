import { describe, expect, it } from 'vitest';
import { directoryRows, etcdParent, etcdRow, historyRows } from '../../../src/cluster/tree/etcd.ts';
import type { EtcdRevision } from '../../../src/trace/etcd.ts';

const KEY = '/registry/pods/default/web';
const current = { key: KEY, createRevision: 10, modRevision: 12, version: 2, bytes: 1234 };

function revision(n: number, more: Partial<EtcdRevision>): EtcdRevision {
  return { revision: n, type: 'changed', at: 2_000_000, changed: [], ...more };
}

describe('rows of the etcd view', () => {
  it('are directories, keys, what is not listed, and keys that are gone', () => {
    const rows = directoryRows({
      path: '/registry/pods/default/',
      revision: 20,
      compacted: 5,
      directories: [{ path: '/registry/pods/default/deep/', keys: 1 }],
      keys: [current],
      deleted: [{ key: '/registry/pods/default/old', revision: 15 }],
      more: 3,
    });
    expect(rows.map((r) => [r.context, r.label, r.description])).toEqual([
      ['etcd.directory', 'deep', '1 key'],
      ['etcd.key', 'web', 'revision 12 · version 2 · 1.2 kB'],
      ['etcd.note', '3 keys more', undefined],
      ['etcd.deleted', 'old', 'deleted at revision 15'],
    ]);
    expect(rows.map((r) => etcdParent(r.id))).toEqual(Array(4).fill('/registry/pods/default/'));
  });

  it('know from their id what they are and what they lie in', () => {
    expect(etcdRow('/registry/pods/')).toEqual({ type: 'directory', path: '/registry/pods/' });
    expect(etcdRow(KEY)).toEqual({ type: 'key', key: KEY });
    expect(etcdRow(`${KEY} @12`)).toEqual({ type: 'revision', key: KEY, revision: 12 });
    expect(etcdParent(`${KEY} @12`)).toBe(KEY);
    expect(etcdParent(KEY)).toBe('/registry/pods/default/');
    expect(etcdParent('/registry/pods/')).toBeUndefined();
  });

  it('tell a key’s history, the newest first, and who wrote what', () => {
    const writer = {
      step: 7,
      actor: { component: 'kubelet' },
      user: 'system:node:n',
      request: 'PATCH /api/v1/… → 200',
    };
    const changed = [
      { path: 'metadata.resourceVersion', before: '10', after: '12' },
      { path: 'status.phase', before: 'Pending', after: '*Running*' },
      { path: 'status.podIP', after: '10.0.0.1' },
    ];
    const rows = historyRows(
      {
        key: KEY,
        current,
        compacted: 5,
        revisions: [revision(10, { type: 'created' }), revision(12, { previous: 10, changed, writer })],
      },
      (component) => component,
    );
    expect(rows.map((r) => [r.label, r.description, r.context])).toEqual([
      ['12', 'status.phase and 1 more · kubelet', 'etcd.revision.written'],
      ['10', 'created', 'etcd.revision'],
    ]);
    expect(rows[0]?.tooltip).toContain('\\*Running\\*');
  });

  it('say where compaction has cut', () => {
    const cut = (revisions: readonly EtcdRevision[], createRevision = 10) =>
      historyRows({ key: KEY, current: { ...current, createRevision }, compacted: 11, revisions }, (c) => c).map(
        (r) => r.context,
      );
    expect(cut([revision(12, { previous: 10 })])).toEqual(['etcd.revision', 'etcd.note']);
    expect(cut([])).toEqual(['etcd.revision', 'etcd.note']);
    expect(cut([], 12)).toEqual(['etcd.revision']);
  });
});
