// What a kubelet with containerd does to the containers of a pod. Words, order and times follow recordings of a kubelet
// v1.36.2 (conformance/golden: liveness-failure, prestop-termination, missing-configmap, pod-phases) and pkg/kubelet, v1.36.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { type Stage, stage } from '../controllers/written.ts';

type Part = { readonly [field: string]: unknown };

function pod(container: Part, spec: Part = {}): KubeObject {
  const containers = [{ name: 'main', image: 'busybox:1.36', ...container }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers, ...spec } } as KubeObject;
}
const shell = (script: string): string[] => ['sh', '-c', script];
const node = (): Stage => stage({ nodes: 1, runtime: 'modelled' });
const status = (t: Stage): NonNullable<Pod['status']> => (t.get('Pod', 'p') as Pod).status ?? {};
const main = (t: Stage): NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number] | undefined =>
  status(t).containerStatuses?.[0];
const ready = (t: Stage): string | undefined => status(t).conditions?.find((c) => c.type === 'Ready')?.status;

describe('a liveness probe', () => {
  it('that fails often enough has its container killed and started again', () => {
    const t = node();
    const livenessProbe = { exec: { command: ['cat', '/tmp/ok'] }, periodSeconds: 2, failureThreshold: 2 };
    const command = shell('touch /tmp/ok; sleep 6; rm /tmp/ok; sleep 600');
    t.apply(pod({ command, livenessProbe }, { terminationGracePeriodSeconds: 1 }));
    t.seconds(9);
    expect(main(t)).toMatchObject({ ready: true, restartCount: 0 });
    t.seconds(6);
    expect(main(t)).toMatchObject({
      ready: true,
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'Error' } },
    });
    expect(t.events('Pod/p')).toEqual(
      expect.arrayContaining([
        "Warning Unhealthy Pod/p: Liveness probe failed: cat: can't open '/tmp/ok': No such file or directory\n",
        'Normal Killing Pod/p: Container main failed liveness probe, will be restarted',
      ]),
    );
  });
});

describe('a readiness probe', () => {
  it('decides whether a running pod is ready, and says why not', () => {
    const t = node();
    const readinessProbe = { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 2, failureThreshold: 1 };
    t.apply(pod({ command: shell('sleep 7; touch /tmp/up; sleep 600'), readinessProbe }));
    t.seconds(4);
    expect(main(t)).toMatchObject({ started: true, ready: false });
    expect(status(t).phase).toBe('Running');
    expect(status(t).conditions?.find((c) => c.type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [main]',
    });
    t.seconds(8);
    expect(ready(t)).toBe('True');
  });

  it('of a server asks its port: nginx answers on 80 and nowhere else', () => {
    const t = node();
    const probe = (port: number): Part => ({ httpGet: { path: '/', port }, periodSeconds: 1 });
    t.apply(pod({ image: 'nginx:1.27', readinessProbe: probe(8080) }));
    t.seconds(5);
    const ip = status(t).podIP;
    expect(ready(t)).toBe('False');
    expect(t.events('Pod/p')).toContain(
      `Warning Unhealthy Pod/p: Readiness probe failed: Get "http://${ip}:8080/": dial tcp ${ip}:8080: connect: connection refused`,
    );
    const other = node();
    other.apply(pod({ image: 'nginx:1.27', readinessProbe: probe(80) }));
    other.seconds(5);
    expect(ready(other)).toBe('True');
  });
});

describe('a startup probe', () => {
  it('holds the other probes back until it succeeds', () => {
    const t = node();
    const startupProbe = { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 1, failureThreshold: 30 };
    const livenessProbe = { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 1, failureThreshold: 1 };
    t.apply(pod({ command: shell('sleep 8; touch /tmp/up; sleep 600'), startupProbe, livenessProbe }));
    t.seconds(5);
    expect(main(t)).toMatchObject({ started: false, ready: false, restartCount: 0 });
    t.seconds(8);
    expect(main(t)).toMatchObject({ started: true, ready: true, restartCount: 0 });
    expect(t.events('Pod/p').some((e) => e.includes('Liveness'))).toBe(false);
  });

  it('that never succeeds has the container killed', () => {
    const t = node();
    const startupProbe = { tcpSocket: { port: 99 }, periodSeconds: 1, failureThreshold: 3 };
    t.apply(pod({ command: shell('sleep 600'), startupProbe }, { terminationGracePeriodSeconds: 1 }));
    t.seconds(9);
    expect(t.events('Pod/p')).toContain('Normal Killing Pod/p: Container main failed startup probe, will be restarted');
    expect(main(t)?.restartCount).toBeGreaterThan(0);
  });
});

