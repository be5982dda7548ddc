import { describe, expect, it } from 'vitest';
import { ask, type Bench, bench, bodyOf, collect, configMap, pod, shape } from './support.ts';

const NS = '/api/v1/namespaces/default';
const CM = `${NS}/configmaps`;
const PODS = `${NS}/pods`;
const APPS = '/apis/apps/v1/namespaces/default';
const MERGE = { contentType: 'application/merge-patch+json' };

function ready(): Bench {
  const b = bench();
  ask(b, `POST ${NS}/serviceaccounts`, { metadata: { name: 'default' } });
  return b;
}

const deployment = (name: string): object => ({
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

describe('generation', () => {
  it('grows with what is wanted, not with status', () => {
    const b = ready();
    const path = `${APPS}/deployments/d`;
    const made = bodyOf(ask(b, `POST ${APPS}/deployments`, deployment('d')));
    expect(made.metadata.generation).toBe(1);
    expect(bodyOf(ask(b, `PATCH ${path}`, { spec: { replicas: 3 } }, MERGE)).metadata.generation).toBe(2);
    expect(bodyOf(ask(b, `PATCH ${path}`, { metadata: { labels: { x: 'y' } } }, MERGE)).metadata.generation).toBe(2);
    const status = bodyOf(ask(b, `PATCH ${path}/status`, { spec: { replicas: 9 }, status: { replicas: 3 } }, MERGE));
    expect(status).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 }, status: { replicas: 3 } });
    expect(bodyOf(ask(b, `PATCH ${path}`, { status: { replicas: 7 } }, MERGE)).status.replicas).toBe(3);
  });
});

describe('field owners', () => {
  it('are kept for each manager and sub-resource', () => {
    const b = ready();
    ask(b, `POST ${APPS}/deployments`, deployment('d'), { userAgent: 'kubectl/v1' });
    ask(
      b,
      `PUT ${APPS}/deployments/d/scale`,
      { metadata: { name: 'd' }, spec: { replicas: 5 } },
      { userAgent: 'hpa/v1' },
    );
    const { managedFields, generation } = bodyOf(ask(b, `GET ${APPS}/deployments/d`)).metadata;
    expect(generation).toBe(2);
    const owners = managedFields.map(
      (m: { manager: string; subresource?: string }) => `${m.manager}/${m.subresource ?? ''}`,
    );
    expect(owners.sort()).toEqual(['hpa/scale', 'kubectl/']);
    const hpa = managedFields.find((m: { manager: string }) => m.manager === 'hpa');
    expect(hpa.fieldsV1).toEqual({ 'f:spec': { 'f:replicas': {} } });
  });
});

describe('scale', () => {
  it('speaks for any kind that has replicas', () => {
    const b = ready();
    ask(b, `POST ${APPS}/deployments`, deployment('d'));
    expect(bodyOf(ask(b, `GET ${APPS}/deployments/d/scale`))).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'a=b' },
    });
    const refused = ask(b, `PATCH ${APPS}/deployments/d/scale`, { spec: { replicas: -1 } }, MERGE);
    expect(bodyOf(refused).message).toBe(
      'Scale.autoscaling "d" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });
});

describe('delete', () => {
  it('waits for finalizers, and goes with the last of them', () => {
    const b = ready();
    ask(b, `POST ${CM}`, { metadata: { name: 'a', finalizers: ['example.com/x'] } });
    const seen = collect(b, CM);
    const going = bodyOf(ask(b, `DELETE ${CM}/a`));
    expect(going.metadata).toMatchObject({ deletionGracePeriodSeconds: 0 });
    expect(going.metadata.deletionTimestamp).toBeDefined();
    ask(b, `PATCH ${CM}/a`, { metadata: { finalizers: null } }, MERGE);
    expect(shape(seen.events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(ask(b, `GET ${CM}/a`).code).toBe(404);
  });

  it.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
    ['Background', undefined],
  ])('propagates as %s', (propagationPolicy, finalizers) => {
    const b = ready();
    ask(b, `POST ${APPS}/deployments`, deployment('d'));
    ask(b, `DELETE ${APPS}/deployments/d`, { propagationPolicy });
    expect(bodyOf(ask(b, `GET ${APPS}/deployments/d`)).metadata?.finalizers).toEqual(finalizers);
  });

  it('keeps the pods of a Job unless told otherwise', () => {
    const b = ready();
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } };
    ask(b, 'POST /apis/batch/v1/namespaces/default/jobs', { metadata: { name: 'j' }, spec: { template } });
    ask(b, 'DELETE /apis/batch/v1/namespaces/default/jobs/j');
    const held = bodyOf(ask(b, 'GET /apis/batch/v1/namespaces/default/jobs/j'));
    expect(held.metadata.finalizers).toEqual(['orphan']);
  });

  it('checks what it is told about the object', () => {
    const b = ready();
    ask(b, `POST ${CM}`, configMap('a'));
    const refused = ask(b, `DELETE ${CM}/a`, { preconditions: { uid: 'other' } });
    expect(bodyOf(refused)).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(bodyOf(refused).message).toContain('the UID in the precondition (other) does not match the UID in record');
    expect(bodyOf(ask(b, `DELETE ${CM}/a`, { propagationPolicy: 'Sideways' })).code).toBe(422);
  });

  it('of a collection takes what is selected', () => {
    const b = ready();
    for (const name of ['a', 'b', 'c'])
      ask(b, `POST ${CM}`, { metadata: { name, labels: { del: name === 'c' ? 'no' : 'yes' } } });
    expect(ask(b, `DELETE ${CM}`, undefined, { q: { labelSelector: 'del=yes' } }).code).toBe(200);
    expect(bodyOf(ask(b, `GET ${CM}`)).items.map((i: { metadata: { name: string } }) => i.metadata.name)).toEqual([
      'c',
    ]);
  });
});

