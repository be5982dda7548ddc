import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ApplyRequest, applyManifest, LAST_APPLIED, withLastApplied } from '../../../src/cluster/apply/apply.ts';
import { goJson } from '../../../src/cluster/apply/json.ts';
import { threeWayPatch } from '../../../src/cluster/apply/patch.ts';
import { readManifest } from '../../../src/cluster/apply/text.ts';
import type { Json } from '../../../src/model/object.ts';
import { schemaForKind } from '../../../src/model/schema.ts';

const DEPLOYMENT = schemaForKind('apps/v1', 'Deployment');

describe('the text of a manifest', () => {
  it('is read as Kubernetes reads it: YAML 1.1, anchors, merges, several documents, lists', () => {
    const { objects, problems } = readManifest(`apiVersion: v1
kind: ConfigMap
metadata: &m {name: a, labels: {on: y, mode: 0777, time: 12:30, quoted: "yes"}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {<<: *m2, name: b}}
`);
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining('*m2') })]);
    expect(objects[0]?.object.metadata).toEqual({
      name: 'a',
      labels: { true: true, mode: 511, time: '12:30', quoted: 'yes' },
    });
  });

  it('gives each item of a List, and lets keys win over what is merged', () => {
    const { objects, problems } = readManifest(
      'apiVersion: v1\nkind: List\nx: &b {name: base, namespace: ns}\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p, <<: *b}}\n- {apiVersion: v1, kind: Pod, metadata: {name: q}}\n',
    );
    expect(problems).toEqual([]);
    expect(objects.map((o) => o.object.metadata)).toEqual([{ name: 'p', namespace: 'ns' }, { name: 'q' }]);
  });

  it.each([
    ['a: 1\na: 2\nkind: X\napiVersion: v1', 2, /twice/],
    ['kind: Pod\nmetadata: {}', 1, /apiVersion/],
    ['- 1', 1, /mapping/],
    ['kind: Pod\nmetadata: [', 2, /not valid YAML/],
    ['---\nkind: A\napiVersion: v1\n---\nfoo: *x\n', 5, /no anchor/],
  ])('%j is refused with its line', (text, line, message) => {
    expect(readManifest(text).problems).toEqual([{ line, message: expect.stringMatching(message) }]);
  });

  it('does not expand a bomb of aliases', () => {
    let text = 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n';
    for (let i = 1; i < 12; i++)
      text += `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(',')}]\n`;
    expect(readManifest(text).problems[0]?.message).toMatch(/expand/);
  });

  it('keeps __proto__ a key', () => {
    const { objects } = readManifest('apiVersion: v1\nkind: X\n__proto__: {polluted: true}\n');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.hasOwn(objects[0]?.object ?? {}, '__proto__')).toBe(true);
  });
});

describe('the annotation', () => {
  it('is written as Go writes JSON: keys by their bytes, and <, >, & escaped', () => {
    expect(goJson({ b: 1, a: '<&>', ä: null, Z: [true] })).toBe(
      '{"Z":[true],"a":"\\u003c\\u0026\\u003e","b":1,"ä":null}',
    );
  });

  it('holds the object without itself, an empty annotations map and a line feed, as kubectl writes it', () => {
    const given = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', annotations: { [LAST_APPLIED]: 'old' } },
    };
    const metadata = withLastApplied(given).metadata as { annotations: { [key: string]: string } };
    expect(metadata.annotations[LAST_APPLIED]).toBe(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"c"}}\n',
    );
  });
});

