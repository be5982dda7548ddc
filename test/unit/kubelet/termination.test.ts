// In which order the containers of a pod go, what they are told, and what is left of the pod. Models killContainer,
// terminationOrdering and TerminatePod in pkg/kubelet, v1.36; conformance/golden/init-and-sidecar has such an end.
import { describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { type Stage, stage } from '../controllers/written.ts';

type Part = { readonly [field: string]: unknown };

const shell = (script: string): string[] => ['sh', '-c', script];
const busybox = (name: string, script: string, more: Part = {}): Part => ({
  name,
  image: 'busybox:1.36',
  command: shell(script),
  ...more,
});
const nginx = (name: string, more: Part = {}): Part => ({ name, image: 'nginx:1.27', ...more });
const sidecar = { restartPolicy: 'Always' };

function play(spec: Part): Stage {
  const t = stage({ nodes: 1, runtime: 'modelled' });
  t.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } as KubeObject);
  return t;
}

const status = (t: Stage): NonNullable<Pod['status']> => (t.get('Pod', 'p') as Pod | undefined)?.status ?? {};
const stateOf = (t: Stage, name: string): ContainerStatus['state'] =>
  [...(status(t).initContainerStatuses ?? []), ...(status(t).containerStatuses ?? [])].find((c) => c.name === name)
    ?.state;

/** Steps of the kubelet and the runtime about the pod, from now on. */
function steps(t: Stage, run: () => void): { readonly at: number; readonly text: string }[] {
  const from = t.cluster.lastStep;
  const start = t.cluster.now;
  run();
  return t.cluster
    .stepsAfter(from)
    .filter((s) => s.kind === 'node')
    .map((s) => ({ at: Math.round((s.at - start) / 1_000_000), text: s.text }));
}

