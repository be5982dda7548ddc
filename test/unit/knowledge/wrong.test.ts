// What the API server says to wrong values, against the words that the records cite: every field of the samples is given
// values that cannot be right, and what takes more than one field is written out in wrong-cases.ts.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { known } from '../../../src/manifest/explain.ts';
import type { PathSegment } from '../../../src/manifest/typing.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import { type Kinded, placeAt } from './places.ts';
import { REFUSALS } from './refusals.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';
import { TOGETHER } from './together.ts';
import type { Wrong } from './wrong-case.ts';
import { WRONG_CASES } from './wrong-cases.ts';

const knowledge = sourceKnowledge();
const recorded = JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as Sample[];
const samples = [...recorded, ...CHANGE_SAMPLES];

/** Errors that take more than one object, a webhook that fails, a state that others write, or a feature gate. */
const ELSEWHERE = new Set([
  ...TOGETHER,
  // Only with a feature gate that is off.
  'may not be set for containers with empty `spec.os.name`',
  'provided port is already allocated',
  'provided IP is already allocated',
  'range is full',
  'field can not be less than …',
  'is attempting to grant RBAC permissions not currently held',
  'failed calling webhook "…"',
  'admission webhook "…" denied the request',
  "ValidatingAdmissionPolicy '…' with binding '…' denied request",
  'failed rule',
  'conversion webhook for …, Kind=… failed',
  'was previously a storage version, and must remain in spec.versions until a storage migration',
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  'Too many requests, please try again later.',
  'Forbidden: disallowed by cluster policy',
  // Of the name, where it is not in a field of the samples that is changed here.
  'name or generateName is required',
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
  '… already exists',
  // Words of Events, of conditions and of kubectl.
  '0/3 nodes are available: 3 Insufficient cpu.…',
  "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. …",
  "didn't match Pod's node affinity/selector",
  'node(s) had untolerated taint(s)',
  'node(s) were unschedulable',
  'Marking for deletion Pod …',
  'Preempted by pod … on node …',
  'Liveness probe failed: …',
  'Back-off restarting failed container … in pod …',
  'MountVolume.SetUp failed for volume "…" : …',
  'configmap "…" not found',
  'pod rejected: RuntimeClass "…" not found',
  'no PriorityClass with name … was found',
  'no matches for kind "…" in version "…"',
]);

type Path = readonly PathSegment[];

/** Errors that no test here brings about: of old lists, of two budgets, of a list as a device's attribute, and one not simulated. */
const UNSHOWN = [
  'meta.v1.ListMeta.resourceVersion: too old resource version',
  'meta.v1.ListMeta.continue: The provided continue parameter is too old',
  'policy.v1.Eviction.kind: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  'resource.v1.DeviceAttribute.ints: exactly one value must be specified',
  'resource.v1.ExactDeviceRequest.adminAccess: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
];

/** With one value set, or taken away where it is undefined. */
function put(object: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  const inner = put((object as Record<PathSegment, unknown> | undefined)?.[first], rest, value);
  if (Array.isArray(object)) {
    return inner === undefined ? object.toSpliced(Number(first), 1) : Object.assign([...object], { [first]: inner });
  }
  const { [first]: _, ...others } = (object ?? {}) as Record<PathSegment, unknown>;
  return inner === undefined ? others : { ...others, [first]: inner };
}

const TEXTS = [
  '',
  ' ',
  'Bogus',
  'a',
  '*',
  '[]',
  'null',
  'bogus//x',
  'b.c/x',
  'a\nb',
  '../x',
  '/x',
  '10.0.0.0',
  'x'.repeat(300),
  'x'.repeat(12_000),
];
const URLS = ['http://x', 'https://x?y=1', 'https://u:p@x'];
const NUMBERS = [-1, 0, 1, 31, 101, 1001, 20_001, 70_000, 1e9];
const LISTS = [[], [''], ['Bogus'], ['a/b', 'c/d'], ['*/*', 'x'], ['1.2.3.4/33']];
const RANGES = ['10.0.0.0/24', '10.1.0.0/24', '10.2.0.0/24'];

/** Values of the same shape, and none, that some rule is likely to refuse. */
function strange(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [undefined, ...TEXTS, ...URLS];
  if (typeof value === 'number') return [undefined, ...NUMBERS];
  if (typeof value === 'boolean') return [undefined, !value];
  if (!Array.isArray(value)) return [undefined, {}, { bogus: 'x' }];
  const many = Array.from({ length: 200 }, (_, i) =>
    typeof value[0] === 'object' ? { ...value[0], name: `n${i}` } : `x${i}`,
  );
  return [
    undefined,
    ...LISTS,
    RANGES,
    RANGES.slice(1),
    [...value, ...value],
    [...value, '*'],
    [...value, 'Bogus'],
    many,
  ];
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [at, ...pathsOf(inner, at)];
  });
}

