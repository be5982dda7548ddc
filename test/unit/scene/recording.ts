// Steps made by hand for tests of the views: what a Deployment of three pods does on three (or more) workers. The order
// and the times follow the recording `deployment-create` of a real cluster; the simulator's own traces are tested elsewhere.
import type { Topology } from '../../../src/protocol/flow.ts';
import { topologyOf } from '../../../src/protocol/flow-topology.ts';
import type { Actor, FieldChange, ObjectRef, Stage, Step, StepDetail, StepId } from '../../../src/trace/step.ts';

const CP = 'control-plane-1';
const HASH = '7d876db474';
const RS = `web-${HASH}`;
const SUFFIXES = [
  'x9x2n',
  'k4tq8',
  'b7mzl',
  'p2vdw',
  'hh5rc',
  'z8gkj',
  'q6wnf',
  'm3t7s',
  'c5xlp',
  'v9dbz',
  'f2hq4',
  'j7kns',
];

export const actors = {
  user: { component: 'user' },
  deployment: { component: 'deployment-controller', node: CP },
  replicaset: { component: 'replicaset-controller', node: CP },
  endpoints: { component: 'endpointslice-controller', node: CP },
  scheduler: { component: 'kube-scheduler', node: CP },
  kubelet: (node: string): Actor => ({ component: 'kubelet', node }),
  runtime: (node: string): Actor => ({ component: 'container-runtime', node }),
} as const;

export function topology(workers: number): Topology {
  const nodes = Array.from({ length: workers }, (_, i) => ({ name: `node-${i + 1}`, controlPlane: false }));
  return topologyOf([{ name: CP, controlPlane: true }, ...nodes]);
}

export function ref(kind: string, resource: string, group: string, name: string, namespace = 'default'): ObjectRef {
  return { kind, resource, group, name, namespace, uid: `uid-${name}` };
}

const deployment = ref('Deployment', 'deployments', 'apps', 'web');
const replicaSet = ref('ReplicaSet', 'replicasets', 'apps', RS);
const pod = (i: number): ObjectRef => ref('Pod', 'pods', '', `${RS}-${SUFFIXES[i % 12]}${i < 12 ? '' : i}`);

const STAGES: readonly Stage[] = [
  { stage: 'authentication', verdict: 'ok', text: 'client certificate of kubernetes-admin' },
  { stage: 'authorization', verdict: 'ok', text: 'ClusterRoleBinding kubeadm:cluster-admins allows everything' },
  { stage: 'decode', verdict: 'ok', text: 'read the JSON body' },
  { stage: 'defaulting', verdict: 'ok', text: 'filled in 12 defaults' },
  { stage: 'mutating-admission', verdict: 'skipped', text: 'no plugin changed anything' },
  { stage: 'validation', verdict: 'ok', text: 'every field is valid' },
  { stage: 'validating-admission', verdict: 'ok', text: 'namespace default exists' },
  { stage: 'storage', verdict: 'ok', text: 'wrote /registry/deployments/default/web' },
];

/** A recording under construction. */
export class Recorder {
  readonly steps: Step[] = [];
  private revision = 811;

  add(step: Omit<Step, 'id' | 'fidelity'> & Partial<Pick<Step, 'fidelity'>>): StepId {
    const id = this.steps.length + 1;
    this.steps.push({ id, fidelity: 'simulated', ...step });
    return id;
  }

  request(at: number, actor: Actor, verb: string, object: ObjectRef, extra: RequestExtra): StepId {
    const method = METHODS[verb] ?? 'GET';
    const code = extra.code ?? (verb === 'create' ? 201 : 200);
    const suffix = extra.subresource === undefined ? '' : `/${extra.subresource}`;
    const write = code < 300 && verb !== 'get';
    return this.add({
      at,
      actor,
      kind: 'request',
      action: verb,
      object,
      request: {
        verb,
        method,
        path: `/apis/${object.group || 'v1'}/namespaces/${object.namespace}/${object.resource}/${object.name}${suffix}`,
        ...(extra.subresource === undefined ? {} : { subresource: extra.subresource }),
        code,
        user: actor.component,
        sentAt: at - 900,
        stages: code < 300 ? STAGES : STAGES.slice(0, 1),
        ...(extra.message === undefined ? {} : { message: extra.message }),
      },
      ...(extra.changed === undefined ? {} : { changed: extra.changed }),
      ...(write ? { resourceVersion: String(++this.revision) } : {}),
      ...(extra.routine ? { routine: true as const } : {}),
      causes: extra.causes,
      text: extra.text,
    });
  }
}

interface RequestExtra {
  readonly causes: readonly StepId[];
  readonly text: string;
  readonly changed?: readonly FieldChange[];
  readonly subresource?: string;
  readonly code?: number;
  readonly message?: string;
  readonly routine?: boolean;
}