describe('the end of a pod', () => {
  const gone = (t: Stage): boolean => t.get('Pod', 'p') === undefined;

  it('comes at once with a server that heeds SIGTERM, after the grace period with a shell that does not', () => {
    const quick = node();
    quick.apply(pod({ image: 'nginx:1.27' }));
    quick.seconds(5);
    quick.send('DELETE', 'Pod', 'p');
    quick.seconds(3);
    expect(gone(quick)).toBe(true);
    const slow = node();
    slow.apply(pod({ command: shell('sleep 600') }, { terminationGracePeriodSeconds: 10 }));
    slow.seconds(5);
    slow.send('DELETE', 'Pod', 'p');
    slow.seconds(9);
    expect(gone(slow)).toBe(false);
    slow.seconds(3);
    expect(gone(slow)).toBe(true);
  });

  it('waits for the preStop hook, and says that it failed', () => {
    const t = node();
    const lifecycle = { preStop: { exec: { command: shell('sleep 3; exit 1') } } };
    t.apply(pod({ image: 'nginx:1.27', lifecycle }));
    t.seconds(5);
    t.send('DELETE', 'Pod', 'p');
    t.seconds(2);
    expect(gone(t)).toBe(false);
    t.seconds(3);
    expect(gone(t)).toBe(true);
    expect(t.events('Pod/p')).toContain('Warning FailedPreStopHook Pod/p: PreStopHook failed');
  });

  it('is told in two steps: what its containers came to, then, when the sandbox is down, its phase', () => {
    const t = node();
    t.apply(pod({ command: shell('exit 3') }, { restartPolicy: 'Never' }));
    const seen: string[] = [];
    for (let i = 0; i < 60; i++) {
      t.seconds(0.1);
      const { phase, containerStatuses: [c] = [], conditions = [] } = status(t);
      const sandbox = conditions.find((o) => o.type === 'PodReadyToStartContainers')?.status;
      const line = `${phase} ${c?.state?.terminated?.exitCode ?? '-'} ${sandbox}`;
      if (seen.at(-1) !== line) seen.push(line);
    }
    expect(seen.slice(-3)).toEqual(['Running - True', 'Running 3 True', 'Failed 3 False']);
  });
});

describe('what a container refers to', () => {
  it('is waited for: CreateContainerConfigError', () => {
    const t = node();
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'late', key: 'a' } } }];
    t.apply(pod({ env, command: shell('sleep 600') }));
    t.seconds(5);
    expect(main(t)?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'configmap "late" not found',
    });
    expect(t.events('Pod/p')).toContain('Warning Failed Pod/p: Error: configmap "late" not found');
    t.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' }, data: { b: '1' } } as KubeObject);
    // Each sync tells what the one before it met.
    t.seconds(32);
    expect(main(t)?.state?.waiting?.message).toBe("couldn't find key a in ConfigMap default/late");
    t.send('PATCH', 'ConfigMap', 'late', { data: { a: '1' } });
    t.seconds(20);
    expect(ready(t)).toBe('True');
  });

  it('is waited for: a volume from a Secret', () => {
    const t = node();
    const volumes = [{ name: 's', secret: { secretName: 'late' } }];
    t.apply(pod({ command: shell('sleep 600') }, { volumes }));
    t.seconds(5);
    expect(t.events('Pod/p')).toContain(
      'Warning FailedMount Pod/p: MountVolume.SetUp failed for volume "s" : secret "late" not found',
    );
    expect(status(t).phase).toBe('Pending');
    t.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'late' } } as KubeObject);
    t.seconds(10);
    expect(ready(t)).toBe('True');
  });
});

