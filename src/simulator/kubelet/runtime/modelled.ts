// A model of containerd and runc with a bridge CNI plugin: what is called, in which order, and about how long it takes.
// Times follow a recording of containerd 2.1 under a kubelet v1.36.2. Images are not run; a command is, where it is simple.
import { MS, SECOND } from '../../../kernel/kernel.ts';
import { type Process, sleep } from '../../../kernel/process.ts';
import type { Container, Pod } from '../../../model/generated/core.v1.ts';
import type { NodeDetail, StepId } from '../../../trace/step.ts';
import { commandEnd } from '../../containers/exit.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Machine } from '../machine.ts';
import { podRef } from '../names.ts';
import { restartPolicyOf } from '../record.ts';
import { outOfMemory } from './memory.ts';
import { notStarted, onTerm } from './programs.ts';
import type { CallResult, ContainerRuntime, Exit, PullResult, Sandbox, SandboxResult } from './runtime.ts';

/** Of a program that SIGKILL has ended: 128 + 9. */
const KILLED = 137;
/** How fast images come: neither they nor their registries are asked. */
const BYTES_PER_US = 30;
/** As a node's status tells them. */
const HANDLERS: ReadonlySet<string> = new Set(['', 'runc']);
/** The node's own DNS. */
const RESOLVER = '127.0.0.53:53';
const NOT_RUN = 'programs of images are not run: this one is taken to end by itself with exit code 0';
const NO_REGISTRY =
  'no registry is asked: every image is found in a few seconds, but for registries that end in .invalid';
const OWN_SHELL = 'the simulator runs the command itself, in a shell that knows a few programs';

export class ModelledRuntime implements ContainerRuntime {
  readonly scheme = 'containerd://';
  private readonly ctx: ComponentContext;
  private readonly cni: ComponentContext;
  private readonly subnet: string;
  private readonly machine: Machine;

  /** `subnet`: the first three octets of the node's pod range, such as `10.244.1`. */
  constructor(runtime: ComponentContext, cni: ComponentContext, subnet: string, machine: Machine) {
    this.ctx = runtime;
    this.cni = cni;
    this.subnet = subnet;
    this.machine = machine;
  }

  imagePresent(image: string): boolean {
    return this.machine.images.has(image);
  }

  *runPodSandbox(pod: Pod, handler: string, cause: StepId): Process<SandboxResult> {
    const id = this.ctx.random.hex(64);
    const run = this.say(
      pod,
      cause,
      'CRI',
      'RunPodSandbox',
      'starts the sandbox: the pause container that holds the pod’s network namespace.',
    );
    yield* sleep(this.ctx.kernel, 4 * MS);
    if (!HANDLERS.has(handler)) {
      const why = `unable to get OCI runtime for sandbox "${id}": no runtime for "${handler}" is configured`;
      return { ok: false, error: `rpc error: code = Unknown desc = ${why}`, step: run };
    }
    const ip = pod.spec?.hostNetwork ? (pod.status?.hostIP ?? '') : this.allocate();
    const add = pod.spec?.hostNetwork ? run : this.connect(pod, ip, run);
    yield* sleep(this.ctx.kernel, 90 * MS);
    return { ok: true, sandbox: { id, ip, step: add } };
  }

  private allocate(): string {
    const host = this.machine.nextHost++;
    return `${this.subnet}.${((host - 2) % 253) + 2}`;
  }

  private connect(pod: Pod, ip: string, cause: StepId): StepId {
    const text = `ADD: makes a veth pair, puts one end into the pod as eth0 with address ${ip}, the other on the node’s bridge.`;
    return this.cni.record({
      kind: 'node',
      action: 'ADD',
      object: podRef(pod),
      causes: [cause],
      text,
      detail: { type: 'node', api: 'CNI', call: 'ADD', data: { ip } },
    });
  }

