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

/** How a started container goes on. */
export interface Exit {
  /** µs after the start; undefined: it runs until it is stopped. */
  readonly after: number | undefined;
  readonly code: number;
  /** What the model leaves out, for the step. */
  readonly simplification?: string;
}

export interface ContainerRuntime {
  /** `containerd://…` or the like, without the id. */
  readonly scheme: string;
  runPodSandbox(pod: Pod, cause: StepId): Process<Sandbox>;
  imagePresent(image: string): boolean;
  pullImage(pod: Pod, image: string, cause: StepId): Process<CallResult>;
  createContainer(pod: Pod, container: Container, cause: StepId): Process<{ id: string; step: StepId }>;
  startContainer(pod: Pod, container: Container, id: string, cause: StepId): Process<CallResult>;
  /** Sends SIGTERM; ends when the container has gone, at the latest after `grace` seconds, with its exit code. */
  stopContainer(
    pod: Pod,
    container: Container,
    id: string,
    grace: number,
    cause: StepId,
  ): Process<{ code: number; step: StepId }>;
  stopPodSandbox(pod: Pod, sandbox: Sandbox, cause: StepId): Process<StepId>;
  exitOf(pod: Pod, container: Container, init: boolean): Exit;
}