describe('dry run', () => {
  it('answers as if, and writes nothing', () => {
    const b = ready();
    const before = b.store.revision;
    const dry = { q: { dryRun: 'All' } };
    expect(ask(b, `POST ${CM}`, configMap('a'), dry).code).toBe(201);
    expect(ask(b, `POST ${PODS}`, pod('p'), dry).code).toBe(201);
    expect(ask(b, `POST ${NS}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }, dry).code).toBe(
      201,
    );
    expect(b.store.revision).toBe(before);
    expect(bodyOf(ask(b, `POST ${CM}`, configMap('a'), { q: { dryRun: 'Some' } })).code).toBe(422);
  });
});

describe('Services', () => {
  it('hold their address and node port, and give them back', () => {
    const b = ready();
    const spec = { type: 'NodePort', selector: { a: 'b' }, ports: [{ port: 80 }] };
    const made = bodyOf(ask(b, `POST ${NS}/services`, { metadata: { name: 's' }, spec }));
    const { clusterIP, ports } = made.spec;
    expect(clusterIP).toMatch(/^10\.96\./);
    expect(ports[0].nodePort).toBeGreaterThanOrEqual(30_086);
    expect(ask(b, `GET /apis/networking.k8s.io/v1/ipaddresses/${clusterIP}`).code).toBe(200);
    const taken = { metadata: { name: 't' }, spec: { ports: [{ port: 80 }], clusterIP } };
    expect(bodyOf(ask(b, `POST ${NS}/services`, taken)).message).toBe(
      `Service "t" is invalid: spec.clusterIPs: Invalid value: ["${clusterIP}"]: failed to allocate IP ${clusterIP}: provided IP is already allocated`,
    );
    const kept = bodyOf(ask(b, `PUT ${NS}/services/s`, { metadata: { name: 's' }, spec }));
    expect(kept.spec).toMatchObject({ clusterIP, ports: [{ nodePort: ports[0].nodePort }] });
    const changed = bodyOf(ask(b, `PATCH ${NS}/services/s`, { spec: { type: 'ClusterIP' } }, MERGE));
    expect(changed.spec.ports[0].nodePort).toBeUndefined();
    ask(b, `DELETE ${NS}/services/s`);
    expect(ask(b, `GET /apis/networking.k8s.io/v1/ipaddresses/${clusterIP}`).code).toBe(404);
  });
});

describe('eviction', () => {
  const evict = (b: Bench, name: string) => ask(b, `POST ${PODS}/${name}/eviction`, { metadata: { name } });

  it('asks the disruption budget', () => {
    const b = ready();
    const PDB = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const made = bodyOf(
      ask(b, `POST ${PODS}`, pod('p', { metadata: { labels: { a: 'b' } }, spec: { nodeName: 'n' } })),
    );
    const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    ask(b, `PUT ${PODS}/p/status`, { ...made, status: running });
    const budget = bodyOf(
      ask(b, `POST ${PDB}`, {
        metadata: { name: 'w' },
        spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
      }),
    );
    const early = evict(b, 'p');
    expect(early).toMatchObject({ code: 429, headers: { 'Retry-After': '10' } });
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    };
    const seen = bodyOf(ask(b, `PUT ${PDB}/w/status`, { ...budget, status }));
    expect(bodyOf(evict(b, 'p'))).toMatchObject({
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ message: 'The disruption budget w needs 1 healthy pods and has 1 currently' }] },
    });
    ask(b, `PUT ${PDB}/w/status`, { ...seen, status: { ...status, disruptionsAllowed: 1 } });
    expect(evict(b, 'p').code).toBe(201);
    const going = bodyOf(ask(b, `GET ${PODS}/p`));
    expect(going.metadata.deletionTimestamp).toBeDefined();
    expect(going.status.conditions.map((c: { type: string }) => c.type)).toContain('DisruptionTarget');
    expect(bodyOf(ask(b, `GET ${PDB}/w`)).status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { p: expect.any(String) },
    });
  });
});
