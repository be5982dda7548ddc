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

/** Of a mirror pod: the hash of the file that it shows, which is the uid of its pod to the kubelet. */
export const MIRROR = 'kubernetes.io/config.mirror';

export function mirrored(pod: Pod): string | undefined {
  return pod.metadata.annotations?.[MIRROR];
}

/** The uid that the kubelet knows a pod by. */
export function uidOf(pod: Pod): string {
  return mirrored(pod) ?? pod.metadata.uid ?? '';
}