  *pullImage(pod: Pod, image: string, cause: StepId): Process<PullResult> {
    const text = `pulls ${image} from its registry.`;
    const step = this.say(pod, cause, 'CRI', 'PullImage', text, { image }, NO_REGISTRY);
    const host = registryOf(image);
    if (host.endsWith('.invalid')) {
      yield* sleep(this.ctx.kernel, 40 * MS);
      const [, path = '', tag = 'latest'] = /^[^/]+\/(.*?)(?::([^:/]+))?$/.exec(image) ?? [];
      const head = `Head "https://${host}/v2/${path}/manifests/${tag}"`;
      const why = `failed to do request: ${head}: dial tcp: lookup ${host} on ${RESOLVER}: no such host`;
      const error = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${why}`;
      return { ok: false, error, step };
    }
    // What is there already needs no more than a look at its manifest.
    const there = this.machine.images.has(image);
    const worked = there ? (300 + this.ctx.random.int(400)) * MS : 1.2 * SECOND + this.ctx.random.int(1_600) * MS;
    yield* sleep(this.ctx.kernel, worked);
    const bytes = this.machine.sizes.get(image) ?? Math.round(worked * BYTES_PER_US);
    this.machine.images.add(image);
    this.machine.sizes.set(image, bytes);
    return { ok: true, step, worked, bytes };
  }

  *createContainer(pod: Pod, container: Container, cause: StepId): Process<{ id: string; step: StepId }> {
    const text = `creates container ${container.name}: unpacks the image’s layers and writes the OCI spec.`;
    const step = this.say(pod, cause, 'CRI', 'CreateContainer', text, { container: container.name });
    yield* sleep(this.ctx.kernel, 13 * MS);
    return { id: this.ctx.random.hex(64), step };
  }

  *startContainer(pod: Pod, container: Container, _id: string, cause: StepId): Process<CallResult> {
    const text = `starts container ${container.name}: the shim has runc put the process into its namespaces and cgroup.`;
    const step = this.say(pod, cause, 'CRI', 'StartContainer', text, { container: container.name });
    yield* sleep(this.ctx.kernel, 40 * MS);
    const error = notStarted(container);
    return error === undefined ? { ok: true, step } : { ok: false, error, step };
  }

  *stopContainer(
    pod: Pod,
    container: Container,
    grace: number,
    planned: { readonly at: number; readonly code: number } | undefined,
    cause: StepId,
  ): Process<{ code: number; step: StepId }> {
    const { kernel } = this.ctx;
    const heeds = onTerm(container);
    const needs = heeds === undefined ? Number.POSITIVE_INFINITY : heeds.slow ? SECOND : 120 * MS;
    const ends = planned === undefined ? Number.POSITIVE_INFINITY : Math.max(0, planned.at - kernel.now);
    const limit = grace * SECOND;
    const then =
      Math.min(needs, ends) > limit
        ? `the program does not heed it: SIGKILL follows after ${grace} s`
        : ends < needs
          ? 'the program does not heed it, and ends by itself before SIGKILL'
          : 'the program ends';
    const text = `sends SIGTERM to container ${container.name}; ${then}.`;
    const step = this.say(pod, cause, 'CRI', 'StopContainer', text, { container: container.name, grace });
    yield* sleep(kernel, Math.min(limit, needs, ends));
    const code = needs <= Math.min(limit, ends) ? heeds?.code : ends <= limit ? planned?.code : KILLED;
    return { code: code ?? KILLED, step };
  }

  *stopPodSandbox(pod: Pod, sandbox: Sandbox, cause: StepId): Process<StepId> {
    const step = this.say(
      pod,
      cause,
      'CRI',
      'StopPodSandbox',
      `stops the sandbox; its address ${sandbox.ip} is free again.`,
    );
    yield* sleep(this.ctx.kernel, 60 * MS);
    return step;
  }

  exitOf(pod: Pod, container: Container, init: boolean): Exit {
    const oom = outOfMemory(pod, container);
    if (oom !== undefined) return oom;
    const end = commandEnd(pod, container);
    if (end.type === 'ends') {
      const { code, message } = end;
      const after = Math.max(end.after, 100 * MS);
      return { after, code, ...(message ? { message } : {}), simplification: OWN_SHELL };
    }
    if (end.type === 'runs') return { after: undefined, code: 0 };
    if (init) return { after: 1.5 * SECOND, code: 0, simplification: NOT_RUN };
    if (restartPolicyOf(pod, container) === 'Always') return { after: undefined, code: 0 };
    return { after: 2 * SECOND, code: 0, simplification: NOT_RUN };
  }

  private say(
    pod: Pod,
    cause: StepId,
    api: string,
    call: string,
    text: string,
    data?: NodeDetail['data'],
    simplification?: string,
  ): StepId {
    const detail: NodeDetail = { type: 'node', api, call, ...(data ? { data } : {}) };
    return this.ctx.record({
      kind: 'node',
      action: call,
      object: podRef(pod),
      causes: [cause],
      text: `${call}: ${text}`,
      detail,
      ...(simplification === undefined ? {} : { fidelity: 'simplified', simplification }),
    });
  }
}

function registryOf(image: string): string {
  const first = image.split('/')[0] ?? '';
  return image.includes('/') && /[.:]/.test(first) ? first : 'docker.io';
}
