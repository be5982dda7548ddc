import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyManifest } from '../../src/cluster/apply/apply.ts';
import { findComponent } from '../../src/knowledge/components.ts';
import { Cluster } from '../../src/simulator/cluster.ts';
import { ROOT } from './source.ts';

const MINUTE = 60_000_000;

/** Ids of every component that acted, from an empty cluster through every sample to a node that stops and comes back. */
function actors(): string[] {
  const cluster = new Cluster({ seed: 'components' });
  const request = ({ discovery, ...rest }: Parameters<Parameters<typeof applyManifest>[2]['request']>[0]) =>
    cluster.request({ ...rest, observer: discovery ?? false });
  cluster.settle(MINUTE);
  for (const file of globSync('media/samples/*.yaml', { cwd: ROOT })) {
    applyManifest(readFileSync(path.join(ROOT, file), 'utf8'), 'default', { request });
    cluster.settle(MINUTE);
  }
  for (const action of ['stop', 'start'] as const) {
    cluster.fault(action, { node: 'worker-3' });
    cluster.runUntil(cluster.now + 10 * MINUTE);
  }
  return [...new Set(cluster.stepsAfter(0).map(({ actor }) => actor.component))].sort();
}

describe('components', () => {
  it('that act in a step are explained by the knowledge data', () => {
    const acted = actors();
    expect(acted).toEqual(expect.arrayContaining(['deployment-controller', 'kube-scheduler', 'kubelet', 'user']));
    expect(acted.filter((id) => !findComponent(id))).toEqual([]);
  });
});
