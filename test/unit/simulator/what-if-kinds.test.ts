// Every kind that makes pods can be asked about, and what decides besides nodes is counted.
import { describe, expect, it } from 'vitest';
import { applyManifest } from '../../../src/cluster/apply/apply.ts';
import { readManifest } from '../../../src/cluster/apply/text.ts';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { scheduleFile } from '../../../src/simulator/what-if/file.ts';
import type { WouldSchedule } from '../../../src/simulator/what-if/what-if.ts';

const MINUTE = 60_000_000;

function settled(...manifests: string[]): Cluster {
  const cluster = new Cluster();
  cluster.settle(MINUTE);
  for (const text of manifests) {
    const { objects } = applyManifest(text, 'default', {
      request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
    });
    expect(objects.map((o) => o.result)).toEqual(objects.map(() => 'created'));
    cluster.settle(MINUTE);
  }
  return cluster;
}

const objectsOf = (text: string): KubeObject[] =>
  readManifest(text).objects.map((o) => o.object as unknown as KubeObject);

/** Asks about the last object of a manifest, beside the others. */
function ask(cluster: Cluster, text: string, snapshot?: readonly KubeObject[]): WouldSchedule {
  const all = objectsOf(text);
  const object = all.at(-1);
  if (!object) throw new Error('an empty manifest');
  const beside = all.slice(0, -1);
  return cluster.schedule(object, 'default', { beside, ...(snapshot && { snapshot }) });
}

function podsOf(cluster: Cluster): readonly Pod[] {
  const r = cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', observer: true });
  return (r.body as KubeList<Pod>).items;
}

const TEMPLATE = 'metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: nginx:1.27}]}';
const SELECTOR = 'selector: {matchLabels: {app: a}}';
const workload = (kind: string, spec: string, api = 'apps/v1'): string =>
  `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: a}\nspec: {${spec}}\n`;
const STATEFUL = workload('StatefulSet', `serviceName: a, replicas: 3, ${SELECTOR}, template: {${TEMPLATE}}`);
const DAEMONS = workload('DaemonSet', `${SELECTOR}, template: {${TEMPLATE}}`);
const ON_FAILURE = TEMPLATE.replace('containers', 'restartPolicy: OnFailure, containers');
const JOB = `parallelism: 3, completions: 5, completionMode: Indexed, template: {${ON_FAILURE}}`;

