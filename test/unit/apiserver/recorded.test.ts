// What a real API server answered, held against the whole of ours: every gate, in process.
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/object.ts';
import { sharedPath } from '../../support/shared.ts';
import { ask, type Bench, bench, bodyOf } from './support.ts';

const read = (name: string): string => fs.readFileSync(sharedPath('validation', name), 'utf8');

interface Case {
  readonly kind: string;
  readonly pointer: string;
  readonly op: string;
  readonly value?: unknown;
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
}

interface Base {
  readonly path: string;
  readonly object: { readonly kind: string };
}

function changed(base: Base, { pointer, op, value }: Case): unknown {
  const o = structuredClone(base.object) as unknown;
  const parts = pointer
    .split('/')
    .slice(1)
    .map((p) => p.replace(/~1/g, '/').replace(/~0/g, '~'));
  const last = parts.pop() ?? '';
  const parent = parts.reduce((at, p) => (at as Record<string, unknown>)[p], o) as Record<string, unknown>;
  if (op === 'replace') parent[last] = value;
  else if (op === 'duplicate') (parent[last] as unknown[]).push(structuredClone((parent[last] as unknown[])[0]));
  else if (op === 'unknown') (parent[last] as Record<string, unknown>).bogus = 1;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return o;
}

function ready(): Bench {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return b;
}

const DRY = { dryRun: 'All', fieldValidation: 'Strict' };

describe('1,636 recorded requests', () => {
  it('get the same answer, letter for letter', () => {
    const bases = new Map((JSON.parse(read('bases.json')) as Base[]).map((b) => [b.object.kind, b]));
    const cases = read('cases.jsonl')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Case);
    const b = ready();
    const before = b.store.revision;
    for (const c of cases) {
      const base = bases.get(c.kind);
      if (base === undefined) throw new Error(`no base for ${c.kind}`);
      const answer = ask(b, `POST ${base.path}`, JSON.stringify(changed(base, c)), {
        q: DRY,
        contentType: 'application/json',
      });
      const { reason, message } = answer.code < 400 ? c : bodyOf(answer);
      expect({ code: answer.code, reason, message }, `${c.kind} ${c.pointer} ${c.op}`).toEqual({
        code: c.code,
        reason: c.reason,
        message: c.message,
      });
    }
    expect(b.store.revision).toBe(before);
  });
});

/** Without what is random or a clock. */
function settled(x: unknown, key = ''): unknown {
  if (Array.isArray(x)) return x.map((v) => settled(v));
  if (typeof x === 'string') {
    if (/^\d{4}-\d\d-\d\dT/.test(x)) return '{time}';
    if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(x)) return '{uid}';
    return x.replace(/^kube-api-access-.*/, '{token}');
  }
  if (typeof x !== 'object' || x === null) return x;
  const skip = key === 'metadata' ? ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'] : [];
  const entries = Object.entries(x).filter(([k]) => !skip.includes(k));
  return Object.fromEntries(entries.map(([k, v]) => [k, k === 'nodePort' ? '{port}' : settled(v, k)]));
}

interface Defaulted {
  readonly path: string;
  readonly request: { readonly kind: string };
  readonly response: Json;
}

describe('what is filled in', () => {
  const recorded = JSON.parse(read('defaulted.json')) as Defaulted[];
  it.each(recorded.map((d) => [d.request.kind, d] as const))('%s', (_, d) => {
    const answer = ask(ready(), `POST ${d.path}`, JSON.stringify(d.request), {
      q: { dryRun: 'All' },
      contentType: 'application/json',
    });
    expect(settled(answer.body)).toEqual(settled(d.response));
  });
});

interface Patch {
  readonly resource: string;
  readonly contentType: string;
  readonly query: string;
  readonly patch: unknown;
  readonly code: number;
  readonly message?: string;
  readonly result?: Json;
  readonly managedFields?: readonly { readonly manager: string }[];
}

const NS = 'namespaces/patchlab';
const PATHS: Record<string, string> = {
  deployments: `/apis/apps/v1/${NS}/deployments`,
  services: `/api/v1/${NS}/services`,
  configmaps: `/api/v1/${NS}/configmaps`,
};

/** The three objects as they were before each patch: created, and seen by the Deployment controller. */
function patchlab(objects: Record<string, unknown>): Bench {
  const b = ready();
  ask(b, 'POST /api/v1/namespaces', { metadata: { name: 'patchlab' } });
  for (const [resource, o] of Object.entries(objects)) {
    const made = ask(b, `POST ${PATHS[resource]}`, JSON.stringify(o), {
      q: { fieldManager: 'creator' },
      contentType: 'application/json',
    });
    expect(made.code).toBe(201);
  }
  const path = `${PATHS.deployments}/d`;
  const d = bodyOf(ask(b, `GET ${path}`));
  const annotations = { ...d.metadata.annotations, 'deployment.kubernetes.io/revision': '1' };
  const condition = (type: string, reason: string, message: string): object => {
    const now = '2026-01-01T00:00:00Z';
    return { type, status: 'True', lastUpdateTime: now, lastTransitionTime: now, reason, message };
  };
  const conditions = [
    condition('Progressing', 'NewReplicaSetAvailable', 'ReplicaSet "d-1" has successfully progressed.'),
    condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'),
  ];
  const seen = { ...d, metadata: { ...d.metadata, annotations }, status: { observedGeneration: 1, conditions } };
  expect(ask(b, `PUT ${path}/status`, seen, { userAgent: 'kube-controller-manager/v1' }).code).toBe(200);
  return b;
}

const byManager = (fields: readonly { readonly manager: string }[] | undefined): unknown =>
  (fields ?? [])
    .filter((f) => f.manager !== 'kube-controller-manager')
    .map((f) => ({ ...f, time: undefined }))
    .sort((x, y) => (x.manager < y.manager ? -1 : 1));

/** A refused patch quotes the whole object, with its uid and times. */
const withoutObject = (message: string): string => message.replace(/"\{.*\}"/, '{object}');

describe('patches', () => {
  const { objects, cases } = JSON.parse(read('patches.json')) as {
    objects: Record<string, { metadata: { name: string } }>;
    cases: Patch[];
  };
  const title = (c: Patch, i: number): string =>
    `${i} ${c.resource} ${c.contentType} ${JSON.stringify(c.patch).slice(0, 80)}`;
  it.each(cases.map((c, i) => [title(c, i), c] as const))('%s', (_, c) => {
    const b = patchlab(objects);
    const q = Object.fromEntries(c.query.split('&').map((pair) => pair.split('=') as [string, string]));
    const path = `${PATHS[c.resource]}/${objects[c.resource]?.metadata.name}`;
    const answer = ask(b, `PATCH ${path}`, JSON.stringify(c.patch), { q, contentType: c.contentType });
    expect(answer.code).toBe(c.code);
    if (c.message !== undefined) expect(withoutObject(bodyOf(answer).message)).toBe(withoutObject(c.message));
    if (c.result === undefined) return;
    const { status: _s, ...want } = settled(c.result) as Json;
    const { status: _t, ...got } = settled(answer.body) as Json;
    expect(got).toEqual(want);
    expect(byManager(bodyOf(answer).metadata.managedFields)).toEqual(byManager(c.managedFields));
  });
});