const METHODS: { readonly [verb: string]: string } = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

const set = (path: string, after: unknown, before?: unknown): FieldChange => ({
  path,
  after,
  ...(before === undefined ? {} : { before }),
});

const owner = (of: ObjectRef): FieldChange =>
  set(`metadata.ownerReferences[uid="${of.uid}"]`, { kind: of.kind, name: of.name, uid: of.uid, controller: true });

/** The steps of a Deployment of `replicas` pods on `workers` nodes, from kubectl apply to all of them Running. */
export function deploymentSteps(replicas = 3, workers = 3): Step[] {
  const r = new Recorder();
  const applied = r.request(4_000, actors.user, 'create', deployment, {
    causes: [],
    changed: [set('spec.replicas', replicas), set('spec.template.spec.containers[name="web"].image', 'nginx:1.27')],
    text: 'POST deployments/web → 201. The API server checked who you are and that you may, filled in 12 defaults, validated, and wrote /registry/deployments/default/web at revision 812.',
  });
  const wantsSet = r.add({
    at: 5_000,
    actor: actors.deployment,
    kind: 'decide',
    action: 'SyncDeployment',
    object: deployment,
    causes: [applied],
    text: `saw web (watch, revision 812): no ReplicaSet for this template, so it will make ${RS}.`,
    detail: { type: 'decide', inputs: { wanted: replicas, replicaSets: 0, 'pod-template-hash': HASH } },
  });
  const madeSet = r.request(9_000, actors.deployment, 'create', replicaSet, {
    causes: [wantsSet],
    changed: [set('spec.replicas', replicas), owner(deployment)],
    text: `POST replicasets/${RS} → 201.`,
  });
  r.request(11_000, actors.deployment, 'create', ref('Event', 'events', '', 'web.18a'), {
    causes: [madeSet],
    routine: true,
    text: `recorded the Event ScalingReplicaSet: Scaled up replica set ${RS} from 0 to ${replicas}.`,
  });
  const wantsPods = r.add({
    at: 13_000,
    actor: actors.replicaset,
    kind: 'decide',
    action: 'SyncReplicaSet',
    object: replicaSet,
    causes: [madeSet],
    text: `wants ${replicas}, sees 0: creates 1 pod first (slow start), then twice as many each time.`,
    detail: { type: 'decide', inputs: { wanted: replicas, saw: 0, 'first batch': 1 } },
  });
  const made: StepId[] = [];
  for (let i = 0; i < replicas; i++) made.push(createPod(r, i, wantsPods));
  const bound = made.map((id, i) => schedulePod(r, i, id, workers));
  const running = bound.map((id, i) => startPod(r, i, id, `node-${(i % workers) + 1}`));
  finish(r, replicas, running);
  return inOrder(r.steps);
}

/** Numbers the steps anew in the order of their times. */
function inOrder(steps: readonly Step[]): Step[] {
  const sorted = steps.toSorted((a, b) => a.at - b.at || a.id - b.id);
  const renamed = new Map(sorted.map((step, i) => [step.id, i + 1]));
  return sorted.map((step, i) => ({ ...step, id: i + 1, causes: step.causes.map((c) => renamed.get(c) ?? c) }));
}

function createPod(r: Recorder, i: number, cause: StepId): StepId {
  return r.request(14_000 + i * 5_000, actors.replicaset, 'create', pod(i), {
    causes: [cause],
    changed: [owner(replicaSet), set('status.phase', 'Pending'), set('status.qosClass', 'BestEffort')],
    text: `POST pods → 201: ${pod(i).name} exists, Pending, on no node yet.`,
  });
}

const FILTERS = ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit'];

function scheduleDetail(i: number, workers: number): StepDetail {
  const nodes = Array.from({ length: Math.min(workers, 12) }, (_, n) => ({
    node: `node-${n + 1}`,
    scores: [
      { plugin: 'TaintToleration', raw: 0, normalized: 100, weighted: 300 },
      { plugin: 'NodeResourcesFit', raw: 97 - n, normalized: 97 - n, weighted: 97 - n },
      { plugin: 'ImageLocality', raw: 0, normalized: 0, weighted: 0 },
    ],
    total: 397 - ((n + workers - (i % workers)) % workers),
  }));
  const refused = { node: CP, rejectedBy: 'TaintToleration', reasons: ['node(s) had untolerated taint(s)'] };
  const chosen = `node-${(i % workers) + 1}`;
  return {
    type: 'schedule',
    filters: FILTERS,
    nodes: [...nodes, refused],
    chosen,
    why: `${chosen} has the highest total`,
  };
}

