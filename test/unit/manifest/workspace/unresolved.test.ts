// Names that no manifest of the workspace holds: said where it is worth saying, and otherwise not.
import { describe, expect, test } from 'vitest';
import { factsOfText } from '../../../../src/manifest/service.ts';
import { unresolved } from '../../../../src/manifest/workspace/unresolved.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';

function found(text: string, ...others: string[]) {
  const workspace = new Workspace();
  workspace.update('file:///a/u.yaml', [...factsOfText(text)]);
  for (const [i, other] of others.entries()) workspace.update(`file:///a/other${i}.yaml`, [...factsOfText(other)]);
  return unresolved(workspace, 'file:///a/u.yaml');
}

function pod(spec: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: web}}\nspec:\n  ${spec}\n  containers: [{name: c, image: i, ports: [{containerPort: 80, name: http}]}]\n`;
}
const service = (spec: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: ${spec}\n`;
const OTHER_CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: b}\n';
const VOLUME = pod('volumes: [{name: v, configMap: {name: conf}}]');

describe('an object that is not here', () => {
  test('is missed where the workspace keeps such objects', () => {
    expect(found(VOLUME, OTHER_CONFIG)).toMatchObject([
      {
        family: 'reference',
        severity: 'information',
        component: 'kubelet',
        words: 'configmap "conf" not found',
        range: { start: { line: 4 } },
      },
    ]);
  });

  test.each<[string, string, string[]]>([
    ['of a kind that the workspace does not keep', VOLUME, []],
    ['that may be missing', pod('volumes: [{name: v, configMap: {name: conf, optional: true}}]'), [OTHER_CONFIG]],
    [
      'that every cluster has',
      pod('serviceAccountName: default'),
      ['apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x}\n'],
    ],
    [
      'a system PriorityClass',
      pod('priorityClassName: system-node-critical'),
      ['apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: x}\nvalue: 1\n'],
    ],
    ['kube-root-ca.crt', pod('volumes: [{name: v, configMap: {name: kube-root-ca.crt}}]'), [OTHER_CONFIG]],
    ['that a kustomization makes', VOLUME, [OTHER_CONFIG, 'configMapGenerator: [{name: conf}]\n']],
    ['that a template may be', VOLUME, ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.x }}}\n']],
    ['a node', pod('nodeName: n'), ['apiVersion: v1\nkind: Node\nmetadata: {name: x}\n']],
    ['in a template', VOLUME.replace('image: i', 'image: "{{ .x }}"'), [OTHER_CONFIG]],
  ])('is not, %s', (_, text, others) => {
    expect(found(text, ...others)).toEqual([]);
  });

  test('is here when it is in the same namespace, or the namespace is open', () => {
    const text = VOLUME.replace('name: p,', 'name: p, namespace: one,');
    const at = (namespace: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf${namespace}}\n`;
    expect(found(text, at(''))).toEqual([]);
    expect(found(text, at(', namespace: one'))).toEqual([]);
    expect(found(text, at(', namespace: two'))).toHaveLength(1);
  });
});

test('a key that a ConfigMap of the workspace lacks', () => {
  const text = VOLUME.replace('name: conf', 'name: other, items: [{key: a, path: x}, {key: z, path: y}]');
  expect(found(text, OTHER_CONFIG)).toMatchObject([
    { severity: 'warning', component: 'kubelet', words: "couldn't find key z in ConfigMap …/other" },
  ]);
});

describe('a Service', () => {
  test('with a port by a name that no selected container declares', () => {
    const text = service('{selector: {app: web}, ports: [{port: 80, targetPort: web}]}');
    expect(found(text, pod('hostname: a'))).toMatchObject([{ family: 'port', component: 'endpointslice-controller' }]);
  });

  test('with a port by number, or by the right name, is fine', () => {
    const text = service('{selector: {app: web}, ports: [{port: 1, targetPort: 9999}, {port: 2, targetPort: http}]}');
    expect(found(text, pod('hostname: a'))).toEqual([]);
  });

  test('that selects nothing that is here', () => {
    const text = service('{selector: {app: wep}, ports: [{port: 80}]}');
    expect(found(text, pod('hostname: a'))).toMatchObject([{ family: 'selector', severity: 'information' }]);
    expect(found(text)).toEqual([]);
    expect(found(text, pod('hostname: a'), 'commonLabels: {app: wep}\nresources: [a.yaml]\n')).toEqual([]);
  });

  test('that an Ingress asks for a port that it has not', () => {
    const ingress =
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {service: {name: s, port: {number: 81}}}}\n';
    expect(found(ingress, service('{ports: [{port: 80}]}'))).toMatchObject([{ family: 'port' }]);
    expect(found(ingress, service('{ports: [{port: 81}]}'))).toEqual([]);
  });
});

test('files that a kustomization merges are patches', () => {
  const workspace = new Workspace();
  const text = 'resources: [../base]\npatches: [{path: sub/one.yaml}]\npatchesStrategicMerge: [./two.yaml]\n';
  workspace.update('file:///a%20b/overlay/kustomization.yaml', [...factsOfText(text)]);
  const names = ['overlay/sub/one.yaml', 'overlay/two.yaml', 'overlay/three.yaml', 'two.yaml'];
  expect(names.map((name) => workspace.isPatch(`file:///a%20b/${name}`))).toEqual([true, true, false, false]);
});
