// Hooks of a container's lifecycle. Models pkg/kubelet/lifecycle/handlers.go and executePreStopHook in
// pkg/kubelet/kuberuntime, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep } from '../../kernel/process.ts';
import type { LifecycleHandler, Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { Say } from './images.ts';
import { httpStatus, isListening, numberOf } from './listening.ts';
import { podName, podRef } from './names.ts';
import type { Ran } from './prober.ts';
import type { ContainerRecord, PodRecord } from './record.ts';

export interface HookDeps {
  readonly ctx: ComponentContext;
  readonly record: PodRecord;
  readonly say: Say;
  /** Runs a command in a container; undefined where none runs. */
  readonly run: (c: ContainerRecord, command: readonly string[]) => Ran | undefined;
}

interface Outcome {
  /** µs */
  readonly took: number;
  /** Why it failed. */
  readonly error?: string;
}

export class Hooks {
  private readonly deps: HookDeps;

  constructor(deps: HookDeps) {
    this.deps = deps;
  }

  /** Why the container cannot be said to have started; undefined: the hook went well. */
  *postStart(pod: Pod, c: ContainerRecord, cause: StepId): Process<string | undefined> {
    const { postStart } = c.container.lifecycle ?? {};
    if (postStart === undefined) return undefined;
    const step = this.tell(pod, c, 'PostStart', 'postStart', cause);
    const { took, error } = this.ask(pod, c, postStart);
    if (took > 0) yield* sleep(this.deps.ctx.kernel, took);
    if (error !== undefined) this.deps.say(c, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', step);
    return error;
  }

  /** `most`: seconds that it may take; what goes on for longer is left to itself. */
  *preStop(pod: Pod, c: ContainerRecord, most: number, cause: StepId): Process<StepId> {
    const { preStop } = c.container.lifecycle ?? {};
    if (preStop === undefined) return cause;
    const step = this.tell(pod, c, 'PreStop', 'preStop', cause);
    const { took, error } = this.ask(pod, c, preStop);
    yield* sleep(this.deps.ctx.kernel, Math.min(took, most * SECOND));
    if (error !== undefined && took < most * SECOND)
      this.deps.say(c, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', step);
    return step;
  }

  private tell(pod: Pod, c: ContainerRecord, action: string, hook: string, cause: StepId): StepId {
    return this.deps.ctx.record({
      kind: 'node',
      action,
      object: podRef(pod),
      causes: [cause],
      text: `runs the ${hook} hook of ${c.container.name}.`,
      detail: { type: 'node', call: action },
    });
  }

  private ask(pod: Pod, c: ContainerRecord, hook: LifecycleHandler): Outcome {
    if (hook.sleep !== undefined) return { took: hook.sleep.seconds * SECOND };
    if (hook.exec !== undefined) return this.exec(pod, c, hook.exec.command ?? []);
    if (hook.httpGet === undefined) return { took: 0 };
    const { path = '/', host, port, scheme = 'HTTP' } = hook.httpGet;
    const number = numberOf(c.container, port);
    const address = `${host || this.deps.record.podIP || ''}:${number}`;
    const why = !isListening(pod, c.container, number)
      ? `Get "${scheme.toLowerCase()}://${address}${path.startsWith('/') ? '' : '/'}${path}": dial tcp ${address}: connect: connection refused`
      : httpStatus(c.container, path) >= 400
        ? `HTTP probe failed with statuscode: ${httpStatus(c.container, path)}`
        : undefined;
    if (why === undefined) return { took: 0 };
    return { took: 0, error: this.failed(pod, c, 'HTTP', path, `error: ${why}`) };
  }

  private exec(pod: Pod, c: ContainerRecord, command: readonly string[]): Outcome {
    const ran = this.deps.run(c, command);
    if (ran === undefined || ran.code === 0) return { took: ran?.took ?? 0 };
    const end = `error: command '${command.join(' ')}' exited with ${ran.code}: ${ran.output}`;
    const why = `${end}, message: ${JSON.stringify(ran.output)}`;
    return { took: ran.took, error: this.failed(pod, c, 'Exec', `[${command.join(' ')}]`, why) };
  }

  private failed(pod: Pod, c: ContainerRecord, kind: string, what: string, why: string): string {
    return `${kind} lifecycle hook (${what}) for Container "${c.container.name}" in Pod "${podName(pod)}" failed - ${why}`;
  }
}