describe('kinds that make pods', () => {
  it.each([
    ['StatefulSet', STATEFUL, 3],
    ['DaemonSet', DAEMONS, 3],
    ['Job', workload('Job', JOB, 'batch/v1'), 3],
    ['ReplicationController', workload('ReplicationController', `replicas: 3, template: {${TEMPLATE}}`, 'v1'), 3],
  ])('%s: the answer is where its pods then go', (_kind, text, wanted) => {
    const cluster = settled();
    const asked = ask(cluster, text);
    expect(asked).toMatchObject({ exists: false, wanted });
    const there = settled(text);
    const first = there.stepsAfter(0).filter((s) => s.kind === 'schedule' && s.object?.name?.startsWith('a-'));
    const went = first.slice(0, wanted).map((s) => (s.detail?.type === 'schedule' ? s.detail.chosen : undefined));
    expect(asked.pods.map((p) => p.chosen).sort()).toEqual(went.sort());
  });

  it('a CronJob is asked about as one of its Jobs, and a PodTemplate as one pod', () => {
    const cron = workload('CronJob', `schedule: "0 3 * * *", suspend: true, jobTemplate: {spec: {${JOB}}}`, 'batch/v1');
    const asked = ask(settled(), cron);
    expect(asked.wanted).toBe(3);
    expect(asked.notes.join(' ')).toMatch(/one Job, as each run makes it\. It is suspended.*Of 5 completions 3 run/);
    const template = `apiVersion: v1\nkind: PodTemplate\nmetadata: {name: a}\ntemplate: {${TEMPLATE}}\n`;
    expect(ask(settled(), template).pods[0]?.chosen).toMatch(/^worker-/);
  });

  it('a DaemonSet names the nodes that its controller leaves out, and pins each pod to its own', () => {
    const cluster = settled();
    const patched = cluster.request({
      method: 'PATCH',
      path: '/api/v1/nodes/worker-2',
      contentType: 'application/merge-patch+json',
      body: { spec: { taints: [{ key: 'mine', effect: 'NoSchedule' }] } },
    });
    expect(patched.code).toBe(200);
    const asked = ask(cluster, DAEMONS);
    expect(asked.pods.map((p) => p.chosen)).toEqual(['worker-1', 'worker-3']);
    expect(asked.notes.join(' ')).toMatch(/For control-plane-1, worker-2 it makes none/);
    expect(asked.pods[0]?.detail.nodes).toHaveLength(1);
    expect(asked.pods[0]?.detail.why).toMatch(/3 nodes were not looked at, since NodeAffinity had left them out$/);
  });

  it('a StatefulSet that is there is asked about as if its pods were made anew', () => {
    const asked = ask(settled(STATEFUL), STATEFUL);
    expect(asked).toMatchObject({ exists: true, wanted: 3 });
    expect(asked.notes[0]).toMatch(/there already: its pods do not count/);
    expect(new Set(asked.pods.map((p) => p.chosen)).size).toBe(3);
  });

  it('a Pod that is there is asked about as if it were made anew', () => {
    const fat =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: fat}\nspec: {nodeSelector: {kubernetes.io/hostname: worker-1}, containers: [{name: a, image: nginx:1.27, resources: {requests: {cpu: "3"}}}]}\n';
    const asked = ask(settled(fat), fat);
    expect(asked).toMatchObject({ exists: true, pods: [{ chosen: 'worker-1' }] });
    expect(asked.notes[0]).toMatch(/Pod fat is there already: it does not count/);
  });

  it('of many pods the first are looked at', () => {
    const asked = ask(settled(), STATEFUL.replace('replicas: 3', 'replicas: 90'));
    expect([asked.wanted, asked.pods.length, asked.notes[0]]).toEqual([
      90,
      20,
      'Of 90 pods the first 20 are looked at.',
    ]);
  });

  it('a kind without pods is refused with the list of those that have some', () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n';
    expect(() => ask(settled(), service)).toThrow(/A Service has no pods of its own/);
  });
});

const QUOTA = 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: "2"}}\n';
const LIMITS = `apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, defaultRequest: {cpu: "64"}}]}\n`;
const claimTemplates = (className: string): string =>
  `volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: ${className}, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]`;
const classOf = (name: string, mode: string, provisioner = 'ebs.csi.aws.com'): string =>
  `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: ${name}}\nprovisioner: ${provisioner}\nvolumeBindingMode: ${mode}\n`;
const withClaims = (name: string): string => STATEFUL.replace('replicas: 3', `replicas: 2, ${claimTemplates(name)}`);

