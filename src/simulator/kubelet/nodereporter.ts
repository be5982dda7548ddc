// What a kubelet tells of its node: that it is there, what it has, how it is, and that it still lives. Models
// pkg/kubelet/kubelet_node_status.go and k8s.io/component-helpers/apimachinery/lease/controller.go, v1.36.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep, spawn } from '../../kernel/process.ts';
import { rfc3339, rfc3339Micro } from '../../kernel/time.ts';
import type { Lease } from '../../model/generated/coordination.v1.ts';
import type { Node } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { LEASES, NODES } from '../runtime/kinds.ts';
import type { EventRecorder } from '../runtime/recorder.ts';
import type { Machine } from './machine.ts';
import { type NodeFacts, type NodeSpecification, nodeObject, nodeStatus } from './node.ts';

/** Source: nodeLeaseDurationSeconds 40, renewed every quarter of it; nodeStatusReportFrequency 5 m, v1.36. */
const LEASE_SECONDS = 40;
const LEASE_RENEW = (LEASE_SECONDS / 4) * SECOND;
const STATUS_REPORT = 5 * MINUTE;
const LEASE_NAMESPACE = 'kube-node-lease';

interface ReporterOptions {
  readonly spec: NodeSpecification;
  readonly mode: 'fake' | 'modelled';
  readonly machine: Machine;
}

/** The Events that a condition brings when its status changes. */
const TOLD: { readonly [type: string]: { readonly True: string; readonly False: string } } = {
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
};

export class NodeReporter {
  private readonly ctx: ComponentContext;
  private readonly events: EventRecorder;
  private readonly options: ReporterOptions;
  /** As it was last seen. */
  node: Node | undefined;
  memoryPressure = false;
  private readonly real: boolean;
  /** As the kubelet's process has told of them. */
  private readonly told = new Map<string, string>();
  /** As it was last written. */
  private lease: Lease | undefined;

  constructor(ctx: ComponentContext, events: EventRecorder, options: ReporterOptions) {
    this.ctx = ctx;
    this.events = events;
    this.options = options;
    this.real = options.mode === 'modelled';
  }

  *register(): Process<void> {
    const { client, kernel } = this.ctx;
    this.tell('Normal', 'Starting', 'Starting kubelet.');
    for (;;) {
      const made = yield* client.create<Node>(NODES, nodeObject(this.options.spec), { causes: [] });
      if (made.ok || made.status.reason === 'AlreadyExists') break;
      yield* sleep(kernel, SECOND);
    }
    yield* this.report();
    this.tell('Normal', 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
  }

  keepReporting(): void {
    spawn(this.ctx.scope, this.renewLease());
    this.every(STATUS_REPORT, () => this.report());
  }

  /** The node as the API server has it. */
  *look(cause: StepId): Process<Node | undefined> {
    const fresh = yield* this.ctx.client.get<Node>(NODES, '', this.options.spec.name, { causes: [cause] });
    if (fresh.ok) this.node = fresh.value;
    return this.node;
  }

  *report(causes: readonly StepId[] = []): Process<void> {
    const { client, kernel } = this.ctx;
    const { name } = this.options.spec;
    const current = yield* client.get<Node>(NODES, '', name, { causes });
    if (!current.ok) return;
    const { conditions = [], nodeInfo } = current.value.status ?? {};
    const facts = this.facts();
    const status = nodeStatus(this.options.spec, rfc3339(kernel.wallMs), conditions, facts);
    const booted = nodeInfo?.bootID ?? '';
    if (booted !== '' && booted !== facts.bootID && this.told.size === 0)
      this.tell('Warning', 'Rebooted', `Node ${name} has been rebooted, boot id: ${facts.bootID}`);
    const done = yield* client.patch(NODES, '', name, 'strategic', { status }, { causes, subresource: 'status' });
    if (!done.ok) return;
    this.node = done.value;
    for (const c of status.conditions ?? []) this.tellOf(c.type, c.status as 'True' | 'False');
  }

  /** A kubelet tells of each condition when it starts, and whenever its status changes. */
  private tellOf(type: string, status: 'True' | 'False'): void {
    const reason = TOLD[type]?.[status];
    if (reason === undefined || this.told.get(type) === status) return;
    this.told.set(type, status);
    this.tell('Normal', reason, `Node ${this.options.spec.name} status is now: ${reason}`);
  }

  /** The recorded clusters with a fake runtime are not asked about Events of nodes. */
  tell(type: 'Normal' | 'Warning', reason: string, message: string, causes: readonly StepId[] = []): void {
    if (!this.real) return;
    const { name } = this.options.spec;
    const object = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name } };
    this.events.event({ apiVersion: 'v1', kind: 'Node', object }, type, reason, message, causes);
  }

  private facts(): NodeFacts {
    const { spec, machine } = this.options;
    const { real, memoryPressure } = this;
    if (!real) {
      const images = spec.images.map((name) => ({ name, bytes: undefined }));
      return { real, machineID: '', systemUUID: '', bootID: '', images, memoryPressure };
    }
    const { random } = this.ctx.kernel;
    const made = random.fork(`machine ${spec.name}`);
    const images = [...machine.images].map((name) => ({ name, bytes: machine.sizes.get(name) }));
    return {
      real,
      machineID: made.hex(32),
      systemUUID: made.uuid(),
      bootID: random.fork(`boot ${machine.boots} of ${spec.name}`).uuid(),
      images,
      memoryPressure,
    };
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

  /** Nobody else writes the Lease, so it is read only when it is not known yet or a write was refused. */
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
}