describe('the patch', () => {
  const base = (containers: Json[], more: Json = {}): Json => ({
    spec: { template: { spec: { containers } }, ...more },
  });

  it('leaves alone what the server defaulted and what others own', () => {
    const applied = base([{ name: 'web', image: 'nginx:1.27' }]);
    const live = base([{ name: 'web', image: 'nginx:1.27', imagePullPolicy: 'IfNotPresent' }], { replicas: 3 });
    expect(threeWayPatch(applied, applied, live, DEPLOYMENT)).toBeUndefined();
  });

  it('changes one container by its merge key and keeps the order', () => {
    const was = base([
      { name: 'web', image: 'nginx:1.27' },
      { name: 'log', image: 'busybox:1.36' },
    ]);
    const now = base([
      { name: 'web', image: 'nginx:1.28' },
      { name: 'log', image: 'busybox:1.36' },
    ]);
    expect(threeWayPatch(was, now, was, DEPLOYMENT)).toEqual({
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'web' }, { name: 'log' }],
            containers: [{ image: 'nginx:1.28', name: 'web' }],
          },
        },
      },
    });
  });

  it('deletes what was applied before and is no longer there, elements of lists included', () => {
    const was = base(
      [
        { name: 'web', image: 'a', command: ['x'] },
        { name: 'old', image: 'b' },
      ],
      { replicas: 2 },
    );
    const now = base([{ name: 'web', image: 'a' }]);
    expect(threeWayPatch(was, now, was, DEPLOYMENT)).toEqual({
      spec: {
        replicas: null,
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'web' }],
            containers: [
              { command: null, name: 'web' },
              { $patch: 'delete', name: 'old' },
            ],
          },
        },
      },
    });
  });

  it('tells the server which keys of a strategy are to stay', () => {
    const was: Json = { spec: { strategy: { type: 'RollingUpdate' } } };
    const live: Json = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    expect(threeWayPatch(was, { spec: { strategy: { type: 'Recreate' } } }, live, DEPLOYMENT)).toEqual({
      spec: { strategy: { type: 'Recreate', $retainKeys: ['type'] } },
    });
  });

  it('replaces lists of custom resources', () => {
    expect(threeWayPatch({}, { spec: { list: [1] } }, { spec: { list: [1, 2] } }, undefined)).toEqual({
      spec: { list: [1] },
    });
  });
});

describe('apply', () => {
  const WEB = readFileSync(path.join(import.meta.dirname, '../../../media/samples/web.yaml'), 'utf8');

  function server(live?: Json) {
    const sent: ApplyRequest[] = [];
    const request = (r: ApplyRequest) => {
      sent.push(r);
      if (r.method === 'GET') return live ? { code: 200, body: live, step: 1 } : { code: 404, step: 1 };
      return { code: r.method === 'POST' ? 201 : 200, step: 2 };
    };
    return { sent, request };
  }

  it('creates what is not there, as kubectl does', () => {
    const target = server();
    const { objects } = applyManifest(WEB, 'demo', target);
    expect(objects).toMatchObject([{ kind: 'Deployment', name: 'web', namespace: 'demo', result: 'created', step: 2 }]);
    expect(target.sent.map((r) => `${r.method} ${r.path}`)).toEqual([
      'GET /apis/apps/v1/namespaces/demo/deployments/web',
      'POST /apis/apps/v1/namespaces/demo/deployments',
    ]);
    expect(target.sent[1]?.query).toEqual({ fieldManager: ['kubectl-client-side-apply'], fieldValidation: ['Strict'] });
  });

  it('sends nothing when nothing changed', () => {
    const live = withLastApplied({
      ...readManifest(WEB).objects[0]?.object,
      metadata: { name: 'web', namespace: 'demo', labels: { app: 'web' } },
    });
    const target = server(live);
    expect(applyManifest(WEB, 'demo', target).objects[0]?.result).toBe('unchanged');
    expect(target.sent).toHaveLength(1);
  });

  it('patches strategically what has changed', () => {
    const live = withLastApplied({
      ...readManifest(WEB).objects[0]?.object,
      metadata: { name: 'web', namespace: 'demo', labels: { app: 'web' } },
    });
    const target = server(live);
    expect(applyManifest(WEB.replace('replicas: 3', 'replicas: 5'), 'demo', target).objects[0]?.result).toBe(
      'configured',
    );
    const patch = target.sent[1];
    expect(patch?.contentType).toBe('application/strategic-merge-patch+json');
    expect(patch?.body).toMatchObject({ spec: { replicas: 5 } });
  });

  it('reads everything before it sends anything', () => {
    const target = server();
    const { objects } = applyManifest(`${WEB}---\nkind: Pod\n`, 'demo', target);
    expect(objects).toMatchObject([{ result: 'failed', line: 23, message: expect.stringContaining('apiVersion') }]);
    expect(target.sent).toEqual([]);
  });

  it('asks discovery for kinds it does not know, and says so when the server has none', () => {
    const target = server();
    const { objects } = applyManifest('apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n', 'demo', target);
    expect(objects[0]?.message).toBe('no matches for kind "Thing" in version "example.com/v1"');
    expect(target.sent).toEqual([{ method: 'GET', path: '/apis/example.com/v1', discovery: true }]);
  });
});
