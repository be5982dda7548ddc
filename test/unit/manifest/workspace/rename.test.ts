import { describe, expect, test } from 'vitest';
import { factsOfText } from '../../../../src/manifest/service.ts';
import { nameProblem, renamingAt, writtenName } from '../../../../src/manifest/workspace/rename.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf, namespace: a}\ndata: {k: v}\n';
const POD = `apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a}
spec:
  containers:
  - name: c
    env:
    - name: K
      valueFrom: {configMapKeyRef: {name: "conf", key: k}}
  volumes: [{name: conf, configMap: {name: conf}}]
`;

function workspace(...texts: string[]): Workspace {
  const made = new Workspace();
  for (const [i, text] of texts.entries()) made.update(`u${i}`, [...factsOfText(text)]);
  return made;
}

const NAME = { line: 2, column: 18 };

describe('renaming an object', () => {
  test('reaches its name and every reference, and nothing that only reads so', () => {
    const found = renamingAt(workspace(CONFIG, POD), 'u0', NAME);
    expect(found).toMatchObject({ placeholder: 'conf', at: { uri: 'u0' } });
    const places =
      typeof found === 'string'
        ? []
        : found.places.map(({ uri, range }) => [uri, range.start.line, range.start.column]);
    expect(places).toEqual([
      ['u0', 2, 17],
      ['u1', 8, 42],
      ['u1', 9, 43],
    ]);
    expect(renamingAt(workspace(CONFIG, POD), 'u1', { line: 9, column: 43 })).toMatchObject({ at: { uri: 'u1' } });
  });

  test.each<[string, string[], { line: number; column: number }, RegExp]>([
    ['a place that names nothing', [CONFIG], { line: 1, column: 7 }, /no name that a manifest/],
    ['a key', [CONFIG, POD], { line: 3, column: 7 }, /no name that a manifest/],
    ['an object that is not here', [POD], { line: 8, column: 45 }, /no name that a manifest/],
  ])('is refused for %s', (_, texts, place, reason) => {
    expect(renamingAt(workspace(...texts), 'u0', place)).toMatch(reason);
  });

  test('is refused where it is not certain what is meant', () => {
    const open = POD.replace(', namespace: a', '');
    const other = CONFIG.replace('namespace: a', 'namespace: b');
    expect(renamingAt(workspace(CONFIG, other, open), 'u0', NAME)).toMatch(/another of the same name/);
    expect(renamingAt(workspace(open, CONFIG, other), 'u0', { line: 9, column: 43 })).toMatch(/More than one/);
  });
});

test('names are what the API server takes, and stay strings', () => {
  const [facts] = [...factsOfText(CONFIG)];
  const [object] = facts?.facts.objects ?? [];
  if (!object) throw new Error('no object');
  expect(nameProblem(object, 'new.name-1')).toBeUndefined();
  expect(nameProblem(object, 'New')).toMatch(/RFC 1123/);
  expect(nameProblem({ ...object, group: 'rbac.authorization.k8s.io' }, 'system:New')).toBeUndefined();
  expect(['conf', '"conf"', "'conf'"].map((written) => writtenName(written, 'on'))).toEqual(['"on"', '"on"', "'on'"]);
  expect(writtenName('conf', 'next')).toBe('next');
});
