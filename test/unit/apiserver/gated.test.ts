// Fields whose feature gates v1.36 leaves off are dropped without a word, wherever a pod's spec stands.
import { expect, test } from 'vitest';
import { ask, bench, bodyOf } from './support.ts';

const spec = {
  schedulingGroup: { podGroupName: 'g' },
  containers: [{ name: 'c', image: 'i', lifecycle: { stopSignal: 'SIGUSR1', preStop: { sleep: { seconds: 1 } } } }],
  initContainers: [{ name: 'd', image: 'i', restartPolicy: 'Always', lifecycle: { stopSignal: 'SIGUSR1' } }],
};
const labels = { a: 'b' };
const template = { metadata: { labels }, spec };

test.each([
  ['/api/v1/namespaces/default/pods', { spec }, ['spec']],
  ['/apis/apps/v1/namespaces/default/deployments', { spec: { selector: { matchLabels: labels }, template } }],
  ['/api/v1/namespaces/default/podtemplates', { template }, ['template', 'spec']],
])('%s', (path, fields, at = ['spec', 'template', 'spec']) => {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const made = ask(b, `POST ${path}`, { metadata: { name: 'x' }, ...fields });
  expect([made.code, made.warnings ?? []]).toEqual([201, []]);
  const changed = ask(b, `PUT ${path}/x`, { ...bodyOf(made), ...fields, metadata: bodyOf(made).metadata });
  for (const answer of path.endsWith('pods') ? [made] : [made, changed]) {
    const stored = at.reduce((o, key) => o[key], bodyOf(answer));
    expect(stored.schedulingGroup).toBeUndefined();
    expect(stored.containers[0].lifecycle).toEqual({ preStop: { sleep: { seconds: 1 } } });
    expect(stored.initContainers[0]).not.toHaveProperty('lifecycle');
  }
});
