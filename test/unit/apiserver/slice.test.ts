import { describe, expect, it } from 'vitest';
import { ask, bench, bodyOf, collect, configMap, pod, shape } from './support.ts';

const CM = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';

function withDefaultAccount(b = bench()) {
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return b;
}

describe('create, get, update, delete', () => {
  it('stores an object with what only the server sets', () => {
    const b = bench();
    const made = ask(b, `POST ${CM}`, configMap('a', { k: 'v' }));
    expect(made.code).toBe(201);
    expect(bodyOf(made).metadata).toMatchObject({
      name: 'a',
      namespace: 'default',
      creationTimestamp: '2026-01-01T00:00:00Z',
    });
    expect(bodyOf(made).metadata.resourceVersion).toBe(String(b.store.revision));
    expect(bodyOf(ask(b, `GET ${CM}/a`))).toEqual(bodyOf(made));
    expect(b.store.get('/registry/configmaps/default/a')?.value).toEqual(bodyOf(made));
  });

  it('refuses a second object of the same name, a missing one and a stale one', () => {
    const b = bench();
    const first = bodyOf(ask(b, `POST ${CM}`, configMap('a')));
    expect(bodyOf(ask(b, `POST ${CM}`, configMap('a')))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
    });
    expect(bodyOf(ask(b, `GET ${CM}/nope`)).message).toBe('configmaps "nope" not found');
    expect(ask(b, `PUT ${CM}/a`, { ...first, data: { k: '1' } }).code).toBe(200);
    expect(bodyOf(ask(b, `PUT ${CM}/a`, { ...first, data: { k: '2' } }))).toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
  });

  it('writes nothing when an update changes nothing', () => {
    const b = bench();
    const first = bodyOf(ask(b, `POST ${CM}`, configMap('a', { k: 'v' })));
    const again = bodyOf(ask(b, `PUT ${CM}/a`, first));
    expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(b.store.revision).toBe(Number(first.metadata.resourceVersion));
  });

  it('draws a name from generateName', () => {
    const b = bench();
    const made = bodyOf(ask(b, `POST ${CM}`, { metadata: { generateName: 'x-' } }));
    expect(made.metadata.name).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });
});

describe('pods', () => {
  it('get their account, token, tolerations, priority, phase and QoS class', () => {
    const b = withDefaultAccount();
    const made = bodyOf(ask(b, `POST ${PODS}`, pod('p')));
    expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(made.metadata.generation).toBe(1);
    expect(made.spec).toMatchObject({
      serviceAccountName: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
    });
    expect(made.spec.tolerations.map((t: { tolerationSeconds: number }) => t.tolerationSeconds)).toEqual([300, 300]);
    expect(made.spec.volumes[0].name).toMatch(/^kube-api-access-/);
    expect(made.spec.containers[0].volumeMounts[0].name).toBe(made.spec.volumes[0].name);
  });

  it('are bound once', () => {
    const b = withDefaultAccount();
    ask(b, `POST ${PODS}`, pod('p'));
    const binding = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'node-1' } };
    expect(ask(b, `POST ${PODS}/p/binding`, binding).code).toBe(201);
    const bound = bodyOf(ask(b, `GET ${PODS}/p`));
    expect(bound.spec.nodeName).toBe('node-1');
    expect(bound.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(bodyOf(ask(b, `POST ${PODS}/p/binding`, binding)).message).toBe(
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "node-1"',
    );
  });

  it('wait for the kubelet when they are on a node, and go at once when they are not', () => {
    const b = withDefaultAccount();
    ask(b, `POST ${PODS}`, pod('free'));
    ask(b, `POST ${PODS}`, pod('held', { spec: { nodeName: 'node-1', terminationGracePeriodSeconds: 30 } }));
    ask(b, `DELETE ${PODS}/free`);
    expect(ask(b, `GET ${PODS}/free`).code).toBe(404);
    const going = bodyOf(ask(b, `DELETE ${PODS}/held`));
    expect(going.metadata).toMatchObject({
      deletionGracePeriodSeconds: 30,
      deletionTimestamp: '2026-01-01T00:00:30Z',
      generation: 2,
    });
    ask(b, `DELETE ${PODS}/held`, { gracePeriodSeconds: 0 });
    expect(ask(b, `GET ${PODS}/held`).code).toBe(404);
  });
});

