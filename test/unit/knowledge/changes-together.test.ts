// What records say of changes that one field alone cannot show: with others beside it, after a controller's work, or of
// metadata.
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/kernel/kernel.ts';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';

type Fields = Readonly<Record<string, unknown>>;
type Body = ReturnType<typeof bodyOf>;
interface Answer {
  readonly code: number;
  readonly body: Body;
}

const SERVICES = '/api/v1/namespaces/default/services';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const sampleOf = (kind: string, name = 'v'): Sample => {
  const found = CHANGE_SAMPLES.find(({ object }) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no sample ${kind} ${name}`);
  return found;
};

/** Makes an object, changes its fields and sends it again; null takes a field away. */
function sent(b: Bench, path: string, made: Fields, change: (stored: Body) => Fields): Answer {
  const first = ask(b, `POST ${path}`, made);
  expect(bodyOf(first).message).toBeUndefined();
  return again(b, path, bodyOf(first).metadata.name, change);
}

function again(b: Bench, path: string, name: string, change: (stored: Body) => Fields): Answer {
  const stored = bodyOf(ask(b, `GET ${path}/${name}`));
  const answer = ask(b, `PUT ${path}/${name}`, { ...stored, ...change(stored) });
  return { code: answer.code, body: bodyOf(answer) };
}

const spec =
  (change: Fields) =>
  (stored: Body): Fields => ({ spec: { ...stored.spec, ...change } });

describe('definitions of resources', () => {
  const { object } = sampleOf('CustomResourceDefinition', 'wides.g.io');

  test('scope and kind are fixed once the definition is established', () => {
    const b = bench();
    ask(b, `POST ${DEFINITIONS}`, object);
    b.kernel.runUntil(SECOND);
    const { name = '' } = object.metadata;
    expect(again(b, DEFINITIONS, name, spec({ scope: 'Cluster' })).body.message).toContain('field is immutable');
    const names = (stored: Body): Fields => spec({ names: { ...stored.spec.names, kind: 'Other' } })(stored);
    expect(again(b, DEFINITIONS, name, names).body.message).toContain('field is immutable');
    expect(again(b, DEFINITIONS, name, spec({ preserveUnknownFields: true })).code).toBe(422);
  });
});

describe('Services', () => {
  const ports = [{ port: 80 }];

  test('give ports and address back with their type, and may get others', () => {
    const b = bench();
    const node = sent(b, SERVICES, { metadata: { name: 's' }, spec: { type: 'LoadBalancer', ports } }, (s) => s).body;
    expect(node.spec.ports[0].nodePort).toBeGreaterThan(0);
    const inside = again(b, SERVICES, 's', spec({ type: 'ClusterIP' })).body;
    expect(inside.spec.ports[0].nodePort).toBeUndefined();
    expect(inside.spec.clusterIP).toBe(node.spec.clusterIP);
    const alias = again(b, SERVICES, 's', spec({ type: 'ExternalName', externalName: 'a.b' })).body;
    expect(alias.spec.clusterIP).toBeUndefined();
    const back = again(
      b,
      SERVICES,
      's',
      spec({ type: 'ClusterIP', externalName: undefined, clusterIP: '10.96.44.44' }),
    );
    expect(back.body.spec.clusterIP).toBe('10.96.44.44');
  });

  test('keep nothing that only a load balancer may have', () => {
    const made = {
      metadata: { name: 's' },
      spec: { type: 'LoadBalancer', ports, loadBalancerSourceRanges: ['10.0.0.0/8'] },
    };
    const { body } = sent(bench(), SERVICES, made, spec({ type: 'ClusterIP' }));
    expect(body.message).toContain("may only be used when `type` is 'LoadBalancer'");
  });
});

describe('claims', () => {
  const asked = { accessModes: ['ReadWriteOnce'], storageClassName: 'c', resources: { requests: { storage: '1Gi' } } };
  const bound = (): Bench => {
    const b = bench();
    ask(b, 'POST /apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'c' },
      provisioner: 'a.b',
      allowVolumeExpansion: true,
    });
    ask(b, `POST ${CLAIMS}`, { metadata: { name: 'd' }, spec: { ...asked, volumeName: 'p' } });
    const stored = bodyOf(ask(b, `GET ${CLAIMS}/d`));
    const status = { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] };
    expect(ask(b, `PUT ${CLAIMS}/d/status`, { ...stored, status }).code).toBe(200);
    return b;
  };

  test('grow, and change their VolumeAttributesClass, once they are bound', () => {
    const more = { resources: { requests: { storage: '2Gi' } } };
    expect(again(bound(), CLAIMS, 'd', spec(more)).code).toBe(200);
    expect(again(bound(), CLAIMS, 'd', spec({ volumeAttributesClassName: 'fast' })).code).toBe(200);
    const { body } = again(bound(), CLAIMS, 'd', spec({ resources: { requests: { storage: '1Mi' } } }));
    expect(body.message).toContain('field can not be less than');
    expect(sent(bench(), CLAIMS, { metadata: { name: 'e' }, spec: asked }, spec(more)).code).not.toBe(200);
  });
});

describe('fields tied to another', () => {
  const REFUSED: readonly [string, string, string, Fields][] = [
    ['PriorityLevelConfiguration', 'v', "type must be 'Exempt' if and only if", { type: 'Exempt', limited: undefined }],
    ['APIService', 'v1.g.io', 'must be `spec.version+"."+spec.group`', { group: 'h.io' }],
    ['APIService', 'v1.g.io', 'must be `spec.version+"."+spec.group`', { version: 'v2' }],
  ];

  test.each(REFUSED)('%s %s: %s', (kind, name, words, change) => {
    const { path, object } = sampleOf(kind, name);
    expect(sent(bench(), path, object as unknown as Fields, spec(change)).body.message).toContain(words);
  });

  test('a level that queued may refuse instead', () => {
    const { path, object } = sampleOf('PriorityLevelConfiguration');
    const limited = { limitResponse: { type: 'Reject' } };
    expect(sent(bench(), path, object as unknown as Fields, spec({ limited })).code).toBe(200);
  });
});

describe('metadata', () => {
  const PATH = '/api/v1/namespaces/default/configmaps';
  const of = (metadata: Fields): Fields => ({ metadata });
  const meta =
    (change: Fields) =>
    (stored: Body): Fields => ({ metadata: { ...stored.metadata, ...change } });
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' };

  test('generateName counts at creation, and may be anything later', () => {
    const { code, body } = sent(bench(), PATH, of({ generateName: 'a-' }), meta({ generateName: 'b-' }));
    expect(code).toBe(200);
    expect(body.metadata.name).toMatch(/^a-.{5}$/);
  });

  test('owners come and go', () => {
    const b = bench();
    expect(sent(b, PATH, of({ name: 'c' }), meta({ ownerReferences: [owner] })).body.metadata.ownerReferences).toEqual([
      owner,
    ]);
    expect(again(b, PATH, 'c', meta({ ownerReferences: [] })).body.metadata.ownerReferences ?? []).toEqual([]);
  });

  test('finalizers can be added until the object is being deleted, and removed at any time', () => {
    const b = bench();
    expect(sent(b, PATH, of({ name: 'c' }), meta({ finalizers: ['a.b/c'] })).code).toBe(200);
    ask(b, `DELETE ${PATH}/c`);
    const more = again(b, PATH, 'c', meta({ finalizers: ['a.b/c', 'a.b/d'] })).body;
    expect(more.message).toContain('no new finalizers can be added if the object is being deleted');
    again(b, PATH, 'c', meta({ finalizers: [] }));
    expect(ask(b, `GET ${PATH}/c`).code).toBe(404);
  });

  test('an object does not move to another namespace', () => {
    expect(sent(bench(), PATH, of({ name: 'c' }), meta({ namespace: 'kube-system' })).code).toBe(400);
  });
});
