// What comes first where components work side by side: as most recordings of a real cluster have it.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { stage } from './written.ts';

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
  },
} as unknown as KubeObject;

describe.each(['a', 'b', 'c', 'd'])('a Deployment is made, seed %s', (seed) => {
  const t = stage({ seed });
  t.apply(WEB);
  t.seconds(2);
  const short = t.writes().map((w) => w.replace(/web[-\w]*/, 'web'));
  const first = (w: string): number => short.findIndex((s) => s.endsWith(w));

  it.each([
    ['deployment-controller create replicasets/web', 'deployment-controller update/status deployments/web'],
    ['deployment-controller update/status deployments/web', 'replicaset-controller create pods/'],
    ['replicaset-controller create pods/', 'kube-scheduler create/binding pods/web'],
    ['kube-scheduler create/binding pods/web', 'replicaset-controller update/status replicasets/web'],
    ['replicaset-controller update/status replicasets/web', 'patch/status pods/web'],
  ])('%s comes before %s', (before, after) => {
    expect(first(before)).toBeGreaterThanOrEqual(0);
    expect(first(before)).toBeLessThan(first(after));
  });
});
