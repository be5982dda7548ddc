import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { blame, type LineBlame } from '../../../src/provenance/blame.ts';
import { blameMarkdown, lineWords } from '../../../src/provenance/words.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

const knowledge = sourceKnowledge();
const NOW = Date.parse('2026-11-21T09:00:00Z');

/** Path → words, of every line that something is said of. */
function told(object: unknown): Record<string, string> {
  const { lines } = blame(knowledge, object as KubeObject);
  return Object.fromEntries(lines.map((line) => [line.path, lineWords(line, NOW)]));
}

function lineAt(object: unknown, path: string): LineBlame {
  const found = blame(knowledge, object as KubeObject).lines.find((line) => line.path === path);
  if (!found) throw new Error(`nothing is said of ${path}`);
  return found;
}

const entry = (manager: string, fieldsV1: unknown, more: object = {}): unknown => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-11-21T08:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});

const pod = (spec: object, managedFields: readonly unknown[], metadata: object = {}): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'demo', ...metadata, managedFields },
  spec,
});

const K = {
  web: 'k:{"name":"web"}',
  log: 'k:{"name":"log"}',
  http: 'k:{"containerPort":80,"protocol":"TCP"}',
};

describe('ownership', () => {
  test('items of associative lists are told apart by their keys, wherever they stand', () => {
    const spec = {
      containers: [
        { name: 'log', image: 'b' },
        { name: 'web', image: 'a', ports: [{ containerPort: 80, protocol: 'TCP' }] },
      ],
    };
    const words = told(
      pod(spec, [
        entry('me', {
          'f:spec': {
            'f:containers': {
              [K.web]: {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { '.': {}, [K.http]: { '.': {}, 'f:containerPort': {}, 'f:protocol': {} } },
              },
            },
          },
        }),
        entry('injector', { 'f:spec': { 'f:containers': { [K.log]: { '.': {}, 'f:image': {}, 'f:name': {} } } } }),
      ]),
    );
    expect(words['spec.containers[name="web"].image']).toBe('me · 1 h');
    expect(words['spec.containers[name="log"].image']).toBe('injector · 1 h');
    expect(words['spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].protocol']).toBe('me · 1 h');
  });

  test('sets are told by value', () => {
    const words = told(
      pod(
        {},
        [
          entry('gc', { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a.example/x"': {} } } }),
          entry('op', { 'f:metadata': { 'f:finalizers': { 'v:"b.example/y"': {} } } }),
        ],
        {
          finalizers: ['b.example/y', 'a.example/x'],
        },
      ),
    );
    expect(words['metadata.finalizers[="a.example/x"]']).toBe('gc · 1 h');
    expect(words['metadata.finalizers[="b.example/y"]']).toBe('op · 1 h');
    expect(words['metadata.finalizers']).toBe('gc · 1 h');
  });

  test('atomic lists and maps have one owner for all that is in them', () => {
    const spec = { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'web', command: ['sh', '-c'] }] };
    const words = told(
      pod(spec, [
        entry('me', {
          'f:spec': { 'f:nodeSelector': {}, 'f:containers': { [K.web]: { '.': {}, 'f:name': {}, 'f:command': {} } } },
        }),
      ]),
    );
    expect(words['spec.nodeSelector.disk']).toBe('me · 1 h');
    expect(words['spec.containers[name="web"].command[="-c"]']).toBe('me · 1 h');
  });

  test('of a map by key the dot is the map itself: another’s key stays another’s', () => {
    const labels = { app: 'web', team: 'a' };
    const words = told(
      pod(
        {},
        [
          entry('me', { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } }),
          entry('tagger', { 'f:metadata': { 'f:labels': { 'f:team': {} } } }),
        ],
        { labels },
      ),
    );
    expect(words['metadata.labels']).toBe('me · 1 h');
    expect(words['metadata.labels.app']).toBe('me · 1 h');
    expect(words['metadata.labels.team']).toBe('tagger · 1 h');
  });

  test('an empty map that somebody owns does not own what others put into it', () => {
    const words = told(
      pod(
        {},
        [
          entry('me', { 'f:metadata': { 'f:labels': {} } }),
          entry('tagger', { 'f:metadata': { 'f:labels': { 'f:team': {} } } }),
        ],
        { labels: { team: 'a' } },
      ),
    );
    expect(words['metadata.labels.team']).toBe('tagger · 1 h');
  });

  test('shared ownership names all, the latest first', () => {
    const line = lineAt(
      pod({ hostname: 'h' }, [
        entry('older', { 'f:spec': { 'f:hostname': {} } }, { time: '2026-11-21T07:00:00Z' }),
        entry('newer', { 'f:spec': { 'f:hostname': {} } }, { operation: 'Apply' }),
      ]),
      'spec.hostname',
    );
    expect(line.writers.map(({ manager }) => manager)).toEqual(['newer', 'older']);
    expect(lineWords(line, NOW)).toBe('newer + older · 1 h');
    expect(blameMarkdown(line, NOW)).toMatch(/2 managers share this field.*server-side apply.*by update/s);
  });

  test('custom resources, of which no schema is known', () => {
    const object = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: {
        name: 'w',
        managedFields: [
          entry(
            'me',
            { 'f:spec': { 'f:list': {}, 'f:parts': { [K.web]: { 'f:name': {} } }, 'f:open': { '.': {}, 'f:a': {} } } },
            { apiVersion: 'example.com/v1' },
          ),
        ],
      },
      spec: { list: [1, 2], parts: [{ name: 'web' }, { name: 'log' }], open: { a: 1, b: 2 } },
    };
    const words = told(object);
    expect(words['spec.list[=2]']).toBe('me · 1 h');
    expect(words['spec.parts[name="web"].name']).toBe('me · 1 h');
    expect(words['spec.parts[name="log"].name']).toBe('nobody');
    expect(words['spec.open.b']).toBe('nobody');
  });

  test('entries that cannot be read are said, and the others count', () => {
    const object = pod({ hostname: 'h' }, [
      entry('me', { 'f:spec': { 'f:hostname': {} } }),
      entry('x', 3),
      'nonsense',
      entry('y', {}, { fieldsType: 'FieldsV2' }),
      entry('z', { 'f:spec': { 'k:{broken': {} } }),
    ]);
    const { problems, lines } = blame(knowledge, object as KubeObject);
    expect(problems).toEqual([
      'managedFields[1] cannot be read: its fieldsV1 is no set of fields.',
      'managedFields[2] cannot be read: it is no object.',
      'managedFields[3] cannot be read: it is of the type "FieldsV2".',
    ]);
    expect(lines.find(({ path }) => path === 'spec.hostname')?.writers).toHaveLength(1);
  });

  test.each(['__proto__', 'constructor', 'toString'])('a key called %s is a key like others', (key) => {
    const labels = JSON.parse(`{"${key}": "x"}`) as object;
    const fields = JSON.parse(`{"f:metadata":{"f:labels":{"f:${key}":{}}}}`) as unknown;
    expect(told(pod({}, [entry('me', fields)], { labels }))[`metadata.labels.${key}`]).toBe('me · 1 h');
    expect(told(pod({}, [entry('me', {})], { labels }))[`metadata.labels.${key}`]).toBe('nobody');
  });
});

