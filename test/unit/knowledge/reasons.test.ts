// The reasons by which records say that trouble shows, and those that they list for conditions and states, against the
// reviewed table and the recordings.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import type { ContextualRecord, FieldRecord } from '../../../src/knowledge/record.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { REASONS } from './reasons.ts';

const records = sourceKnowledge()
  .recordedTypes()
  .flatMap(({ type, fields }) => Object.entries(fields).map(([field, record]) => ({ type, field, record })));

const parts = (record: FieldRecord): ContextualRecord[] => [record, ...Object.values(record.in ?? {})];

test('every reason that a failure shows by is in the table', () => {
  const cited = records.flatMap(({ type, field, record }) =>
    parts(record).flatMap(({ wrong = [] }) => wrong.flatMap(({ status }) => (status ? [{ type, field, status }] : []))),
  );
  expect(cited.filter(({ status }) => !REASONS.has(status))).toEqual([]);
  expect(cited.length).toBeGreaterThan(70);
});

/** Fields whose records list reasons, and where in the text they stand. */
const LISTS: readonly [string, string][] = [
  ['apiextensions.v1.CustomResourceDefinitionCondition', 'reason'],
  ['apiregistration.v1.APIServiceCondition', 'reason'],
  ['apps.v1.DeploymentCondition', 'reason'],
  ['apps.v1.ReplicaSetCondition', 'reason'],
  ['autoscaling.v2.HorizontalPodAutoscalerCondition', 'reason'],
  ['batch.v1.JobCondition', 'reason'],
  ['certificates.v1.CertificateSigningRequestCondition', 'reason'],
  ['core.v1.ContainerStateTerminated', 'reason'],
  ['core.v1.ContainerStateWaiting', 'reason'],
  ['core.v1.NamespaceCondition', 'reason'],
  ['core.v1.NodeCondition', 'reason'],
  ['core.v1.PodCondition', 'reason'],
  ['core.v1.PodStatus', 'reason'],
  ['core.v1.ReplicationControllerCondition', 'reason'],
  ['flowcontrol.v1.FlowSchemaCondition', 'reason'],
  ['meta.v1.Condition', 'reason'],
];

test.each(LISTS)('%s.%s lists reasons of the table', (type, field) => {
  const record = records.find((one) => one.type === type && one.field === field)?.record;
  const texts = parts(record ?? { source: [] }).flatMap(({ is = '', writtenBy = [] }) => [
    is,
    ...writtenBy.map(({ when }) => when),
  ]);
  const words = texts.flatMap((text) => text.match(/\b[A-Z][a-z]+(?:[A-Z]+[a-z]*)+\b|\bOutOf\w+/g) ?? []);
  expect(words.filter((word) => !REASONS.has(word))).toEqual([]);
  expect(words.length).toBeGreaterThan(0);
});

test('the table names files of v1.36, and has the reasons that were recorded', () => {
  const paths = new Set(fs.readFileSync(sharedPath('upstream', 'paths.txt'), 'utf8').split('\n'));
  expect([...REASONS.values()].filter((file) => file !== 'containerd' && !paths.has(file))).toEqual([]);
  const seen = recorded();
  expect([...seen].filter((reason) => !REASONS.has(reason))).toEqual([]);
  expect(seen.size).toBeGreaterThan(10);
});

/** Reasons in the final objects of the recorded scenarios. */
function recorded(): Set<string> {
  const folder = sharedPath('conformance', 'golden');
  const found = new Set<string>();
  for (const file of fs.readdirSync(folder)) {
    const golden = JSON.parse(fs.readFileSync(`${folder}/${file}`, 'utf8')) as {
      readonly final: Readonly<Record<string, { readonly leaves: Readonly<Record<string, unknown>> }>>;
    };
    for (const { leaves } of Object.values(golden.final)) {
      for (const [path, value] of Object.entries(leaves)) {
        if (/^status\..*reason$/.test(path)) found.add(String(value));
      }
    }
  }
  return found;
}