describe('the containers of a pod that is deleted', () => {
  it('are stopped at once, a sidecar when the others have gone and what was started after it', () => {
    const t = play({
      initContainers: [nginx('first', sidecar), nginx('second', sidecar)],
      containers: [busybox('slow', 'sleep 7'), nginx('quick')],
      terminationGracePeriodSeconds: 20,
    });
    t.seconds(5);
    const seen = steps(t, () => {
      t.send('DELETE', 'Pod', 'p');
      t.seconds(10);
    });
    const stops = seen.flatMap(({ at, text }) => {
      const name = /sends SIGTERM to container (\w+)/.exec(text)?.[1];
      return name === undefined ? [] : [`${name} ${at}`];
    });
    expect(stops).toEqual(['slow 0', 'quick 0', 'second 3', 'first 3']);
    const killing = t.events('Pod/p').filter((e) => e.startsWith('Normal Killing'));
    expect(killing.toSorted()).toEqual(
      ['first', 'quick', 'second', 'slow'].map((n) => `Normal Killing Pod/p: Stopping container ${n}`),
    );
    expect(t.get('Pod', 'p')).toBeUndefined();
  });

  it('have two seconds at the least', () => {
    const t = play({ containers: [busybox('c', 'sleep 1000')], terminationGracePeriodSeconds: 1 });
    t.seconds(4);
    const seen = steps(t, () => {
      t.send('DELETE', 'Pod', 'p');
      t.seconds(5);
    });
    expect(seen.find((s) => s.text.includes('SIGTERM'))?.text).toContain('SIGKILL follows after 2 s');
  });

  it('share their time with the preStop hook, and may end by themselves before it is over', () => {
    const t = play({
      containers: [busybox('c', 'sleep 8; exit 3', { lifecycle: { preStop: { sleep: { seconds: 2 } } } })],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 10,
    });
    t.seconds(3);
    t.send('DELETE', 'Pod', 'p');
    t.seconds(4);
    expect(stateOf(t, 'c')?.running).toBeDefined();
    t.seconds(2);
    expect(stateOf(t, 'c')?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  });

  it('are not waited for when they end by themselves while their preStop hook runs', () => {
    const lifecycle = { preStop: { sleep: { seconds: 6 } } };
    const t = play({
      restartPolicy: 'Never',
      containers: [busybox('c', 'sleep 4; exit 3', { lifecycle })],
      terminationGracePeriodSeconds: 60,
    });
    t.seconds(2);
    t.send('DELETE', 'Pod', 'p');
    t.seconds(9);
    expect(t.get('Pod', 'p')).toBeUndefined();
  });

  it('are stopped all the same when the API server forgets the pod at once', () => {
    const t = play({ containers: [nginx('c')] });
    t.seconds(3);
    const { code } = t.cluster.request({
      method: 'DELETE',
      path: '/api/v1/namespaces/default/pods/p',
      body: { gracePeriodSeconds: 0 },
    });
    expect(code).toBe(200);
    const seen = steps(t, () => t.seconds(3));
    expect(t.get('Pod', 'p')).toBeUndefined();
    expect(seen.some((s) => s.text.includes('SIGTERM'))).toBe(true);
    expect(t.events('Pod/p')).toContain('Normal Killing Pod/p: Stopping container c');
  });

  it('are waited for while one of them is being pulled', () => {
    const t = play({ containers: [nginx('c', { image: 'example.com/big:1' })] });
    t.seconds(0.6);
    t.send('DELETE', 'Pod', 'p');
    t.seconds(0.2);
    expect(t.get('Pod', 'p')).toBeDefined();
    t.seconds(6);
    expect(t.get('Pod', 'p')).toBeUndefined();
  });
});

describe('a pod that comes to its end', () => {
  it('has its sidecars stopped when its work is done', () => {
    const t = play({
      restartPolicy: 'Never',
      initContainers: [nginx('side', sidecar)],
      containers: [busybox('c', 'sleep 1; exit 0')],
    });
    t.seconds(8);
    expect(status(t).phase).toBe('Succeeded');
    expect(stateOf(t, 'side')?.terminated).toMatchObject({ exitCode: 0 });
    expect(t.events('Pod/p')).toContain('Normal Killing Pod/p: Stopping container side');
  });

  it('by its deadline is said to have failed when its containers have gone', () => {
    const t = play({
      activeDeadlineSeconds: 4,
      terminationGracePeriodSeconds: 3,
      containers: [busybox('c', 'sleep 1000')],
    });
    t.seconds(5);
    expect(status(t)).toMatchObject({ phase: 'Running' });
    expect(status(t).reason).toBeUndefined();
    expect(status(t).conditions?.find((c) => c.type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'PodFailed',
    });
    t.seconds(4);
    expect(status(t)).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    expect(stateOf(t, 'c')?.terminated).toMatchObject({ exitCode: 137 });
  });

  it.each<[string, string, string, number | undefined]>([
    ['Never', 'Failed', 'Unknown', 0],
    ['Always', 'Running', 'runs', 1],
    ['OnFailure', 'Running', 'runs', 1],
  ])('with its machine: restartPolicy %s leaves it %s', (restartPolicy, phase, state, count) => {
    const t = play({ restartPolicy, containers: [busybox('c', 'sleep 10000')] });
    t.seconds(4);
    t.cluster.fault('stop', { node: 'worker-1' });
    t.seconds(10);
    t.cluster.fault('start', { node: 'worker-1' });
    t.seconds(10);
    expect(status(t).phase).toBe(phase);
    const now = stateOf(t, 'c');
    expect(now?.terminated?.reason ?? (now?.running ? 'runs' : 'waits')).toBe(state);
    expect(status(t).containerStatuses?.[0]?.restartCount).toBe(count);
    expect(t.events('Node/').filter((e) => e.startsWith('Warning Rebooted'))).toHaveLength(1);
  });
});

it('a pod in its node’s network has its address from the start', () => {
  const t = play({ hostNetwork: true, containers: [nginx('c')] });
  t.seconds(0.2);
  expect(status(t).podIP).toBe(status(t).hostIP);
});