describe('watch', () => {
  it('tells of each change once, in order, with the step that made it', () => {
    const b = bench();
    ask(b, `POST ${CM}`, configMap('a'));
    const seen = collect(b, CM);
    const put = ask(b, `PUT ${CM}/a`, configMap('a', { k: 'v' }));
    const post = ask(b, `POST ${CM}`, configMap('b'));
    const del = ask(b, `DELETE ${CM}/a`);
    expect(shape(seen.events)).toEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
    expect(seen.events.map((e) => e.cause)).toEqual([0, put.step, post.step, del.step]);
  });

  it('shows what leaves a selection as deleted and what enters as added', () => {
    const b = bench();
    const seen = collect(b, CM, { labelSelector: 'on=yes' });
    ask(b, `POST ${CM}`, configMap('a'));
    ask(b, `PUT ${CM}/a`, { metadata: { name: 'a', labels: { on: 'yes' } } });
    ask(b, `PUT ${CM}/a`, { metadata: { name: 'a', labels: { on: 'no' } } });
    expect(shape(seen.events)).toEqual(['ADDED a', 'DELETED a']);
    expect(seen.events[1]?.object.metadata).toHaveProperty('labels', { on: 'yes' });
  });

  it('goes on from a revision, and is told when that is gone', () => {
    const b = bench();
    const { resourceVersion } = bodyOf(ask(b, `POST ${CM}`, configMap('a'))).metadata;
    ask(b, `POST ${CM}`, configMap('b'));
    expect(shape(collect(b, CM, { resourceVersion }).events)).toEqual(['ADDED b']);
    b.store.compact(b.store.revision);
    const seen = collect(b, CM, { resourceVersion });
    expect(seen.events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    expect(seen.ended).toBe(true);
  });

  it('ends when the server stops', () => {
    const b = bench();
    const seen = collect(b, CM);
    b.server.stop();
    expect(seen.ended).toBe(true);
    expect(ask(b, `GET ${CM}`).code).toBe(0);
  });
});

describe('without etcd', () => {
  it('only what is cached can be read, and the server says that it is not well', () => {
    const b = bench();
    ask(b, `POST ${CM}`, configMap('a'));
    b.store.available = false;
    expect(bodyOf(ask(b, `POST ${CM}`, configMap('b')))).toMatchObject({
      code: 500,
      message: 'etcdserver: request timed out',
    });
    expect(ask(b, `GET ${CM}`).code).toBe(500);
    expect(bodyOf(ask(b, `GET ${CM}`, undefined, { q: { resourceVersion: '0' } })).items).toHaveLength(1);
    expect(ask(b, 'GET /livez').code).toBe(500);
    b.store.available = true;
    expect(ask(b, `POST ${CM}`, configMap('b')).code).toBe(201);
  });
});

describe('steps', () => {
  it('tell a learner which gates a request passed', () => {
    const b = bench();
    const made = ask(b, `POST ${CM}`, configMap('a'));
    const step = b.trace.get(made.step);
    expect(step?.text).toContain('POST configmaps/a → 201. The API server checked who you are (client certificate)');
    expect(step?.text).toContain(`\`/registry/configmaps/default/a\` at revision ${b.store.revision}`);
    expect(step?.actor.component).toBe('user');
  });

  it('never hold the values of Secrets', () => {
    const b = bench();
    const made = ask(b, 'POST /api/v1/namespaces/default/secrets', {
      metadata: {
        name: 's',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"k":"aHVzaA=="}}' },
      },
      data: { k: 'aHVzaA==' },
    });
    expect(made.code).toBe(201);
    expect(JSON.stringify(b.trace.get(made.step))).not.toContain('aHVzaA');
  });
});
