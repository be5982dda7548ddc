// What is said of an object beyond its shape. diagnose.test.ts holds the words to recorded answers; here are the places, the
// fixes, what the kubelet says, and what nothing is said of.
import { describe, expect, test } from 'vitest';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();

function diagnose(text: string, patch = false) {
  const service = createManifestService({ knowledge });
  service.update('u', 1, text);
  const lines = text.split('\n');
  return service.diagnostics('u', { patch }).map(({ range: { start, end }, ...found }) => ({
    ...found,
    at: `${start.line + 1} ${lines[start.line]?.slice(start.column, start.line === end.line ? end.column : undefined)}`,
  }));
}

/** A pod with one container of these fields. */
function pod(container: string, more = ''): string {
  const fields = container.split('\n').map((line) => `    ${line}`);
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n${more}  containers:\n  - name: c\n    image: i\n${fields.join('\n')}\n`;
}

function deployment(selector: string, labels: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: ${selector}
  template:
    metadata: {labels: ${labels}}
    spec: {containers: [{name: c, image: i}]}
`;
}

describe('an object of which nothing is to be said', () => {
  test.each([
    ['a probe on a port that is not declared', pod('livenessProbe: {httpGet: {port: 8080, path: /}}')],
    ['a named port that is', pod('ports: [{containerPort: 1, name: web}]\nreadinessProbe: {tcpSocket: {port: web}}')],
    ['a readiness probe that wants more successes', pod('readinessProbe: {exec: {command: [a]}, successThreshold: 3}')],
    ['the same port by TCP and UDP', pod('ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]')],
    ['a variable that builds on itself', pod('env: [{name: A, value: x}, {name: A, value: $(A)y}]')],
    ['a request of the limit written otherwise', pod('resources: {requests: {cpu: 1000m}, limits: {cpu: 1}}')],
    ['a wait longer than the period', pod('livenessProbe: {tcpSocket: {port: 1}, timeoutSeconds: 30}')],
    [
      'a Secret that SOPS has encrypted',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: ENC[AES256_GCM,data:x=,type:str]\nsops: {version: 3.9.0}\n',
    ],
    [
      'labels that are merged in',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  labels: &all {a: b}\n  annotations: {<<: *all}\nspec: {containers: [{name: c, image: i}]}\n',
    ],
    [
      'a deprecated field of an object that a cluster answered with',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: p, uid: u}\nspec: {serviceAccount: s, serviceAccountName: s, containers: [{name: c, image: i}]}\n',
    ],
    ['a selector of expressions', deployment('{matchExpressions: [{key: a, operator: In, values: [b, c]}]}', '{a: c}')],
    [
      'an object without a name but with generateName',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n',
    ],
    ['a custom resource without metadata', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'],
    ['a LimitRange, which is named by the API server', 'apiVersion: v1\nkind: LimitRange\nspec: {limits: []}\n'],
    ['a headless Service', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: None}\n'],
    ['one port without a name', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 1}]}\n'],
    [
      'a claim template as a volume',
      'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i, volumeMounts: [{name: d, mountPath: /d}]}]}\n  volumeClaimTemplates: [{metadata: {name: d}, spec: {}}]\n',
    ],
    [
      'what is merged in',
      'x: &base {name: c, image: i}\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{<<: *base}]}\n'
        .replace('x: &base {name: c, image: i}\n', '')
        .replace('{<<: *base}', '&base {name: c, image: i}, {<<: *base, name: d}'),
    ],
  ])('%s', (_, text) => {
    expect(diagnose(text)).toEqual([]);
  });

  test('a patch, by its directive or because it is called one', () => {
    const patch =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    spec:\n      containers:\n      - name: c\n        volumeMounts: [{name: elsewhere, mountPath: /a}]\n';
    expect(diagnose(patch, true)).toEqual([]);
    expect(diagnose(`${patch}      - $patch: replace\n`)).toEqual([]);
    expect(diagnose(patch).map(({ family }) => family)).toEqual(['required', 'required', 'reference']);
  });
});