describe('what decides besides nodes', () => {
  it('is the quota of the namespace, which the pods fill one after the other', () => {
    const asked = ask(settled(QUOTA), STATEFUL);
    expect(asked.pods).toHaveLength(2);
    expect(asked.notes.join(' ')).toMatch(
      /Only 2 of the 3 pods would be made: .* exceeded quota: q, requested: pods=1/,
    );
    // The same where the quota stands in the same file.
    expect(ask(settled(), `${QUOTA}---\n${STATEFUL}`).pods).toHaveLength(2);
  });

  it('is what a LimitRange adds to the requests', () => {
    expect(ask(settled(LIMITS), DAEMONS).pods[0]?.message).toMatch(/Insufficient cpu/);
  });

  it('is a claim of the same file, and the node of the volume that it gets', () => {
    const volume = `apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, local: {path: /x}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-3]}]}]}}}\n`;
    const claim =
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n';
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: x}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}\n';
    const asked = ask(settled(), `${volume}---\n${claim}---\n${pod}`);
    expect(asked.pods[0]?.chosen).toBe('worker-3');
    expect(asked.notes.join(' ')).toMatch(/same file: PersistentVolume disk, PersistentVolumeClaim data/);
    expect(ask(settled(), pod).pods[0]?.message).toMatch(/persistentvolumeclaim "data" not found/);
  });

  it('are claims that a StatefulSet makes: bound at once, with their pod, or never', () => {
    const waits = ask(settled(), `${classOf('wait', 'WaitForFirstConsumer')}---\n${withClaims('wait')}`);
    expect(waits.pods.map((p) => p.chosen)).toEqual([
      expect.stringMatching(/^worker/),
      expect.stringMatching(/^worker/),
    ]);
    expect(waits.notes.join(' ')).toMatch(
      /ebs\.csi\.aws\.com has to make the volume of its claim \(data-a-0, data-a-1\)/,
    );
    const now = ask(settled(), `${classOf('now', 'Immediate')}---\n${withClaims('now')}`);
    expect(now.notes.join(' ')).toMatch(/Taken as made by ebs\.csi\.aws\.com .* data-a-0, data-a-1/);
    const never = ask(settled(), withClaims('nowhere'));
    expect(never.pods[0]?.message).toMatch(/pod has unbound immediate PersistentVolumeClaims/);
  });

  it('are the namespaces, quotas and classes of a snapshot; what it lacks is said', () => {
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'theirs' },
      status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
    };
    const [quota] = objectsOf(QUOTA);
    const used = {
      ...quota,
      metadata: { name: 'q', namespace: 'default' },
      status: { hard: { pods: '2' }, used: { pods: '1' } },
    } as unknown as KubeObject;
    const theirs = ask(settled(), STATEFUL, [node as KubeObject, used]);
    expect(theirs.pods.map((p) => p.chosen)).toEqual(['theirs']);
    expect(theirs.notes.join(' ')).toMatch(/Only 1 of the 3 pods/);
    const urgent = STATEFUL.replace('spec: {containers', 'spec: {priorityClassName: urgent, containers');
    expect(ask(settled(), urgent, [node as KubeObject]).notes[0]).toMatch(/PriorityClass urgent is not known/);
    const elsewhere = STATEFUL.replace('{name: a}', '{name: a, namespace: elsewhere}');
    const other = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } };
    expect(() => ask(settled(), elsewhere, [node as KubeObject, other])).toThrow(/namespaces "elsewhere" not found/);
  });

  it('leaves the cluster as it was', () => {
    const cluster = settled(QUOTA);
    const before = [cluster.lastStep, cluster.objects().length];
    ask(cluster, STATEFUL);
    expect([cluster.lastStep, cluster.objects().length]).toEqual(before);
    expect(podsOf(cluster)).toEqual([]);
  });
});

describe('a file of the command line', () => {
  const NODE = `apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\nstatus: {allocatable: {cpu: "2", memory: 4Gi, pods: "3"}}\n`;
  const decide = (text: string) =>
    scheduleFile({ seed: '1', nodes: objectsOf(NODE) as never, given: [], wanted: objectsOf(text) });

  it('takes its objects in order, each counting for those after it', () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: last}\nspec: {containers: [{name: a, image: x}]}\n';
    const [set, last] = decide(`${STATEFUL}---\n${pod}`);
    expect(set?.decisions.map((d) => d.chosen)).toEqual(['node-1', 'node-1', 'node-1']);
    expect(last?.decisions[0]).toMatchObject({ chosen: null, message: expect.stringMatching(/Too many pods/) });
  });

  it('says what kube-apiserver warns of', () => {
    const odd = 'apiVersion: v1\nkind: Pod\nmetadata: {name: odd}\nspec: {wat: 2, containers: [{name: a, image: x}]}\n';
    expect(decide(odd)[0]?.notes).toEqual(['kube-apiserver warns: unknown field "spec.wat".']);
  });

  it('says of a refused object why, and goes on with the others', () => {
    const bad = 'apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: []}\n';
    const [first, second] = decide(`${bad}---\n${DAEMONS}`);
    expect(first?.refused).toMatch(/would refuse Pod bad: .*spec\.containers: Required value/);
    expect(second?.decisions.map((d) => d.chosen)).toEqual(['node-1']);
  });
});
