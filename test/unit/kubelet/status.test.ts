// What a kubelet does about a status that somebody else has written, and about a pod that outlives its deadline.
import { describe, expect, it } from 'vitest';
import { InProcess } from '../apiserver-behaviours/in-process.ts';
import { condition, pod, running } from '../apiserver-behaviours/pods.ts';
import { begin, type Loose } from '../apiserver-behaviours/trial.ts';

const server = new InProcess('kubelet status');

describe('the status of a pod', () => {
  it('is put right within a round where it is the kubelet’s, and left alone where it is not', async () => {
    const t = await begin(server, 'reconcile');
    const pods = t.of('v1', 'pods');
    await pods.create(pod('p'));
    await running(pods, 'p');
    const before = await pods.get('p');
    const gate = { type: 'example.com/Gate', status: 'True' };
    await pods.change(
      'p',
      (p) => {
        condition(p, 'Ready').status = 'False';
        p.status.conditions.push(gate);
        p.status.podIP = '1.2.3.4';
        p.status.podIPs = [{ ip: '1.2.3.4' }];
      },
      'status',
    );
    const after = await pods.until('p', 'to be ready again', (p) => condition(p, 'Ready').status === 'True', 11);
    expect(after.status.podIP).toBe(before.status.podIP);
    expect(condition(after, gate.type)).toMatchObject(gate);
  });

  it('tells which generation of the pod its kubelet has seen', async () => {
    const t = await begin(server, 'generation');
    const pods = t.of('v1', 'pods');
    await pods.create(pod('p'));
    await running(pods, 'p');
    await pods.change('p', (p) => {
      p.spec.activeDeadlineSeconds = 3600;
    });
    const seen = await pods.until('p', 'to be seen', (p) => p.status.observedGeneration === 2, 2);
    expect(seen.metadata.generation).toBe(2);
  });

  it('says that the deadline was exceeded, by when containers have ended, and the node has room again', async () => {
    const t = await begin(server, 'deadline');
    const pods = t.of('v1', 'pods');
    const spec = { nodeName: 'node-1', activeDeadlineSeconds: 20 };
    const resources = { requests: { cpu: '800m' } };
    await pods.create(pod('first', { spec, resources }));
    await running(pods, 'first');
    const failed = await pods.until('first', 'to fail', (p) => p.status.phase === 'Failed', 25);
    expect(failed.status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    const ended = await pods.until('first', 'to have ended', (p) =>
      p.status.containerStatuses.every((c: Loose) => c.state.terminated !== undefined),
    );
    expect(condition(ended, 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
    await pods.create(pod('second', { spec: { nodeName: 'node-1' }, resources }));
    await running(pods, 'second');
    await pods.remove('first');
    await pods.gone('first');
  });
});
