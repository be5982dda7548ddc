// Holds the field records to what is known for sure: the schema, upstream's paths and Event reasons, and the recordings.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findComponent } from '../../../src/knowledge/components.ts';
import type { ContextualRecord, FieldRecord } from '../../../src/knowledge/record.ts';
import { allTypeIds, fieldOf, schemaForKind, typeById, type ValueSchema } from '../../../src/model/schema.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { recordedMessages } from './recorded.ts';
import { UNRECORDED } from './unrecorded.ts';

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly field: string;
  readonly record: FieldRecord;
}

const types = sourceKnowledge().recordedTypes();
const entries: Entry[] = types.flatMap(({ type, fields }) =>
  Object.entries(fields).map(([field, record]) => ({ name: `${type}.${field}`, type, field, record })),
);

/** A record and what it becomes in each of its contexts. */
function parts(record: FieldRecord): ContextualRecord[] {
  return [record, ...Object.values(record.in ?? {})];
}

function where<T>(pick: (part: ContextualRecord) => readonly T[], wrong: (value: T) => boolean): string[] {
  return entries.flatMap(({ name, record }) =>
    parts(record)
      .flatMap(pick)
      .filter(wrong)
      .map((value) => `${name}: ${JSON.stringify(value)}`),
  );
}

describe('field records', () => {
  test('are kept under types and fields of the schema', () => {
    const known = new Set(allTypeIds());
    expect(types.filter(({ type, like }) => !known.has(type) || (like && !known.has(like)))).toEqual([]);
    expect(entries.filter(({ type, field }) => !fieldOf(type, field)).map(({ name }) => name)).toEqual([]);
  });

  test('name components that exist', () => {
    const named = (part: ContextualRecord) => [
      ...(part.handlers ?? []).map(({ component }) => component),
      ...(part.writtenBy ?? []).map(({ component }) => component),
      ...(part.default ? [part.default.by] : []),
    ];
    expect(where(named, (id) => !findComponent(id))).toEqual([]);
  });

  test('say something: who handles or writes the field, or what it is', () => {
    const silent = entries.filter(({ record }) => !record.is && !record.handlers?.length && !record.writtenBy?.length);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test('cite paths of Kubernetes v1.36', () => {
    const paths = new Set(fs.readFileSync(sharedPath('upstream', 'paths.txt'), 'utf8').split('\n'));
    const bad = entries.filter(({ record }) => record.source.length === 0 || record.source.some((p) => !paths.has(p)));
    expect(bad.map(({ name }) => name)).toEqual([]);
  });

  test('cite Event reasons that components record', () => {
    const lines = fs.readFileSync(sharedPath('upstream', 'event-reasons.txt'), 'utf8').split('\n').slice(1);
    const reasons = new Set(lines.flatMap((line) => line.slice(line.indexOf(':') + 1).split(',')).map((r) => r.trim()));
    expect(
      where(
        (part) => part.wrong ?? [],
        ({ event }) => event !== undefined && !reasons.has(event),
      ),
    ).toEqual([]);
  });

  test('cite errors in the words of the recordings, or of a reviewed list', () => {
    const messages = recordedMessages();
    const unknown = where(
      (part) => (part.wrong ?? []).flatMap(({ error }) => error ?? []),
      (error) => !messages.some((message) => says(message, error)) && !UNRECORDED.has(error),
    );
    expect(unknown).toEqual([]);
  });

  test('the reviewed list holds only what is used and not recorded', () => {
    const messages = recordedMessages();
    const used = new Set(
      entries.flatMap(({ record }) =>
        parts(record)
          .flatMap((p) => p.wrong ?? [])
          .map((f) => f.error),
      ),
    );
    expect(
      [...UNRECORDED.keys()].filter((error) => !used.has(error) || messages.some((m) => m.includes(error))),
    ).toEqual([]);
  });

  test('point to related fields that exist', () => {
    const dead = entries.flatMap(({ name, type, record }) =>
      (record.with ?? []).filter((related) => !resolves(type, related)).map((related) => `${name} → ${related}`),
    );
    expect(dead).toEqual([]);
  });

  test('do not point to themselves, nor to one field twice', () => {
    const idle = entries.filter(
      ({ field, record }) => record.with?.includes(field) || new Set(record.with).size < (record.with?.length ?? 0),
    );
    expect(idle.map(({ name }) => name)).toEqual([]);
  });

  test('defaults have the type of their field', () => {
    const bad = entries.filter(({ type, field, record }) => {
      const schema = fieldOf(type, field);
      return schema && record.default && 'value' in record.default && !fits(record.default.value, schema);
    });
    expect(bad.map(({ name }) => name)).toEqual([]);
  });

  test('say the defaults that the OpenAPI document says', () => {
    const declared = entries.flatMap(({ name, type, field, record }) => {
      const value = fieldOf(type, field)?.default;
      const empty = value === undefined || value === '' || value === 0 || value === false || typeof value === 'object';
      return empty || record.default?.text !== undefined ? [] : [{ name, value, said: record.default?.value }];
    });
    expect(declared.filter(({ value, said }) => said !== value)).toEqual([]);
    expect(declared.length).toBeGreaterThan(9);
  });

  test('no sentence is used for two fields', () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const { name, record } of entries) {
      for (const sentence of sentences(record)) {
        const before = seen.get(sentence);
        if (before !== undefined && before !== name) twice.push(`${before} = ${name}: ${sentence}`);
        seen.set(sentence, name);
      }
    }
    expect(twice).toEqual([]);
  });

  test('sentences are finished, and clauses after a component begin small', () => {
    const unfinished = entries.flatMap(({ name, record }) =>
      sentences(record)
        .filter((text) => !/[.…!?)”`]$/.test(text.trim()) || /\s\s|\|/.test(text))
        .map((text) => `${name}: ${text}`),
    );
    expect(unfinished).toEqual([]);
  });
});

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

/** The texts of a record that must be its own. Changes are left out: many fields share a fate. */
function sentences(record: FieldRecord): string[] {
  return parts(record).flatMap((part) => [
    ...(part.is ? [part.is] : []),
    ...(part.handlers ?? []).map(({ does }) => does),
    ...(part.writtenBy ?? []).map(({ when }) => when),
    ...(part.wrong ?? []).filter(({ text }) => text.length > 40).map(({ text }) => text),
  ]);
}

/** `affinity.nodeAffinity` from the same type, or `Deployment:spec.replicas` from a kind; lists and maps are stepped into. */
function resolves(type: string, related: string): boolean {
  const [kind, path] = related.includes(':') ? related.split(':') : [undefined, related];
  let value: ValueSchema | undefined;
  if (kind === undefined) value = { kind: 'object', object: typeById(type) };
  else {
    const version = VERSIONS.find((candidate) => schemaForKind(candidate, kind));
    value = version ? { kind: 'object', object: schemaForKind(version, kind) } : undefined;
  }
  for (const name of path?.split('.') ?? []) {
    while (value?.kind === 'list' || value?.kind === 'map') value = value.items;
    value = value?.object ? fieldOf(value.object, name) : undefined;
  }
  return value !== undefined;
}

const VERSIONS = [
  'v1',
  'apps/v1',
  'batch/v1',
  'networking.k8s.io/v1',
  'policy/v1',
  'autoscaling/v2',
  'autoscaling/v1',
  'rbac.authorization.k8s.io/v1',
  'storage.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'node.k8s.io/v1',
  'discovery.k8s.io/v1',
  'coordination.k8s.io/v1',
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'certificates.k8s.io/v1',
  'resource.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
];

function fits(value: unknown, schema: ValueSchema): boolean {
  if (schema.kind === 'boolean') return typeof value === 'boolean';
  if (schema.kind === 'int32' || schema.kind === 'int64') return Number.isInteger(value);
  if (schema.kind === 'string' || schema.kind === 'quantity') return typeof value === 'string';
  if (schema.kind === 'intOrString') return typeof value === 'string' || Number.isInteger(value);
  if (schema.kind === 'list') return Array.isArray(value);
  return typeof value === 'object' && value !== null;
}
