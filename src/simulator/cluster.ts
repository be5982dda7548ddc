// The simulated cluster: wires the parts by hand, in one place. Nothing here waits; a driver calls runNext or runUntil.
import { Kernel } from '../kernel/kernel.ts';
import { type Process, Scope, sleep, spawn } from '../kernel/process.ts';
import { rfc3339 } from '../kernel/time.ts';
import type { Node } from '../model/generated/core.v1.ts';
import type { KubeObject } from '../model/object.ts';
import type { Outbound } from '../model/outbound.ts';
import { RefusedError } from '../model/refused.ts';
import { resourceForKind, splitApiVersion } from '../model/resources.ts';
import type { Exchange } from '../trace/exchange.ts';
import { TraceLog } from '../trace/log.ts';
import type { Actor, ObjectRef, Step, StepId } from '../trace/step.ts';
import type { ApiRequest, ApiResponse, Connection } from './apiserver/api.ts';
import { type ApiServer, bootstrap, createApiServer } from './apiserver/index.ts';
import { joinObjects, proxyObjects } from './bootstrap/kubeadm.ts';
import { APISERVER_NAMES, makePki, type Pki } from './bootstrap/pki/pki.ts';
import { DISKS_PER_NODE, DRIVER, SimulatedCloud } from './cloud/cloud.ts';
import { CSI_DRIVER, INSTALLATION, startCsiDriver } from './cloud/driver.ts';
import { CLOUD_MANAGER, startCloudManager } from './cloud/manager.ts';
import { KubeletServers, type Opened } from './containers/kubelets.ts';
import { startControllerManager } from './controllers/manager.ts';
import { KubeProxies } from './kube-proxy/proxies.ts';
import { Kubelet, type KubeletOptions, kubeletIdentity } from './kubelet/kubelet.ts';
import { Machine } from './kubelet/machine.ts';
import type { NodeSpecification } from './kubelet/node.ts';
import { type ClusterOptions, DEFAULTS } from './options.ts';
import { ManagedProcess } from './process.ts';
import { ComponentContext, type Surroundings } from './runtime/component.ts';
import { runAsLeader } from './runtime/leader.ts';
import { schedulerIdentity, startScheduler } from './scheduler/scheduler.ts';
import { EtcdView, Store } from './store/index.ts';
import { type Given, type WouldSchedule, wouldSchedule, wouldScheduleOn } from './what-if/what-if.ts';

export const VERSION = 'v1.36.2';

/** Images that every simulated node has, so that first lessons do not wait for a registry. */
const IMAGES = ['busybox:1.36', 'nginx:1.27', 'nginx:1.28', 'redis:7', 'registry.k8s.io/pause:3.10.2'];
/** µs */
const MARK_RETRY = 100_000;
/** Of the first control-plane machine. */
const ADDRESS = '192.0.2.11';
const CONTROL_PLANE_TAINT = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;
const CONTROL_PLANE_LABELS = {
  'node-role.kubernetes.io/control-plane': '',
  'node.kubernetes.io/exclude-from-external-load-balancers': '',
};

export interface MachineState {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly running: boolean;
  readonly components: readonly {
    readonly component: string;
    readonly running: boolean;
    readonly detail?: string;
    readonly stoppable: boolean;
  }[];
}

/** A person's request: who sends it is the cluster's administrator. */
export type PersonRequest = Pick<ApiRequest, 'method' | 'path' | 'query' | 'contentType' | 'accept'> & {
  readonly body?: unknown;
  readonly userAgent?: string;
  /** A view that reads on its own account: its steps are upkeep. */
  readonly observer?: boolean;
};

