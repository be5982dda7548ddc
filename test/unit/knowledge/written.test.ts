// Who writes what in a simulated cluster, against the writers that the records name.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import { known } from '../../../src/manifest/explain.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { apiVersionOf, resourceOf } from '../../../src/model/resources.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { Step } from '../../../src/trace/step.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { requestFor } from '../controllers/csr.ts';
import { placeOfText } from './places.ts';

const knowledge = sourceKnowledge();
const MINUTE = 60_000_000;
const manifest = readFileSync(path.join(import.meta.dirname, 'written.yaml'), 'utf8');

/** Kinds that only components make: what stands in them from the start counts as well. */
const MADE = new Set(['volumeattachments', 'csinodes', 'endpointslices', 'ipaddresses']);
/** Events name one component for all, Leases stand for many holders, and pods are held to the recordings. */
const OTHERS = new Set(['events', 'leases', 'pods', 'nodes', 'configmaps']);

function played(): Cluster {
  const cluster = new Cluster({ cloud: true });
  cluster.settle(MINUTE);
  const nodes = cluster.request({ method: 'GET', path: '/api/v1/nodes', observer: true }).body as KubeList;
  const signing = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'kubelet' },
    spec: {
      request: requestFor('jane', ['dev']),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
  };
  const text = manifest.replace('NODE', nodes.items.at(-1)?.metadata.name ?? '');
  applyManifest(`${text}\n---\n${JSON.stringify(signing)}\n`, 'default', {
    request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
  });
  cluster.settle(2 * MINUTE);
  return cluster;
}

/** Fields outside the metadata that a component wrote and whose record names neither it nor the process it runs in. */
function unnamed({ object, actor, changed = [], request }: Step): string[] {
  const resource = object && resourceOf(object.group, object.resource);
  if (!resource || actor.component === 'user' || OTHERS.has(resource.plural)) return [];
  if (request?.verb === 'create' && !MADE.has(resource.plural)) return [];
  return changed.flatMap(({ path: at }) => {
    // What a creation sends of the status is dropped.
    if (/^(metadata|apiVersion|kind)\b/.test(at) || (request?.verb === 'create' && at.startsWith('status.'))) return [];
    const place = placeOfText({ apiVersion: apiVersionOf(resource), kind: resource.kind }, at);
    const facts = place && known(knowledge, place);
    if (!facts?.recorded || facts.writtenBy.some(({ component }) => component === actor.component)) return [];
    return [`${resource.kind} ${at.replace(/\[[^\]]*\]/g, '[]')} (${facts.type}) is written by ${actor.component}`];
  });
}

test('components that write a field are named by its record', () => {
  const steps = played().trace.after(0);
  const actors = new Set(steps.filter(({ changed }) => changed).map(({ actor }) => actor.component));
  for (const one of ['csi-driver', 'attachdetach-controller', 'resource-claim-controller', 'service-controller']) {
    expect(actors).toContain(one);
  }
  expect([...new Set(steps.flatMap(unnamed))]).toEqual([]);
});
