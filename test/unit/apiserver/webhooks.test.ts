import { beforeEach, describe, expect, it } from 'vitest';
import type { OutboundCall, OutboundResult } from '../../../src/model/outbound.ts';
import type { ApiRequest, ApiResponse } from '../../../src/simulator/apiserver/index.ts';
import { ADMIN, ask, type Bench, bench, bodyOf, configMap, pod } from './support.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const base64 = (x: unknown): string => btoa(JSON.stringify(x));

interface Question {
  readonly call: OutboundCall;
  // biome-ignore lint/suspicious/noExplicitAny: an AdmissionReview as the webhook gets it
  readonly request: any;
  answer(response: object): void;
  fail(error: string): void;
  raw(code: number, body: string): void;
}

let b: Bench;
let questions: Question[];

beforeEach(() => {
  b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  questions = [];
  b.server.outbound = (call, done) => {
    const { request } = JSON.parse(call.body ?? '{}');
    const send = (result: OutboundResult): void => done(result);
    const review = (response: object): string =>
      JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: request.uid, ...response },
      });
    questions.push({
      call,
      request,
      answer: (response) => send({ ok: true, code: 200, body: review(response), ms: 3 }),
      fail: (error) => send({ ok: false, error }),
      raw: (code, body) => send({ ok: true, code, body, ms: 3 }),
    });
  };
});

const RULE = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

