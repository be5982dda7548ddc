import { describe, expect, test } from 'vitest';
import { explanationMarkdown } from '../../../src/manifest/markdown.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();

/** The explanation at `¦` in the text. */
function at(marked: string) {
  const offset = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  const line = marked.slice(0, offset).split('\n').length - 1;
  const column = offset - (marked.lastIndexOf('\n', offset - 1) + 1);
  const service = createManifestService({ knowledge });
  service.update('file:///a.yaml', 1, text);
  return service.explainAt('file:///a.yaml', line, column);
}

const HEAD = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n';
const POD = 'apiVersion: v1\nkind: Pod\n';

describe('explainAt', () => {
  test('finds a field on its key and on its value', () => {
    const key = at(`${HEAD}spec:\n  re¦plicas: 3\n`);
    expect(key).toMatchObject({
      type: 'apps.v1.DeploymentSpec',
      field: 'replicas',
      pathText: 'spec.replicas',
      on: 'key',
      fieldType: 'int32',
      default: '1 (kube-apiserver defaulting)',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      range: { start: { line: 5, column: 2 }, end: { line: 5, column: 10 } },
      recorded: true,
    });
    expect(at(`${HEAD}spec:\n  replicas: ¦3\n`)).toMatchObject({ field: 'replicas', on: 'value' });
  });

  test('says nothing of comments, blank lines, separators and unknown fields', () => {
    expect(at(`${HEAD}spec:\n  replicas: 3 # ma¦ny\n`)).toBeUndefined();
    expect(at(`${HEAD}spec:\n¦\n  replicas: 3\n`)).toBeUndefined();
    expect(at(`${HEAD}--¦-\n${POD}`)).toBeUndefined();
    expect(at(`${HEAD}spec:\n  repli¦ka: 3\n`)).toBeUndefined();
    expect(at('foo: b¦ar\n')).toBeUndefined();
    expect(at('¦')).toBeUndefined();
  });

  test('a pod template says what its owner makes of a change', () => {
    const template = (kind: string) =>
      at(`apiVersion: apps/v1\nkind: ${kind}\nspec:\n  template:\n    spec:\n      node¦Selector: {a: b}\n`);
    expect(template('Deployment')?.change).toMatchObject({ effect: 'rollout' });
    expect(template('Deployment')?.change?.text).toMatch(/makes a new ReplicaSet/);
    expect(template('ReplicaSet')?.change).toMatchObject({ effect: 'next' });
    const pod = at(`${POD}spec:\n  node¦Selector: {a: b}\n`);
    expect(pod?.change?.effect).toBe('immutable');
    expect(pod?.change?.text).not.toMatch(/template/);
  });

  test('keys of a map belong to the field of the map', () => {
    expect(at(`${POD}spec:\n  nodeSelector:\n    di¦sk: ssd\n`)).toMatchObject({
      field: 'nodeSelector',
      entry: 'disk',
      fieldType: 'map[string]string',
      pathText: 'spec.nodeSelector.disk',
    });
  });

  test('lists are stepped into, and their dash belongs to the list', () => {
    const list = (item: string) => at(`${POD}spec:\n  containers:\n  - name: a\n    image: b\n  ${item}`);
    expect(list('- na¦me: c\n')).toMatchObject({ type: 'core.v1.Container', pathText: 'spec.containers[1].name' });
    expect(list('¦- name: c\n')).toMatchObject({ field: 'containers', on: 'item' });
  });

  test('reads flow style and JSON', () => {
    expect(at('{"apiVersion": "v1", "kind": "Pod", "spec": {"dns¦Policy": "None"}}')).toMatchObject({
      field: 'dnsPolicy',
    });
    expect(at(`${POD}spec: {containers: [{name: a, image: b}], host¦Network: true}`)).toMatchObject({
      field: 'hostNetwork',
    });
  });

  test('reads every document of a stream, CRLF and a byte order mark', () => {
    const text = `\uFEFF${HEAD}---\r\n# second\r\napiVersion: v1\r\nkind: Pod\r\nspec:\r\n  host¦PID: true\r\n`;
    expect(at(text)).toMatchObject({ field: 'hostPID', object: { kind: 'Pod' }, range: { start: { line: 9 } } });
    expect(at(`${POD}spec:\n  hostIPC: false\n...\n---\n${POD}spec:\n  host¦PID: true\n`)).toMatchObject({
      field: 'hostPID',
    });
  });

  test('unpacks lists of objects', () => {
    const items = '- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: x\n  spec:\n    host¦name: h\n';
    expect(at(`apiVersion: v1\nkind: List\nitems:\n${items}`)).toMatchObject({
      field: 'hostname',
      object: { kind: 'Pod', name: 'x' },
      pathText: 'spec.hostname',
    });
  });

  test('follows aliases to how they are read', () => {
    const text = 'kind: Pod\napiVersion: v1\nmetadata:\n  labels: {a: &v yes}\n  annotations:\n    b: *¦v\n';
    expect(at(text)).toMatchObject({ field: 'annotations', entry: 'b' });
    expect(at(text)?.reading).toMatch(/boolean true/);
  });

  test('a version that is not served any more is explained by the one in its place, which is said', () => {
    const old = at('apiVersion: extensions/v1beta1\nkind: Deployment\nspec:\n  re¦plicas: 3\n');
    expect(old).toMatchObject({ type: 'apps.v1.DeploymentSpec', field: 'replicas', successor: 'apps/v1' });
    expect(old?.reading).toBe('`extensions/v1beta1` is not served since v1.16. What is said here holds for `apps/v1`.');
    expect(at('apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nspec:\n  privi¦leged: true\n')).toBeUndefined();
    expect(at(`${HEAD}spec:\n  re¦plicas: 3\n`)?.successor).toBeUndefined();
  });

  test('a template that chooses between kinds is explained by the one that has the field', () => {
    const head =
      'apiVersion: apps/v1\n{{ if .a }}\nkind: StatefulSet\n{{ else }}\nkind: Deployment\n{{ end }}\nspec:\n';
    expect(at(`${head}  strat¦egy: {}\n`)).toMatchObject({
      type: 'apps.v1.DeploymentSpec',
      object: { kind: 'Deployment' },
    });
    expect(at(`${head}  service¦Name: {}\n`)).toMatchObject({
      type: 'apps.v1.StatefulSetSpec',
      object: { kind: 'StatefulSet' },
    });
    expect(at(`${head}  no¦thing: {}\n`)).toBeUndefined();
  });

  test('lines of Jinja are no part of a manifest', () => {
    const text =
      '{% if a %}\napiVersion: v1\nkind: Pod\nspec:\n{% for n in nodes %}\n  node¦Name: {{ n }}\n{% endfor %}\n{% endif %}\n';
    expect(at(text)).toMatchObject({ field: 'nodeName', object: { kind: 'Pod' } });
  });

  test('knows the metadata of kinds that are not built in', () => {
    expect(at('apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  na¦me: a\n')).toMatchObject({
      type: 'meta.v1.ObjectMeta',
      field: 'name',
    });
    expect(at('apiVersion: example.com/v1\nkind: Widget\nspec:\n  si¦ze: 3\n')).toBeUndefined();
  });

  test('stays useful while a line is being written', () => {
    const deployment = (line: string) =>
      at(
        `${HEAD}spec:\n  ${line}\n  template:\n    spec:\n      host¦Network: true\n      containers:\n      - name: a\n`,
      );
    for (const line of ['repl', 'repl:', 'replicas: "3', 'selector: {a: [b', 'a: b: c', '\treplicas: 3', "k: 'x"]) {
      expect(deployment(line), line).toMatchObject({
        field: 'hostNetwork',
        pathText: 'spec.template.spec.hostNetwork',
      });
    }
  });

  test('explains what can be read of a Helm template', () => {
    const text =
      '{{- if .Values.x }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-web\n' +
      '  labels:\n    {{- include "x" . | nindent 4 }}\nspec:\n  repli¦cas: {{ .Values.n }}\n{{- end }}\n';
    expect(at(text)).toMatchObject({ field: 'replicas' });
    expect(at(text)?.reading).toBeUndefined();
    expect(at(text)?.object).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: '…-web' });
  });

  test.each([
    ['computes', 'apiVersion: {{ include "x" . }}\nkind: Deployment\n', 'apps/v1'],
    [
      'chooses',
      '{{ if .a }}\napiVersion: extensions/v1beta1\n{{ else }}\napiVersion: apps/v1\n{{ end }}\nkind: Deployment\n',
      'apps/v1',
    ],
    ['writes half', 'apiVersion: apps/{{ .v }}\nkind: Deployment\n', undefined],
  ])('a template that %s its version is of the kind as it is served', (_, head, expected) => {
    expect(at(`${head}metadata:\n  name: {{ .x }}\nspec:\n  repli¦cas: {{ .n }}\n`)?.object.apiVersion).toBe(expected);
  });
});