export class Cluster {
  readonly options: ClusterOptions;
  readonly kernel: Kernel;
  readonly trace = new TraceLog();
  readonly pki: Pki;
  readonly store: Store;
  /** The store as people look into it. */
  readonly etcd: EtcdView;
  readonly server: ApiServer;
  /** What runs in containers, as their kubelets show it. */
  readonly kubelets: KubeletServers;
  private readonly processes: ManagedProcess[] = [];
  private readonly cloud = new SimulatedCloud();
  private readonly proxies: KubeProxies | undefined;
  /** Node → its range of pod addresses. */
  private readonly subnets = new Map<string, string>();
  /** What runs on a machine even when its kubelet does not. */
  private readonly hardware = new Map<string, Machine>();
  private readonly machines: { name: string; role: 'control-plane' | 'worker' }[] = [];

  constructor(options: Partial<ClusterOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    const { seed, epochMs } = this.options;
    this.kernel = new Kernel({ seed, epochMs });
    const addresses = ['127.0.0.1', '10.96.0.1', '192.0.2.1'];
    this.pki = makePki({
      random: this.kernel.random.fork('pki'),
      nowMs: epochMs,
      addresses,
      dnsNames: APISERVER_NAMES,
    });
    this.store = new Store(this.kernel);
    this.etcd = new EtcdView(this.store, (id) => this.trace.get(id));
    this.kubelets = new KubeletServers({
      kernel: this.kernel,
      store: this.store,
      runs: (name) => this.processes.some((p) => p.component === 'kubelet' && p.node === name && p.running),
    });
    this.server = createApiServer({
      kernel: this.kernel,
      store: this.store,
      trace: this.trace,
      node: 'control-plane-1',
      onAudit: this.options.onAudit,
      kubelets: this.kubelets,
      runsBeside: (component) => this.processes.some((p) => p.component === component && p.running),
      // The recorded clusters with a fake runtime had no metrics-server.
      metricsApi: this.options.runtime !== 'fake',
      // The recorded clusters with a fake runtime ran with kube-apiserver's own default; kubeadm sets the flag.
      allowPrivileged: this.options.runtime !== 'fake',
      ...(this.options.openapi ? { openapi: this.options.openapi } : {}),
      ...(this.options.yaml ? { yaml: this.options.yaml } : {}),
    });
    const { proxy = this.options.runtime === 'fake' ? 'none' : 'iptables' } = this.options;
    if (proxy !== 'none') this.proxies = new KubeProxies(this.surroundings, this.store, proxy, this.options.nodes);
    bootstrap(this.server, { address: ADDRESS, port: 6443, serviceCidr: '10.96.0.0/16' });
    this.bindAdministrators();
    // The recorded clusters with a fake runtime were not made by kubeadm.
    if (this.options.runtime !== 'fake') this.letNodesJoin();
    if (this.proxies) for (const [path, object] of proxyObjects()) this.asKubeadm(path, object);
    this.addControlPlane();
    for (let i = 1; i <= this.options.nodes; i++) this.addWorker(i);
    for (const p of this.processes) p.start();
  }

