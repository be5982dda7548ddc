// Facts: pkg/controller/tainteviction/taint_eviction.go and timed_workers.go, v1.36.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { staySeconds } from '../../../src/simulator/controllers/tainteviction/controller.ts';
import { Played } from './played.ts';

const taint = (key: string) => ({ key, effect: 'NoExecute' as const });
const tolerates = (key: string, tolerationSeconds?: number) => ({
  key,
  operator: 'Exists' as const,
  effect: 'NoExecute' as const,
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

describe('how long a pod may stay', () => {
  it.each([
    ['no toleration', [taint('a')], [], 0],
    ['for ever', [taint('a')], [tolerates('a')], undefined],
    ['the least of what it uses', [taint('a'), taint('b')], [tolerates('a', 30), tolerates('b', 10)], 10],
    ['one taint untolerated', [taint('a'), taint('b')], [tolerates('a', 30)], 0],
    ['the first toleration that matches counts', [taint('a')], [tolerates('a', 30), tolerates('a', 5)], 30],
    ['negative is at once', [taint('a')], [tolerates('a', -5)], 0],
  ])('%s', (_, taints, tolerations, seconds) => expect(staySeconds(taints, tolerations)).toBe(seconds));
});

describe('eviction by taint', () => {
  const pod = (name: string, toleration: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {nodeName: worker-1, tolerations: [${toleration}], containers: [{name: c, image: x}]}
---`;
  const node = '/api/v1/nodes/worker-1';
  const marked = (name: string): string => `Normal TaintManagerEviction: Marking for deletion Pod default/${name}`;
  const cancelled = (name: string): string => `Normal TaintManagerEviction: Cancelling deletion of Pod default/${name}`;
  const start = (): Played => {
    const played = new Played();
    played.create(pod('ten', '{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 10}'));
    played.run(5);
    played.patch(node, { spec: { taints: [taint('k')] } });
    played.run(5);
    return played;
  };
  const isGoing = (played: Played): boolean => {
    const known = played.get<Pod>('/api/v1/namespaces/default/pods/ten');
    return known === undefined || known.metadata.deletionTimestamp !== undefined;
  };

  it('waits for tolerationSeconds', () => {
    const played = start();
    expect(isGoing(played)).toBe(false);
    played.run(6);
    expect(isGoing(played)).toBe(true);
    // Its own end says nothing more: the plan was carried out.
    played.run(60);
    expect(played.events('taint-eviction-controller')).toEqual([marked('ten')]);
  });
  it('is called off with an Event when the taint goes', () => {
    const played = start();
    played.patch(node, { spec: { taints: null } });
    played.run(30);
    expect(isGoing(played)).toBe(false);
    expect(played.events('taint-eviction-controller')).toEqual([cancelled('ten')]);
  });
  it('is called off with an Event when the pod goes by itself', () => {
    const played = start();
    played.delete('/api/v1/namespaces/default/pods/ten');
    played.run(4);
    expect(played.events('taint-eviction-controller')).toEqual([cancelled('ten')]);
  });
  it('comes once more for a pod that is still going when another taint comes, without marking it again', () => {
    const played = start();
    played.cluster.fault('stop', { component: 'kubelet', node: 'worker-1' });
    played.run(10);
    played.patch(node, { spec: { taints: [taint('k'), taint('l')] } });
    played.run(2);
    expect(played.events('taint-eviction-controller')).toEqual([`${marked('ten')} x2`]);
    const own = played.cluster
      .stepsAfter(0)
      .filter(
        (s) => s.object?.name === 'ten' && s.actor.component === 'taint-eviction-controller' && s.kind === 'request',
      );
    expect(own.map((s) => s.action)).toEqual(['patch', 'delete', 'delete']);
  });
  it('comes at once, after calling off the plan, when a taint comes that is not tolerated', () => {
    const played = start();
    played.patch(node, { spec: { taints: [taint('k'), taint('l')] } });
    played.run(2);
    expect(isGoing(played)).toBe(true);
    expect(played.events('taint-eviction-controller')).toEqual([cancelled('ten'), marked('ten')]);
  });
});
