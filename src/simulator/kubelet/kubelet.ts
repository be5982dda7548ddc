// The kubelet of one node: registers it, sends heartbeats, and runs a worker for each pod bound to it.
// Models pkg/kubelet, v1.36.
import { type Process, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import { isPodTerminal } from '../controllers/common/pods.ts';
import type { Identity } from '../runtime/client.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { CSI_NODES, PODS } from '../runtime/kinds.ts';
import { EventRecorder } from '../runtime/recorder.ts';
import { type Refusal, refusal, resizeRefusal } from './admit.ts';
import { csiNode, type NodeDriver } from './csinode.ts';
import { FakePodWorker } from './fakeworker.ts';
import type { Machine, PodOnMachine } from './machine.ts';
import { mirrored, podRef, uidOf } from './names.ts';
import type { NodeSpecification } from './node.ts';
import { NodeReporter } from './nodereporter.ts';
import { PodWorker } from './podworker.ts';
import { type Candidate, Pressure, refusedUnderPressure, type Uses } from './pressure.ts';
import type { Ran } from './prober.ts';
import type { Eviction } from './record.ts';
import type { Refused } from './resize.ts';
import { memoryUse } from './runtime/memory.ts';
import { ModelledRuntime } from './runtime/modelled.ts';
import { StaticPods } from './statics.ts';
import { VolumeManager } from './volumes.ts';

export type RuntimeMode = 'fake' | 'modelled';

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
  readonly uses?: readonly Uses[];
  evict?(eviction: Eviction, cause: StepId): void;
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
  private readonly reporter: NodeReporter;
  private readonly pressure: Pressure;
  private readonly statics: StaticPods;
  private nextFakeHost = 2;

  constructor(ctx: ComponentContext, options: KubeletOptions) {
    this.ctx = ctx;
    this.options = options;
    const { spec, subnet } = options;
    this.events = new EventRecorder(ctx, 'kubelet', spec.name);
    this.volumes = new VolumeManager(ctx, this.events, spec.name);
    const part = (component: string): ComponentContext =>
      ctx.as({ ...ctx.client.identity, actor: { component, node: spec.name } });
    this.runtime = new ModelledRuntime(part('container-runtime'), part('cni'), subnet, options.machine);
    this.reporter = new NodeReporter(ctx, this.events, options);
    this.statics = new StaticPods({
      ctx,
      machine: options.machine,
      nodeName: spec.name,
      node: () => this.reporter.node,
      start: (pod, cause) => this.take(pod, uidOf(pod), cause),
    });
    this.pressure = new Pressure(ctx, this.reporter, spec.memory, () => this.candidates());
    spawn(ctx.scope, this.start());
  }

  private *start(): Process<void> {
    this.statics.start();
    yield* this.reporter.register();
    // The recorded clusters with a fake runtime ran no volume manager.
    const { node } = this.reporter;
    if (this.options.mode !== 'fake' && node !== undefined)
      yield* this.ctx.client.create(CSI_NODES, csiNode(node, this.options.drivers), { causes: [] });
    this.watchPods();
    this.reporter.keepReporting();
  }

  private watchPods(): void {
    const { machine, spec } = this.options;
    const pods = this.ctx.informers.of(PODS, { fieldSelector: [`spec.nodeName=${spec.name}`] });
    pods.onChange({
      add: (pod, cause) => this.seen(pod, cause),
      update: (pod, _, cause) => this.seen(pod, cause),
      remove: (pod, cause) => {
        const uid = uidOf(pod);
        if (this.statics.has(uid)) return spawn(this.ctx.scope, this.statics.mirror(uid, cause));
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
    const uid = uidOf(pod);
    const orphan = mirrored(pod) !== undefined && !this.statics.has(uid);
    if (orphan || (this.statics.has(uid) && pod.metadata.deletionTimestamp !== undefined)) {
      spawn(this.ctx.scope, this.statics.discard(pod, cause));
      return;
    }
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
    const { node } = this.reporter;
    if (going || node === undefined || this.refusal(pod, node) === undefined) this.take(pod, uid, cause);
    else spawn(this.ctx.scope, this.askAgain(pod, uid, cause));
  }

  private take(pod: Pod, uid: string, cause: StepId): void {
    const worker = this.startWorker(pod, cause);
    this.workers.set(uid, worker);
    this.taken.set(uid, pod);
    if (this.options.mode === 'modelled' && pod.spec?.containers.some((c) => memoryUse(pod, c))) this.pressure.watch();
    if (worker.onMachine !== undefined) this.options.machine.pods.set(uid, worker.onMachine);
    worker.update(pod, cause);
  }

  /** What the kubelet knows of its node may be old: it looks once more before it refuses a pod. */
  private *askAgain(pod: Pod, uid: string, cause: StepId): Process<void> {
    const node = yield* this.reporter.look(cause);
    const why = node === undefined ? undefined : this.refusal(pod, node);
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

  private candidates(): Candidate[] {
    return [...this.taken].flatMap(([uid, pod]): Candidate[] => {
      const worker = this.workers.get(uid);
      const evict: Candidate['evict'] = (...how) => worker?.evict?.(...how);
      return worker === undefined ? [] : [{ pod, uses: worker.uses ?? [], evict }];
    });
  }

  private refusal(pod: Pod, node: Node): Refusal | undefined {
    const low = this.reporter.memoryPressure ? refusedUnderPressure(pod) : undefined;
    return low ?? refusal(pod, node, this.othersThan(uidOf(pod)));
  }

  private othersThan(uid: string): Pod[] {
    return [...this.taken].flatMap(([other, pod]) =>
      other === uid ? [] : (this.workers.get(other)?.allocated ?? pod),
    );
  }

  private room(pod: Pod): Refused | undefined {
    const { node } = this.reporter;
    return node === undefined ? undefined : resizeRefusal(pod, node, this.othersThan(uidOf(pod)));
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
      machine.pods.get(uidOf(pod)),
    );
  }
}