function configure(kind: 'Mutating' | 'Validating', name: string, webhooks: readonly object[]): void {
  const full = webhooks.map((w, i) => ({
    name: `hook${i}.example.com`,
    clientConfig: { url: `https://hooks.example.com/${name}/${i}` },
    rules: [RULE],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...w,
  }));
  const made = ask(b, `POST ${GROUP}/${kind.toLowerCase()}webhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks: full,
  });
  expect(made.code, JSON.stringify(made.body)).toBe(201);
}

function submit(line: string, body?: unknown, more: Partial<ApiRequest> = {}): { response?: ApiResponse } {
  const [method = 'GET', path = '/'] = line.split(' ');
  const waiting: { response?: ApiResponse } = {};
  const request = { method, path, userAgent: 'test/v1', credential: ADMIN, ...more } as ApiRequest;
  b.server.submit({ ...request, ...(body === undefined ? {} : { body: { value: body } }) }, (response) => {
    expect(waiting.response, 'answered twice').toBeUndefined();
    waiting.response = response;
  });
  return waiting;
}

const next = (): Question => {
  const q = questions.shift();
  if (q === undefined) throw new Error('nothing was asked');
  return q;
};
const codeOf = (w: { response?: ApiResponse }): number | undefined => w.response?.code;
const messageOf = (w: { response?: ApiResponse }): string =>
  w.response === undefined ? '' : bodyOf(w.response).message;

describe('a validating webhook', () => {
  it('is asked what upstream asks, and the write waits for it', () => {
    configure('Validating', 'v', [{ timeoutSeconds: 7 }]);
    const waiting = submit(`POST ${MAPS}`, configMap('c', { a: '1' }), { query: { fieldManager: ['me'] } });
    expect(waiting.response).toBeUndefined();
    expect(ask(b, `GET ${MAPS}/c`).code).toBe(404);
    const q = next();
    expect(q.call).toMatchObject({ method: 'POST', url: 'https://hooks.example.com/v/0?timeout=7s', timeoutMs: 7000 });
    expect(q.request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      name: 'c',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    expect(q.request.object).toMatchObject({ kind: 'ConfigMap', data: { a: '1' }, metadata: { name: 'c' } });
    q.answer({ allowed: true, warnings: ['careful'] });
    expect(codeOf(waiting)).toBe(201);
    expect(waiting.response?.warnings).toEqual(['careful']);
    expect(bodyOf(waiting.response as ApiResponse).metadata.uid).toBe(q.request.object.metadata.uid);
    const step = b.trace.get(waiting.response?.step ?? 0);
    expect(step?.request?.stages.map((s) => s.text).join('\n')).toContain(
      'webhook "hook0.example.com" of v at https://hooks.example.com/v/0 answered in 3 ms and allowed it',
    );
  });

  it('may take its time: the question stays the same', () => {
    configure('Validating', 'v', [{}]);
    const waiting = submit(`POST ${MAPS}`, configMap('c'));
    b.kernel.runUntil(b.kernel.now + 5_000_000);
    next().answer({ allowed: true });
    expect(codeOf(waiting)).toBe(201);
  });

  it('refuses with its own status, and with 400 where it gives none', () => {
    configure('Validating', 'v', [{}]);
    const said = submit(`POST ${MAPS}`, configMap('c'));
    next().answer({ allowed: false, status: { code: 403, reason: 'Forbidden', message: 'no maps today' } });
    expect(bodyOf(said.response as ApiResponse)).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'admission webhook "hook0.example.com" denied the request: no maps today',
    });
    const silent = submit(`POST ${MAPS}`, configMap('c'));
    next().answer({ allowed: false });
    expect(codeOf(silent)).toBe(400);
    expect(messageOf(silent)).toBe('admission webhook "hook0.example.com" denied the request without explanation');
  });

  it('that does not answer well refuses or lets pass, as its failurePolicy says', () => {
    configure('Validating', 'v', [{}]);
    const head = 'Internal error occurred: failed calling webhook "hook0.example.com": ';
    const expectFailure = (act: (q: Question) => void, why: unknown): void => {
      const waiting = submit(`POST ${MAPS}`, configMap('c'));
      act(next());
      expect(bodyOf(waiting.response as ApiResponse)).toMatchObject({
        code: 500,
        reason: 'InternalError',
        message: typeof why === 'string' ? head + why : why,
      });
    };
    const url = 'https://hooks.example.com/v/0?timeout=10s';
    expectFailure(
      (q) => q.fail('context deadline exceeded'),
      `failed to call webhook: Post "${url}": context deadline exceeded`,
    );
    expectFailure((q) => q.raw(404, 'x'), 'failed to call webhook: the server could not find the requested resource');
    expectFailure(
      (q) => q.raw(500, 'boom'),
      'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
    );
    expectFailure(
      (q) => q.raw(200, '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}'),
      'received invalid webhook response: webhook response was absent',
    );
    expectFailure(
      (q) => q.answer({ uid: 'other', allowed: true }),
      expect.stringMatching(/expected response\.uid="[0-9a-f-]{36}", got "other"$/),
    );
    expectFailure(
      (q) => q.answer({ allowed: true, patch: base64([]), patchType: 'JSONPatch' }),
      'received invalid webhook response: validating webhook may not return response.patch',
    );
    ask(b, `DELETE ${GROUP}/validatingwebhookconfigurations/v`);
    configure('Validating', 'open', [{ failurePolicy: 'Ignore' }]);
    const waiting = submit(`POST ${MAPS}`, configMap('c'));
    next().fail('EOF');
    expect(codeOf(waiting)).toBe(201);
  });

  it('is asked beside the others; the first refusal to arrive is told', () => {
    configure('Validating', 'v', [{}, {}]);
    const waiting = submit(`POST ${MAPS}`, configMap('c'));
    const [one, two] = [next(), next()];
    two.answer({ allowed: false, status: { message: 'second was faster' } });
    expect(waiting.response).toBeUndefined();
    one.answer({ allowed: false, status: { message: 'first' } });
    expect(messageOf(waiting)).toContain('second was faster');
  });

  it('sees deletions, one by one, before the first object of a collection goes', () => {
    ask(b, `POST ${MAPS}`, configMap('a'));
    ask(b, `POST ${MAPS}`, configMap('b'));
    configure('Validating', 'v', [{}]);
    const refused = submit(`DELETE ${MAPS}`);
    const first = next();
    expect(first.request).toMatchObject({
      operation: 'DELETE',
      name: 'a',
      object: null,
      oldObject: { metadata: { name: 'a' } },
    });
    first.answer({ allowed: true });
    next().answer({ allowed: false, status: { message: 'keep b' } });
    expect(messageOf(refused)).toContain('keep b');
    const done = submit(`DELETE ${MAPS}`);
    for (let i = 0; i < 2; i++) next().answer({ allowed: true });
    expect(codeOf(done)).toBe(200);
    expect(bodyOf(done.response as ApiResponse).items).toHaveLength(2);
    expect(bodyOf(ask(b, `GET ${MAPS}`)).items).toEqual([]);
  });

  it('behind a Service finds nobody, in the words of a cluster whose endpoint does not answer', () => {
    const service = { name: 'hook', namespace: 'default', path: '/check' };
    configure('Validating', 'v', [{ clientConfig: { service } }]);
    const url = 'https://hook.default.svc:443/check?timeout=10s';
    const missing = submit(`POST ${MAPS}`, configMap('c'));
    expect(messageOf(missing)).toBe(
      `Internal error occurred: failed calling webhook "hook0.example.com": failed to call webhook: Post "${url}": service "hook" not found`,
    );
    const made = ask(b, 'POST /api/v1/namespaces/default/services', {
      metadata: { name: 'hook' },
      spec: { ports: [{ port: 443 }] },
    });
    const address = bodyOf(made).spec.clusterIP;
    const waiting = submit(`POST ${MAPS}`, configMap('c'));
    expect(messageOf(waiting)).toContain(`Post "${url}": dial tcp ${address}:443: connect: connection refused`);
    const step = b.trace.get(waiting.response?.step ?? 0);
    expect(step?.fidelity).toBe('simplified');
    expect(questions).toEqual([]);
  });
});

describe('which webhooks are asked', () => {
  const labelled = (name: string, labels: object) => ({ ...configMap(name), metadata: { name, labels } });

  it('depends on rules, scope, selectors', () => {
    configure('Validating', 'v', [
      { rules: [{ ...RULE, operations: ['UPDATE'] }] },
      { rules: [{ ...RULE, scope: 'Cluster' }] },
      { objectSelector: { matchLabels: { watched: 'yes' } } },
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } },
      {
        rules: [{ ...RULE, resources: ['*'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
      },
    ]);
    const asked = (body: object): string[] => {
      submit(`POST ${MAPS}`, body);
      return questions.splice(0).map((q) => new URL(q.call.url).pathname);
    };
    expect(asked(configMap('a'))).toEqual(['/v/4']);
    expect(asked(labelled('b', { watched: 'yes' }))).toEqual(['/v/2', '/v/4']);
  });

  it('depends on match conditions, which count by the failurePolicy where they cannot be evaluated', () => {
    const conditions = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] });
    configure('Validating', 'v', [
      conditions('object.metadata.name.startsWith("a")'),
      conditions('request.operation == "CREATE" && authorizer.group("").resource("pods").check("get").allowed()'),
      { ...conditions('object.spec.none == 1'), failurePolicy: 'Ignore' },
    ]);
    submit(`POST ${MAPS}`, configMap('a'));
    expect(questions.splice(0).map((q) => new URL(q.call.url).pathname)).toEqual(['/v/0', '/v/1']);
    submit(`POST ${MAPS}`, configMap('b'));
    expect(questions.splice(0).map((q) => new URL(q.call.url).pathname)).toEqual(['/v/1']);
    configure('Validating', 'w', [conditions('object.spec.none == 1')]);
    const waiting = submit(`POST ${MAPS}`, configMap('b'));
    expect(bodyOf(waiting.response as ApiResponse)).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(messageOf(waiting)).toContain('no such key: spec');
  });

  it('never includes those about webhook configurations themselves', () => {
    const all = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
    configure('Validating', 'v', [{ rules: [all] }]);
    const waiting = submit(`DELETE ${GROUP}/validatingwebhookconfigurations/v`);
    expect(codeOf(waiting)).toBe(200);
  });

  it('by matchPolicy Equivalent includes other versions of the resource, in the version of the rule', () => {
    const events = { operations: ['CREATE'], apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'] };
    configure('Validating', 'v', [{ rules: [events] }, { rules: [events], matchPolicy: 'Exact' }]);
    submit('POST /api/v1/namespaces/default/events', {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      reason: 'R',
      message: 'text',
      type: 'Normal',
    });
    const q = next();
    expect(questions).toEqual([]);
    expect(q.request.kind).toEqual({ group: 'events.k8s.io', version: 'v1', kind: 'Event' });
    expect(q.request.requestKind).toEqual({ group: '', version: 'v1', kind: 'Event' });
    expect(q.request.object).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'text' });
  });

  it('in a dry run excludes those with side effects, which refuse it', () => {
    configure('Validating', 'v', [{ sideEffects: 'NoneOnDryRun' }]);
    submit(`POST ${MAPS}`, configMap('c'), { query: { dryRun: ['All'] } });
    expect(next().request.dryRun).toBe(true);
  });
});

describe('a mutating webhook', () => {
  const patch = (...operations: object[]): object => ({
    allowed: true,
    patch: base64(operations),
    patchType: 'JSONPatch',
  });

  it('sees what those before it made, in the order of the configurations’ names', () => {
    configure('Mutating', 'b', [{}]);
    configure('Mutating', 'a', [{}]);
    const waiting = submit(`POST ${MAPS}`, { ...configMap('c'), metadata: { generateName: 'gen-' } });
    const first = next();
    expect(new URL(first.call.url).pathname).toBe('/a/0');
    expect(first.request.object.metadata).not.toHaveProperty('uid');
    expect(first.request.object.metadata).not.toHaveProperty('name');
    expect(first.request).not.toHaveProperty('name');
    first.answer(patch({ op: 'add', path: '/data', value: { by: 'a' } }));
    const second = next();
    expect(second.request.object.data).toEqual({ by: 'a' });
    second.answer(patch({ op: 'replace', path: '/data/by', value: 'b' }));
    const stored = bodyOf(waiting.response as ApiResponse);
    expect(stored.data).toEqual({ by: 'b' });
    expect(stored.metadata.name).toMatch(/^gen-/);
    // What admission adds belongs to nobody.
    expect(JSON.stringify(stored.metadata.managedFields)).not.toContain('f:by');
  });

  it('is asked again only with reinvocationPolicy IfNeeded, and only when something changed after it', () => {
    configure('Mutating', 'm', [{ reinvocationPolicy: 'IfNeeded' }, {}, { reinvocationPolicy: 'IfNeeded' }]);
    const waiting = submit(`POST ${MAPS}`, configMap('c'));
    const path = (q: Question): string => new URL(q.call.url).pathname;
    const order: string[] = [];
    const step = (response: object): void => {
      const q = next();
      order.push(path(q));
      q.answer(response);
    };
    step({ allowed: true });
    step(patch({ op: 'add', path: '/data', value: { x: '1' } }));
    step({ allowed: true });
    step({ allowed: true });
    expect(codeOf(waiting)).toBe(201);
    expect(order).toEqual(['/m/0', '/m/1', '/m/2', '/m/0']);
  });

  it('changes pods, whose defaults are filled in again, and whose volumes do not double', () => {
    const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
    configure('Mutating', 'm', [{ rules: [rule] }]);
    const waiting = submit('POST /api/v1/namespaces/default/pods', pod('p'));
    const sidecar = { name: 'sidecar', image: 'busybox:1.36' };
    next().answer(patch({ op: 'add', path: '/spec/containers/-', value: sidecar }));
    const { spec } = bodyOf(waiting.response as ApiResponse);
    expect(spec.containers[1]).toMatchObject({
      ...sidecar,
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
    });
    expect(spec.volumes).toHaveLength(1);
    expect(spec.containers.map((c: { volumeMounts?: unknown[] }) => c.volumeMounts?.length)).toEqual([1, 1]);
  });

  it('whose answer no longer fits, because the object changed meanwhile, is asked about the new one', () => {
    ask(b, `POST ${MAPS}`, configMap('c', { n: '1' }));
    configure('Mutating', 'm', [{}]);
    const more = { contentType: 'application/merge-patch+json' };
    const slow = submit(`PATCH ${MAPS}/c`, { data: { slow: 'yes' } }, more);
    const asked = next();
    const quick = submit(`PATCH ${MAPS}/c`, { data: { n: '2' } }, more);
    next().answer({ allowed: true });
    expect(codeOf(quick)).toBe(200);
    asked.answer({ allowed: true });
    expect(slow.response).toBeUndefined();
    const again = next();
    expect(again.request.oldObject.data).toEqual({ n: '2' });
    again.answer({ allowed: true });
    expect(bodyOf(slow.response as ApiResponse).data).toEqual({ n: '2', slow: 'yes' });
  });

  it('sees a Scale where one is written, and can change it', () => {
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } };
    const path = '/apis/apps/v1/namespaces/default/deployments';
    ask(b, `POST ${path}`, { metadata: { name: 'web' }, spec: { selector: { matchLabels: labels }, template } });
    const rule = { operations: ['UPDATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments/scale'] };
    configure('Mutating', 'm', [{ rules: [rule] }]);
    const more = { contentType: 'application/merge-patch+json' };
    const waiting = submit(`PATCH ${path}/web/scale`, { spec: { replicas: 9 } }, more);
    const q = next();
    expect(q.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      object: { kind: 'Scale', spec: { replicas: 9 } },
      oldObject: { kind: 'Scale', spec: { replicas: 1 } },
    });
    q.answer(patch({ op: 'replace', path: '/spec/replicas', value: 4 }));
    expect(bodyOf(waiting.response as ApiResponse).spec.replicas).toBe(4);
    expect(bodyOf(ask(b, `GET ${path}/web`)).spec.replicas).toBe(4);
  });

  it('that may not be waited for is out of reach', () => {
    configure('Mutating', 'm', [{}]);
    expect(bodyOf(ask(b, `POST ${MAPS}`, configMap('c'))).message).toContain('context canceled');
    expect(questions).toEqual([]);
  });
});
