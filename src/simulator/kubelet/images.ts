// Pulling the image of a container, with back-off, and what the kubelet says of it. Models pkg/kubelet/images, v1.36.
import { SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import type { ContainerRuntime } from './runtime/runtime.ts';
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
    const { ctx, runtime, voice } = this;
    const image = c.container.image ?? '';
    const policy = c.container.imagePullPolicy ?? 'IfNotPresent';
    let last = cause;
    for (let delay = BACKOFF_MIN; ; delay = Math.min(delay * 2, BACKOFF_MAX)) {
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
      } else {
        voice.event(c, 'Normal', 'Pulling', `Pulling image "${image}"`, last);
        const from = ctx.kernel.now;
        const pulled = yield* runtime.pullImage(pod, image, last);
        last = pulled.step;
        if (pulled.ok) {
          const took = `${((ctx.kernel.now - from) / SECOND).toFixed(3)}s`;
          const text = `Successfully pulled image "${image}" in ${took} (${took} including waiting).`;
          voice.event(c, 'Normal', 'Pulled', text, last);
          return last;
        }
        yield* this.failed(c, image, pulled.error, last);
      }
      yield* sleep(ctx.kernel, delay);
    }
  }

  private *failed(c: ContainerRecord, image: string, error: string, cause: StepId): Process<void> {
    const { voice } = this;
    voice.event(c, 'Warning', 'Failed', `Failed to pull image "${image}": ${error}`, cause);
    voice.event(c, 'Warning', 'Failed', 'Error: ErrImagePull', cause);
    voice.waiting(c, 'ErrImagePull', error, cause);
    yield* sleep(this.ctx.kernel, 2 * SECOND);
    voice.event(c, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, cause);
    voice.event(c, 'Warning', 'Failed', 'Error: ImagePullBackOff', cause);
    voice.waiting(c, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${error}`, cause);
  }
}
