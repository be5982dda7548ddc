// Writes the decision: a Binding, posted to the pod's binding subresource.
// Models pkg/scheduler/framework/plugins/defaultbinder.
import type { Process } from '../../../kernel/process.ts';
import type { Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { failure, type Status } from '../framework/status.ts';
import { DEFAULT_BINDER } from './names.ts';

/** Posts the Binding; the answer is the error to report, or nothing. */
export type BindPod = (pod: PodInfo, node: string) => Process<string | undefined>;

export function defaultBinder(post: BindPod): Plugin {
  return {
    name: DEFAULT_BINDER,
    *bind(_state, pod, node): Process<Status | undefined> {
      const error = yield* post(pod, node);
      return error === undefined ? undefined : failure(DEFAULT_BINDER, error);
    },
  };
}
