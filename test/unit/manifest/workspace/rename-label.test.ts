// Labels, volumes and ports by another name: everything that selectors and references tie together, and nothing else.
import { describe, expect, test } from 'vitest';
import { factsOfText } from '../../../../src/manifest/service.ts';
import { renamingAt, writtenName } from '../../../../src/manifest/workspace/rename.ts';
import type { Renaming } from '../../../../src/manifest/workspace/renaming.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web, tier: front}
    spec:
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [tier]}
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - {topologyKey: zone, labelSelector: {matchLabels: {app: cache}}}
      containers:
      - name: c
        ports: [{name: http, containerPort: 80}]
        env: [{name: TIER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tier']"}}}]
        readinessProbe: {httpGet: {port: http}}
        volumeMounts: [{name: data, mountPath: /d}]
      volumes: [{name: data, emptyDir: {}}]
`;
const AROUND = `apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web, tier: front}, ports: [{name: main, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}}]}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: "web"}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web, port: {name: main}}}}
`;
const OTHER = `apiVersion: v1
kind: Pod
metadata: {name: cache, labels: {app: cache, run: web}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 1}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere, namespace: other, labels: {app: web}}
spec: {containers: []}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere, namespace: other}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
`;
const TEXTS: Readonly<Record<string, string>> = {
  web: WEB.replaceAll('name: web', 'name: web\n  namespace: shop'),
  around: AROUND.replace(/\{name: (web|db)/g, '{namespace: shop, name: $1'),
  other: OTHER,
};

function workspace(texts = TEXTS): Workspace {
  const made = new Workspace();
  for (const [uri, text] of Object.entries(texts)) made.update(uri, [...factsOfText(text)]);
  return made;
}

/** Renames what stands at `‹` in what stands around it. */
function at(uri: string, marked: string, texts = TEXTS): Renaming | string {
  const text = texts[uri] ?? '';
  const offset = text.indexOf(marked.replace('‹', ''));
  if (offset === -1) throw new Error(`${uri} has no ${marked}`);
  const lines = text.slice(0, offset + marked.indexOf('‹')).split('\n');
  return renamingAt(workspace(texts), uri, { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 });
}

/** The texts after the renaming, as lines that changed. */
function after(found: Renaming | string, name: string, texts = TEXTS): string[] {
  if (typeof found === 'string') throw new Error(found);
  expect(found.problem(name)).toBeUndefined();
  return Object.entries(texts).flatMap(([uri, text]) =>
    text.split('\n').flatMap((line, index) => {
      const here = found.places.filter((one) => one.uri === uri && one.range.start.line === index);
      const changed = here
        .sort((a, b) => b.range.start.column - a.range.start.column)
        .reduce(
          (now, { range: { start, end } }) =>
            now.slice(0, start.column) + writtenName(now.slice(start.column, end.column), name) + now.slice(end.column),
          line,
        );
      return here.length > 0 ? [changed.trim()] : [];
    }),
  );
}

const SHOP = [
  'labels: {app: shop}',
  'matchLabels: {app: shop}',
  'labels: {app: shop, tier: front}',
  expect.stringContaining('labelSelector: {matchLabels: {app: shop}}, matchLabelKeys: [tier]'),
  'metadata: {namespace: shop, name: web, labels: {app: shop}}',
  expect.stringContaining('selector: {app: shop, tier: front}'),
  expect.stringContaining('values: [shop, api]'),
  expect.stringContaining('matchLabels: {app: "shop"}'),
];

describe('the value of a label', () => {
  test.each([
    ['in the template', 'web', 'labels: {app: ‹web, tier'],
    ['on the object', 'web', 'labels: {app: ‹web}\nspec'],
    ['in the selector', 'web', 'matchLabels: {app: ‹web}\n  template'],
    ['in a Service', 'around', 'selector: {app: ‹web'],
    ['in an expression of a NetworkPolicy', 'around', 'values: [‹web'],
    ['in a budget', 'around', 'matchLabels: {app: "‹web'],
  ])('%s is renamed wherever selectors tie it to', (_, uri, marked) => {
    const found = at(uri, marked);
    expect(found).toMatchObject({ placeholder: 'web', fixed: [{ kind: 'Deployment', name: 'web' }] });
    expect(after(found, 'shop')).toEqual(SHOP);
  });

  test('which an affinity names is that of the other pods', () => {
    const texts = { ...TEXTS, other: OTHER.replace('name: cache,', 'name: cache, namespace: shop,') };
    expect(after(at('web', 'labelSelector: {matchLabels: {app: ‹cache', texts), 'store', texts)).toEqual([
      expect.stringContaining('{app: store}'),
      expect.stringContaining('{app: store, run: web}'),
    ]);
  });

  test('may not be one that selectors know others by, nor one that no label has', () => {
    const found = at('web', 'labels: {app: ‹web, tier');
    if (typeof found === 'string') throw new Error(found);
    expect(found.problem('cache')).toMatch(/Pod cache carries app: cache already/);
    expect(found.problem('not good')).toMatch(/kube-apiserver would say: a valid label must be/);
    expect(found.problem('web')).toBeUndefined();
  });
});

describe('the key of a label', () => {
  test('is renamed where it is named by itself, too', () => {
    const lines = after(at('around', '‹tier: front'), 'example.com/tier');
    expect(lines).toEqual([
      'labels: {app: web, example.com/tier: front}',
      expect.stringContaining('matchLabelKeys: [example.com/tier]'),
      expect.stringContaining(`"metadata.labels['example.com/tier']"`),
      expect.stringContaining('selector: {app: web, example.com/tier: front}'),
    ]);
  });

  test('may not be one that is there', () => {
    const found = at('web', '‹tier: front');
    if (typeof found === 'string') throw new Error(found);
    expect(found.problem('app')).toMatch(/Deployment web has a label app already/);
    expect(found.problem('a/b/c')).toMatch(/name part must consist/);
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    [
      'of nodes',
      { u: 'apiVersion: v1\nkind: Pod\nspec: {nodeSelector: {disk: ssd}}\n' },
      '‹disk',
      /No Node of this workspace/,
    ],
    [
      'that no pod has',
      { u: 'apiVersion: v1\nkind: Service\nspec: {selector: {a: b}}\n' },
      'a: ‹b',
      /No pod or template/,
    ],
    [
      'of Kubernetes',
      { u: 'apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {kubernetes.io/os: linux}}\n' },
      '‹kubernetes.io/os',
      /belongs to Kubernetes/,
    ],
  ])('%s is left alone', (_, texts, marked, reason) => {
    expect(at('u', marked, texts)).toMatch(reason);
  });
});

test('a port by name, with the Services and the probes that ask for it, and every other pod of theirs', () => {
  const lines = after(at('around', 'targetPort: ‹http'), 'web-http');
  expect(lines).toEqual([
    expect.stringContaining('ports: [{name: web-http,'),
    expect.stringContaining('httpGet: {port: web-http}'),
    expect.stringContaining('targetPort: web-http'),
  ]);
  expect(after(at('web', 'ports: [{name: ‹http'), 'web-http')).toEqual(lines);
  expect(after(at('around', 'port: {name: ‹main'), 'first')).toHaveLength(2);
  const found = at('web', 'ports: [{name: ‹http');
  expect(typeof found === 'string' || found.problem('much-too-long-a-name')).toMatch(/no more than 15 characters/);
});

test('a volume, with what mounts it', () => {
  expect(after(at('web', 'volumeMounts: [{name: ‹data'), 'files')).toEqual([
    'volumeMounts: [{name: files, mountPath: /d}]',
    'volumes: [{name: files, emptyDir: {}}]',
  ]);
});

test('an object and the patches of it', () => {
  const texts = {
    'file:///base/kustomization.yaml': 'resources: [a.yaml]\n',
    'file:///base/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\n',
    'file:///over/kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n',
    'file:///over/patch.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a: b}\n',
  };
  for (const uri of ['file:///base/a.yaml', 'file:///over/patch.yaml']) {
    expect(after(at(uri, 'name: ‹conf', texts), 'next', texts)).toEqual([
      'metadata: {name: next}',
      'metadata: {name: next}',
    ]);
  }
});