// ContainerRestartRules, beta and on in v1.36: KEP-5307.
describe('a container with a restart policy of its own', () => {
  it('is started again for an exit code that a rule names, in a pod that starts nothing again', () => {
    const t = node();
    const restartPolicyRules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
    const own = { restartPolicy: 'Never', restartPolicyRules };
    t.apply(pod({ command: shell('sleep 1; exit 42'), ...own }, { restartPolicy: 'Never' }));
    t.seconds(6);
    expect(main(t)?.restartCount).toBeGreaterThan(0);
    expect(status(t).phase).toBe('Running');
    const other = node();
    other.apply(pod({ command: shell('sleep 1; exit 1'), ...own }, { restartPolicy: 'Never' }));
    other.seconds(6);
    expect(status(other)).toMatchObject({ phase: 'Failed', containerStatuses: [{ restartCount: 0 }] });
  });
});

// Recorded in conformance/golden/crash-loop.json: between two runs the status shows how the last one ended.
it('a crash loop is told as an Event at once, in the status with the sync that ends the wait', () => {
  const t = node();
  t.apply(pod({ command: shell('sleep 1; exit 1') }));
  t.seconds(12);
  expect(main(t)).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 1 } } });
  expect(
    t.events('Pod/p').some((e) => e.startsWith('Warning BackOff Pod/p: Back-off restarting failed container main')),
  ).toBe(true);
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) {
    t.seconds(0.05);
    seen.add(main(t)?.state?.waiting?.reason ?? '');
  }
  expect([...seen]).toContain('CrashLoopBackOff');
  expect(main(t)?.restartCount).toBe(2);
});

it('a container whose image cannot be had does not hold up the others', () => {
  const t = node();
  const other = { name: 'other', image: 'nginx:1.27' };
  const spec = { containers: [{ name: 'main', image: 'registry.invalid/a/b:1' }, other] };
  t.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } as KubeObject);
  t.seconds(5);
  expect(status(t).containerStatuses?.map((c) => c.state?.waiting?.reason ?? 'runs')).toEqual(['ErrImagePull', 'runs']);
  expect(status(t).podIP).toBeDefined();
  const asked =
    'Head "https://registry.invalid/v2/a/b/manifests/1": dial tcp: lookup registry.invalid on 127.0.0.53:53: no such host';
  expect(main(t)?.state?.waiting?.message).toContain(asked);
  t.seconds(15);
  expect(t.events('Pod/p')).toContain('Normal BackOff Pod/p: Back-off pulling image "registry.invalid/a/b:1"');
});

it('a pod that has ended is deleted by the API server alone: its kubelet has nothing left to do', () => {
  const t = node();
  t.apply(pod({ command: shell('true') }, { restartPolicy: 'Never' }));
  t.seconds(5);
  t.writes();
  t.send('DELETE', 'Pod', 'p');
  t.seconds(5);
  expect(t.writes('worker')).toEqual([]);
});

it('a container whose image is changed is killed and started anew', () => {
  const t = node();
  t.apply(pod({ image: 'nginx:1.27' }));
  t.seconds(5);
  const now = t.get('Pod', 'p') as Pod;
  const containers = now.spec?.containers.map((c) => ({ ...c, image: 'nginx:1.28' }));
  t.send('PUT', 'Pod', 'p', { ...now, apiVersion: 'v1', kind: 'Pod', spec: { ...now.spec, containers } });
  t.seconds(6);
  expect(t.events('Pod/p')).toContain('Normal Killing Pod/p: Container main definition changed, will be restarted');
  expect(main(t)).toMatchObject({ image: 'docker.io/library/nginx:1.28', restartCount: 1, ready: true });
});

it('the status adds up what the containers ask for, and tells the memory limit of the cgroup', () => {
  const t = node();
  t.apply(pod({ image: 'nginx:1.27', resources: { requests: { cpu: '50m' } } }));
  t.seconds(2);
  expect(status(t)).toMatchObject({
    allocatedResources: { cpu: '50m' },
    resources: { requests: { cpu: '50m' } },
    containerStatuses: [{ resources: { requests: { cpu: '50m', memory: '0' } } }],
  });
});
