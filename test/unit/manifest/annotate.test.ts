import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnnotatedManifest } from '../../../src/manifest/annotate/model.ts';
import { stagesOf } from '../../../src/manifest/annotate/order.ts';
import { annotationPage } from '../../../src/manifest/annotate/page.ts';
import { PAGE_STYLE, PAGE_STYLE_HASH } from '../../../src/manifest/annotate/page-style.ts';
import { stageById, stageOf } from '../../../src/manifest/annotate/stages.ts';
import { annotationTranscript } from '../../../src/manifest/annotate/transcript.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();

function annotated(text: string): AnnotatedManifest {
  const service = createManifestService({ knowledge });
  service.update('a', 1, text);
  return service.annotated('a');
}

const sample = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'media', 'samples', name), 'utf8');

/** `line: path (components)` of every field. */
function told({ lines }: AnnotatedManifest): string[] {
  return lines.flatMap(({ fields }, i) =>
    fields.map((f) => `${i}: ${f.path} (${f.acts.map((a) => a.component).join()})`),
  );
}

describe('lines of an annotated manifest', () => {
  test('are the lines of the text, each with the fields whose keys stand on it', () => {
    const text = sample('web.yaml');
    const manifest = annotated(text);
    expect(manifest.lines.map(({ text: line }) => line).join('\n')).toBe(text);
    expect(manifest.objects).toEqual([{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', line: 0 }]);
    const replicas = manifest.lines[7]?.fields[0];
    expect(replicas).toMatchObject({ path: 'spec.replicas', column: 2, main: { component: 'deployment-controller' } });
  });

  test('flow style has several fields on a line, JSON as well', () => {
    const pod = annotated('{"apiVersion": "v1", "kind": "Pod", "spec": {"nodeName": "w", "hostNetwork": true}}');
    expect(pod.lines).toHaveLength(1);
    expect(pod.lines[0]?.fields.map((f) => f.path)).toEqual([
      'apiVersion',
      'kind',
      'spec',
      'spec.nodeName',
      'spec.hostNetwork',
    ]);
  });

  test('several documents and lists: every object is told of by itself, lines count through', () => {
    const both = annotated(`# first\n${sample('web.yaml')}---\n${sample('web-service.yaml')}`);
    expect(both.objects.map(({ kind }) => kind)).toEqual(['Deployment', 'Service']);
    const lines = both.lines.map(({ text }) => text);
    for (const { line } of both.objects)
      expect(lines[line]).toBe(line === 1 ? 'apiVersion: apps/v1' : 'apiVersion: v1');
    const list = annotated(
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    nodeName: w\n',
    );
    expect(told(list).at(-1)).toMatch(/^6: spec\.nodeName \(/);
  });

  test('a value of several lines goes on; comments and unknown fields belong to nobody', () => {
    const { lines } = annotated(
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    command:\n    - sh\n    # why\n    - -c\n  nonsense:\n    x: 1\n',
    );
    expect(lines[6]?.continues?.path).toBe('spec.containers[0].command');
    expect(lines[7]?.continues).toBeUndefined();
    expect(lines[8]?.continues?.path).toBe('spec.containers[0].command');
    expect(lines[9]).toEqual({ text: '  nonsense:', fields: [] });
    expect(lines[10]).toEqual({ text: '    x: 1', fields: [] });
  });

  test('an entry of a map is told of by itself only where its record says something of its own', () => {
    const text =
      'apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    app: web\nspec:\n  containers:\n  - resources:\n      limits:\n        cpu: 1\n        memory: 1Gi\n';
    const { lines } = annotated(text);
    expect(lines[4]?.continues?.path).toBe('metadata.labels');
    expect(lines[9]?.fields[0]?.title).toBe('limits › cpu');
    expect(lines[10]?.fields[0]?.facts.handlers).not.toEqual(lines[9]?.fields[0]?.facts.handlers);
  });

  test('what is half written is told of as far as it can be read, with the line that cannot', () => {
    const manifest = annotated('apiVersion: v1\nkind: Pod\nspec:\n  nodeName: w\n  contai\n  hostNetwork: true\n');
    expect(manifest.problems[0]?.line).toBeGreaterThanOrEqual(3);
    expect(manifest.problems[0]?.message).not.toBe('');
    expect(told(manifest).map((t) => t.replace(/ .*/, ''))).toEqual(expect.arrayContaining(['3:', '5:']));
  });

  test('a part that an edit left alone keeps its lines, the very same', () => {
    const service = createManifestService({ knowledge });
    const text = `${sample('web.yaml')}---\n${sample('web-service.yaml')}`;
    service.update('a', 1, text);
    const before = service.annotated('a').lines;
    service.update('a', 2, text.replace('replicas: 3', 'replicas: 4\n  paused: true'));
    const after = service.annotated('a').lines;
    expect(after).toHaveLength(before.length + 1);
    expect(after.at(-3)).toBe(before.at(-3));
    expect(after[7]).not.toBe(before[7]);
  });

  test('CRLF and an empty text', () => {
    expect(annotated('apiVersion: v1\r\nkind: Pod\r\n').lines.map(({ text }) => text)).toEqual([
      'apiVersion: v1',
      'kind: Pod',
      '',
    ]);
    expect(annotated('')).toEqual({ lines: [{ text: '', fields: [] }], objects: [], problems: [] });
  });
});

describe('the order of acting', () => {
  test('a Deployment: gates of the API server, controllers, scheduler, kubelet, runtime', () => {
    const stages = stagesOf(annotated(sample('web.yaml')));
    const at = (id: string): number => stages.findIndex((stage) => stage.id === id);
    const order = [
      'api-decode',
      'api-validation',
      'api-storage',
      'deployment-controller',
      'replicaset-controller',
      'kube-scheduler',
      'kubelet',
      'container-runtime',
      'endpointslice-controller',
    ];
    expect(order.map(at).every((place) => place >= 0)).toBe(true);
    expect(order.map(at)).toEqual([...order.map(at)].sort((a, b) => a - b));
    expect(stages.map(({ number }) => number)).toEqual(stages.map((_, i) => i + 1));
  });

  test('admission of a pod comes with the pod: in a template after the controller that makes it', () => {
    const spec = 'spec:\n  serviceAccountName: robot\n';
    const pod = stagesOf(annotated(`apiVersion: v1\nkind: Pod\n${spec}`)).map(({ id }) => id);
    expect(pod).toContain('api-mutating');
    expect(pod).not.toContain('api-made');
    const inside = spec.replaceAll(/^/gm, '    ');
    const text = `apiVersion: apps/v1\nkind: ReplicaSet\nspec:\n  replicas: 1\n  template:\n${inside}`;
    const owned = stagesOf(annotated(text)).map(({ id }) => id);
    expect(owned).not.toContain('api-mutating');
    expect(owned.indexOf('api-made')).toBeGreaterThan(owned.indexOf('replicaset-controller'));
  });

  test('what a rule does to requests for other objects comes after its own request', () => {
    expect(stageOf('kube-apiserver', 'admission Priority', false, 'Pod')).toBe('api-mutating');
    expect(stageOf('kube-apiserver', 'admission Priority', false, 'PriorityClass')).toBe('api-later');
    expect(stageOf('kube-apiserver', 'authorization RBAC', false, 'Role')).toBe('api-later');
    expect(stageOf('kube-apiserver', 'validation', false, 'Role')).toBe('api-validation');
  });

  test('every step that a record names has its place', () => {
    const handlers = knowledge
      .recordedTypes()
      .flatMap(({ fields }) => Object.values(fields))
      .flatMap((record) => [record, ...Object.values(record.in ?? {})])
      .flatMap(({ handlers: list = [] }) => list);
    for (const { component, step } of handlers) {
      const stage = stageById(stageOf(component, step, false));
      expect(stage.title).not.toBe('');
      expect(stage.when, `${component} ${step}`).not.toBe('');
    }
    const later = handlers.filter(({ component, step }) => stageOf(component, step, false) === 'api-later');
    // Steps of the API server that no gate of a create request takes; a new one is to be looked at.
    expect([...new Set(later.map(({ step }) => step))].sort()).toEqual([
      'CEL rules',
      'DELETE',
      'MutatingAdmissionPolicy',
      'MutatingAdmissionWebhook',
      'OpenAPI',
      'TokenRequest',
      'TokenReview',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionWebhook',
      'access review',
      'aggregation',
      'allocate',
      'autoregister',
      'availability',
      'custom resource conversion',
      'custom resources',
      'discovery',
      'ephemeralcontainers subresource',
      'eviction subresource',
      'kubelet client',
      'list and watch',
      'matchConditions',
      'naming',
      'policy dispatch',
      'policy matching',
      'policy source',
      'priority and fairness',
      'probe',
      'pruning',
      'repair',
      'scale',
      'table',
      'update',
      'webhook client',
      'webhook rules',
    ]);
  });
});

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n';

describe('values of Secrets', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['plain', `${SECRET}data:\n  a: c2VjcmV0\nstringData:\n  b: hunter2 # note\n`],
    ['block scalar', `${SECRET}stringData:\n  b: |\n    c2VjcmV0\n    hunter2\ntype: Opaque\n`],
    ['flow', `${SECRET}data: {a: c2VjcmV0, "b": 'hunter2'}\n`],
    ['JSON', '{"apiVersion":"v1","kind":"Secret","stringData":{"a":"hunter2 c2VjcmV0"}}'],
    ['spelt otherwise', '{"apiVersion":"v1","kind":"\\u0053ecret","stringData":{"a":"hunter2 c2VjcmV0"}}'],
    ['anchored elsewhere', `x: &p hunter2\n${SECRET}stringData:\n  a: *p\n  b: c2VjcmV0\n`],
    ['not a map', `${SECRET}stringData:\n- hunter2\n- c2VjcmV0\n`],
    [
      'in a List',
      `apiVersion: v1\nkind: List\nitems:\n- ${SECRET.replaceAll('\n', '\n  ')}data: {a: hunter2 c2VjcmV0}\n`,
    ],
    [
      'in a SecretList',
      'apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: s}\n  data: {a: hunter2 c2VjcmV0}\n',
    ],
    [
      'applied last',
      `${SECRET}  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"hunter2 c2VjcmV0"}}'\n`,
    ],
    ['half written', `${SECRET}data:\n  a: c2VjcmV0\n  b: "hunter2\n  c\n`],
    [
      'broken JSON',
      '{"apiVersion":"v1",\n"kind": "Secret", "stringData": {"b": "hunter2"},\n"data": {"a": "c2VjcmV0"}',
    ],
  ];

  test.each(texts)('%s: are nowhere, and every line is in its place', (_, text) => {
    const manifest = annotated(text);
    const out = [annotationPage('s', manifest), annotationTranscript('s', manifest), JSON.stringify(manifest.lines)];
    for (const made of out) expect(made).not.toMatch(/hunter2|c2VjcmV0/);
    expect(manifest.lines).toHaveLength(text.split('\n').length);
    expect(manifest.lines.some(({ text: line }) => line.includes('<redacted>'))).toBe(true);
  });

  test('ConfigMaps keep theirs', () => {
    expect(annotated('apiVersion: v1\nkind: ConfigMap\ndata:\n  a: hunter2\n').lines[3]?.text).toBe('  a: hunter2');
  });
});

describe('the exported page', () => {
  test('allows its own style and nothing else', () => {
    expect(createHash('sha256').update(PAGE_STYLE).digest('base64')).toBe(PAGE_STYLE_HASH);
    const page = annotationPage('web.yaml', annotated(sample('web.yaml')));
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${PAGE_STYLE_HASH}'`);
    expect(page).not.toMatch(/<script|<link|\ssrc=|\shref=|\sstyle=|\son\w+=|url\(|@import/i);
    expect(page.match(/<li class="row/g)).toHaveLength(sample('web.yaml').split('\n').length);
  });

  test('escapes what the manifest says', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const page = annotationPage(
      evil,
      annotated(`apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${evil}\n  labels: {"${'<script>'}": x}\n`),
    );
    expect(page).not.toMatch(/<img|<script/);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });

  test('says what cannot be read, and that there is nothing', () => {
    expect(annotationPage('a', annotated('apiVersion: v1\nkind: Pod\nspec:\n  nodeName: "w\n'))).toMatch(
      /Line \d+ cannot be read/,
    );
    expect(annotationPage('a', annotated('hello: there\n'))).toContain('There is no Kubernetes object in it');
  });
});

test('whatever is typed, there is an annotation for every line and no secret in it', () => {
  const lines = [
    'apiVersion: v1',
    'kind: Secret',
    'kind: Pod',
    'data:',
    '  a: hunter2',
    '  b: |',
    '    hunter2',
    'spec: {',
    '}',
    '---',
    '- x',
    '\t',
    '"',
    '{{ if }}',
    'stringData: {c: hunter2}',
    'metadata:',
    '  name: s',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 14 }), (chosen) => {
      const text = chosen.join('\n');
      const manifest = annotated(text);
      expect(manifest.lines).toHaveLength(text.split('\n').length);
      for (const [i, { kind, line }] of manifest.objects.entries()) {
        if (kind !== 'Secret') continue;
        const until = manifest.objects[i + 1]?.line ?? manifest.lines.length;
        const own = manifest.lines.slice(line, until).map((l) => l.text);
        const end = own.indexOf('---');
        expect(own.slice(0, end === -1 ? undefined : end).join('\n')).not.toContain('hunter2');
      }
    }),
    { seed: 5, numRuns: 400 },
  );
});

test('a slip of the hand anywhere in a Secret shows none of its values', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', labels: { a: 'b' } },
    type: 'Opaque',
    data: { password: 'aHVudGVyMg', other: 'aHVudGVyMg' },
    stringData: { x: 'aHVudGVyMg' },
  };
  const list = { apiVersion: 'v1', kind: 'List', items: [secret, { apiVersion: 'v1', kind: 'Pod' }] };
  for (const text of [JSON.stringify(secret, null, 2), JSON.stringify(list, null, 1)]) {
    for (let at = 0; at < text.length; at += 2) {
      const typed = ['', '"', '}', '{', ',', ':', '\n', ']'].map((put) => text.slice(0, at) + put + text.slice(at));
      for (const one of [...typed, text.slice(0, at) + text.slice(at + 1)]) {
        const shown = annotated(one).lines.map((line) => line.text);
        expect(shown.join('\n'), one).not.toContain('aHVudGVyMg');
      }
    }
  }
}, 60_000);

test('words that only look like the kind hide nothing', () => {
  const text = 'apiVersion: v1\nkind: Pod\ndata: x\nspec: {mode: secure, host: server, kind: Server, other: shown}\n';
  expect(
    annotated(text)
      .lines.map((line) => line.text)
      .join('\n'),
  ).toBe(text);
});
