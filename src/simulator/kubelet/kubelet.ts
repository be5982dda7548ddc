// The kubelet of one node: registers it, sends heartbeats, and runs a worker for each pod bound to it.
// Models pkg/kubelet, v1.36.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep, spawn } from '../../kernel/process.ts';
import { rfc3339, rfc3339Micro } from '../../kernel/time.ts';
import type { Lease } from '../../model/generated/coordination.v1.ts';
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import { isPodTerminal } from '../controllers/common/pods.ts';
import type { Identity } from '../runtime/client.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { CSI_NODES, LEASES, NODES, PODS } from '../runtime/kinds.ts';
import { EventRecorder } from '../runtime/recorder.ts';
import { type Refusal, refusal, resizeRefusal } from './admit.ts';
import { csiNode, type NodeDriver } from './csinode.ts';
import { FakePodWorker } from './fakeworker.ts';
import type { Machine, PodOnMachine } from './machine.ts';
import { type NodeSpecification, nodeObject, nodeStatus } from './node.ts';
import { PodWorker } from './podworker.ts';
import type { Ran } from './prober.ts';
import type { Refused } from './resize.ts';
import { ModelledRuntime, podRef } from './runtime/modelled.ts';
import { VolumeManager } from './volumes.ts';

export type RuntimeMode = 'fake' | 'modelled';

/** Source: nodeLeaseDurationSeconds 40, renewed every quarter of it; nodeStatusReportFrequency 5 m, v1.36. */
const LEASE_SECONDS = 40;
const LEASE_RENEW = (LEASE_SECONDS / 4) * SECOND;
const STATUS_REPORT = 5 * MINUTE;
const LEASE_NAMESPACE = 'kube-node-lease';

export function kubeletIdentity(node: string, mode: RuntimeMode): Identity {
  return {
    actor: { component: 'kubelet', node },
    userAgent: `${mode === 'fake' ? 'hollow-kubelet' : 'kubelet'}/v1.36.2 (linux/amd64)`,
    credential: { type: 'certificate', commonName: `system:node:${node}`, organizations: ['system:nodes'] },
    qps: 50,
    burst: 100,
  };
}

interface Worker {
  readonly onMachine?: PodOnMachine;
  /** With what it was given; absent: what it asks for. */
  readonly allocated?: Pod;
  retryResize?(cause: StepId): void;
  update(pod: Pod, cause: StepId): void;
  removed(cause: StepId): void;
}

/** For a pod that was refused or has ended: nothing runs. */
const IDLE: Worker = { update: () => undefined, removed: () => undefined };

export interface KubeletOptions {
  readonly spec: NodeSpecification;
  readonly mode: RuntimeMode;
  /** First three octets of the node's pod range. */
  readonly subnet: string;
  /** What outlives the kubelet's process. */
  readonly machine: Machine;
  /** CSI drivers whose node part runs here. */
  readonly drivers: readonly NodeDriver[];
  /** Runs a command in a container, for probes and hooks. */
  readonly run: (pod: Pod, container: string, command: readonly string[]) => Ran | undefined;
}

export class Kubelet {
  private readonly ctx: ComponentContext;
  private readonly options: KubeletOptions;
  private readonly events: EventRecorder;
  private readonly runtime: ModelledRuntime;
  private readonly volumes: VolumeManager;
  private readonly workers = new Map<string, Worker>();
  /** Pods that were admitted and have not ended, by uid. */
  private readonly taken = new Map<string, Pod>();
  private node: Node | undefined;
  private nextFakeHost = 2;
  /** As it was last written. */
  private lease: Lease | undefined;

  constructor(ctx: ComponentContext, options: KubeletOptions) {
    this.ctx = ctx;
    this.options = options;
    const { spec, subnet } = options;
    this.events = new EventRecorder(ctx, 'kubelet', spec.name);
    this.volumes = new VolumeManager(ctx, this.events, spec.name);
    const part = (component: string): ComponentContext =>
      ctx.as({ ...ctx.client.identity, actor: { component, node: spec.name } });
    this.runtime = new ModelledRuntime(part('container-runtime'), part('cni'), subnet, options.machine);
    spawn(ctx.scope, this.register());
  }

