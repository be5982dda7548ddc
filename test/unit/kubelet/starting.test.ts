// What the status of a pod says while its containers cannot be started, what its Events say, and how long that takes: as in
// pkg/kubelet/kuberuntime and pkg/kubelet/images, v1.36.
import { describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { type Stage, stage } from '../controllers/written.ts';

type Part = { readonly [field: string]: unknown };

const shell = (script: string): string[] => ['sh', '-c', script];
const sleeper = (name: string): Part => ({ name, image: 'busybox:1.36', command: ['sleep', '1000'] });

function play(spec: Part, metadata: Part = {}): Stage {
  const t = stage({ nodes: 1, runtime: 'modelled' });
  t.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec } as KubeObject);
  return t;
}

const status = (t: Stage): NonNullable<Pod['status']> => (t.get('Pod', 'p') as Pod).status ?? {};
const main = (t: Stage): ContainerStatus | undefined => status(t).containerStatuses?.[0];

/** What a status line of kubectl would say, each time that it changes. */
function story(t: Stage, seconds: number): string[] {
  const seen: string[] = [];
  const part = (c: ContainerStatus): string => {
    const { waiting, running, terminated } = c.state ?? {};
    const state = waiting?.reason ?? (running ? 'runs' : `${terminated?.reason} ${terminated?.exitCode}`);
    return `${c.name} ${state}${c.restartCount > 0 ? ` #${c.restartCount}` : ''}`;
  };
  for (let i = 0; i < seconds * 20; i++) {
    t.seconds(0.05);
    const { phase, initContainerStatuses = [], containerStatuses = [] } = status(t);
    const line = `${phase}: ${[...initContainerStatuses, ...containerStatuses].map(part).join(', ')}`;
    if (seen.at(-1) !== line) seen.push(line);
  }
  return seen;
}

/** What the container waits with, by reason. */
function seenMessages(t: Stage, seconds: number): Map<string | undefined, string | undefined> {
  const all = Array.from({ length: seconds }, () => {
    t.seconds(1);
    return main(t)?.state?.waiting;
  });
  return new Map(all.map((w) => [w?.reason, w?.message]));
}

describe('a container that cannot be started', () => {
  const image = (name: string, more: Part = {}): Part => ({ containers: [{ name: 'c', image: name, ...more }] });
  it.each([
    [
      'a name that is none',
      image('images:ubuntu/24.04'),
      'InvalidImageName',
      'Failed to apply default image tag "images:ubuntu/24.04": couldn\'t parse image name "images:ubuntu/24.04": invalid reference format',
      'Warning InspectFailed',
    ],
    [
      'capital letters',
      image('Nginx:1'),
      'InvalidImageName',
      'Failed to apply default image tag "Nginx:1": couldn\'t parse image name "Nginx:1": invalid reference format: repository name (library/Nginx) must be lowercase',
      'Warning InspectFailed',
    ],
    [
      'an image that is not there and must not be pulled',
      image('a/b:1', { imagePullPolicy: 'Never' }),
      'ErrImageNeverPull',
      'Container image "a/b:1" is not present with pull policy of Never',
      'Warning ErrImageNeverPull',
    ],
    [
      'root where that is not allowed',
      image('nginx:1.27', { securityContext: { runAsNonRoot: true } }),
      'CreateContainerConfigError',
      'container has runAsNonRoot and image will run as root (pod: "p_default(UID)", container: c)',
      'Warning Failed',
    ],
    [
      'root where that is not allowed, asked for',
      image('nginx:1.27', { securityContext: { runAsNonRoot: true, runAsUser: 0 } }),
      'CreateContainerConfigError',
      'container\'s runAsUser breaks non-root policy (pod: "p_default(UID)", container: c)',
      'Warning Failed',
    ],
  ])('says why: %s', (_, spec, reason, message, event) => {
    const t = play(spec);
    t.seconds(3);
    const uid = t.get('Pod', 'p')?.metadata.uid ?? '';
    expect(main(t)?.state?.waiting).toEqual({ reason, message: message.replace('UID', uid) });
    const events = t.events('Pod/p');
    const own = reason === 'CreateContainerConfigError' ? `Error: ${message}` : message;
    expect(events).toContain(`${event} Pod/p: ${own.replace('UID', uid)}`);
    if (own === message) expect(events).toContain(`Warning Failed Pod/p: Error: ${reason}`);
  });

  it('is pulled again after 10 s and more, and its status tells what the sync before met', () => {
    const t = play(image('registry.invalid/a:1'));
    const seen = story(t, 60);
    expect(seen.slice(0, 4)).toEqual([
      'Pending: c ContainerCreating',
      'Pending: c ErrImagePull',
      'Pending: c ImagePullBackOff',
      'Pending: c ErrImagePull',
    ]);
    const messages = seenMessages(t, 60);
    expect(messages.get('ImagePullBackOff')).toBe(
      `Back-off pulling image "registry.invalid/a:1": ErrImagePull: ${messages.get('ErrImagePull')}`,
    );
  });

  it('has failed for good when its pod is deleted before it ever ran', () => {
    const t = play(image('registry.invalid/a:1'));
    t.seconds(3);
    t.send('DELETE', 'Pod', 'p');
    t.seconds(0.2);
    expect(status(t).phase).toBe('Failed');
    expect(main(t)?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
  });
});

it('a pod whose runtime the node has not gets no sandbox', () => {
  const t = stage({ nodes: 1, runtime: 'modelled' });
  const { code } = t.cluster.request({
    method: 'POST',
    path: '/apis/node.k8s.io/v1/runtimeclasses',
    body: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
  });
  expect(code).toBe(201);
  const spec = { runtimeClassName: 'gvisor', containers: [sleeper('c')] };
  t.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } as KubeObject);
  t.seconds(5);
  expect(status(t).phase).toBe('Pending');
  expect(t.events('Pod/p').join()).toMatch(
    /Warning FailedCreatePodSandBox Pod\/p: Failed to create pod sandbox: rpc error: code = Unknown desc = unable to get OCI runtime for sandbox "[0-9a-f]{64}": no runtime for "runsc" is configured/,
  );
});

