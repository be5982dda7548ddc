// The kubelet of one node: registers it, sends heartbeats, and runs a worker for each pod bound to it.
// Models pkg/kubelet, v1.36.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep, spawn } from '../../kernel/process.ts';
import { rfc3339, rfc3339Micro } from '../../kernel/time.ts';
import type { Lease } from '../../model/generated/coordination.v1.ts';
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { Identity } from '../runtime/client.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { LEASES, NODES, PODS } from '../runtime/kinds.ts';
import { EventRecorder } from '../runtime/recorder.ts';
import { FakePodWorker } from './fakeworker.ts';
import { type NodeSpecification, nodeObject, nodeStatus } from './node.ts';
import { PodWorker } from './podworker.ts';
import { ModelledRuntime } from './runtime/modelled.ts';

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
  update(pod: Pod, cause: StepId): void;
  removed(): void;
}

export interface KubeletOptions {
  readonly spec: NodeSpecification;
  readonly mode: RuntimeMode;
  /** First three octets of the node's pod range. */
  readonly subnet: string;
}

export class Kubelet {
  private readonly ctx: ComponentContext;
  private readonly options: KubeletOptions;
  private readonly events: EventRecorder;
  private readonly runtime: ModelledRuntime;
  private readonly workers = new Map<string, Worker>();
  private nextFakeHost = 2;
  /** As it was last written. */
  private lease: Lease | undefined;

  constructor(ctx: ComponentContext, options: KubeletOptions) {
    this.ctx = ctx;
    this.options = options;
    const { spec, subnet } = options;
    this.events = new EventRecorder(ctx, 'kubelet', spec.name);
    const part = (component: string): ComponentContext =>
      ctx.as({ ...ctx.client.identity, actor: { component, node: spec.name } });
    this.runtime = new ModelledRuntime(part('container-runtime'), part('cni'), subnet, spec.images);
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
    this.watchPods();
    spawn(this.ctx.scope, this.renewLease());
    this.every(STATUS_REPORT, () => this.reportStatus());
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
    yield* client.patch(NODES, '', name, 'strategic', { status }, { causes: [], subresource: 'status' });
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
    const { name } = this.options.spec;
    const pods = this.ctx.informers.of(PODS, { fieldSelector: [`spec.nodeName=${name}`] });
    pods.onChange({
      add: (pod, cause) => this.seen(pod, cause),
      update: (pod, _, cause) => this.seen(pod, cause),
      remove: (pod) => {
        const uid = pod.metadata.uid ?? '';
        this.workers.get(uid)?.removed();
        this.workers.delete(uid);
      },
    });
  }

  private seen(pod: Pod, cause: StepId): void {
    const uid = pod.metadata.uid ?? '';
    let worker = this.workers.get(uid);
    if (worker === undefined) {
      worker = this.startWorker(pod, cause);
      this.workers.set(uid, worker);
    }
    worker.update(pod, cause);
  }

  private startWorker(pod: Pod, cause: StepId): Worker {
    const { spec, mode, subnet } = this.options;
    if (mode === 'fake')
      return new FakePodWorker(this.ctx, pod, spec.internalIP, `${subnet}.${(this.nextFakeHost++ % 250) + 2}`, cause);
    return new PodWorker(
      { ctx: this.ctx, events: this.events, runtime: this.runtime, hostIP: spec.internalIP },
      pod,
      cause,
    );
  }
}