  private *register(): Process<void> {
    const { client, kernel } = this.ctx;
    const { spec } = this.options;
    const made = yield* client.create<Node>(NODES, nodeObject(spec), { causes: [] });
    if (!made.ok && made.status.reason !== 'AlreadyExists') {
      yield* sleep(kernel, SECOND);
      return yield* this.register();
    }
    yield* this.reportStatus();
    // The recorded clusters with a fake runtime ran no volume manager.
    if (this.options.mode !== 'fake' && this.node !== undefined) yield* this.registerDrivers(this.node);
    this.watchPods();
    spawn(this.ctx.scope, this.renewLease());
    this.every(STATUS_REPORT, () => this.reportStatus());
  }

  private *registerDrivers(node: Node): Process<void> {
    yield* this.ctx.client.create(CSI_NODES, csiNode(node, this.options.drivers), { causes: [] });
  }

  private every(us: number, run: () => Process<void>): void {
    const { kernel, scope } = this.ctx;
    kernel.schedule(
      us,
      () => {
        if (!scope.alive) return;
        spawn(scope, run());
        this.every(us, run);
      },
      true,
    );
  }

  private *reportStatus(): Process<void> {
    const { client, kernel } = this.ctx;
    const { name } = this.options.spec;
    const current = yield* client.get(NODES, '', name, { causes: [] });
    if (!current.ok) return;
    const status = nodeStatus(this.options.spec, rfc3339(kernel.wallMs), current.value.status?.conditions ?? []);
    const done = yield* client.patch(NODES, '', name, 'strategic', { status }, { causes: [], subresource: 'status' });
    if (done.ok) this.node = done.value;
  }

  /**
   * Nobody else writes the Lease, so it is read only when it is not known yet or a write was refused. Models
   * k8s.io/component-helpers/apimachinery/lease/controller.go.
   */
  private *renewLease(): Process<void> {
    const latest = this.lease;
    if (latest === undefined || !(yield* this.updateLease(latest))) yield* this.ensureLease();
    this.ctx.kernel.schedule(LEASE_RENEW, () => spawn(this.ctx.scope, this.renewLease()), true);
  }

