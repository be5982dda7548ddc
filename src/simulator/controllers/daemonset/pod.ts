// The pod of a DaemonSet for one node. Models pkg/controller/daemon/util/daemonset_util.go.
import type { DaemonSet } from '../../../model/generated/apps.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { controllerRef, podFromTemplate } from '../common/podcontrol.ts';
import { daemonTolerations, GENERATION_ANNOTATION, GENERATION_LABEL, HASH_LABEL, pinned } from './decide.ts';

export function daemonPod(ds: DaemonSet, hash: string, node: string): Pod {
  const pod = podFromTemplate(ds.spec?.template ?? {}, ds, controllerRef(ds, 'apps/v1', 'DaemonSet'));
  const generation = ds.metadata.annotations?.[GENERATION_ANNOTATION];
  const labels = {
    ...pod.metadata.labels,
    [HASH_LABEL]: hash,
    ...(generation ? { [GENERATION_LABEL]: generation } : {}),
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: {
      containers: [],
      ...pod.spec,
      affinity: pinned(pod.spec?.affinity, node),
      tolerations: daemonTolerations(pod.spec),
    },
  };
}
