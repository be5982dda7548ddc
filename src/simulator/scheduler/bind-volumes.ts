// Before a pod is bound: tells the PersistentVolume controller which volume a claim gets, or the provisioner for which node
// to make one, and waits until the claims are bound. Models BindPodVolumes in pkg/scheduler/framework/plugins/volumebinding.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep } from '../../kernel/process.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../runtime/kinds.ts';
import type { PodVolumes } from './plugins/volume-binding.ts';
import { isBound } from './plugins/volumes.ts';

/** Source: bindTimeoutSeconds of VolumeBindingArgs, and the interval of the binder's check. */
const TIMEOUT = 10 * MINUTE;
const INTERVAL = SECOND;

const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

export interface VolumeWriter {
  readonly ctx: ComponentContext;
  readonly claim: (namespace: string, name: string) => PersistentVolumeClaim | undefined;
}

function withClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata } = volume;
  return {
    ...volume,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' } },
    spec: {
      ...volume.spec,
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace: claim.metadata.namespace ?? '',
        name: claim.metadata.name ?? '',
        uid: claim.metadata.uid ?? '',
        resourceVersion: claim.metadata.resourceVersion ?? '',
      },
    },
  };
}

function withNode(claim: PersistentVolumeClaim, node: string): PersistentVolumeClaim {
  const { metadata } = claim;
  return { ...claim, metadata: { ...metadata, annotations: { ...metadata.annotations, [SELECTED_NODE]: node } } };
}

/** The error to report, or nothing when all claims are bound. */
export function* bindVolumes(
  { ctx, claim }: VolumeWriter,
  node: string,
  volumes: PodVolumes,
  cause: StepId,
): Process<string | undefined> {
  const causes = [cause];
  for (const b of volumes.bindings) {
    const done = yield* ctx.client.update(PERSISTENT_VOLUMES, withClaim(b.volume, b.claim), { causes });
    if (!done.ok) return `binding volumes: ${done.status.message}`;
  }
  for (const c of volumes.provisions) {
    const done = yield* ctx.client.update(PERSISTENT_VOLUME_CLAIMS, withNode(c, node), { causes });
    if (!done.ok) return `binding volumes: ${done.status.message}`;
  }
  const waiting = [...volumes.bindings.map((b) => b.claim), ...volumes.provisions];
  const end = ctx.kernel.now + TIMEOUT;
  for (;;) {
    const current = waiting.map((c) => claim(c.metadata.namespace ?? '', c.metadata.name ?? ''));
    if (current.every((c) => c !== undefined && isBound(c))) return undefined;
    if (current.some((c) => c === undefined)) return 'binding volumes: a claim is gone';
    if (ctx.kernel.now >= end) return 'binding volumes: context deadline exceeded';
    yield* sleep(ctx.kernel, INTERVAL);
  }
}
