// Pulling the image of a container, with back-off, and what the kubelet says of it. Models pkg/kubelet/images, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { jitter, SYNC_RETRY } from './retry.ts';
import type { CallResult, ContainerRuntime } from './runtime/runtime.ts';
import type { ContainerRecord } from './status.ts';

/** Source: pkg/kubelet/kubelet.go (imageBackOffPeriod 10 s, MaxImageBackOff 300 s), v1.36. */
const BACKOFF_MIN = 10 * SECOND;
const BACKOFF_MAX = 300 * SECOND;

/** How the puller speaks of a container. */
export interface Voice {
  event(c: ContainerRecord, type: 'Normal' | 'Warning', reason: string, message: string, cause: StepId): void;
  /** The container waits: its status says why. */
  waiting(c: ContainerRecord, reason: string, message: string, cause: StepId): void;
}

export class ImagePuller {
  private readonly ctx: ComponentContext;
  private readonly runtime: ContainerRuntime;
  private readonly voice: Voice;

  constructor(ctx: ComponentContext, runtime: ContainerRuntime, voice: Voice) {
    this.ctx = ctx;
    this.runtime = runtime;
    this.voice = voice;
  }

  /** Comes back when the image is there. */
  *ensure(pod: Pod, c: ContainerRecord, cause: StepId): Process<StepId> {
    const { runtime, voice } = this;
    const image = c.container.image ?? '';
    const policy = c.container.imagePullPolicy ?? 'IfNotPresent';
    for (let last = cause, tries = 0; ; tries++) {
      if (policy !== 'Always' && runtime.imagePresent(image)) {
        const text = `Container image "${image}" already present on machine and can be accessed by the pod`;
        voice.event(c, 'Normal', 'Pulled', text, last);
        return last;
      }
      if (policy === 'Never') {
        const text = `Container image "${image}" is not present with pull policy of Never`;
        voice.event(c, 'Warning', 'ErrImageNeverPull', text, last);
        voice.event(c, 'Warning', 'Failed', 'Error: ErrImageNeverPull', last);
        voice.waiting(c, 'ErrImageNeverPull', text, last);
        yield* this.rest(SYNC_RETRY);
        continue;
      }
      const pulled = yield* this.pull(pod, c, image, last);
      last = pulled.step;
      if (pulled.ok) return last;
      yield* this.failed(c, image, pulled.error, tries, last);
    }
  }

  private *pull(pod: Pod, c: ContainerRecord, image: string, cause: StepId): Process<CallResult> {
    const { kernel } = this.ctx;
    this.voice.event(c, 'Normal', 'Pulling', `Pulling image "${image}"`, cause);
    const from = kernel.now;
    const pulled = yield* this.runtime.pullImage(pod, image, cause);
    if (!pulled.ok) return pulled;
    const took = `${((kernel.now - from) / SECOND).toFixed(3)}s`;
    const text = `Successfully pulled image "${image}" in ${took} (${took} including waiting).`;
    this.voice.event(c, 'Normal', 'Pulled', text, pulled.step);
    return pulled;
  }

  /** Each sync tells in the status what the one before it met, then meets the back-off, and the next pulls again. */
  private *failed(c: ContainerRecord, image: string, error: string, tries: number, cause: StepId): Process<void> {
    const { voice } = this;
    const { kernel } = this.ctx;
    const from = kernel.now;
    const backOff = Math.min(BACKOFF_MIN * 2 ** tries, BACKOFF_MAX);
    voice.event(c, 'Warning', 'Failed', `Failed to pull image "${image}": ${error}`, cause);
    voice.event(c, 'Warning', 'Failed', 'Error: ErrImagePull', cause);
    // The pod's new sandbox has it synced again at once; later failures wait for the next sync.
    if (tries > 0) yield* this.rest(SYNC_RETRY);
    voice.waiting(c, 'ErrImagePull', error, cause);
    const left = backOff - (kernel.now - from);
    if (left <= 0) return;
    voice.event(c, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, cause);
    voice.event(c, 'Warning', 'Failed', 'Error: ImagePullBackOff', cause);
    yield* this.rest(left);
    voice.waiting(c, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${error}`, cause);
  }

  /** Upkeep: somebody has to bring the image. */
  private *rest(us: number): Process<void> {
    yield (resume) => {
      this.ctx.kernel.schedule(jitter(this.ctx, us), () => resume(undefined), true);
    };
  }
}
