// Getting the image of a container, and what the kubelet says of it. Models pkg/kubelet/images/image_manager.go, v1.36.
import type { Process } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { normalizedImage } from './imagename.ts';
import type { ContainerRecord } from './record.ts';
import { Backoff } from './restart.ts';
import type { ContainerRuntime } from './runtime/runtime.ts';

/** One of a pod's containers was started, or the reason why not, as its status and its Event say it. */
export type Attempt =
  | { readonly ok: true; readonly step: StepId }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly message: string;
      readonly step: StepId;
      /** When it may be tried again, where that is known; µs of virtual time. */
      readonly at?: number;
    };

/** Events about a container. */
export type Say = (
  c: ContainerRecord,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  cause: StepId,
) => void;

interface Failed {
  readonly reason: string;
  readonly message: string;
}

export class ImagePuller {
  private readonly ctx: ComponentContext;
  private readonly runtime: ContainerRuntime;
  private readonly say: Say;
  /** By image: of each pod the kubelet keeps count anew. */
  private readonly backoff = new Backoff<string>();
  private readonly errors = new Map<string, Failed>();

  constructor(ctx: ComponentContext, runtime: ContainerRuntime, say: Say) {
    this.ctx = ctx;
    this.runtime = runtime;
    this.say = say;
  }

  *ensure(pod: Pod, c: ContainerRecord, cause: StepId): Process<Attempt> {
    const { runtime, say } = this;
    const asked = c.container.image ?? '';
    const policy = c.container.imagePullPolicy ?? 'IfNotPresent';
    const image = normalizedImage(asked);
    if (typeof image !== 'string') {
      const message = `Failed to apply default image tag "${asked}": ${image.error}`;
      say(c, 'Warning', 'InspectFailed', message, cause);
      return { ok: false, reason: 'InvalidImageName', message, step: cause };
    }
    if (policy !== 'Always' && runtime.imagePresent(image)) {
      const text = `Container image "${asked}" already present on machine and can be accessed by the pod`;
      say(c, 'Normal', 'Pulled', text, cause);
      return { ok: true, step: cause };
    }
    if (policy === 'Never') {
      const message = `Container image "${asked}" is not present with pull policy of Never`;
      say(c, 'Warning', 'ErrImageNeverPull', message, cause);
      return { ok: false, reason: 'ErrImageNeverPull', message, step: cause };
    }
    return yield* this.pull(pod, c, asked, image, cause);
  }

  private *pull(pod: Pod, c: ContainerRecord, asked: string, image: string, cause: StepId): Process<Attempt> {
    const { say } = this;
    const { kernel } = this.ctx;
    if (this.backoff.sinceUpdate(asked, kernel.now) !== undefined) {
      const text = `Back-off pulling image "${asked}"`;
      say(c, 'Normal', 'BackOff', text, cause);
      const last = this.errors.get(asked);
      const message = last === undefined ? text : `${text}: ${last.reason}: ${last.message}`;
      return { ok: false, reason: 'ImagePullBackOff', message, step: cause };
    }
    say(c, 'Normal', 'Pulling', `Pulling image "${asked}"`, cause);
    const from = kernel.now;
    const pulled = yield* this.runtime.pullImage(pod, image, cause);
    if (!pulled.ok) {
      say(c, 'Warning', 'Failed', `Failed to pull image "${asked}": ${pulled.error}`, pulled.step);
      this.backoff.next(asked, kernel.now, kernel.now);
      const failed = { reason: 'ErrImagePull', message: pulled.error };
      this.errors.set(asked, failed);
      return { ok: false, ...failed, step: pulled.step };
    }
    const took = seconds(kernel.now - from);
    const worked = seconds(pulled.worked);
    const text = `Successfully pulled image "${asked}" in ${worked} (${took} including waiting). Image size: ${pulled.bytes} bytes.`;
    say(c, 'Normal', 'Pulled', text, pulled.step);
    return { ok: true, step: pulled.step };
  }
}

/** As Go prints a duration that is cut to milliseconds: `1.5s`, `950ms`, `1m2.25s`. */
function seconds(us: number): string {
  const ms = Math.floor(us / 1000);
  if (ms < 1000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const rest = `${Number(((ms % 60_000) / 1000).toFixed(3))}s`;
  return minutes === 0 ? rest : `${minutes}m${rest}`;
}
