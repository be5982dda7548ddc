import { expect, test } from 'vitest';
import { applyChanges, parseFieldPath } from '../../../src/trace/fieldpath.ts';

test.each([
  ['spec.replicas', [{ field: 'spec' }, { field: 'replicas' }]],
  [
    'spec.containers[name="web"].image',
    [{ field: 'spec' }, { field: 'containers' }, { keys: { name: 'web' } }, { field: 'image' }],
  ],
  ['ports[containerPort=80,protocol="TCP"]', [{ field: 'ports' }, { keys: { containerPort: 80, protocol: 'TCP' } }]],
  ['metadata.finalizers[="a.b/c"]', [{ field: 'metadata' }, { field: 'finalizers' }, { value: 'a.b/c' }]],
  ['args[2]', [{ field: 'args' }, { index: 2 }]],
  [
    'metadata.labels.app.kubernetes.io/name',
    [{ field: 'metadata' }, { field: 'labels' }, { field: 'app.kubernetes.io/name' }],
  ],
  ['a[name="x]y\\"z"].b', [{ field: 'a' }, { keys: { name: 'x]y"z' } }, { field: 'b' }]],
  ['', []],
  ['broken[', [{ field: 'broken[' }]],
])('%s', (path, segments) => {
  expect(parseFieldPath(path)).toEqual(segments);
});

test('changes are made on a copy that shares what stayed', () => {
  const before = {
    spec: {
      a: 1,
      list: [
        { name: 'x', v: 1 },
        { name: 'y', v: 2 },
      ],
    },
    status: { phase: 'Pending' },
  };
  const after = applyChanges(before, [
    { path: 'spec.list[name="y"].v', after: 3 },
    { path: 'spec.list[name="z"].v', after: 4 },
    { path: 'spec.a', before: 1 },
  ]) as typeof before;
  expect(after).toEqual({
    spec: {
      list: [
        { name: 'x', v: 1 },
        { name: 'y', v: 3 },
        { name: 'z', v: 4 },
      ],
    },
    status: { phase: 'Pending' },
  });
  expect(after.status).toBe(before.status);
  expect(before.spec.a).toBe(1);
});

test('an element of a list goes with its last field only when it is removed as a whole', () => {
  const before = { list: [{ name: 'x' }, { name: 'y' }] };
  expect(applyChanges(before, [{ path: 'list[name="x"]', before: { name: 'x' } }])).toEqual({ list: [{ name: 'y' }] });
  expect(applyChanges({ f: ['a', 'b'] }, [{ path: 'f[="a"]', before: 'a' }])).toEqual({ f: ['b'] });
});