describe('a program that an image has not', () => {
  it.each([
    [['bash', '-c', 'true'], 'exec: "bash": executable file not found in $PATH'],
    [['/bin/nope'], 'exec: "/bin/nope": stat /bin/nope: no such file or directory'],
  ])('%j cannot be started: RunContainerError, then back-off', (command, why) => {
    const t = play({ containers: [{ name: 'c', image: 'busybox:1.36', command }] });
    t.seconds(1.2);
    const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}`;
    expect(main(t)?.state?.waiting).toEqual({ reason: 'RunContainerError', message });
    expect(main(t)?.lastState?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError', message });
    expect(t.events('Pod/p')).toContain(`Warning Failed Pod/p: Error: ${message}`);
    t.seconds(15);
    expect(t.events('Pod/p').some((e) => e.startsWith('Warning BackOff'))).toBe(true);
  });
});

it('a Secret for images that is missing holds nothing up', () => {
  const t = play({ imagePullSecrets: [{ name: 'late' }], containers: [sleeper('c')] });
  t.seconds(3);
  expect(main(t)?.ready).toBe(true);
  expect(t.events('Pod/p')).toContain(
    'Warning FailedToRetrieveImagePullSecret Pod/p: Unable to retrieve some image pull secrets (late); attempting to pull the image may not succeed.',
  );
});

describe('a postStart hook', () => {
  const hook = (script: string): Part => ({
    terminationGracePeriodSeconds: 2,
    containers: [{ ...sleeper('c'), lifecycle: { postStart: { exec: { command: shell(script) } } } }],
  });

  it('that fails has its container killed and started again, with back-off', () => {
    const t = play(hook('echo no; exit 7'));
    const seen = story(t, 25);
    expect(seen).toContain('Running: c PostStartHookError');
    expect(seen).toContain('Running: c CrashLoopBackOff #1');
    const uid = t.get('Pod', 'p')?.metadata.uid;
    const events = t.events('Pod/p');
    expect(events).toContain('Warning FailedPostStartHook Pod/p: PostStartHook failed');
    expect(events).toContain('Normal Killing Pod/p: FailedPostStartHook');
    expect(events).toContain(`Warning BackOff Pod/p: Back-off restarting failed container c in pod p_default(${uid})`);
  });

  it('holds its container back until it is done', () => {
    const t = play(hook('sleep 5'));
    t.seconds(4);
    expect(main(t)?.state?.waiting?.reason).toBe('ContainerCreating');
    t.seconds(3);
    expect(main(t)?.ready).toBe(true);
  });
});

describe('init containers', () => {
  const init = (policy: string, script: string): Part => ({
    restartPolicy: policy,
    initContainers: [{ name: 'i', image: 'busybox:1.36', command: shell(script) }],
    containers: [sleeper('c')],
  });

  it('that fail end a pod that starts nothing again', () => {
    const t = play(init('Never', 'exit 2'));
    expect(story(t, 6)).toEqual([
      'Pending: i PodInitializing, c PodInitializing',
      'Pending: i runs, c PodInitializing',
      'Pending: i Error 2, c PodInitializing',
      'Failed: i Error 2, c PodInitializing',
    ]);
  });

  it.each(['Always', 'OnFailure'])('that fail are tried again with restartPolicy %s', (policy) => {
    const t = play(init(policy, 'exit 2'));
    const seen = story(t, 20);
    expect(seen).toContain('Pending: i Error 2 #1, c PodInitializing');
    expect(seen).toContain('Pending: i CrashLoopBackOff #1, c PodInitializing');
    expect(seen).toContain('Pending: i runs #2, c PodInitializing');
  });

  it('that keep running beside the others are started in order, each when the one before it has started', () => {
    const probe = { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 1, failureThreshold: 30 };
    const sidecar = { name: 's', image: 'busybox:1.36', restartPolicy: 'Always' };
    const t = play({
      initContainers: [{ ...sidecar, command: shell('sleep 3; touch /tmp/up; sleep 1000'), startupProbe: probe }],
      containers: [sleeper('c')],
    });
    expect(story(t, 8)).toEqual([
      'Pending: s PodInitializing, c PodInitializing',
      'Pending: s runs, c PodInitializing',
      'Running: s runs, c runs',
    ]);
  });

  it('that keep running are started again whatever the pod’s policy is, and hold up nobody', () => {
    const sidecar = { name: 's', image: 'busybox:1.36', restartPolicy: 'Always', command: shell('sleep 2; exit 1') };
    const t = play({ restartPolicy: 'Never', initContainers: [sidecar], containers: [sleeper('c')] });
    const seen = story(t, 8);
    expect(seen).toContain('Running: s runs #1, c runs');
    expect(status(t).conditions?.find((c) => c.type === 'Initialized')?.status).toBe('True');
    expect(status(t).phase).toBe('Running');
  });
});

// RestartAllContainersOnContainerExits, beta and on in v1.36: KEP-5532.
it('a rule may have all containers of a pod start over in their sandbox', () => {
  const restartPolicyRules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [88] } }];
  const watcher = { name: 'w', image: 'busybox:1.36', restartPolicy: 'Always', restartPolicyRules };
  const t = play({
    restartPolicy: 'Never',
    initContainers: [
      { name: 'i', image: 'busybox:1.36', command: shell('exit 0') },
      { ...watcher, command: shell('sleep 3; exit 88') },
    ],
    containers: [sleeper('c')],
  });
  t.seconds(4);
  const { podIP } = status(t);
  const condition = (): Part | undefined =>
    status(t).conditions?.find((c) => c.type === 'AllContainersRestarting') as Part | undefined;
  expect(condition()).toMatchObject({ status: 'False' });
  const seen = new Set<unknown>();
  for (let i = 0; i < 60; i++) {
    t.seconds(0.05);
    seen.add(condition()?.reason);
  }
  expect([...seen]).toContain('RestartAllContainersStarted');
  t.seconds(1);
  expect(condition()).toMatchObject({ status: 'False' });
  const { initContainerStatuses = [], containerStatuses = [] } = status(t);
  expect([...initContainerStatuses, ...containerStatuses].map((c) => c.restartCount)).toEqual([1, 1, 1]);
  expect(status(t)).toMatchObject({ phase: 'Running', podIP });
});

describe('a pod is synced', () => {
  it('when its readiness gates are told of, without waiting for the next round', () => {
    const t = play({ readinessGates: [{ conditionType: 'x.y/z' }], containers: [sleeper('c')] });
    t.seconds(3);
    const ready = (): Part | undefined => status(t).conditions?.find((c) => c.type === 'Ready') as Part | undefined;
    const message = 'corresponding condition of pod readiness gate "x.y/z" does not exist.';
    expect(ready()).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady', message });
    const tell = (gate: string): void => {
      const { code } = t.cluster.request({
        method: 'PATCH',
        path: '/api/v1/namespaces/default/pods/p/status',
        contentType: 'application/strategic-merge-patch+json',
        body: { status: { conditions: [{ type: 'x.y/z', status: gate }] } },
      });
      expect(code).toBe(200);
      t.seconds(0.5);
    };
    tell('False');
    expect(ready()?.message).toBe('the status of pod readiness gate "x.y/z" is not "True", but False');
    tell('True');
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('when its labels change: what the last sync met is told then', () => {
    const t = play({ containers: [{ name: 'c', image: 'busybox:1.36', command: shell('sleep 1; exit 1') }] });
    t.seconds(6);
    expect(main(t)?.state?.terminated?.exitCode).toBe(1);
    t.send('PATCH', 'Pod', 'p', { metadata: { labels: { a: 'b' } } });
    t.seconds(0.5);
    expect(main(t)?.state?.waiting?.reason).toBe('CrashLoopBackOff');
  });
});