test('what an object holds twice is written twice, not as an alias', () => {
  const resources = {};
  const { text } = blame(
    knowledge,
    pod({ containers: [{ resources }], initContainers: [{ resources }] }, []) as KubeObject,
  );
  expect(text).not.toMatch(/[&*]a1/);
  expect(text.match(/resources: \{\}/g)).toHaveLength(2);
});

describe('secrets', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration':
          '{"apiVersion":"v1","kind":"Secret","stringData":{"password":"hunter2"}}',
      },
      managedFields: [entry('kubectl-client-side-apply', { 'f:data': { '.': {}, 'f:password': {} } })],
    },
    data: { password: 'aHVudGVyMg==' },
    stringData: { password: 'hunter2' },
  };

  test('are nowhere in the text, the lines, and the hovers', () => {
    const made = blame(knowledge, secret as unknown as KubeObject);
    const hovers = made.lines.map((line) => blameMarkdown(line, NOW));
    expect(JSON.stringify([made, hovers])).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(lineWords(lineAt(secret, 'data.password'), NOW)).toContain('kubectl apply');
  });
});

/** The last state of each kind in a recording of a real cluster. */
function recorded(scenario: string, kind: string): KubeObject {
  const lines = gunzipSync(readFileSync(sharedPath(`live/${scenario}/watch.jsonl.gz`)))
    .toString()
    .split('\n');
  const objects = lines.flatMap((line) => {
    const { object } = line === '' ? { object: undefined } : (JSON.parse(line) as { object?: KubeObject });
    return object?.kind === kind && object.metadata.name ? [object] : [];
  });
  const last = objects.at(-1);
  if (!last) throw new Error(`${scenario} has no ${kind}`);
  return last;
}

describe('objects of a real cluster', () => {
  test('a Deployment: what was in the file, what defaulting added, what the controller wrote', () => {
    const words = told(recorded('deployment-create', 'Deployment'));
    expect(words['spec.replicas']).toBe('kubectl apply · 39 m');
    expect(words['spec.revisionHistoryLimit']).toBe('kube-apiserver defaulting · kubectl apply · 39 m');
    expect(words['metadata.annotations.deployment.kubernetes.io/revision']).toBe(
      'Deployment controller · status · 39 m',
    );
    expect(words['status.conditions[type="Available"].reason']).toBe('Deployment controller · status · 39 m');
    expect(words['metadata.uid']).toBe('kube-apiserver');
    expect(words['metadata.name']).toBe('');
  });

  test('a Pod: its maker, admission, the binding, the kubelet', () => {
    const words = told(recorded('deployment-create', 'Pod'));
    expect(words['spec.containers[name="web"].image']).toBe('ReplicaSet controller · 39 m');
    expect(words['spec.nodeName']).toBe('kube-scheduler · Binding');
    expect(words['spec.priority']).toBe('kube-apiserver · admission Priority');
    expect(words['spec.tolerations[0].key']).toBe('kube-apiserver · admission DefaultTolerationSeconds');
    expect(words['status.podIP']).toBe('hollow-kubelet · status · 39 m');
    expect(words['status.qosClass']).toBe('kube-apiserver · pod strategy');
  });

  test.each(['deployment-create', 'service-endpoints', 'statefulset-ordered', 'pdb-eviction', 'taint-noexecute'])(
    '%s: of every line something can be said',
    (scenario) => {
      const kinds = [
        'Pod',
        'Deployment',
        'ReplicaSet',
        'StatefulSet',
        'Service',
        'EndpointSlice',
        'PodDisruptionBudget',
        'Node',
      ];
      for (const kind of kinds) {
        let object: KubeObject;
        try {
          object = recorded(scenario, kind);
        } catch {
          continue;
        }
        const dark = blame(knowledge, object).lines.filter(({ writers, unowned }) => writers.length === 0 && !unowned);
        expect(
          dark.map(({ path }) => path),
          kind,
        ).toEqual([]);
      }
    },
  );
});
