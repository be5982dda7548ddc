// The ReplicaSet that a Deployment's template asks for. Models getNewReplicaSet in pkg/controller/deployment/sync.go.
import type { Deployment, ReplicaSet } from '../../../model/generated/apps.v1.ts';
import { controllerRef } from '../common/podcontrol.ts';
import { templateHash } from '../common/templatehash.ts';
import * as ann from './annotations.ts';

export function newReplicaSet(d: Deployment, revision: bigint): ReplicaSet {
  const template = d.spec?.template ?? {};
  const hash = templateHash(template, d.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [ann.HASH_LABEL]: hash };
  const selector = d.spec?.selector ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${d.metadata.name}-${hash}`,
      ...(d.metadata.namespace ? { namespace: d.metadata.namespace } : {}),
      labels,
      annotations: ann.newestAnnotations(d, {}, revision),
      ownerReferences: [controllerRef(d, 'apps/v1', 'Deployment')],
    },
    spec: {
      replicas: 0,
      ...(d.spec?.minReadySeconds ? { minReadySeconds: d.spec.minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [ann.HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