  private get leaseSpec(): NonNullable<Lease['spec']> {
    const renewTime = rfc3339Micro(this.ctx.kernel.wallMs);
    return { holderIdentity: this.options.spec.name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
  }

  private *updateLease(known: Lease): Process<boolean> {
    const next = { ...known, spec: { ...known.spec, ...this.leaseSpec } };
    const written = yield* this.ctx.client.update<Lease>(LEASES, next, { causes: [] });
    this.lease = written.ok ? written.value : undefined;
    return written.ok;
  }

  private *ensureLease(): Process<void> {
    const { client } = this.ctx;
    const { name } = this.options.spec;
    const known = yield* client.get<Lease>(LEASES, LEASE_NAMESPACE, name, { causes: [] });
    if (known.ok) yield* this.updateLease(known.value);
    else if (known.code === 404) {
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: LEASE_NAMESPACE },
        spec: this.leaseSpec,
      };
      const created = yield* client.create<Lease>(LEASES, lease, { causes: [] });
      if (created.ok) this.lease = created.value;
    }
  }

  private watchPods(): void {
    const { machine, spec } = this.options;
    const pods = this.ctx.informers.of(PODS, { fieldSelector: [`spec.nodeName=${spec.name}`] });
    pods.onChange({
      add: (pod, cause) => this.seen(pod, cause),
      update: (pod, _, cause) => this.seen(pod, cause),
      remove: (pod, cause) => {
        const uid = pod.metadata.uid ?? '';
        this.workers.get(uid)?.removed(cause);
        this.workers.delete(uid);
        machine.pods.delete(uid);
        if (this.taken.delete(uid)) this.freed(cause);
      },
    });
    pods.onSynced(() => {
      // What was deleted for good while no kubelet ran is cleaned up.
      for (const uid of [...machine.pods.keys()]) if (!this.workers.has(uid)) machine.pods.delete(uid);
    });
  }

  private seen(pod: Pod, cause: StepId): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.workers.get(uid);
    if (known === undefined) this.admit(pod, uid, cause);
    else known.update(pod, cause);
    if (isPodTerminal(pod)) {
      if (this.taken.delete(uid)) this.freed(cause);
    } else if (this.taken.has(uid)) this.taken.set(uid, pod);
  }

  private admit(pod: Pod, uid: string, cause: StepId): void {
    this.workers.set(uid, IDLE);
    if (isPodTerminal(pod)) return;
    const going = pod.metadata.deletionTimestamp !== undefined;
    if (going || this.node === undefined || refusal(pod, this.node, this.othersThan(uid)) === undefined)
      this.take(pod, uid, cause);
    else spawn(this.ctx.scope, this.askAgain(pod, uid, cause));
  }

  private take(pod: Pod, uid: string, cause: StepId): void {
    const worker = this.startWorker(pod, cause);
    this.workers.set(uid, worker);
    this.taken.set(uid, pod);
    if (worker.onMachine !== undefined) this.options.machine.pods.set(uid, worker.onMachine);
    worker.update(pod, cause);
  }

  /** What the kubelet knows of its node may be old: it looks once more before it refuses a pod. */
  private *askAgain(pod: Pod, uid: string, cause: StepId): Process<void> {
    const fresh = yield* this.ctx.client.get(NODES, '', this.options.spec.name, { causes: [cause] });
    if (fresh.ok) this.node = fresh.value;
    const why = this.node === undefined ? undefined : refusal(pod, this.node, this.othersThan(uid));
    if (!this.workers.has(uid)) return;
    if (why === undefined) this.take(pod, uid, cause);
    else yield* this.refuse(pod, why, cause);
  }

  private *refuse(pod: Pod, { reason, message }: Refusal, cause: StepId): Process<void> {
    const { namespace = '', name = '', uid = '', generation = 1 } = pod.metadata;
    const step = this.ctx.record({
      kind: 'node',
      action: 'AdmitPod',
      object: podRef(pod),
      causes: [cause],
      text: `refused the pod: ${message}. It will not run here, and nobody moves it.`,
      detail: { type: 'node', call: 'AdmitPod', data: { reason } },
    });
    this.events.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', reason, message, [step]);
    const startTime = rfc3339(this.ctx.kernel.wallMs);
    const why = { phase: 'Failed', reason, message: `Pod was rejected: ${message}` };
    const patch = { metadata: { uid }, status: { observedGeneration: generation, ...why, startTime } };
    yield* this.ctx.client.patch(PODS, namespace, name, 'strategic', patch, { causes: [step], subresource: 'status' });
  }

  private othersThan(uid: string): Pod[] {
    return [...this.taken].flatMap(([other, pod]) =>
      other === uid ? [] : (this.workers.get(other)?.allocated ?? pod),
    );
  }

  private room(pod: Pod): Refused | undefined {
    return this.node === undefined ? undefined : resizeRefusal(pod, this.node, this.othersThan(pod.metadata.uid ?? ''));
  }

  /** Of the pods that wait for room, those that came first are asked first. */
  private freed(cause: StepId): void {
    for (const w of this.workers.values()) w.retryResize?.(cause);
  }

  private startWorker(pod: Pod, cause: StepId): Worker {
    const { spec, mode, subnet, machine } = this.options;
    if (mode === 'fake')
      return new FakePodWorker(this.ctx, pod, spec.internalIP, `${subnet}.${(this.nextFakeHost++ % 250) + 2}`, cause);
    return new PodWorker(
      {
        ctx: this.ctx,
        events: this.events,
        runtime: this.runtime,
        volumes: this.volumes,
        hostIP: spec.internalIP,
        run: this.options.run,
        room: (of) => this.room(of),
      },
      pod,
      cause,
      machine.pods.get(pod.metadata.uid ?? ''),
    );
  }
}
