// What a kustomization names and makes.
import { expect, test } from 'vitest';
import { factsOfText } from '../../../../src/manifest/service.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';

const TEXT = `resources:
- ../base
- deployment.yaml
- https://example.com/all.yaml
- github.com/owner/repo//path?ref=v1
components: [parts/one]
patches:
- path: patches/one.yaml
- patch: |-
    - {op: add, path: /a, value: b}
  target: {kind: Deployment}
patchesStrategicMerge:
- two.yaml
- |
  apiVersion: v1
  kind: Pod
configMapGenerator:
- name: conf
  files: [app.properties, key=other.properties]
  literals: [LEVEL=debug]
secretGenerator:
- name: pass
  envs: [pass.env]
helmCharts: [{name: a, valuesFile: values.yaml}]
`;
const POD = `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    env:
    - name: A
      valueFrom: {configMapKeyRef: {name: conf, key: LEVEL}}
    - name: B
      valueFrom: {secretKeyRef: {name: pass, key: WORD}}
`;

test('names files: not addresses, repositories or patches that it holds itself', () => {
  const [{ facts } = { facts: undefined }] = [...factsOfText(TEXT)];
  expect(facts?.kustomization?.files.map(({ path }) => path)).toEqual([
    '../base',
    'deployment.yaml',
    'parts/one',
    'two.yaml',
    'patches/one.yaml',
    'app.properties',
    'other.properties',
    'pass.env',
    'values.yaml',
  ]);
  expect(facts?.kustomization?.files[4]?.range).toEqual({
    start: { line: 7, column: 8 },
    end: { line: 7, column: 24 },
  });
});

test('makes ConfigMaps and Secrets that manifests name', () => {
  const workspace = new Workspace();
  workspace.update('k', [...factsOfText(TEXT)]);
  workspace.update('p', [...factsOfText(POD)]);
  const lines = (line: number, column: number): number[] =>
    workspace.definitions('p', { line, column }).map(({ range }) => range.start.line);
  expect(lines(8, 43)).toEqual([17]);
  expect(lines(8, 54)).toEqual([19]);
  expect(lines(10, 39)).toEqual([21]);
  expect(workspace.references('k', { line: 17, column: 9 }, false)).toHaveLength(2);
});
