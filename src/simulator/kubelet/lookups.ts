// What a pod's sync looks up: the Secrets that its images are pulled with, and its RuntimeClass. Models getPullSecretsForPod in
// pkg/kubelet/kubelet_pods.go and pkg/kubelet/runtimeclass, v1.36.
import type { Process } from '../../kernel/process.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { RuntimeClass } from '../../model/generated/node.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { RUNTIME_CLASSES, SECRETS } from '../runtime/kinds.ts';
import type { Tell } from './voice.ts';

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

/** By which of its handlers the runtime runs the pod. The API server has seen to it that the class exists. */
export function* runtimeHandler(ctx: ComponentContext, pod: Pod, cause: StepId): Process<string> {
  const name = pod.spec?.runtimeClassName ?? '';
  if (name === '') return '';
  const found = yield* ctx.client.get<RuntimeClass>(RUNTIME_CLASSES, '', name, { causes: [cause] });
  return found.ok ? found.value.handler : '';
}
