// Before a pod is bound: tells the PersistentVolume controller which volume a claim gets, or the provisioner for which node
// to make one, and waits until the claims are bound. Models BindPodVolumes in pkg/scheduler/framework/plugins/volumebinding.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep } from '../../kernel/process.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../runtime/kinds.ts';
import type { PodInfo } from './framework/pod-info.ts';
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
  /** Whether the pod is still there. */
  readonly wanted: () => boolean;
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

/** A provisioner that cannot make the volume takes the node back, so that the scheduler looks for another. */
function isGivenUp(c: PersistentVolumeClaim, node: string, askedAt: number | undefined): boolean {
  if (askedAt === undefined || Number(c.metadata.resourceVersion) < askedAt) return false;
  return c.metadata.annotations?.[SELECTED_NODE] !== node;
}

/** The error to report, or nothing when all claims are bound. */
export function* bindVolumes(
  { ctx, claim, wanted }: VolumeWriter,
  pod: PodInfo,
  node: string,
  volumes: PodVolumes,
  cause: StepId,
): Process<string | undefined> {
  const causes = [cause];
  /** The version of each claim that says for which node its volume is to be made. */
  const asked = new Map<string, number>();
  for (const b of volumes.bindings) {
    const done = yield* ctx.client.update(PERSISTENT_VOLUMES, withClaim(b.volume, b.claim), { causes });
    if (!done.ok) return `binding volumes: ${done.status.message}`;
  }
  for (const c of volumes.provisions) {
    const done = yield* ctx.client.update(PERSISTENT_VOLUME_CLAIMS, withNode(c, node), { causes });
    if (!done.ok) return `binding volumes: ${done.status.message}`;
    asked.set(c.metadata.name ?? '', Number(done.value.metadata.resourceVersion));
  }
  const waiting = [...volumes.bindings.map((b) => b.claim), ...volumes.provisions];
  const end = ctx.kernel.now + TIMEOUT;
  for (;;) {
    // There is nobody left to wait for.
    if (!wanted()) return `binding volumes: pod does not exist any more: pod "${pod.name}" not found`;
    const current = waiting.map((c) => claim(c.metadata.namespace ?? '', c.metadata.name ?? ''));
    if (current.every((c) => c !== undefined && isBound(c))) return undefined;
    const given = current.find((c) => c !== undefined && isGivenUp(c, node, asked.get(c.metadata.name ?? '')));
    if (given !== undefined) return `binding volumes: provisioning failed for PVC "${given.metadata.name}"`;
    if (current.some((c) => c === undefined)) return 'binding volumes: a claim is gone';
    if (ctx.kernel.now >= end) return 'binding volumes: context deadline exceeded';
    yield* sleep(ctx.kernel, INTERVAL);
  }
}
