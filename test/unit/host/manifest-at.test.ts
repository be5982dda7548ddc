import { expect, test } from 'vitest';
import { manifestAt } from '../../../src/host/flow/manifest-at.ts';
import { playedWeb } from '../webview/forked.ts';

test('a manifest at a step is what was applied; of other objects, what the steps say without the cluster’s own', async () => {
  const { steps } = await playedWeb();
  const web = steps.find((s) => s.object?.name === 'web')?.object;
  const set = steps.find((s) => s.object?.kind === 'ReplicaSet')?.object;
  if (!web || !set) throw new Error('web was not rolled out');
  const applied = manifestAt(steps, web);
  expect(applied).toMatchObject({ kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2 } });
  expect(Object.keys(applied)).not.toContain('status');
  expect(applied).not.toHaveProperty('spec.strategy');
  const own = manifestAt(steps, set);
  expect(own).toMatchObject({ kind: 'ReplicaSet', metadata: { name: set.name } });
  for (const field of ['status', 'metadata.uid', 'metadata.resourceVersion']) expect(own).not.toHaveProperty(field);
  expect(() => manifestAt(steps.slice(0, 5), web)).toThrow(/do not tell/);
});
