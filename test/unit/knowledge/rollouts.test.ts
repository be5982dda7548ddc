// Which changes of a workload make a new revision: what the records say, against the controllers.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { known } from '../../../src/manifest/explain.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { type Kinded, placeAt } from './places.ts';
import type { Sample } from './sample.ts';
import { CHANGE_SAMPLES } from './samples.ts';
import { at, others, partsOf, replaced } from './verdicts.ts';

const SECOND = 1_000_000;
const knowledge = sourceKnowledge();
const recorded = JSON.parse(fs.readFileSync(sharedPath('validation', 'bases.json'), 'utf8')) as Sample[];

/** Where the controllers keep the revisions of a kind. */
const REVISIONS: Readonly<Record<string, string>> = {
  Deployment: '/apis/apps/v1/namespaces/default/replicasets',
  StatefulSet: '/apis/apps/v1/namespaces/default/controllerrevisions',
  DaemonSet: '/apis/apps/v1/namespaces/default/controllerrevisions',
};
const samples = [...recorded, ...CHANGE_SAMPLES].filter(
  ({ object, path }) => (object.kind ?? '') in REVISIONS && path.includes('/default/'),
);

type Stored = KubeObject & Kinded;
type Workload = KubeObject & { readonly spec: { readonly paused?: boolean } };

function revisions(cluster: Cluster, kind: string): Map<string, number> {
  const answer = cluster.request({ method: 'GET', path: REVISIONS[kind] ?? '', observer: true });
  const counts = new Map<string, number>();
  for (const { metadata } of (answer.body as KubeList).items) {
    const owner = metadata.ownerReferences?.[0]?.name ?? '';
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

test.each(samples)('$object.kind $object.metadata.name', ({ path, object }) => {
  const cluster = new Cluster({ nodes: 0 });
  cluster.runUntil(10 * SECOND);
  const send = (method: 'POST' | 'PUT', to: string, body: unknown) => cluster.request({ method, path: to, body });
  const { paused: _, ...spec } = (object as Workload).spec;
  const base = { ...object, spec: { ...spec, ...(object.kind === 'DaemonSet' ? {} : { replicas: 0 }) } };
  const first = send('POST', path, base).body as Stored;
  const changes = partsOf(first)
    .filter((part) => part.path[0] === 'spec' && (typeof part.value !== 'object' || part.value === null))
    .flatMap((part) => others(part, first).map((next) => ({ part, next })));
  const named = (i: number): KubeObject => ({ ...base, metadata: { ...base.metadata, name: `n${i}` } });
  const made = changes.map((_change, i) => send('POST', path, named(i)).body as Stored);
  cluster.runUntil(40 * SECOND);
  const changed = changes.map(({ part, next }, i) => {
    const now = cluster.request({ method: 'GET', path: `${path}/n${i}`, observer: true }).body;
    const answer = send('PUT', `${path}/n${i}`, replaced(now, part.path, next));
    // An old name of another field is put back without a word.
    return answer.code === 200 && at(answer.body, part.path) !== part.value;
  });
  cluster.runUntil(80 * SECOND);
  const counts = revisions(cluster, object.kind ?? '');
  const wrong = changes.flatMap(({ part }, i) => {
    const place = changed[i] ? placeAt(made[i] as Stored, part.path) : undefined;
    const facts = place && known(knowledge, place);
    if (!facts?.change) return [];
    const rolls = (counts.get(`n${i}`) ?? 0) > 1;
    return rolls === (facts.change.effect === 'rollout')
      ? []
      : [`${part.path.join('.')}: ${facts.change.effect}, ${rolls}`];
  });
  expect(wrong).toEqual([]);
  expect(changed.filter(Boolean).length).toBeGreaterThan(3);
});
