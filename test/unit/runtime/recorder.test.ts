// What Events become of many similar ones. Upstream: EventAggregate, eventObserve and the spam filter in
// k8s.io/client-go/tools/record/events_cache.go, v1.36.
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/generated/core.v1.ts';
import type { KubeList } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { ComponentContext } from '../../../src/simulator/runtime/component.ts';
import { EventRecorder } from '../../../src/simulator/runtime/recorder.ts';

const SECOND = 1_000_000;
const web = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  object: { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default', uid: 'u' } },
} as const;

function stage(): { recorder: EventRecorder; seconds(n: number): void; events(): Event[]; remove(e: Event): void } {
  const cluster = new Cluster({ nodes: 0 });
  cluster.runUntil(5 * SECOND);
  const ctx = new ComponentContext(cluster, {
    actor: { component: 'replicaset-controller' },
    userAgent: 'test',
    credential: { type: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters'] },
    qps: 1000,
    burst: 1000,
  });
  const path = '/api/v1/namespaces/default/events';
  return {
    recorder: new EventRecorder(ctx, 'replicaset-controller'),
    seconds: (n) => cluster.runUntil(cluster.kernel.now + n * SECOND),
    events: () => {
      const list = cluster.request({ method: 'GET', path }).body as KubeList<Event>;
      return list.items.filter((e) => e.involvedObject.name === 'web');
    },
    remove: (e) => void cluster.request({ method: 'DELETE', path: `${path}/${e.metadata.name}` }),
  };
}

describe('Events of a controller', () => {
  it('tell nine different messages of one reason, and all others in one Event', () => {
    const { recorder, seconds, events } = stage();
    for (let i = 1; i <= 12; i++) recorder.event(web, 'Normal', 'SuccessfulCreate', `Created pod: web-${i}`, []);
    seconds(5);
    const combined = events().filter((e) => e.message?.startsWith('(combined from similar events): '));
    expect(events()).toHaveLength(10);
    expect(combined).toMatchObject([{ count: 3, message: '(combined from similar events): Created pod: web-12' }]);
    expect(combined[0]?.reportingComponent).toBe('');
  });

  it('are limited to 25 for an object, whichever of its containers they are about; the count goes on', () => {
    const { recorder, seconds, events } = stage();
    const say = (container: string): void =>
      recorder.event({ ...web, fieldPath: `spec.containers{${container}}` }, 'Warning', 'BackOff', 'Back-off', []);
    for (let i = 0; i < 15; i++) for (const c of ['a', 'b']) say(c);
    seconds(1);
    expect(events().map((e) => e.count)).toEqual([13, 12]);
    seconds(300);
    say('b');
    seconds(1);
    expect(events().map((e) => e.count)).toEqual([13, 16]);
  });

  it('come again where the one to be counted up is gone', () => {
    const { recorder, seconds, events, remove } = stage();
    recorder.event(web, 'Warning', 'FailedCreate', 'no', []);
    seconds(1);
    for (const e of events()) remove(e);
    recorder.event(web, 'Warning', 'FailedCreate', 'no', []);
    seconds(1);
    expect(events().map((e) => e.count)).toEqual([2]);
  });
});
