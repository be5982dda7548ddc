import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { schemaForKind } from '../../../src/model/schema.ts';
import { isStatus } from '../../../src/model/status.ts';
import { conform } from '../../../src/simulator/apiserver/machinery/conform.ts';
import { decodeBody, type FieldValidation } from '../../../src/simulator/apiserver/machinery/index.ts';
import { sharedPath } from '../../support/shared.ts';
import { gvkOf, isObject, readJson, recordings } from './recordings.ts';

interface Case {
  readonly kind: string;
  readonly pointer: string;
  readonly op: 'remove' | 'replace' | 'duplicate' | 'unknown';
  readonly value?: unknown;
  readonly code: number;
  readonly message?: string;
}

const bases = new Map(
  readJson<{ object: KubeObject }[]>('validation', 'bases.json').map((b) => [b.object.kind, b.object]),
);
const cases = readFileSync(sharedPath('validation', 'cases.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Case);

/** The base object with the case's one change, as check.mjs makes it. */
function changed({ kind, pointer, op, value }: Case): unknown {
  const object = structuredClone(bases.get(kind)) as unknown as Record<string, unknown>;
  const parts = pointer
    .split('/')
    .slice(1)
    .map((p) => p.replace(/~1/g, '/').replace(/~0/g, '~'));
  const key = parts.pop() ?? '';
  const parent = parts.reduce<Record<string, unknown>>((o, p) => o[p] as Record<string, unknown>, object);
  const at = parent[key];
  if (op === 'replace') parent[key] = value;
  else if (op === 'duplicate') (at as unknown[]).push(structuredClone((at as unknown[])[0]));
  else if (op === 'unknown') (at as Record<string, unknown>).bogus = 1;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return object;
}

const decode = (raw: string, o: { apiVersion?: string; kind?: string }, fieldValidation: FieldValidation = 'Strict') =>
  decodeBody({ raw }, gvkOf(o), { fieldValidation });

test(`${cases.length} recorded requests are decoded or refused word for word`, () => {
  expect(cases.length).toBeGreaterThan(1600);
  const wrong = cases.flatMap((c) => {
    const answer = decode(JSON.stringify(changed(c)), bases.get(c.kind) ?? {});
    const got = isStatus(answer) ? answer.message : undefined;
    const want = c.code === 400 ? c.message : undefined;
    return got === want ? [] : [{ case: `${c.kind} ${c.pointer} ${c.op} ${JSON.stringify(c.value)}`, want, got }];
  });
  expect(wrong).toEqual([]);
});

test('what a real server wrote is in canonical form already', () => {
  const objects = recordings().flatMap((r) => [
    ...r.watched,
    ...r.audit.flatMap((e) => (isObject(e.responseObject) ? [e.responseObject] : [])),
  ]);
  expect(objects.length).toBeGreaterThan(1000);
  for (const o of objects) {
    const type = schemaForKind(o.apiVersion ?? '', o.kind ?? '');
    if (!type) throw new Error(`no schema for ${o.apiVersion} ${o.kind}`);
    const { value, error, strict } = conform(o, type);
    expect({ error, strict }).toEqual({ error: undefined, strict: [] });
    expect(value).toEqual(o);
    // The same object, not a copy: the store shares structure.
    expect(value).toBe(o);
  }
});

const POD = { apiVersion: 'v1', kind: 'Pod' };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('text', () => {
  test.each([
    ['', 'unexpected end of JSON input (<empty>)'],
    ['{', 'unexpected end of JSON input ({)'],
    ['{"a":1,}', `invalid character '}' looking for beginning of object key string ({"a":1,})`],
    ['{"a" 1}', `invalid character '1' after object key ({"a" 1})`],
    ['{"a":[1 2]}', `invalid character '2' after array element ({"a":[1 2]})`],
    ['{"a":tru}', `invalid character '}' in literal true (expecting 'e') ({"a":tru})`],
    ['{}x', `invalid character 'x' after top-level value ({}x)`],
    ['{"a":01}', `invalid character '1' after object key:value pair ({"a":01})`],
    ['{"a":"\n"}', `invalid character '\\n' in string literal ({"a":"\n"})`],
    ['[]', 'cannot unmarshal array into Go value of type struct'],
  ])('%j', (raw, words) => {
    const answer = decode(raw, POD);
    expect(isStatus(answer) && answer.code).toBe(400);
    expect(isStatus(answer) && answer.message).toContain(words);
  });

  test('nesting without end is refused', () => {
    const answer = decode(`{"a":${'['.repeat(100_000)}`, POD);
    expect(isStatus(answer) && answer.message).toContain('exceeded max depth');
  });

  test('fields given twice are told, and the last one counts', () => {
    const raw =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"},"data":{"k":"1","k":"2"},"x":1}';
    const strict = decode(raw, CONFIG_MAP);
    expect(isStatus(strict) && strict.message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.name", duplicate field "data.k", unknown field "x"',
    );
    const warned = decode(raw, CONFIG_MAP, 'Warn');
    expect(warned).toMatchObject({
      object: { metadata: { name: 'b' }, data: { k: '2' } },
      warnings: ['duplicate field "metadata.name"', 'duplicate field "data.k"', 'unknown field "x"'],
    });
    expect(decode(raw, CONFIG_MAP, 'Ignore')).toMatchObject({ warnings: [] });
  });

  test.each(['1.0', '1e2', '99999999999'])('%s is no int32', (number) => {
    const answer = decode(`{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":${number}}}`, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
    });
    expect(isStatus(answer) && answer.message).toContain(
      `cannot unmarshal number ${number} into Go struct field DeploymentSpec.spec.replicas of type int32`,
    );
  });

  test('a label called __proto__ is a label', () => {
    const answer = decode('{"metadata":{"labels":{"__proto__":"x"}}}', POD);
    if (isStatus(answer)) throw new Error(answer.message);
    expect(Object.keys(answer.object.metadata.labels ?? {})).toEqual(['__proto__']);
  });
});

describe('canonical form', () => {
  const spec = (value: unknown) => {
    const answer = decodeBody({ value: { spec: value } }, gvkOf(POD), { fieldValidation: 'Strict' });
    return isStatus(answer) ? answer.message : (answer.object as KubeObject & { spec: unknown }).spec;
  };

  test('amounts and times are rewritten, zero values go, pointers stay', () => {
    const container = { name: 'c', resources: { limits: { cpu: '0.5', memory: 1024 } }, stdin: false, env: [] };
    expect(
      spec({
        containers: [container],
        activeDeadlineSeconds: 0,
        hostNetwork: false,
        nodeSelector: {},
        tolerations: null,
      }),
    ).toEqual({
      containers: [{ name: 'c', resources: { limits: { cpu: '500m', memory: '1024' } } }],
      activeDeadlineSeconds: 0,
    });
  });

  test('an empty struct is written, an absent list only where Go always writes it', () => {
    expect(spec({})).toEqual({ containers: null });
    expect(spec({ containers: [{ name: 'c' }] })).toEqual({ containers: [{ name: 'c', resources: {} }] });
  });

  test.each([
    ['2024-02-30T00:00:00Z', 'parsing time "2024-02-30T00:00:00Z": day out of range'],
    ['soon', 'parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"'],
    ['2024-01-01', 'parsing time "2024-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    [7, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string'],
  ])('the time %j is refused', (creationTimestamp, words) => {
    const answer = decodeBody({ value: { metadata: { creationTimestamp } } }, gvkOf(POD), {
      fieldValidation: 'Strict',
    });
    expect(isStatus(answer) && answer.message).toBe(`Pod in version "v1" cannot be handled as a Pod: ${words}`);
  });

  test('times are kept in UTC', () => {
    const answer = decodeBody(
      { value: { metadata: { creationTimestamp: '2024-01-01T01:00:00.5+01:00' } } },
      gvkOf(POD),
      { fieldValidation: 'Strict' },
    );
    expect(answer).toMatchObject({ object: { metadata: { creationTimestamp: '2024-01-01T00:00:00Z' } } });
  });

  test('base64 loses its line breaks, and what is none is refused where Go gives up', () => {
    const secret = (a: string) =>
      decodeBody(
        { value: { data: { a } } },
        { group: '', version: 'v1', kind: 'Secret' },
        { fieldValidation: 'Strict' },
      );
    expect(secret('aGVs\nbG8=')).toMatchObject({ object: { data: { a: 'aGVsbG8=' } } });
    expect(secret('a-b=')).toMatchObject({ message: expect.stringContaining('illegal base64 data at input byte 1') });
    expect(secret('abcde')).toMatchObject({ message: expect.stringContaining('illegal base64 data at input byte 4') });
  });
});

describe('other kinds in the body', () => {
  test.each([
    [
      { kind: 'Service' },
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
    ],
    [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      'the API version in the data (apps/v1) does not match the expected API version (v1)',
    ],
    [{ apiVersion: 'a/b/c' }, 'unexpected GroupVersion string: a/b/c'],
  ])('%j', (value, words) => {
    const answer = decodeBody({ value }, gvkOf(POD), { fieldValidation: 'Strict' });
    expect(isStatus(answer) && answer.message).toContain(words);
  });

  test('no kind at all means the wanted one', () => {
    expect(decodeBody({ value: {} }, gvkOf(POD), { fieldValidation: 'Strict' })).toMatchObject({ object: POD });
  });
});
