// The container runtime as the kubelet sees it through CRI. Each call takes virtual time and is recorded as a step.
import type { Process } from '../../../kernel/process.ts';
import type { Container, Pod } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';

export type CallResult =
  | { readonly ok: true; readonly step: StepId }
  | { readonly ok: false; readonly error: string; readonly step: StepId };

export interface Sandbox {
  readonly id: string;
  readonly ip: string;
  readonly step: StepId;
}

export type PullResult =
  | {
      readonly ok: true;
      readonly step: StepId;
      /** Of the image as it is in its registry. */
      readonly bytes: number;
      /** µs, without the time that it waited for other pulls. */
      readonly worked: number;
    }
  | { readonly ok: false; readonly error: string; readonly step: StepId };

export type SandboxResult =
  | { readonly ok: true; readonly sandbox: Sandbox }
  | { readonly ok: false; readonly error: string; readonly step: StepId };

/** How a started container goes on. */
export interface Exit {
  /** µs after the start; undefined: it runs until it is stopped. */
  readonly after: number | undefined;
  readonly code: number;
  /** As the runtime tells it: `OOMKilled`. Where it tells none, the exit code says it. */
  readonly reason?: string;
  /** Its last words. */
  readonly message?: string;
  /** What the model leaves out, for the step. */
  readonly simplification?: string;
}

export interface ContainerRuntime {
  /** `containerd://…` or the like, without the id. */
  readonly scheme: string;
  /** `handler`: as the pod's RuntimeClass names it; empty for the runtime's own. */
  runPodSandbox(pod: Pod, handler: string, cause: StepId): Process<SandboxResult>;
  imagePresent(image: string): boolean;
  pullImage(pod: Pod, image: string, cause: StepId): Process<PullResult>;
  createContainer(pod: Pod, container: Container, cause: StepId): Process<{ id: string; step: StepId }>;
  startContainer(pod: Pod, container: Container, id: string, cause: StepId): Process<CallResult>;
  /**
   * Sends SIGTERM; ends when the container has gone, at the latest after `grace` seconds, with its exit code. `planned`:
   * when it ends by itself, µs since the start of the simulation.
   */
  stopContainer(
    pod: Pod,
    container: Container,
    grace: number,
    planned: { readonly at: number; readonly code: number } | undefined,
    cause: StepId,
  ): Process<{ code: number; step: StepId }>;
  stopPodSandbox(pod: Pod, sandbox: Sandbox, cause: StepId): Process<StepId>;
  exitOf(pod: Pod, container: Container, init: boolean): Exit;
}