describe('problems', () => {
  test.each<[string, string, object]>([
    [
      'a named port that no container declares',
      pod('ports: [{containerPort: 80, name: http}]\nlivenessProbe: {httpGet: {port: web, path: /}}'),
      {
        family: 'probe',
        severity: 'warning',
        component: 'kubelet',
        at: '9 web',
        words: expect.stringMatching(/^Unhealthy: Liveness probe errored/),
        fixes: [{ title: 'Change to http' }],
      },
    ],
    [
      'more successes than a liveness probe may want',
      pod('livenessProbe:\n  tcpSocket: {port: 1}\n  successThreshold: 2'),
      {
        family: 'probe',
        at: '10 2',
        words: 'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      },
    ],
    [
      'a unit as it is written elsewhere',
      pod('resources: {limits: {memory: 512MB}}'),
      {
        family: 'type',
        at: '8 512MB',
        words: expect.stringMatching(/^quantities must match/),
        fixes: [{ title: 'Change to 512M', edits: [{ text: '512M' }] }],
      },
    ],
    [
      'a unit in small letters',
      pod('resources: {limits: {memory: 1gib}}'),
      { family: 'type', fixes: [{ title: 'Change to 1Gi' }] },
    ],
    [
      'a Secret that is not encoded, without repeating it',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {word: hunter2}\n',
      {
        family: 'type',
        message: expect.not.stringContaining('hunter2'),
        words: 'illegal base64 data at input byte 4',
        fixes: [{ title: 'Encode it as base64', edits: [{ text: 'aHVudGVyMg==' }] }],
      },
    ],
    [
      'a number in a Secret',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {word: 4711}\n',
      { family: 'type', fixes: [{ title: 'Put it in quotes', edits: [{ text: '"4711"' }] }] },
    ],
    [
      'two ways to check',
      pod('startupProbe: {tcpSocket: {port: 1}, exec: {command: [a]}}'),
      { words: 'spec.containers[0].startupProbe.tcpSocket: Forbidden: may not specify more than 1 handler type' },
    ],
    [
      'a request above its limit',
      pod('resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}'),
      {
        family: 'resources',
        at: '8 1Gi',
        words:
          'spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi',
        fixes: [{ edits: [{ text: '512Mi' }] }],
      },
    ],
    [
      'a volume that is not there',
      pod('volumeMounts: [{name: v, mountPath: /v}]'),
      { family: 'reference', at: '8 v', words: 'spec.containers[0].volumeMounts[0].name: Not found: "v"' },
    ],
    [
      'a variable that is set twice',
      pod('env: [{name: A, value: x}, {name: A, value: z}]'),
      {
        family: 'duplicate',
        severity: 'warning',
        words:
          'Warning: spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
      },
    ],
    [
      'a selector that misses its template',
      deployment('{matchLabels: {app: web}}', '{app: wep}'),
      {
        family: 'selector',
        at: '5 selector',
        words:
          'spec.template.metadata.labels: Invalid value: {"app":"wep"}: `selector` does not match template `labels`',
        fixes: [{ edits: [{ text: 'web', range: { start: { line: 6 } } }] }],
      },
    ],
    [
      'a Job that never ends',
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: c, image: i}], restartPolicy: Always}}}\n',
      {
        family: 'enum',
        words: 'spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"',
      },
    ],
    [
      'a Service without ports',
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {a: b}}\n',
      { family: 'required', at: '4 spec', words: 'spec.ports: Required value' },
    ],
    [
      'ports of a Service without names',
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports:\n  - {port: 1, name: a}\n  - {port: 2}\n',
      { family: 'required', at: '7 {port: 2}', words: 'spec.ports[1].name: Required value' },
    ],
    [
      'a field that is deprecated',
      pod('command: [a]', '  serviceAccount: x\n'),
      { family: 'deprecated', severity: 'hint', at: '5 serviceAccount' },
    ],
    [
      'a kind that is deprecated',
      'apiVersion: v1\nkind: Endpoints\nmetadata: {name: e}\n',
      {
        family: 'deprecated',
        severity: 'warning',
        words: 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
      },
    ],
  ])('%s', (_, text, expected) => {
    expect(diagnose(text)).toMatchObject([expected]);
  });
});

test('a fix keeps the quotes that JSON needs', () => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { restartPolicy: 'Alway', contianers: [{ name: 'c', image: 'i' }] },
  });
  const service = createManifestService({ knowledge });
  service.update('u', 1, text);
  const edits = service.diagnostics('u').flatMap(({ fixes }) => fixes.flatMap((fix) => fix.edits));
  const fixed = edits
    .toSorted((a, b) => b.range.start.column - a.range.start.column)
    .reduce((now, { range, text: put }) => now.slice(0, range.start.column) + put + now.slice(range.end.column), text);
  expect(JSON.parse(fixed).spec).toEqual({ restartPolicy: 'Always', containers: [{ name: 'c', image: 'i' }] });
});

/** The text after the first fix of its only problem. */
function fixed(text: string): string {
  const service = createManifestService({ knowledge });
  service.update('u', 1, text);
  const [edit] = service.diagnostics('u').flatMap(({ fixes }) => fixes.flatMap(({ edits }) => edits));
  if (!edit) throw new Error('there is no fix');
  const lines = text.split('\n');
  const offset = ({ line, column }: { line: number; column: number }): number =>
    lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + column;
  return text.slice(0, offset(edit.range.start)) + edit.text + text.slice(offset(edit.range.end));
}

describe('what is missing is added', () => {
  const template =
    'template:\n    metadata: {labels: {app: web, "on": "1"}}\n    spec: {containers: [{name: c, image: i}]}\n';
  const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  ${template}`;

  test('a selector of the template’s labels', () => {
    const text = fixed(deployment);
    expect(text).toContain('spec:\n  selector: {matchLabels: {app: web, "on": "1"}}\n  template:');
    expect(diagnose(text)).toEqual([]);
  });

  test('in a list, in flow style and in JSON', () => {
    const path = (entry: string): string =>
      `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  rules:\n  - http:\n      paths:\n${entry}`;
    expect(fixed(path('      - backend: {service: {name: a, port: {number: 1}}}\n        path: /\n'))).toContain(
      '      - pathType: Prefix\n        backend: {',
    );
    expect(fixed(path('      - {path: /, backend: {service: {name: a, port: {number: 1}}}}\n'))).toContain(
      '- {pathType: Prefix, path: /,',
    );
    const json = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } };
    const spec = {
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    };
    expect(JSON.parse(fixed(JSON.stringify({ ...json, spec }))).spec.selector).toEqual({ matchLabels: { app: 'web' } });
    const version = { name: 'v1', storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
    const names = { kind: 'W', plural: 'ws' };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ws.a.b' },
    };
    const whole = { ...crd, spec: { group: 'a.b', scope: 'Namespaced', names, versions: [version] } };
    expect(JSON.parse(fixed(JSON.stringify(whole))).spec.versions[0].served).toBe(false);
  });

  test('a number or a boolean in quotes is written without', () => {
    expect(fixed(pod('ports: [{containerPort: "8080"}]'))).toContain('containerPort: 8080}');
    expect(fixed(pod("tty: 'yes'"))).toContain('tty: true\n');
    expect(() => fixed(pod('tty: maybe'))).toThrow('no fix');
  });
});