function schedulePod(r: Recorder, i: number, cause: StepId, workers: number): StepId {
  const node = `node-${(i % workers) + 1}`;
  const chose = r.add({
    at: 20_000 + i * 6_000,
    actor: actors.scheduler,
    kind: 'schedule',
    action: 'Schedule',
    object: pod(i),
    causes: [cause],
    text: `${workers} of ${workers + 1} nodes pass the filters; ${node} wins with 397.`,
    detail: scheduleDetail(i, workers),
  });
  return r.request(24_000 + i * 6_000, actors.scheduler, 'create', pod(i), {
    causes: [chose],
    subresource: 'binding',
    changed: [
      set('spec.nodeName', node),
      set('status.conditions[type="PodScheduled"]', { type: 'PodScheduled', status: 'True' }),
    ],
    text: `POST pods/${pod(i).name}/binding → 201: the pod belongs to ${node}.`,
  });
}

function startPod(r: Recorder, i: number, cause: StepId, node: string): StepId {
  const at = 50_000 + i * 22_000;
  const kubelet = actors.kubelet(node);
  const call = (dt: number, actor: Actor, api: string, name: string, causes: StepId[], text: string): StepId =>
    r.add({
      at: at + dt,
      actor,
      kind: 'node',
      action: name,
      object: pod(i),
      causes,
      text,
      detail: { type: 'node', api, call: name },
    });
  const saw = r.add({
    at,
    actor: kubelet,
    kind: 'node',
    action: 'SyncPod',
    object: pod(i),
    causes: [cause],
    text: `saw ${pod(i).name} bound to its node and starts to work on it.`,
    detail: { type: 'node', call: 'SyncPod' },
  });
  const ip = `10.244.${(i % 200) + 1}.17`;
  const sandbox = call(2_000, kubelet, 'CRI', 'RunPodSandbox', [saw], 'asked the runtime for a sandbox.');
  const network = call(4_000, actors.runtime(node), 'CNI', 'ADD', [sandbox], `gave the sandbox the address ${ip}.`);
  const image = call(6_000, kubelet, 'CRI', 'ImageStatus', [network], 'nginx:1.27 is already on the node.');
  const created = call(8_000, kubelet, 'CRI', 'CreateContainer', [image], 'asked the runtime to create container web.');
  const started = call(
    10_000,
    kubelet,
    'CRI',
    'StartContainer',
    [created],
    'asked the runtime to start container web.',
  );
  return r.request(at + 14_000, kubelet, 'patch', pod(i), {
    causes: [started],
    subresource: 'status',
    changed: [
      set('status.phase', 'Running', 'Pending'),
      set('status.podIP', ip),
      set('status.conditions[type="Ready"]', { type: 'Ready', status: 'True' }),
      set('status.containerStatuses[name="web"]', {
        name: 'web',
        ready: true,
        restartCount: 0,
        state: { running: {} },
      }),
    ],
    text: `PATCH pods/${pod(i).name}/status → 200: Running, ready, ${ip}.`,
  });
}

function finish(r: Recorder, replicas: number, running: readonly StepId[]): void {
  const end = 64_000 + replicas * 22_000;
  r.request(
    end,
    actors.kubelet('node-1'),
    'update',
    ref('Lease', 'leases', 'coordination.k8s.io', 'node-1', 'kube-node-lease'),
    {
      causes: [],
      routine: true,
      text: 'renewed its Lease.',
    },
  );
  const counted = r.request(end + 4_000, actors.replicaset, 'update', replicaSet, {
    causes: running,
    subresource: 'status',
    changed: [set('status.replicas', replicas), set('status.readyReplicas', replicas)],
    text: `PUT replicasets/${RS}/status → 200: ${replicas} of ${replicas} ready.`,
  });
  r.request(end + 12_000, actors.deployment, 'update', deployment, {
    causes: [counted],
    subresource: 'status',
    changed: [
      set('status.replicas', replicas),
      set('status.readyReplicas', replicas),
      set('status.conditions[type="Available"]', {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
      }),
    ],
    text: `PUT deployments/web/status → 200: Available, ${replicas} of ${replicas} ready.`,
  });
}

/** A Service that is written once and that so many act on; then one of them again, its writer, and somebody's upkeep. */
export function fanOutSteps(watchers: number): Step[] {
  const r = new Recorder();
  const service = ref('Service', 'services', '', 'web');
  const write = r.request(1_000, actors.user, 'create', service, { causes: [], text: 'POST services/web → 201.' });
  const acts = (at: number, component: string, routine = false): void => {
    r.add({
      at,
      actor: { component, ...(component === 'user' ? {} : { node: CP }) },
      kind: 'decide',
      action: 'SyncService',
      object: service,
      causes: [write],
      text: 'saw web.',
      ...(routine ? { routine: true as const } : {}),
    });
  };
  for (let i = 1; i <= watchers; i++) acts(1_000 + i * 1_000, `watcher-${i}`);
  acts(50_000, 'watcher-1');
  acts(51_000, 'user');
  acts(52_000, 'keeper', true);
  return r.steps;
}
