// The Secrets that a pod's images are pulled with. Models getPullSecretsForPod in pkg/kubelet/kubelet_pods.go, v1.36.
import type { Process } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { SECRETS } from '../runtime/kinds.ts';

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string, cause: StepId) => void;

export class PullSecrets {
  private readonly ctx: ComponentContext;
  private readonly tell: Tell;

  constructor(ctx: ComponentContext, tell: Tell) {
    this.ctx = ctx;
    this.tell = tell;
  }

  /** One that is missing holds nothing up: what it opens may be open anyway. */
  *look(pod: Pod, cause: StepId): Process<StepId> {
    const missing: string[] = [];
    for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
      if (name === '') continue;
      const found = yield* this.ctx.client.get(SECRETS, pod.metadata.namespace ?? '', name, { causes: [cause] });
      if (!found.ok && found.code === 404) missing.push(name);
    }
    if (missing.length > 0) {
      const text = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
      this.tell('Warning', 'FailedToRetrieveImagePullSecret', text, cause);
    }
    return cause;
  }
}