/** Whether the message has the words in their order; `…` stands for anything. */
function says(message: string, words: string): boolean {
  let from = 0;
  for (const part of words.split('…')) {
    const found = message.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return true;
}

function ready(): Bench {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return b;
}

const dry = { q: { dryRun: 'All' } };

/** By type, field and words, the errors of a field that no strange value brought so far. */
function search(open: Map<string, boolean>, { path, object }: Sample): void {
  const b = ready();
  for (const at of pathsOf(object).filter(([first]) => first !== 'metadata')) {
    const place = placeAt(object as Kinded, at);
    const facts = place?.owner && known(knowledge, place);
    if (!facts) continue;
    const cited = facts.wrong.flatMap(({ error }) => (error && !ELSEWHERE.has(error) ? [error] : []));
    const key = (error: string): string => `${facts.type}.${facts.field}: ${error}`;
    const wanted = cited.filter((error) => open.get(key(error)) !== false);
    if (wanted.length === 0) continue;
    const value = at.reduce((inner, step) => (inner as Record<PathSegment, unknown>)?.[step], object as unknown);
    const answers = strange(value).map((other) =>
      String(bodyOf(ask(b, `POST ${path}`, put(object, at, other), dry)).message),
    );
    for (const error of wanted) open.set(key(error), !answers.some((message) => says(message, error)));
  }
}

/** Words that many fields have: a case with them speaks only of what it changes, and of what is around that. */
const COMMON = /^(Required value|Duplicate value|field is immutable)/;

/** The fields that a case is about, with its words: those that it changes, around it, within it and beside it. */
function citedBy({ kind, change, error }: Wrong): string[] {
  const objects = samples.map(({ object }) => object).filter((object) => object.kind === kind);
  return objects.flatMap((object) =>
    Object.entries(change).flatMap(([text, value]) => {
      const at = steps(text);
      const within = pathsOf(value).map((inner) => [...at, ...inner]);
      const around = at.map((_, i) => at.slice(0, i + 1));
      const beside = COMMON.test(error) ? [] : around.flatMap((_, i) => siblings(object, at.slice(0, i)));
      return [...around, ...within, ...beside].flatMap((path) => {
        const place = placeAt(object as Kinded, path);
        const facts = place?.owner && known(knowledge, place);
        return facts ? [`${facts.type}.${facts.field}: ${error}`] : [];
      });
    }),
  );
}

function siblings(object: unknown, at: Path): Path[] {
  const parent = at.reduce((inner, step) => (inner as Record<PathSegment, unknown> | undefined)?.[step], object);
  return Array.isArray(parent) ? [] : Object.keys(parent ?? {}).map((key) => [...at, key]);
}

test('errors that records cite are what the server says', () => {
  const open = new Map<string, boolean>();
  for (const sample of samples) search(open, sample);
  const cases = new Set(WRONG_CASES.flatMap(citedBy));
  expect([...open].flatMap(([key, still]) => (still && !cases.has(key) ? [key] : []))).toEqual([]);
  expect(open.size).toBeGreaterThan(450);
  const shown = new Set([...open.keys(), ...cases, ...Object.keys(REFUSALS)]);
  expect(allCited().filter((key) => !shown.has(key))).toEqual(UNSHOWN);
}, 120_000);

function allCited(): string[] {
  return knowledge
    .recordedTypes()
    .flatMap(({ type, fields }) =>
      Object.entries(fields).flatMap(([field, { wrong = [] }]) =>
        wrong.flatMap(({ error }) => (error && !ELSEWHERE.has(error) ? [`${type}.${field}: ${error}`] : [])),
      ),
    );
}

test.each(WRONG_CASES)('$kind: $error', ({ kind, change, error, update = false }) => {
  const messages = samples
    .filter(({ object }) => object.kind === kind)
    .map(({ path, object }) => {
      const b = ready();
      const start: unknown = update ? bodyOf(ask(b, `POST ${path}`, object)) : object;
      const after = Object.entries(change).reduce((o, [at, value]) => put(o, steps(at), value), start);
      return bodyOf(ask(b, update ? `PUT ${path}/${object.metadata.name}` : `POST ${path}`, after)).message;
    });
  expect(messages.filter((message) => says(String(message), error))).not.toEqual([]);
});

const steps = (at: string): Path => at.split('/').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
