// Every field of every kind in the recorded OpenAPI document has a record that says something of its own.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FieldRecord } from '../../../src/knowledge/record.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

const schemas = new Map<string, Schema>();
const folder = sharedPath('openapi');
for (const file of fs.readdirSync(folder)) {
  const text = fs.readFileSync(`${folder}/${file}`, 'utf8');
  const document = JSON.parse(text) as { components?: { schemas?: Record<string, Schema> } };
  for (const [key, schema] of Object.entries(document.components?.schemas ?? {})) schemas.set(key, schema);
}

/** `io.k8s.api.core.v1.PodSpec` → `core.v1.PodSpec`, as records are filed. */
const typeOf = (key: string): string => key.split('.').slice(-3).join('.');

function refs(schema: Schema): string[] {
  const more = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
  return [
    ...(schema.$ref ? [schema.$ref.split('/').pop() ?? ''] : []),
    ...[...(schema.allOf ?? []), ...(schema.items ? [schema.items] : []), ...more].flatMap(refs),
  ];
}

/** Every (type, field) that can be met below a schema. */
function fieldsBelow(root: string): Set<string> {
  const found = new Set<string>();
  const seen = new Set([root]);
  for (const key of seen) {
    for (const [field, schema] of Object.entries(schemas.get(key)?.properties ?? {})) {
      found.add(`${typeOf(key)} ${field}`);
      for (const ref of refs(schema)) seen.add(ref);
    }
  }
  return found;
}

/** What people write and read, as the project promises it. */
const PROMISED = (
  'Pod Deployment ReplicaSet StatefulSet DaemonSet Job CronJob Service EndpointSlice Ingress IngressClass NetworkPolicy ' +
  'ConfigMap Secret PersistentVolumeClaim PersistentVolume StorageClass VolumeAttachment CSIDriver ServiceAccount Role ' +
  'ClusterRole RoleBinding ClusterRoleBinding Namespace Node Lease PriorityClass RuntimeClass ResourceQuota LimitRange ' +
  'PodDisruptionBudget HorizontalPodAutoscaler CustomResourceDefinition APIService ValidatingWebhookConfiguration ' +
  'MutatingWebhookConfiguration ValidatingAdmissionPolicy CertificateSigningRequest Event'
).split(' ');

const kinds = [...schemas].flatMap(([key, schema]) => {
  const [gvk, second] = schema['x-kubernetes-group-version-kind'] ?? [];
  // What many groups share (DeleteOptions, WatchEvent) is met below the kinds, or is no object.
  return gvk && !second && !gvk.kind.endsWith('List') ? [{ key, kind: gvk.kind }] : [];
});

const knowledge = sourceKnowledge();
const all = new Set(kinds.flatMap(({ key }) => [...fieldsBelow(key)]));

function recordOf(name: string): FieldRecord | undefined {
  const [type = '', field = ''] = name.split(' ');
  return knowledge.record(type, field);
}

describe('the recorded OpenAPI document', () => {
  test('has all promised kinds', () => {
    const there = new Set(kinds.map(({ kind }) => kind));
    expect(PROMISED.filter((kind) => !there.has(kind))).toEqual([]);
    expect(all.size).toBeGreaterThan(2_000);
  });

  test.each(kinds)('$key: every field has a record', ({ key }) => {
    expect([...fieldsBelow(key)].filter((name) => !recordOf(name))).toEqual([]);
  });

  test('no two fields are explained in the same words', () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const { type, fields } of knowledge.recordedTypes()) {
      for (const [field, record] of Object.entries(fields)) {
        const words = ownWords(record);
        const before = seen.get(words);
        if (before !== undefined) twice.push(`${before} = ${type}.${field}: ${words}`);
        seen.set(words, `${type}.${field}`);
      }
    }
    expect(twice).toEqual([]);
  });

  test('a record says more than the name of the field and who stores it', () => {
    const empty = [...all].filter((name) => {
      const [, field = ''] = name.split(' ');
      const words = ownWords(recordOf(name) ?? { source: [] }).replaceAll(field.toLowerCase(), '');
      return words.split(' ').filter((word) => word.length > 2).length < 2;
    });
    expect(empty).toEqual([]);
  });
});

/** All that a record says, without marks and capitals, so that nothing passes by a changed comma. */
function ownWords({ is, handlers = [], writtenBy = [] }: FieldRecord): string {
  return [is ?? '', ...handlers.map(({ does }) => does), ...writtenBy.map(({ when }) => when)]
    .join(' ')
    .toLowerCase()
    .replace(/[^a-z0-9/.$]+/g, ' ')
    .replace(/\.(?= |$)/g, '')
    .trim();
}
