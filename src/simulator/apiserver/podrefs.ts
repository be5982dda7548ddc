// What a pod refers to by name. Models VisitPodSecretNames and VisitPodConfigmapNames in pkg/api/v1/pod/util.go.
import type { Container, Pod, Volume } from '../../model/generated/core.v1.ts';

export interface PodReferences {
  readonly secrets: ReadonlySet<string>;
  readonly configmaps: ReadonlySet<string>;
  readonly persistentvolumeclaims: ReadonlySet<string>;
}

interface Sets {
  readonly secrets: Set<string>;
  readonly configmaps: Set<string>;
  readonly persistentvolumeclaims: Set<string>;
}

function add(set: Set<string>, name: string | undefined): void {
  if (name) set.add(name);
}

function fromContainer(c: Pick<Container, 'env' | 'envFrom'>, to: Sets): void {
  for (const e of c.envFrom ?? []) {
    add(to.secrets, e.secretRef?.name);
    add(to.configmaps, e.configMapRef?.name);
  }
  for (const e of c.env ?? []) {
    add(to.secrets, e.valueFrom?.secretKeyRef?.name);
    add(to.configmaps, e.valueFrom?.configMapKeyRef?.name);
  }
}

function fromVolume(v: Volume, pod: Pod, to: Sets): void {
  add(to.secrets, v.secret?.secretName);
  add(to.configmaps, v.configMap?.name);
  for (const s of v.projected?.sources ?? []) {
    add(to.secrets, s.secret?.name);
    add(to.configmaps, s.configMap?.name);
  }
  for (const ref of [v.cephfs?.secretRef, v.flexVolume?.secretRef, v.rbd?.secretRef, v.scaleIO?.secretRef])
    add(to.secrets, ref?.name);
  for (const ref of [v.iscsi?.secretRef, v.storageos?.secretRef, v.csi?.nodePublishSecretRef])
    add(to.secrets, ref?.name);
  add(to.secrets, v.azureFile?.secretName);
  add(to.persistentvolumeclaims, v.persistentVolumeClaim?.claimName);
  if (v.ephemeral) add(to.persistentvolumeclaims, `${pod.metadata?.name ?? ''}-${v.name}`);
}

export function podReferences(pod: Pod): PodReferences {
  const to: Sets = { secrets: new Set(), configmaps: new Set(), persistentvolumeclaims: new Set() };
  const { spec } = pod;
  for (const s of spec?.imagePullSecrets ?? []) add(to.secrets, s.name);
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])];
  for (const c of all) fromContainer(c, to);
  for (const v of spec?.volumes ?? []) fromVolume(v, pod, to);
  return to;
}