describe('values as Kubernetes reads them', () => {
  const reading = (line: string) => at(`${POD}spec:\n  ${line}\n`)?.reading;
  test('a bare word that YAML 1.1 takes for something else', () => {
    expect(reading('hostname: ¦y')).toMatch(/boolean true/);
    expect(reading('hostname: ¦off')).toMatch(/boolean false/);
    expect(reading('hostname: ¦012')).toMatch(/number 10/);
    expect(reading('hostname: ¦"y"')).toBeUndefined();
    expect(reading('hostname: ¦web')).toBeUndefined();
    expect(reading('hostNetwork: ¦yes')).toMatch(/reads `yes` as true/);
    expect(reading('hostNetwork: ¦true')).toBeUndefined();
    expect(reading('hostNetwork: ¦"true"')).toMatch(/type bool/);
    expect(reading('priority: ¦"5"')).toMatch(/type int32/);
    expect(reading('priority: ¦0777')).toMatch(/as 511/);
    expect(reading('priority: ¦5')).toBeUndefined();
  });
});

describe('markdown', () => {
  test('reads in the order of the design, and leaves out what does not apply', () => {
    const found = at(`${HEAD}spec:\n  template:\n    spec:\n      node¦Selector: {disk: ssd}\n`);
    const text = found ? explanationMarkdown(found, [{ title: 'Page', href: 'command:x' }]) : '';
    const order = [
      '**nodeSelector**',
      '`map[string]string`',
      '[Page](command:x)',
      'filter NodeAffinity',
      '*Change it*',
      'FailedScheduling',
      '*With*',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).not.toMatch(/undefined|\*Deprecated\*/);
  });

  test('what a manifest says becomes no link and no image of the hover', () => {
    const found = at(`${POD}spec:\n  nodeSelector:\n    '![x](http¦s://example.org/x.png)': ssd\n`);
    expect(found?.entry).toBe('![x](https://example.org/x.png)');
    expect(found && explanationMarkdown(found)).toContain(String.raw`\!\[x\](https://example.org/x.png)`);
  });
});
