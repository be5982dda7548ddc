// How a pod is referred to.
import type { Pod } from '../../model/generated/core.v1.ts';
import type { ObjectRef } from '../../trace/step.ts';

/** In steps. */
export function podRef(pod: Pod): ObjectRef {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return { group: '', resource: 'pods', kind: 'Pod', namespace, name, uid };
}

/** In messages. Models pkg/kubelet/util/format. */
export function podName(pod: Pod): string {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  return `${name}_${namespace}(${uid})`;
}