  /** What `kubeadm init` does with super-admin.conf: the group in the administrator's certificate may do everything. */
  private bindAdministrators(): void {
    const group = 'kubeadm:cluster-admins';
    this.asKubeadm('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: group },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
    });
  }

  private letNodesJoin(): void {
    const random = this.kernel.random.fork('bootstrap-token');
    const server = `https://${ADDRESS}:6443`;
    const objects = joinObjects({ random, nowMs: this.wallMs, ca: this.pki.ca.pem, server });
    for (const [path, object] of objects) this.asKubeadm(path, object);
  }

  private asKubeadm(path: string, value: object): void {
    this.server.handle({
      method: 'POST',
      path,
      body: { value },
      userAgent: 'kubeadm/v1.36.2 (linux/amd64)',
      credential: { type: 'certificate', commonName: 'kubernetes-super-admin', organizations: ['system:masters'] },
      actor: { component: 'user' },
    });
  }

  private get surroundings(): Surroundings {
    return { kernel: this.kernel, server: this.server, trace: this.trace };
  }

  private addControlPlane(): void {
    for (let i = 1; i <= this.options.controlPlaneNodes; i++) {
      const node = `control-plane-${i}`;
      this.machines.push({ name: node, role: 'control-plane' });
      if (i === 1) this.addEtcd(node);
      if (i === 1) this.addApiServer(node);
      this.addLoops(node);
      if (i === 1 && this.options.cloud) this.addCloud(node);
      if (!this.options.registerControlPlane) continue;
      this.addKubelet(node, `192.0.2.${10 + i}`, `10.244.${200 + i}`, {});
      spawn(new Scope(), this.markControlPlane(node));
    }
  }

  /** `kubeadm init phase mark-control-plane`: a kubelet may not give its own node a role. */
  private *markControlPlane(node: string): Process<void> {
    const path = `/api/v1/nodes/${node}`;
    while (this.request({ method: 'GET', path, observer: true }).code !== 200) yield* sleep(this.kernel, MARK_RETRY);
    const current = this.request({ method: 'GET', path, observer: true }).body as Node;
    const taints = [...(current.spec?.taints ?? []), CONTROL_PLANE_TAINT];
    this.request({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: CONTROL_PLANE_LABELS }, spec: { taints } },
      userAgent: 'kubeadm/v1.36.2 (linux/amd64)',
    });
  }

  /** A Node without a machine, which somebody has written by hand, gets the next range that is free. */
  private subnetOf(name: string): string | undefined {
    const known = this.subnets.get(name);
    if (known !== undefined) return known;
    const used = new Set(this.subnets.values());
    const all = Array.from({ length: 256 }, (_, i) => `10.244.${i}.0/24`);
    const free = all.find((range) => !used.has(range));
    if (free !== undefined) this.subnets.set(name, free);
    return free;
  }

  /** What it has stored outlives it: without it nobody can write, and little can be read. */
  private addEtcd(node: string): void {
    const start = (scope: Scope): void => {
      this.store.available = true;
      scope.onClose(() => {
        this.store.available = false;
      });
    };
    this.processes.push(new ManagedProcess('etcd', node, start));
  }

  private addApiServer(node: string): void {
    const start = (scope: Scope): void => {
      this.server.start();
      scope.onClose(() => this.server.stop());
    };
    this.processes.push(new ManagedProcess('kube-apiserver', node, start));
  }

  /** On every control-plane machine; of each kind the one that holds the Lease works. */
  private addLoops(node: string): void {
    const { ca } = this.pki;
    this.processes.push(
      new ManagedProcess('kube-controller-manager', node, (scope) =>
        startControllerManager(this.surroundings, scope, {
          node,
          ca,
          kubeadm: this.options.runtime !== 'fake',
          signToken: (token) => this.server.tokens.signLegacy(token),
          podCIDR: (name) => this.subnetOf(name),
        }),
      ),
      new ManagedProcess('kube-scheduler', node, (scope) =>
        runAsLeader(this.surroundings, scope, {
          name: 'kube-scheduler',
          node,
          identity: schedulerIdentity(node, 'leader-election'),
          eventSource: 'default-scheduler',
          releases: true,
          lead: (term) => startScheduler(this.surroundings, term, { node }),
        }),
      ),
    );
  }

  private addCloud(node: string): void {
    this.processes.push(
      new ManagedProcess(CLOUD_MANAGER, node, (scope) => startCloudManager(this.surroundings, scope, node, this.cloud)),
      new ManagedProcess(CSI_DRIVER, node, (scope) => startCsiDriver(this.surroundings, scope, node, this.cloud)),
    );
    for (const [path, body] of INSTALLATION) this.request({ method: 'POST', path, body });
  }

  private addWorker(i: number): void {
    const name = `${this.options.nodePrefix}-${i}`;
    this.machines.push({ name, role: 'worker' });
    this.addKubelet(name, `192.0.${2 + ((i + 100) >> 8)}.${(i + 100) & 255}`, `10.${244 + (i >> 8)}.${i & 255}`, {});
  }

  private addKubelet(name: string, internalIP: string, subnet: string, extra: Partial<NodeSpecification>): void {
    this.subnets.set(name, `${subnet}.0/24`);
    const { nodeCpu, nodeMemory, runtime } = this.options;
    const runtimeVersion = runtime === 'fake' ? 'fakeRuntime://0.1.0' : 'containerd://2.1.9';
    const spec: NodeSpecification = {
      name,
      cpu: nodeCpu,
      memory: nodeMemory,
      pods: 110,
      internalIP,
      images: IMAGES,
      runtimeVersion,
      ...extra,
    };
    const machine = new Machine(spec.images, this.options.staticPods?.[name]);
    this.hardware.set(name, machine);
    this.processes.push(
      new ManagedProcess('kubelet', name, (scope) => {
        const ctx = new ComponentContext(this.surroundings, kubeletIdentity(name, runtime), scope);
        const drivers = this.options.cloud ? [{ name: DRIVER, limit: DISKS_PER_NODE }] : [];
        const run: KubeletOptions['run'] = (pod, container, command) => this.kubelets.run(pod, container, command);
        new Kubelet(ctx, { spec, mode: runtime, subnet, machine, drivers, run });
      }),
    );
    const { proxies } = this;
    if (proxies) this.processes.push(new ManagedProcess('kube-proxy', name, (scope) => proxies.start(name, scope)));
  }

  get now(): number {
    return this.kernel.now;
  }

  get wallMs(): number {
    return this.kernel.wallMs;
  }

  /** True when only upkeep (heartbeats, resyncs) is left to do. */
  get idle(): boolean {
    return this.kernel.idle;
  }

  get lastStep(): StepId {
    return this.trace.length;
  }

  nextAt(): number | undefined {
    return this.kernel.nextAt();
  }

  runNext(): boolean {
    return this.kernel.runNext();
  }

  runUntil(at: number): void {
    this.kernel.runUntil(at);
  }

  /** Runs until only upkeep is left, for `limit` µs of virtual time at the most. True when it got there. */
  settle(limit: number): boolean {
    const end = this.kernel.now + limit;
    for (let next = this.nextAt(); !this.idle && next !== undefined && next <= end; next = this.nextAt())
      this.runNext();
    return this.idle;
  }

  stepsAfter(id: StepId, limit?: number, about?: ReadonlySet<string>): Step[] {
    return this.trace.after(id, limit, about);
  }

  /** A request of the person at the keyboard, with the administrator's certificate. */
  request(request: PersonRequest): ApiResponse {
    return this.server.handle(this.personal(request));
  }

  /** As `request`, for those who can wait for webhooks. */
  submit(request: PersonRequest, done: (response: ApiResponse) => void): void {
    this.server.submit(this.personal(request), done);
  }

  /** How calls leave the simulation; without one, nothing outside is within reach. */
  connectOut(outbound: Outbound): void {
    this.server.outbound = outbound;
  }

  private personal(request: PersonRequest): ApiRequest {
    const { body, userAgent, observer, ...rest } = request;
    const { commonName, organizations = [] } = this.pki.admin.subject;
    return {
      ...rest,
      ...(body === undefined ? {} : { body: { value: body } }),
      userAgent: userAgent ?? 'kubectl/v1.36.2 (linux/amd64)',
      credential: { type: 'certificate', commonName, organizations },
      actor: { component: 'user' },
      ...(observer ? { observer } : {}),
    };
  }

  /** What went over the wire for a step; undefined where it is no request, or is no longer kept. */
  exchange(id: StepId): Exchange | undefined {
    return this.trace.exchange(id);
  }

  /** A request that came in over HTTPS, once more. */
  served(request: unknown, done: (response: ApiResponse) => void): void {
    this.server.submit(request as ApiRequest, done);
  }

  /** A connection that came in over HTTPS, once more. */
  connect(connection: unknown): Opened {
    return this.kubelets.connect(connection as Connection);
  }

  /** Everything that is stored, in the order of its keys. */
  objects(): { ref: ObjectRef; value: KubeObject }[] {
    return [...this.store.range('/registry/')].map(({ key, value }) => ({ ref: storedRef(key, value), value }));
  }

  /** Where the pods of an object would go if it were applied now, here or where the snapshot was taken. Throws RefusedError. */
  schedule(object: KubeObject, namespace: string, given: Given = {}): WouldSchedule {
    const { snapshot, beside } = given;
    const options = { seed: this.options.seed, namespace, ...(beside && { beside }) };
    if (snapshot) return wouldScheduleOn(snapshot, object, options);
    if (!this.server.running) throw new RefusedError('kube-apiserver is stopped: nobody answers.', 'Start it again.');
    if (!this.store.available)
      throw new RefusedError('etcd is stopped: kube-apiserver has nobody to ask.', 'Start it again.');
    return wouldSchedule(this.server, object, options);
  }

  topology(): { version: string; machines: MachineState[] } {
    const machines = this.machines.map(({ name, role }): MachineState => {
      const own = this.processes.filter((p) => p.node === name);
      const running = own.length === 0 || own.some((p) => p.running);
      const components = own.map(({ component, running: up }) => ({
        component,
        running: up,
        stoppable: true,
        ...(component === 'etcd' && up ? { detail: `revision ${this.store.revision}` } : {}),
      }));
      return { name, role, running, components };
    });
    return { version: VERSION, machines };
  }

  /** Stops or starts a machine, a component on one, or a component wherever it runs. */
  fault(action: 'stop' | 'start', target: { readonly node?: string; readonly component?: string }): StepId {
    const { node, component } = target;
    const hit = this.processes.filter(
      (p) => (node === undefined || p.node === node) && (component === undefined || p.component === component),
    );
    if (hit.length === 0) throw new RefusedError(this.unknown(node, component), this.known(node));
    for (const p of hit) {
      if (action === 'stop') p.stop();
      else p.start();
    }
    if (action === 'stop' && component === undefined) {
      this.hardware.get(node ?? '')?.powerOff(rfc3339(this.wallMs));
      this.proxies?.powerOff(node ?? '');
    }
    const what = component === undefined ? `machine ${node}` : `${component}${node === undefined ? '' : ` on ${node}`}`;
    const actor: Actor = { component: 'user' };
    const text = action === 'stop' ? `stopped ${what}.` : `started ${what} again.`;
    return this.trace.record({
      at: this.now,
      actor,
      kind: 'fault',
      action: `${action} ${what}`,
      causes: [],
      fidelity: 'simulated',
      text,
      detail: { type: 'fault', change: action, ...target },
    });
  }

  private unknown(node: string | undefined, component: string | undefined): string {
    if (component === undefined) return `There is no machine '${node}'.`;
    return node === undefined
      ? `There is no component '${component}' to stop or start.`
      : `No '${component}' runs on '${node}'.`;
  }

  private known(node: string | undefined): string {
    if (node !== undefined && !this.machines.some((m) => m.name === node))
      return `Machines: ${this.machines.map((m) => m.name).join(', ')}.`;
    return `Components: ${[...new Set(this.processes.map((p) => p.component))].join(', ')}. A controller is part of kube-controller-manager.`;
  }
}

function storedRef(key: string, { apiVersion = '', kind = '', metadata }: KubeObject): ObjectRef {
  const { name = '', namespace, uid } = metadata;
  const { group } = splitApiVersion(apiVersion);
  // Custom resources lie under `/registry/GROUP/PLURAL`.
  const resource = resourceForKind(apiVersion, kind)?.plural ?? key.split('/')[3] ?? '';
  return { group, resource, kind, name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) };
}
